//! No complete answer came.

use salesbridge_egress::EgressError;

use super::Disposition::{HoldConnection, RetryLater, RetryNow};
use super::{Entry, entry};

static NOT_PERMITTED: Entry = entry(
    "network.not_permitted",
    "The address may not be called: it is private, or not https.",
    HoldConnection,
    "Use the public https address of the service; only a connection to a local org may reach this machine.",
);
static UNSENDABLE: Entry = entry(
    "network.unsendable",
    "The request could not be put together.",
    HoldConnection,
    "Look for line breaks or control characters in the connection's settings.",
);
static SETUP: Entry = entry(
    "network.setup",
    "This machine cannot make HTTPS connections.",
    HoldConnection,
    "Check that this machine has its system certificates installed.",
);
static UNKNOWN_HOST: Entry = entry(
    "network.unknown_host",
    "No address is known for the host's name.",
    RetryNow,
    "Check the spelling of the address, and this machine's name resolution.",
);
static COULD_NOT_CONNECT: Entry = entry(
    "network.could_not_connect",
    "The connection was refused; nothing was sent.",
    RetryNow,
    "Check that the service is up, and that a firewall lets this machine reach it.",
);
static TLS_FAILED: Entry = entry(
    "network.tls",
    "No secure connection came about: the certificate is not trusted here, or something else than TLS answers.",
    RetryLater,
    "Check this machine's date and its system certificates; a proxy that opens TLS has to be trusted by this machine.",
);
static TIMED_OUT_BEFORE_SEND: Entry = entry(
    "network.timed_out_before_send",
    "No connection came about in time; nothing was sent.",
    RetryNow,
    "Check that a firewall lets this machine reach the service.",
);
static TIMED_OUT_AFTER_SEND: Entry = entry(
    "network.timed_out_after_send",
    "The request was on its way, and no whole answer came in time.",
    RetryNow,
    "Nothing to do unless it happens often; the call is repeated or looked up by itself.",
);
static BROKEN_AFTER_SEND: Entry = entry(
    "network.broken_after_send",
    "The request was on its way, and the connection broke before the answer was complete.",
    RetryNow,
    "Nothing to do unless it happens often; the call is repeated or looked up by itself.",
);
static BODY_TOO_LARGE: Entry = entry(
    "network.body_too_large",
    "The answer is larger than we read.",
    RetryLater,
    "Ask for fewer rows or fields at a time.",
);

pub(super) static ALL: &[&Entry] = &[
    &NOT_PERMITTED,
    &UNSENDABLE,
    &SETUP,
    &UNKNOWN_HOST,
    &COULD_NOT_CONNECT,
    &TLS_FAILED,
    &TIMED_OUT_BEFORE_SEND,
    &TIMED_OUT_AFTER_SEND,
    &BROKEN_AFTER_SEND,
    &BODY_TOO_LARGE,
];

/// Total: a new error does not compile until someone decides.
pub(crate) fn of_network(error: &EgressError) -> &'static Entry {
    match error {
        EgressError::NotPermitted { .. } => &NOT_PERMITTED,
        EgressError::Unsendable { .. } => &UNSENDABLE,
        EgressError::Setup { .. } => &SETUP,
        EgressError::UnknownHost { .. } => &UNKNOWN_HOST,
        EgressError::CouldNotConnect { .. } | EgressError::CouldNotDial { .. } => &COULD_NOT_CONNECT,
        EgressError::TlsFailed { .. } => &TLS_FAILED,
        EgressError::TimedOutBeforeSend { .. } => &TIMED_OUT_BEFORE_SEND,
        EgressError::TimedOutAfterSend { .. } => &TIMED_OUT_AFTER_SEND,
        EgressError::BrokenAfterSend { .. } => &BROKEN_AFTER_SEND,
        EgressError::BodyTooLarge { .. } => &BODY_TOO_LARGE,
    }
}
