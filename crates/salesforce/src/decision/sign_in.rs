//! No session could be had.

use super::Disposition::{Defer, HoldConnection, RetryLater, RetryNow};
use super::{Entry, entry, of_network, saying};
use crate::SignInError;

static APP_IS_NEW: Entry = saying(
    "oauth.invalid_client_id",
    "(within ten minutes of an edit)",
    "Salesforce does not know the consumer key yet. A new app needs up to ten minutes before it is known (R16).",
    RetryLater,
    "Nothing to do for ten minutes; it is tried again by itself. Meanwhile compare the consumer key with Setup > External Client App Manager > Settings > OAuth Settings.",
);
static INVALID_CLIENT_ID: Entry = entry(
    "oauth.invalid_client_id",
    "Salesforce does not know the consumer key at this address.",
    HoldConnection,
    "Copy the consumer key again from Setup > External Client App Manager > Settings > OAuth Settings, and check that the Domain URL is the same org's; a new app needs up to 10 minutes before it is known.",
);
static INVALID_CLIENT_SECRET: Entry = entry(
    "oauth.invalid_client",
    "The consumer secret is wrong or missing.",
    HoldConnection,
    "Copy the consumer secret again from Setup > External Client App Manager > Settings > OAuth Settings > Consumer Key and Secret.",
);
static FLOW_NOT_ENABLED: Entry = entry(
    "oauth.unsupported_grant_type",
    "The app does not allow the client credentials flow (R7).",
    HoldConnection,
    "Tick Enable Client Credentials Flow in Setup > External Client App Manager, both in the app's settings and in its policies.",
);
static NO_RUN_AS_USER: Entry = saying(
    "oauth.invalid_grant",
    "no client credentials user",
    "The app has no user to run as (R7).",
    HoldConnection,
    "Choose a Run As user in Setup > External Client App Manager > Policies > OAuth Policies > Client Credentials Flow.",
);
static IP_RESTRICTED: Entry = saying(
    "oauth.invalid_grant",
    "ip restricted",
    "Our network address is not allowed (R9).",
    HoldConnection,
    "Allow this machine's public address in Setup > Network Access, or relax the IP restrictions in the app's OAuth policies.",
);
static NO_SCOPES: Entry = entry(
    "oauth.invalid_scope",
    "The app has no scope that allows API calls.",
    HoldConnection,
    "Add the scopes api and refresh_token, offline_access to the app in Setup > External Client App Manager > Settings.",
);
static NOT_APPROVED: Entry = entry(
    "oauth.invalid_app_access",
    "The app may not be used by its run-as user, or is blocked in the org.",
    HoldConnection,
    "Approve the app for its Run As user: Setup > External Client App Manager > Policies, or Setup > Connected Apps OAuth Usage.",
);
static WRONG_DOMAIN: Entry = saying(
    "oauth.invalid_grant",
    "not supported on this domain",
    "The host does not serve this way of signing in: it is a login host, or a setup domain.",
    HoldConnection,
    "Put Current My Domain URL from Setup > My Domain into the connection's Domain URL.",
);
static INACTIVE: Entry = entry(
    "oauth.inactive_user",
    "The run-as user or the org is inactive, or the user is frozen.",
    HoldConnection,
    "Activate the Run As user in Setup > Users, or choose another one in the app's policies.",
);
static RATE_LIMITED: Entry = entry(
    "oauth.rate_limit_exceeded",
    "The user signed in too often within the hour.",
    Defer,
    "Wait an hour, and look for other programs that sign in as this user too often: Setup > Login History.",
);
static HICCUP: Entry = entry(
    "oauth.server_error",
    "Salesforce could not handle the sign-in just now, and said so.",
    RetryNow,
    "Nothing to do; it is tried again. If it stays, see status.salesforce.com.",
);
static MAINTENANCE: Entry = entry(
    "oauth.maintenance",
    "A page or a server error instead of a token, as during maintenance.",
    RetryNow,
    "Nothing to do; it is tried again. If it stays, see status.salesforce.com.",
);
static REFUSED: Entry = entry(
    "oauth.* (any other)",
    "Salesforce refused the sign-in for a reason that is not in this table.",
    HoldConnection,
    "Look at the failed sign-in in Setup > Login History; its Status column names the cause.",
);
static MOVED: Entry = entry(
    "oauth.moved",
    "The host sends us to another address, as it does after a My Domain was renamed.",
    HoldConnection,
    "Put Current My Domain URL from Setup > My Domain into the connection's Domain URL.",
);
static SIGNATURE_MISMATCH: Entry = entry(
    "oauth.signature_mismatch",
    "The token answer is not signed with our consumer secret.",
    HoldConnection,
    "Check the consumer secret; if it is right, something between this machine and Salesforce changes its answers.",
);
static UNTRUSTED_INSTANCE: Entry = entry(
    "oauth.untrusted_instance",
    "The token answer sends us to an address that is not Salesforce's.",
    HoldConnection,
    "Check that the Domain URL is the org's own, from Setup > My Domain; its answer cannot be trusted.",
);
static UNREADABLE_ANSWER: Entry = entry(
    "oauth.unreadable_answer",
    "The token answer lacks what every one has.",
    HoldConnection,
    "Check that the Domain URL is the org's own, from Setup > My Domain.",
);
static UNSENDABLE: Entry = entry(
    "oauth.unsendable",
    "The consumer key or secret, or the token, holds characters that cannot be sent.",
    HoldConnection,
    "Copy the consumer key and secret again, without line breaks.",
);

