//! The door for time.

/// An instant in UTC.
pub type Timestamp = chrono::DateTime<chrono::Utc>;

/// Tells the time. Nobody else may ask the operating system, so that tests are exact.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}
