//! Which check of a connection test an error belongs to, and on which page of Setup it is mended.
//!
//! It refuses to know how a check is made and shown.

use salesbridge_egress::EgressError;

use crate::{ApiError, ApiFault, SetupPage, SignInError};

/// What a connection test looks at, in this order: from the outside in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConnectionCheck {
    /// The address is one of Salesforce's, is known and answers.
    Address,
    /// The connection to it is secure.
    Tls,
    /// Salesforce knows the app by its consumer key.
    App,
    /// The app allows the way of signing in.
    Flow,
    /// There is a user to act as, who may use the app.
    RunAs,
    /// The secret, code or token is accepted.
    SignIn,
    /// Our network address is allowed.
    Ip,
    /// The user, and the org, may use the API.
    ApiAccess,
    /// The scopes that were granted are enough.
    Scopes,
    /// Which org it is, and that it speaks our version of the API.
    Org,
    /// The org has API calls left.
    Allowance,
    /// The objects that are written can be read and written.
    Objects,
    /// The mapped fields can be written.
    Fields,
    /// A new token can be had when this one ends.
    Refresh,
}

impl ConnectionCheck {
    /// Every check, in order.
    pub const ALL: [Self; 14] = [
        Self::Address,
        Self::Tls,
        Self::App,
        Self::Flow,
        Self::RunAs,
        Self::SignIn,
        Self::Ip,
        Self::ApiAccess,
        Self::Scopes,
        Self::Org,
        Self::Allowance,
        Self::Objects,
        Self::Fields,
        Self::Refresh,
    ];

    /// Its name in answers and on screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Tls => "tls",
            Self::App => "app",
            Self::Flow => "flow",
            Self::RunAs => "run_as",
            Self::SignIn => "sign_in",
            Self::Ip => "ip",
            Self::ApiAccess => "api_access",
            Self::Scopes => "scopes",
            Self::Org => "org",
            Self::Allowance => "allowance",
            Self::Objects => "objects",
            Self::Fields => "fields",
            Self::Refresh => "refresh",
        }
    }
}

/// Where an error belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The check that it fails.
    pub check: ConnectionCheck,
    /// Earlier checks of the sign-in that it proves to be passed: Salesforce came further than these. Of others it says nothing.
    pub proves: &'static [ConnectionCheck],
    /// The page of Setup on which it is mended; `None` where Salesforce has nothing to do with it.
    pub setup_page: Option<SetupPage>,
}

impl Place {
    fn new(check: ConnectionCheck, proves: &'static [ConnectionCheck], page: impl Into<Option<SetupPage>>) -> Self {
        Self { check, proves, setup_page: page.into() }
    }
}

/// The code of an app that an administrator has blocked.
const BLOCKED: &str = "OAUTH_APP_BLOCKED";

impl SignInError {
    /// Where in a connection test it belongs. Total: a new error does not compile until someone decides.
    pub fn place(&self) -> Place {
        use ConnectionCheck::{Address, App, Flow, Ip, Refresh, RunAs, Scopes, SignIn};
        use SetupPage::{ConnectedAppsUsage, ExternalClientApps, LoginHistory, MyDomain, NetworkAccess, Users};
        match self {
            Self::Unreachable { cause, .. } => place_of_network(cause),
            Self::Moved { .. } | Self::WrongDomain(_) => Place::new(Address, &[], MyDomain),
            Self::AppIsNew { .. } | Self::InvalidClientId(_) => Place::new(App, &[], ExternalClientApps),
            Self::NotApproved(fault) if fault.error == BLOCKED => Place::new(App, &[], ConnectedAppsUsage),
            Self::FlowNotEnabled { .. } => Place::new(Flow, &[App], ExternalClientApps),
            Self::NoRunAsUser(_) | Self::NotApproved(_) | Self::UserNotApproved(_) => {
                Place::new(RunAs, &[App, Flow], ExternalClientApps)
            }
            Self::InactiveUserOrOrg(_) => Place::new(RunAs, &[App, Flow], Users),
            Self::InvalidClientSecret(_) => Place::new(SignIn, &[App], ExternalClientApps),
            Self::SignatureMismatch { .. } => Place::new(SignIn, &[App, Flow, RunAs], ExternalClientApps),
            Self::UntrustedInstance { .. } | Self::UnreadableAnswer { .. } => {
                Place::new(SignIn, &[App, Flow, RunAs], MyDomain)
            }
            Self::RateLimited(_) => Place::new(SignIn, &[App], LoginHistory),
            Self::Refused(_) => Place::new(SignIn, &[], LoginHistory),
            Self::GrantEnded(_) => Place::new(SignIn, &[App, Flow], ConnectedAppsUsage),
            Self::GrantTooOld(_)
            | Self::ReplacementLost(_)
            | Self::CodeRefused(_)
            | Self::VerifierRefused(_)
            | Self::CallbackMismatch(_)
            | Self::AssertionRefused(_) => Place::new(SignIn, &[App, Flow], ExternalClientApps),
            Self::Denied(_) | Self::NotSignedIn | Self::UnusableKey(_) => Place::new(SignIn, &[], None),
            Self::TokenNotKept(_) | Self::RenewedElsewhere => Place::new(Refresh, &[], None),
            Self::Unsendable | Self::NoSecret => Place::new(SignIn, &[], ExternalClientApps),
            Self::Hiccup(_) | Self::Maintenance { .. } => Place::new(SignIn, &[], None),
            Self::IpRestricted(_) => Place::new(Ip, &[App], NetworkAccess),
            Self::NoScopes(_) => Place::new(Scopes, &[App], ExternalClientApps),
        }
    }
}

