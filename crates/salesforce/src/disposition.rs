//! What the engine does next after a failure.

/// What the engine does next after a failure, for one row or for a whole call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// Send it again soon, with a growing pause: a lock, or too many calls at once.
    RetryNow,
    /// Send it again in minutes: the org or the way to it is down.
    RetryLater,
    /// Stop for hours: a daily limit is reached. It goes on by itself.
    Defer,
    /// Stop using the connection until a person has mended it.
    HoldConnection,
    /// The row or request cannot succeed as it is; others may.
    Refuse,
    /// It may have happened: find it or rule it out before anything else.
    LookUpFirst,
}
