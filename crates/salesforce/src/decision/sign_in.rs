//! No session could be had.

use super::Disposition::{Defer, HoldConnection, RetryLater, RetryNow};
use super::{Entry, entry, of_network, saying};
use crate::{Flow, SignInError};

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
static FLOW_NOT_ENABLED: Entry = saying(
    "oauth.unsupported_grant_type",
    "(client credentials)",
    "The app does not allow the client credentials flow (R7).",
    HoldConnection,
    "Tick Enable Client Credentials Flow in Setup > External Client App Manager, both in the app's settings and in its policies.",
);
static REFRESH_NOT_ENABLED: Entry = saying(
    "oauth.unsupported_grant_type",
    "(web sign-in, refresh token)",
    "The app does not allow the web server flow, or no refresh tokens.",
    HoldConnection,
    "Tick Enable OAuth in Setup > External Client App Manager > Settings, and give the app the scope refresh_token, offline_access.",
);
static JWT_NOT_ENABLED: Entry = saying(
    "oauth.unsupported_grant_type",
    "(JWT bearer)",
    "The app does not allow the JWT bearer flow.",
    HoldConnection,
    "Tick Enable JWT Bearer Flow in Setup > External Client App Manager > Settings > OAuth Settings, and upload the connection's certificate there.",
);
static DEVICE_NOT_ENABLED: Entry = saying(
    "oauth.unsupported_grant_type",
    "(device)",
    "The app does not allow the device flow.",
    HoldConnection,
    "Tick Enable Device Flow in Setup > External Client App Manager > Settings > OAuth Settings, or sign in on the web instead.",
);
static USER_NOT_APPROVED: Entry = saying(
    "oauth.invalid_grant",
    "hasn't approved this consumer",
    "The user to sign in as has not been approved for the app.",
    HoldConnection,
    "Set Permitted Users to Admin approved users are pre-authorized in Setup > External Client App Manager > Policies, and add the user's profile or a permission set of theirs there.",
);
static DENIED: Entry = entry(
    "oauth.access_denied",
    "The person said no at Salesforce's page of consent.",
    HoldConnection,
    "Sign in again, and press Allow.",
);
static GRANT_ENDED: Entry = saying(
    "oauth.invalid_grant",
    "expired access/refresh token",
    "The refresh token was revoked, has not been used for too long, was replaced, or was pushed out: a user has five sign-ins per app, and a sixth ends the oldest.",
    HoldConnection,
    "Sign in again: `salesbridge connection sign-in NAME`. If it happens again, see who else signs in as this user with the same app in Setup > Connected Apps OAuth Usage; an app of its own for each program keeps them apart.",
);
static GRANT_TOO_OLD: Entry = saying(
    "oauth.invalid_grant",
    "token validity expired",
    "The refresh token is older than the app's policy allows.",
    HoldConnection,
    "Sign in again: `salesbridge connection sign-in NAME`. To be asked less often, change Refresh Token Policy in Setup > External Client App Manager > Policies.",
);
static REPLACEMENT_LOST: Entry = entry(
    "oauth.replacement_lost",
    "The app replaces its refresh token at every use. Salesforce did so, its answer was lost on the way, and the old token, tried once more, is not good any more.",
    HoldConnection,
    "Sign in again: `salesbridge connection sign-in NAME`. Switching off Enable Refresh Token Rotation in the app's settings keeps it from happening again.",
);
static CODE_REFUSED: Entry = saying(
    "oauth.invalid_grant",
    "authorization code",
    "The code of a sign-in was used already, is more than some minutes old, or is not one of this app.",
    HoldConnection,
    "Begin the sign-in again; each code is good once and for a short time.",
);
static VERIFIER_REFUSED: Entry = saying(
    "oauth.invalid_grant",
    "code verifier",
    "The code belongs to another sign-in than the one it was given for.",
    HoldConnection,
    "Begin the sign-in again, and use the newest link only.",
);
static CALLBACK_MISMATCH: Entry = entry(
    "oauth.redirect_uri_mismatch",
    "The app has another callback address than the sign-in.",
    HoldConnection,
    "Add the callback address that the sign-in shows, letter by letter, in Setup > External Client App Manager > Settings > OAuth Settings > Callback URL.",
);
static ASSERTION_REFUSED: Entry = saying(
    "oauth.invalid_grant",
    "assertion",
    "Salesforce refused the assertion: its signature is not that of the app's certificate, its audience is another kind of org, or the clocks differ by minutes.",
    HoldConnection,
    "Upload the connection's certificate to the app again: `salesbridge connection certificate NAME`. Check that the sign-in host is of the right kind (sandbox or not) and that this machine's clock is right.",
);
static NOT_SIGNED_IN: Entry = entry(
    "oauth.not_signed_in",
    "The connection was made, and nobody has signed in for it yet.",
    HoldConnection,
    "Sign in: `salesbridge connection sign-in NAME`.",
);
static NO_SECRET: Entry = entry(
    "oauth.no_secret",
    "Client credentials need the consumer secret, and the connection has none.",
    HoldConnection,
    "Copy the consumer secret from Setup > External Client App Manager > Settings > OAuth Settings > Consumer Key and Secret.",
);
static UNUSABLE_KEY: Entry = entry(
    "oauth.unusable_key",
    "The private key of the connection is not an RSA key of 2048 bits or more.",
    HoldConnection,
    "Leave the key out, so that one is made here, and upload the new certificate to the app.",
);
static TOKEN_NOT_KEPT: Entry = entry(
    "oauth.token_not_kept",
    "The refresh token could not be read from our own database, or a new one not be stored there.",
    RetryLater,
    "Nothing to do; it is tried again by itself. If it stays, see what the log says of the database.",
);
static RENEWED_ELSEWHERE: Entry = entry(
    "oauth.renewed_elsewhere",
    "Another process of this installation is getting a new session for the connection, and does not come to an end.",
    RetryLater,
    "Nothing to do; it is tried again by itself. If it stays, see what the log of the other processes says of this connection.",
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
    "The app may not be used by its user, or is blocked in the org.",
    HoldConnection,
    "Approve the app for its user (of client credentials: its Run As user): Setup > External Client App Manager > Policies, or Setup > Connected Apps OAuth Usage.",
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
    "The user we act as, or the org, is inactive, or the user is frozen.",
    HoldConnection,
    "Activate the user (of client credentials: the Run As user) in Setup > Users, or choose another one: in the app's policies, or by signing in as them.",
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
    &REFRESH_NOT_ENABLED,
    &JWT_NOT_ENABLED,
    &DEVICE_NOT_ENABLED,
    &NO_RUN_AS_USER,
    &IP_RESTRICTED,
    &NO_SCOPES,
    &NOT_APPROVED,
    &USER_NOT_APPROVED,
    &DENIED,
    &GRANT_ENDED,
    &GRANT_TOO_OLD,
    &REPLACEMENT_LOST,
    &CODE_REFUSED,
    &VERIFIER_REFUSED,
    &CALLBACK_MISMATCH,
    &ASSERTION_REFUSED,
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
    &NOT_SIGNED_IN,
    &NO_SECRET,
    &UNUSABLE_KEY,
    &TOKEN_NOT_KEPT,
    &RENEWED_ELSEWHERE,
    &REFUSED,
];