impl ApiError {
    /// Where in a connection test it belongs, when it says something of another check than the one that was being made.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::SignIn(error) => Some(error.place()),
            Self::Transport(error) => Some(place_of_network(error)),
            Self::Budget(_) => Some(Place::new(ConnectionCheck::Allowance, &[], SetupPage::CompanyInformation)),
            Self::Refused { faults, .. } => faults.first().and_then(place_of_fault),
            Self::Unavailable { .. } | Self::Unreadable { .. } | Self::TooManyRows { .. } | Self::BadName { .. } => {
                None
            }
        }
    }
}

fn place_of_network(error: &EgressError) -> Place {
    use ConnectionCheck::{Address, SignIn, Tls};
    match error {
        EgressError::NotPermitted { .. } | EgressError::UnknownHost { .. } => {
            Place::new(Address, &[], SetupPage::MyDomain)
        }
        EgressError::CouldNotConnect { .. }
        | EgressError::CouldNotDial { .. }
        | EgressError::TimedOutBeforeSend { .. } => Place::new(Address, &[], None),
        EgressError::TlsFailed { .. } | EgressError::Setup { .. } => Place::new(Tls, &[Address], None),
        EgressError::Unsendable { .. }
        | EgressError::TimedOutAfterSend { .. }
        | EgressError::BrokenAfterSend { .. }
        | EgressError::BodyTooLarge { .. } => Place::new(SignIn, &[], None),
    }
}

/// Codes of calls that say who may call, not what is wrong with the call.
fn place_of_fault(fault: &ApiFault) -> Option<Place> {
    use ConnectionCheck::{Allowance, ApiAccess, App, Org, RunAs, Scopes};
    use SetupPage::{CompanyInformation, ConnectedAppsUsage, ExternalClientApps, PermissionSets, Users};
    Some(match fault.code.as_str() {
        "API_CURRENTLY_DISABLED" => Place::new(ApiAccess, &[], PermissionSets),
        "API_DISABLED_FOR_ORG" => Place::new(ApiAccess, &[], CompanyInformation),
        "INVALID_SESSION_ID" | "INVALID_AUTH_HEADER" if fault.asks_for_a_new_token() => return None,
        "INVALID_SESSION_ID" | "INVALID_AUTH_HEADER" => Place::new(Scopes, &[], ExternalClientApps),
        "CLIENT_NOT_ACCESSIBLE_FOR_USER" => Place::new(RunAs, &[], ConnectedAppsUsage),
        "APP_NOT_INSTALLED" => Place::new(App, &[], ConnectedAppsUsage),
        "INVALID_OPERATION_WITH_EXPIRED_PASSWORD" => Place::new(RunAs, &[], Users),
        "UNSUPPORTED_API_VERSION" | "GONE" => Place::new(Org, &[], None),
        "REQUEST_LIMIT_EXCEEDED" => Place::new(Allowance, &[], CompanyInformation),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flow, OauthFault};

    #[test]
    fn checks_are_in_order_and_an_error_proves_only_earlier_ones() {
        assert!(ConnectionCheck::ALL.is_sorted());
        let words =
            |error: &str, description: &str| OauthFault { error: error.into(), description: description.into() };
        let table = [
            ("invalid_client_id", "client identifier invalid", "app"),
            ("OAUTH_APP_BLOCKED", "this app is blocked by admin", "app"),
            ("invalid_grant", "client credentials flow not enabled", "flow"),
            ("unsupported_grant_type", "grant type not supported", "flow"),
            ("invalid_grant", "no client credentials user enabled", "run_as"),
            ("invalid_grant", "user is not admin approved to access this app", "run_as"),
            ("inactive_user", "user is inactive", "run_as"),
            ("invalid_client", "invalid client credentials", "sign_in"),
            ("rate_limit_exceeded", "login rate exceeded", "sign_in"),
            ("invalid_grant", "authentication failure", "sign_in"),
            ("invalid_grant", "ip restricted", "ip"),
            ("invalid_grant", "no valid scopes defined", "scopes"),
            ("invalid_grant", "request not supported on this domain", "address"),
        ];
        for (error, description, check) in table {
            let place = SignInError::from_fault(Flow::ClientCredentials, words(error, description)).place();
            assert_eq!(place.check.name(), check, "{error} {description}");
            assert!(place.proves.iter().all(|proved| *proved < place.check), "{error} {description}");
        }
    }
}
