//! How a call can fail as a whole, and what the engine does next.

use std::time::Duration;

use salesbridge_model::Timestamp;

use crate::Refusal;

/// A call that writes nothing (describe, recovery) failed.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ConnectorError {
    /// Stable code: the other side's own where it gave one.
    pub code: String,
    /// What happened, for people.
    pub message: String,
    /// The one thing to do next.
    pub remedy: String,
    /// What the engine does next.
    pub next: NextStep,
    /// Until when time alone may mend it, where that is known; it is tried again by itself meanwhile.
    pub retry_until: Option<Timestamp>,
    /// The cause, for the log.
    #[source]
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What the engine does after a failure of a whole call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// The same again after a pause.
    RetryLater {
        /// At least this long, when the other side's rules say so.
        pause: Option<Duration>,
    },
    /// Nothing more through this connection until a person has mended it.
    HoldConnection,
    /// Nothing more for this sync until a person has mended it.
    HoldSync,
}

/// A send failed as a whole.
#[derive(Debug)]
pub enum SendFailure {
    /// Nothing was written and nothing will be.
    NotSent(ConnectorError),
    /// It may have been written: recover before anything else.
    MayHaveHappened(ConnectorError),
    /// Nothing was written: the object is not what it was when the batch was prepared, for example because a field has gone.
    Outdated(ConnectorError),
    /// It is under way, and its answer was not waited for: recover before anything else.
    GivenUp,
    /// The other side refused the whole batch and wrote none of it, though perhaps only one row is at fault.
    RefusedWhole(Refusal),
}
