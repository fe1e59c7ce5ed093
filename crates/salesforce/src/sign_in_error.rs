//! Why a sign-in failed, what a person can do about it, and whether trying again is of use.

use std::sync::Arc;

use salesbridge_egress::{EgressError, Sent};
use salesbridge_model::Timestamp;

use crate::decision::{self, Disposition, Entry, Stage};
use crate::{Flow, KeyPairProblem, NotKept};

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
    AppIsNew {
        /// What it said.
        #[source]
        fault: OauthFault,
        /// Until then it is tried again by itself.
        until: Timestamp,
    },
    /// The consumer key is unknown at this address.
    #[error("Salesforce does not know the consumer key")]
    InvalidClientId(#[source] OauthFault),
    /// The consumer secret is wrong or missing.
    #[error("Salesforce refused the consumer secret")]
    InvalidClientSecret(#[source] OauthFault),
    /// The app does not allow this way of signing in (R7).
    #[error("the {flow} flow is not enabled for the app")]
    FlowNotEnabled {
        /// Which way.
        flow: Flow,
        /// What Salesforce said.
        #[source]
        fault: OauthFault,
    },
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
    /// The user never allowed the app, and no administrator did so for them.
    #[error("the user has not approved the app")]
    UserNotApproved(#[source] OauthFault),
    /// The person said no at the page of consent.
    #[error("the person did not allow the app")]
    Denied(#[source] OauthFault),
    /// The refresh token was revoked, replaced, pushed out by a sixth sign-in, or not used for too long.
    #[error("the refresh token is not good any more")]
    GrantEnded(#[source] OauthFault),
    /// The refresh token is older than the app's policy allows.
    #[error("the refresh token is older than the app allows")]
    GrantTooOld(#[source] OauthFault),
    /// An answer of Salesforce was lost that had replaced the refresh token, and the old one is not good any more.
    #[error(
        "Salesforce replaced the refresh token, its answer was lost on the way, and the old token is not good any more"
    )]
    ReplacementLost(#[source] OauthFault),
    /// The code of a web sign-in, or that of a device, was used, is too old or is unknown.
    #[error("the code of this sign-in is not good any more")]
    CodeRefused(#[source] OauthFault),
    /// The code was not asked for by whoever exchanges it.
    #[error("the code belongs to another sign-in")]
    VerifierRefused(#[source] OauthFault),
    /// The app does not know our callback.
    #[error("the app does not know the callback address of this sign-in")]
    CallbackMismatch(#[source] OauthFault),
    /// The assertion's audience, signature or time is not to Salesforce's liking.
    #[error("Salesforce refused the signed assertion")]
    AssertionRefused(#[source] OauthFault),
    /// The host does not serve this way of signing in.
    #[error("this address does not serve this way of signing in")]
    WrongDomain(#[source] OauthFault),
    /// Nobody has signed in yet.
    #[error("nobody has signed in to Salesforce for this connection yet")]
    NotSignedIn,
    /// The way of signing in needs the app's secret, and there is none.
    #[error("the consumer secret is missing")]
    NoSecret,
    /// The private key cannot sign.
    #[error("the private key cannot be used")]
    UnusableKey(#[source] Arc<KeyPairProblem>),
    /// The refresh token could not be read or stored, so nothing was asked, or what was got is not used yet.
    #[error("the refresh token could not be read or stored")]
    TokenNotKept(#[source] Arc<NotKept>),
    /// Another process has been getting a new session for longer than one can take.
    #[error("another process of this installation is getting a new session, and has not come to an end")]
    RenewedElsewhere,
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
    pub(crate) fn from_fault(flow: Flow, fault: OauthFault) -> Self {
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
            "unsupported_grant_type" => Self::FlowNotEnabled { flow, fault },
            "inactive_user" | "inactive_org" => Self::InactiveUserOrOrg(fault),
            "invalid_app_access" | "OAUTH_APP_BLOCKED" | "OAUTH_APP_ACCESS_DENIED" | "OAUTH_APPROVAL_ERROR_GENERIC" => {
                Self::NotApproved(fault)
            }
            "invalid_scope" => Self::NoScopes(fault),
            "access_denied" => Self::Denied(fault),
            "redirect_uri_mismatch" | "redirect_uri_missing" => Self::CallbackMismatch(fault),
            "invalid_grant" => Self::from_invalid_grant(flow, fault, &description),
            _ => Self::Refused(fault),
        }
    }

    fn from_invalid_grant(flow: Flow, fault: OauthFault, description: &str) -> Self {
        let says = |part: &str| description.contains(part);
        match flow {
            _ if says("no client credentials user") => Self::NoRunAsUser(fault),
            _ if says("client credentials flow") => Self::FlowNotEnabled { flow, fault },
            _ if says("ip restricted") => Self::IpRestricted(fault),
            _ if says("no valid scopes") => Self::NoScopes(fault),
            _ if says("not supported on this domain") => Self::WrongDomain(fault),
            _ if says("inactive") || says("frozen") => Self::InactiveUserOrOrg(fault),
            _ if says("admin approved") => Self::NotApproved(fault),
            _ if says("hasn't approved") => Self::UserNotApproved(fault),
            _ if says("expired access/refresh token") => Self::GrantEnded(fault),
            _ if says("token validity expired") => Self::GrantTooOld(fault),
            _ if says("code verifier") => Self::VerifierRefused(fault),
            _ if says("authorization code") || says("device code") => Self::CodeRefused(fault),
            Flow::JwtBearer if says("audience") || says("assertion") || says("expiration") => {
                Self::AssertionRefused(fault)
            }
            _ => Self::Refused(fault),
        }
    }

    /// Reads what a browser came back with instead of a code.
    pub fn from_callback(error: &str, description: &str) -> Self {
        let fault = OauthFault { error: error.to_owned(), description: description.to_owned() };
        Self::from_fault(Flow::AuthorizationCode, fault)
    }

    /// The same error, while the app may be too new to be known everywhere: then its key is not wrong but unknown yet.
    pub(crate) fn of_an_app_that_may_be_new(self, until: Option<Timestamp>) -> Self {
        match (self, until) {
            (Self::InvalidClientId(fault), Some(until)) => Self::AppIsNew { fault, until },
            (other, _) => other,
        }
    }

    /// Whether tokens may have been given out in an answer that did not reach us.
    pub(crate) fn may_have_been_granted(&self) -> bool {
        match self {
            Self::Unreachable { cause, .. } => cause.sent() == Sent::MayHave,
            Self::Maintenance { .. } | Self::UnreadableAnswer { .. } => true,
            _ => false,
        }
    }

    /// Until when it is tried again by itself, because time alone mends it (R16).
    pub fn retry_until(&self) -> Option<Timestamp> {
        match self {
            Self::AppIsNew { until, .. } => Some(*until),
            _ => None,
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
            _ if matches!(self, Self::ReplacementLost(_)) => self.entry().code.to_owned(),
            Some(fault) => format!("oauth.{}", fault.error.to_ascii_lowercase()),
            None => self.entry().code.to_owned(),
        }
    }

    /// What Salesforce itself said, when it did.
    pub fn fault(&self) -> Option<&OauthFault> {
        match self {
            Self::AppIsNew { fault, .. }
            | Self::FlowNotEnabled { fault, .. }
            | Self::UserNotApproved(fault)
            | Self::Denied(fault)
            | Self::GrantEnded(fault)
            | Self::GrantTooOld(fault)
            | Self::ReplacementLost(fault)
            | Self::CodeRefused(fault)
            | Self::VerifierRefused(fault)
            | Self::CallbackMismatch(fault)
            | Self::AssertionRefused(fault)
            | Self::InvalidClientId(fault)
            | Self::InvalidClientSecret(fault)
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
            | Self::NotSignedIn
            | Self::NoSecret
            | Self::UnusableKey(_)
            | Self::TokenNotKept(_)
            | Self::RenewedElsewhere
            | Self::Unsendable => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_of_the_token_endpoint_has_its_variant_and_keeps_salesforces_words() {
        use Disposition::{Defer, HoldConnection as Hold, RetryNow};
        use Flow::{
            AuthorizationCode as Code, ClientCredentials as Credentials, Device, JwtBearer, RefreshToken as Refresh,
        };
        let table = [
            (Credentials, "invalid_client_id", "client identifier invalid", "InvalidClientId", Hold),
            (Credentials, "invalid_client", "invalid client credentials", "InvalidClientSecret", Hold),
            (Refresh, "invalid_client", "client secret required", "InvalidClientSecret", Hold),
            (Credentials, "unsupported_grant_type", "grant type not supported", "FlowNotEnabled", Hold),
            (JwtBearer, "unsupported_grant_type", "grant type not supported", "FlowNotEnabled { flow: JwtBearer", Hold),
            (Credentials, "invalid_grant", "client credentials flow not enabled", "FlowNotEnabled", Hold),
            (Credentials, "invalid_grant", "no client credentials user enabled", "NoRunAsUser", Hold),
            (Credentials, "invalid_grant", "ip restricted", "IpRestricted", Hold),
            (Credentials, "invalid_grant", "no valid scopes defined", "NoScopes", Hold),
            (Credentials, "invalid_grant", "request not supported on this domain", "WrongDomain", Hold),
            (Credentials, "invalid_grant", "inactive user", "InactiveUserOrOrg", Hold),
            (Credentials, "inactive_org", "", "InactiveUserOrOrg", Hold),
            (JwtBearer, "invalid_grant", "user is not admin approved to access this app", "NotApproved", Hold),
            (JwtBearer, "invalid_app_access", "user is not admin approved to access this app", "NotApproved", Hold),
            (JwtBearer, "invalid_grant", "user hasn't approved this consumer", "UserNotApproved", Hold),
            (JwtBearer, "invalid_grant", "audience is invalid", "AssertionRefused", Hold),
            (JwtBearer, "invalid_grant", "assertion expired", "AssertionRefused", Hold),
            (JwtBearer, "invalid_grant", "expiration is too far in the future", "AssertionRefused", Hold),
            (Refresh, "invalid_grant", "expired access/refresh token", "GrantEnded", Hold),
            (Refresh, "invalid_grant", "token validity expired", "GrantTooOld", Hold),
            (Code, "invalid_grant", "expired authorization code", "CodeRefused", Hold),
            (Code, "invalid_grant", "invalid authorization code", "CodeRefused", Hold),
            (Code, "invalid_grant", "invalid code verifier", "VerifierRefused", Hold),
            (Code, "redirect_uri_mismatch", "redirect_uri must match configuration", "CallbackMismatch", Hold),
            (Code, "access_denied", "end-user denied authorization", "Denied", Hold),
            (Device, "invalid_grant", "expired device code", "CodeRefused", Hold),
            (Credentials, "invalid_grant", "authentication failure", "Refused", Hold),
            (Refresh, "invalid_grant", "login rate exceeded", "RateLimited", Defer),
            (Credentials, "rate_limit_exceeded", "login rate exceeded", "RateLimited", Defer),
            (Credentials, "unknown_error", "retry your request", "Hiccup", RetryNow),
            (Credentials, "server_error", "", "Hiccup", RetryNow),
        ];
        for (flow, error, description, variant, disposition) in table {
            let fault = OauthFault { error: error.to_owned(), description: description.to_owned() };
            let read = SignInError::from_fault(flow, fault.clone());
            assert!(format!("{read:?}").starts_with(variant), "{error} {description}: {read:?}");
            assert_eq!((read.disposition(), read.fault()), (disposition, Some(&fault)));
        }
    }
}
