//! The door for time.

use std::time::Duration;

/// An instant in UTC.
pub type Timestamp = chrono::DateTime<chrono::Utc>;

/// Tells the time. Nobody else may ask the operating system, so that tests are exact.
pub trait Clock: Send + Sync {
    /// The present instant. It may jump, when somebody sets the machine's clock: nothing that must not happen too early may wait by it.
    fn now(&self) -> Timestamp;

    /// Time since some instant of this process; it only grows. Waits are measured by it.
    fn monotonic(&self) -> Duration;
}
