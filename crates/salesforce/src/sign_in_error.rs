//! Why a sign-in failed, what a person can do about it, and whether trying again is of use.

use std::sync::Arc;

use salesbridge_egress::EgressError;

use crate::decision::{self, Disposition, Entry, Stage};

/// What the token endpoint said (RFC 6749, section 5.2).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}: {description}")]
pub struct OauthFault {
    /// OAuth's code, such as `invalid_grant`.
    pub error: String,
    /// Salesforce's words for it.
    pub description: String,
}

/// Why no token was given. Cheap to clone: callers that waited for one sign-in share its failure.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SignInError {
    /// The consumer key is unknown, but the connection was edited minutes ago and a new app needs some to be known (R16).
    #[error("Salesforce does not know the consumer key yet")]
    AppIsNew(#[source] OauthFault),
    /// The consumer key is unknown at this address.
    #[error("Salesforce does not know the consumer key")]
    InvalidClientId(#[source] OauthFault),
    /// The consumer secret is wrong or missing.
    #[error("Salesforce refused the consumer secret")]
    InvalidClientSecret(#[source] OauthFault),
    /// The app does not allow this way of signing in (R7).
    #[error("the client credentials flow is not enabled for the app")]
    FlowNotEnabled(#[source] OauthFault),
    /// The app has no run-as user (R7).
    #[error("the app has no user to run as")]
    NoRunAsUser(#[source] OauthFault),
    /// Our network address is not allowed (R9).
    #[error("Salesforce does not allow this sign-in from our network address")]
    IpRestricted(#[source] OauthFault),
    /// The app has no usable scope.
    #[error("the app has no scope that allows API calls")]
    NoScopes(#[source] OauthFault),
    /// The app may not be used by its run-as user.
    #[error("the app is not approved for its user")]
    NotApproved(#[source] OauthFault),
    /// The host does not serve this way of signing in.
    #[error("this address does not serve the client credentials flow")]
    WrongDomain(#[source] OauthFault),
    /// The user or the org is switched off.
    #[error("the user or the org is inactive")]
    InactiveUserOrOrg(#[source] OauthFault),
    /// Too many sign-ins within the hour.
    #[error("Salesforce allows no more sign-ins for now")]
    RateLimited(#[source] OauthFault),
    /// Salesforce asked to try again.
    #[error("Salesforce could not handle the sign-in just now")]
    Hiccup(#[source] OauthFault),
    /// Any other refusal.
    #[error("Salesforce refused the sign-in")]
    Refused(#[source] OauthFault),
    /// No answer, or none that is complete.
    #[error("could not reach {host}")]
    Unreachable {
        /// Whom we asked.
        host: String,
        /// Why.
        #[source]
        cause: Arc<EgressError>,
    },
    /// A page instead of an answer, or a server error.
    #[error("{host} answered with status {status} and no token, as it does during maintenance")]
    Maintenance {
        /// Who answered.
        host: String,
        /// The status.
        status: u16,
    },
    /// The host sends callers elsewhere, as it does after a My Domain was renamed.
    #[error("{host} sends us to another address")]
    Moved {
        /// Who answered.
        host: String,
    },
    /// The answer was not signed with our consumer secret.
    #[error("the token answer of {host} is not signed with our consumer secret")]
    SignatureMismatch {
        /// Who answered.
        host: String,
    },
    /// The answer sends calls to a host that is not Salesforce's (R22).
    #[error("the token answer of {host} sends us to an address that is not Salesforce's")]
    UntrustedInstance {
        /// Who answered.
        host: String,
    },
    /// The answer lacks what every token answer has.
    #[error("the token answer of {host} could not be read: {missing}")]
    UnreadableAnswer {
        /// Who answered.
        host: String,
        /// What it lacks; never its content.
        missing: &'static str,
    },
    /// The credentials cannot be sent over HTTP.
    #[error("the consumer key or secret, or the token, holds characters that cannot be sent")]
    Unsendable,
}

impl SignInError {
    /// Reads a refusal. Codes first; `invalid_grant` stands for many causes, told apart by its description.
    pub(crate) fn from_fault(fault: OauthFault) -> Self {
        let description = fault.description.to_ascii_lowercase();
        let says = |part: &str| description.contains(part);
        match fault.error.as_str() {
            "rate_limit_exceeded" => Self::RateLimited(fault),
            _ if says("login rate exceeded") => Self::RateLimited(fault),
            "unknown_error" | "server_error" | "temporarily_unavailable" => Self::Hiccup(fault),
            "invalid_request" if says("unknown_error") => Self::Hiccup(fault),
            "invalid_client_id" => Self::InvalidClientId(fault),
            "invalid_client" if says("identifier") => Self::InvalidClientId(fault),
            "invalid_client" => Self::InvalidClientSecret(fault),
            "unsupported_grant_type" => Self::FlowNotEnabled(fault),
            "inactive_user" | "inactive_org" => Self::InactiveUserOrOrg(fault),
            "invalid_app_access" | "OAUTH_APP_BLOCKED" | "OAUTH_APP_ACCESS_DENIED" | "OAUTH_APPROVAL_ERROR_GENERIC" => {
                Self::NotApproved(fault)
            }
            "invalid_scope" => Self::NoScopes(fault),
            "invalid_grant" if says("no client credentials user") => Self::NoRunAsUser(fault),
            "invalid_grant" if says("client credentials flow") => Self::FlowNotEnabled(fault),
            "invalid_grant" if says("ip restricted") => Self::IpRestricted(fault),
            "invalid_grant" if says("no valid scopes") => Self::NoScopes(fault),
            "invalid_grant" if says("not supported on this domain") => Self::WrongDomain(fault),
            "invalid_grant" if says("inactive") || says("frozen") => Self::InactiveUserOrOrg(fault),
            "invalid_grant" if says("admin approved") || says("hasn't approved") => Self::NotApproved(fault),
            _ => Self::Refused(fault),
        }
    }

    /// The same error, while the app may be too new to be known everywhere: then its key is not wrong but unknown yet.
    pub(crate) fn of_an_app_that_may_be_new(self) -> Self {
        match self {
            Self::InvalidClientId(fault) => Self::AppIsNew(fault),
            other => other,
        }
    }

    /// Its line in the table of decisions.
    pub fn entry(&self) -> &'static Entry {
        decision::of_sign_in(self)
    }

    /// What follows.
    pub fn disposition(&self) -> Disposition {
        self.entry().at(Stage::Read)
    }

    /// The one thing to do next, for a person.
    pub fn remedy(&self) -> &'static str {
        self.entry().remedy
    }

    /// Stable code for reasons and logs, such as `oauth.invalid_grant`.
    pub fn code(&self) -> String {
        match self.fault() {
            Some(fault) => format!("oauth.{}", fault.error.to_ascii_lowercase()),
            None => self.entry().code.to_owned(),
        }
    }

    /// What Salesforce itself said, when it did.
    pub fn fault(&self) -> Option<&OauthFault> {
        match self {
            Self::AppIsNew(fault)
            | Self::InvalidClientId(fault)
            | Self::InvalidClientSecret(fault)
            | Self::FlowNotEnabled(fault)
            | Self::NoRunAsUser(fault)
            | Self::IpRestricted(fault)
            | Self::NoScopes(fault)
            | Self::NotApproved(fault)
            | Self::WrongDomain(fault)
            | Self::InactiveUserOrOrg(fault)
            | Self::RateLimited(fault)
            | Self::Hiccup(fault)
            | Self::Refused(fault) => Some(fault),
            Self::Unreachable { .. }
            | Self::Maintenance { .. }
            | Self::Moved { .. }
            | Self::SignatureMismatch { .. }
            | Self::UntrustedInstance { .. }
            | Self::UnreadableAnswer { .. }
            | Self::Unsendable => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_of_the_token_endpoint_has_its_variant_and_keeps_salesforces_words() {
        let table = [
            ("invalid_client_id", "client identifier invalid", "InvalidClientId", Disposition::HoldConnection),
            ("invalid_client", "invalid client credentials", "InvalidClientSecret", Disposition::HoldConnection),
            ("invalid_client", "client secret required", "InvalidClientSecret", Disposition::HoldConnection),
            ("unsupported_grant_type", "grant type not supported", "FlowNotEnabled", Disposition::HoldConnection),
            ("invalid_grant", "client credentials flow not enabled", "FlowNotEnabled", Disposition::HoldConnection),
            ("invalid_grant", "no client credentials user enabled", "NoRunAsUser", Disposition::HoldConnection),
            ("invalid_grant", "ip restricted", "IpRestricted", Disposition::HoldConnection),
            ("invalid_grant", "no valid scopes defined", "NoScopes", Disposition::HoldConnection),
            ("invalid_grant", "request not supported on this domain", "WrongDomain", Disposition::HoldConnection),
            ("invalid_grant", "inactive user", "InactiveUserOrOrg", Disposition::HoldConnection),
            ("inactive_org", "", "InactiveUserOrOrg", Disposition::HoldConnection),
            (
                "invalid_grant",
                "user is not admin approved to access this app",
                "NotApproved",
                Disposition::HoldConnection,
            ),
            ("invalid_grant", "authentication failure", "Refused", Disposition::HoldConnection),
            ("invalid_grant", "login rate exceeded", "RateLimited", Disposition::Defer),
            ("rate_limit_exceeded", "login rate exceeded", "RateLimited", Disposition::Defer),
            ("unknown_error", "retry your request", "Hiccup", Disposition::RetryNow),
            ("server_error", "", "Hiccup", Disposition::RetryNow),
        ];
        for (error, description, variant, disposition) in table {
            let fault = OauthFault { error: error.to_owned(), description: description.to_owned() };
            let read = SignInError::from_fault(fault.clone());
            assert!(format!("{read:?}").starts_with(variant), "{error} {description}: {read:?}");
            assert_eq!((read.disposition(), read.fault()), (disposition, Some(&fault)));
        }
    }
}
