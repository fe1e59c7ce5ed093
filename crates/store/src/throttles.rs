//! Failed sign-ins, counted by who or where they came from.

use async_trait::async_trait;
use salesbridge_model::Timestamp;

use crate::StoreError;

/// Failed sign-ins of one name, or from one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInThrottle {
    /// How many in a row.
    pub failures: u32,
    /// When the first of them was.
    pub window_began_at: Timestamp,
    /// Until when no other is tried.
    pub blocked_until: Option<Timestamp>,
}

/// Failed sign-ins by a key: a digest of the name or address, never the text itself, which may be a password typed in the wrong field.
#[async_trait]
pub trait ThrottleRepository: Send {
    /// What is known of a key.
    async fn find(&mut self, key: &str) -> Result<Option<SignInThrottle>, StoreError>;

    /// Stores it, in place of what was known.
    async fn save(&mut self, key: &str, throttle: &SignInThrottle) -> Result<(), StoreError>;

    /// Forgets a key; false when nothing was known.
    async fn forget(&mut self, key: &str) -> Result<bool, StoreError>;

    /// Removes at most `limit` whose window began before an instant; says how many.
    async fn prune(&mut self, began_before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
