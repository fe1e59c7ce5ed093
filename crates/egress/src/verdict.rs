//! Classify and decide: what may be done after a call, from the kind of call and what was seen of it. Timing and paying are elsewhere.

use std::time::Duration;

use crate::{EgressError, Response, Sent};

/// What a call does on the other side, which is not always what its HTTP method says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MethodKind {
    /// Reads, or does something that may be done twice, such as asking for a token.
    Get,
    /// Makes a record; done twice it makes two.
    Insert,
    /// Changes a known record.
    Update,
    /// Makes or changes a record by its external id.
    Upsert,
    /// Removes a record; one that is gone counts as removed.
    Delete,
}

/// What was seen of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing was sent: no connection came about.
    RefusedBeforeSend,
    /// Nothing was sent and nothing would be next time: the address is not permitted or the request is malformed.
    Unsendable,
    /// It may have been carried out; no complete answer came.
    BrokenAfterSend,
    /// An answer with this status, and how long it asked us to wait.
    Status(u16, Option<Duration>),
}

/// What may be done after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Repeat it, not before `after`.
    Retry {
        /// Wait at least this long when the other side said so.
        after: Option<Duration>,
    },
    /// It may have happened and must not happen twice: find it or rule it out.
    LookUpFirst,
    /// Repeating it would change nothing.
    Final,
}

/// Total: a new kind or sight does not compile until someone decides.
pub fn verdict(kind: MethodKind, seen: Seen) -> Verdict {
    use MethodKind::{Delete, Get, Insert, Update, Upsert};
    match (kind, seen) {
        (_, Seen::RefusedBeforeSend) => Verdict::Retry { after: None },
        (_, Seen::Unsendable) => Verdict::Final,
        // 420 is Salesforce's edge without a route to the org: the org has not seen the call.
        (_, Seen::Status(420 | 429, after)) => Verdict::Retry { after },
        (Insert, Seen::Status(408 | 500..=599, _) | Seen::BrokenAfterSend) => Verdict::LookUpFirst,
        (Get | Update | Upsert | Delete, Seen::Status(408 | 500..=599, after)) => Verdict::Retry { after },
        (Get | Update | Upsert | Delete, Seen::BrokenAfterSend) => Verdict::Retry { after: None },
        (Get | Insert | Update | Upsert | Delete, Seen::Status(..)) => Verdict::Final,
    }
}

impl Seen {
    /// What a call without a usable answer shows.
    pub fn of_error(error: &EgressError) -> Self {
        match (error, error.sent()) {
            (EgressError::NotPermitted { .. } | EgressError::Unsendable { .. } | EgressError::Setup { .. }, _) => {
                Seen::Unsendable
            }
            (_, Sent::Nothing) => Seen::RefusedBeforeSend,
            (_, Sent::MayHave) => Seen::BrokenAfterSend,
        }
    }

    /// What the head of an answer shows.
    pub fn of_response(response: &Response) -> Self {
        Seen::Status(response.status(), response.retry_after())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECONDS: Option<Duration> = Some(Duration::from_secs(7));

    #[test]
    fn each_kind_and_sight_has_its_verdict() {
        use MethodKind::{Delete, Get, Insert, Update, Upsert};
        let retry = Verdict::Retry { after: None };
        let later = Verdict::Retry { after: SECONDS };
        let table: [(Seen, [Verdict; 5]); 9] = [
            (Seen::RefusedBeforeSend, [retry; 5]),
            (Seen::Unsendable, [Verdict::Final; 5]),
            (Seen::BrokenAfterSend, [retry, Verdict::LookUpFirst, retry, retry, retry]),
            (Seen::Status(200, None), [Verdict::Final; 5]),
            (Seen::Status(400, None), [Verdict::Final; 5]),
            (Seen::Status(420, None), [retry; 5]),
            (Seen::Status(429, SECONDS), [later; 5]),
            (Seen::Status(500, None), [retry, Verdict::LookUpFirst, retry, retry, retry]),
            (Seen::Status(503, SECONDS), [later, Verdict::LookUpFirst, later, later, later]),
        ];
        for (seen, expected) in table {
            for (kind, expected) in [Get, Insert, Update, Upsert, Delete].into_iter().zip(expected) {
                assert_eq!(verdict(kind, seen), expected, "{kind:?} {seen:?}");
            }
        }
    }
}
