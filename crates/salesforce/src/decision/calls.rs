//! A whole call failed, and Salesforce gave no code for it.

use super::Disposition::{Defer, Refuse, RetryLater, RetryNow};
use super::{Entry, entry, of_fault, of_network, of_sign_in};
use crate::ApiError;

static BUDGET_SPENT: Entry = entry(
    "salesforce.budget_spent",
    "The calls that this connection may make are used up; the rest is kept for the org's other users.",
    Defer,
    "Wait, it goes on by itself; or lower `reserve_percent`, raise the connection's `daily_calls`, or buy more API calls.",
);
static BUSY: Entry = entry(
    "salesforce.unavailable",
    "Status 408, 420, 429 or 500 to 599: Salesforce or its edge is busy, in maintenance or failed inside.",
    RetryNow,
    "Nothing to do; it is tried again. If it stays, see status.salesforce.com and check the Domain URL.",
);
static NO_EXPLANATION: Entry = entry(
    "salesforce.unavailable",
    "Any other status with a page or nothing instead of an explanation, as during maintenance.",
    RetryLater,
    "Nothing to do; it is tried again. If it stays, see status.salesforce.com and check the Domain URL.",
);
static UNREADABLE: Entry = entry(
    "salesforce.unreadable_answer",
    "A successful answer that is not what was asked for.",
    RetryLater,
    "Nothing to do; it is tried again. If it stays, see status.salesforce.com and check the Domain URL.",
);
static TOO_MANY_ROWS: Entry = entry(
    "salesforce.too_many_rows",
    "A query finds more rows than were asked for at most.",
    Refuse,
    "Narrow the query, or ask for more rows.",
);
static BAD_NAME: Entry = entry(
    "salesforce.bad_name",
    "A name or value cannot stand in the address of a record.",
    Refuse,
    "Use the API name from Setup > Object Manager.",
);

pub(super) static ALL: &[&Entry] = &[&BUDGET_SPENT, &BUSY, &NO_EXPLANATION, &UNREADABLE, &TOO_MANY_ROWS, &BAD_NAME];

/// Total: a new error does not compile until someone decides.
pub(crate) fn of_call(error: &ApiError) -> &'static Entry {
    match error {
        ApiError::SignIn(error) => of_sign_in(error),
        ApiError::Budget(_) => &BUDGET_SPENT,
        ApiError::Transport(error) => of_network(error),
        ApiError::Refused { status, faults } => match (status, faults.first()) {
            (500..=599, _) => &BUSY,
            (_, Some(fault)) => of_fault(fault),
            (_, None) => &NO_EXPLANATION,
        },
        // 420 is Salesforce's edge without a route to the org: the org has not seen the call.
        ApiError::Unavailable { status: 408 | 420 | 429 | 500..=599, .. } => &BUSY,
        ApiError::Unavailable { .. } => &NO_EXPLANATION,
        ApiError::Unreadable { .. } => &UNREADABLE,
        ApiError::TooManyRows { .. } => &TOO_MANY_ROWS,
        ApiError::BadName { .. } => &BAD_NAME,
    }
}