/// Total: a new error does not compile until someone decides. A passing trouble never holds a connection.
pub(crate) fn of_sign_in(error: &SignInError) -> &'static Entry {
    match error {
        SignInError::AppIsNew { .. } => &APP_IS_NEW,
        SignInError::InvalidClientId(_) => &INVALID_CLIENT_ID,
        SignInError::InvalidClientSecret(_) => &INVALID_CLIENT_SECRET,
        SignInError::FlowNotEnabled { flow, .. } => match flow {
            Flow::ClientCredentials => &FLOW_NOT_ENABLED,
            Flow::RefreshToken | Flow::AuthorizationCode => &REFRESH_NOT_ENABLED,
            Flow::JwtBearer => &JWT_NOT_ENABLED,
            Flow::Device => &DEVICE_NOT_ENABLED,
        },
        SignInError::UserNotApproved(_) => &USER_NOT_APPROVED,
        SignInError::Denied(_) => &DENIED,
        SignInError::GrantEnded(_) => &GRANT_ENDED,
        SignInError::GrantTooOld(_) => &GRANT_TOO_OLD,
        SignInError::ReplacementLost(_) => &REPLACEMENT_LOST,
        SignInError::CodeRefused(_) => &CODE_REFUSED,
        SignInError::VerifierRefused(_) => &VERIFIER_REFUSED,
        SignInError::CallbackMismatch(_) => &CALLBACK_MISMATCH,
        SignInError::AssertionRefused(_) => &ASSERTION_REFUSED,
        SignInError::NotSignedIn => &NOT_SIGNED_IN,
        SignInError::NoSecret => &NO_SECRET,
        SignInError::UnusableKey(_) => &UNUSABLE_KEY,
        SignInError::TokenNotKept(_) => &TOKEN_NOT_KEPT,
        SignInError::RenewedElsewhere => &RENEWED_ELSEWHERE,
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