pub(super) static ALL: &[&Entry] = &[
    &APP_IS_NEW,
    &INVALID_CLIENT_ID,
    &INVALID_CLIENT_SECRET,
    &FLOW_NOT_ENABLED,
    &NO_RUN_AS_USER,
    &IP_RESTRICTED,
    &NO_SCOPES,
    &NOT_APPROVED,
    &WRONG_DOMAIN,
    &INACTIVE,
    &RATE_LIMITED,
    &HICCUP,
    &MAINTENANCE,
    &MOVED,
    &SIGNATURE_MISMATCH,
    &UNTRUSTED_INSTANCE,
    &UNREADABLE_ANSWER,
    &UNSENDABLE,
    &REFUSED,
];

/// Total: a new error does not compile until someone decides. A passing trouble never holds a connection.
pub(crate) fn of_sign_in(error: &SignInError) -> &'static Entry {
    match error {
        SignInError::AppIsNew(_) => &APP_IS_NEW,
        SignInError::InvalidClientId(_) => &INVALID_CLIENT_ID,
        SignInError::InvalidClientSecret(_) => &INVALID_CLIENT_SECRET,
        SignInError::FlowNotEnabled(_) => &FLOW_NOT_ENABLED,
        SignInError::NoRunAsUser(_) => &NO_RUN_AS_USER,
        SignInError::IpRestricted(_) => &IP_RESTRICTED,
        SignInError::NoScopes(_) => &NO_SCOPES,
        SignInError::NotApproved(_) => &NOT_APPROVED,
        SignInError::WrongDomain(_) => &WRONG_DOMAIN,
        SignInError::InactiveUserOrOrg(_) => &INACTIVE,
        SignInError::RateLimited(_) => &RATE_LIMITED,
        SignInError::Hiccup(_) => &HICCUP,
        SignInError::Maintenance { .. } => &MAINTENANCE,
        SignInError::Unreachable { cause, .. } => of_network(cause),
        SignInError::Refused(_) => &REFUSED,
        SignInError::Moved { .. } => &MOVED,
        SignInError::SignatureMismatch { .. } => &SIGNATURE_MISMATCH,
        SignInError::UntrustedInstance { .. } => &UNTRUSTED_INSTANCE,
        SignInError::UnreadableAnswer { .. } => &UNREADABLE_ANSWER,
        SignInError::Unsendable => &UNSENDABLE,
    }
}
