//! What a call does on the other side, and whether it is repeated. What decides that is the business of whoever knows the other side's errors.

use std::time::Duration;

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

/// Whether a call that failed is repeated by the client itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Repeat it, not before `after`.
    Retry {
        /// Wait at least this long when the other side said so.
        after: Option<Duration>,
    },
    /// The error goes to the caller.
    Final,
}
