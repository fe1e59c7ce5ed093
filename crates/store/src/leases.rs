//! Leases: which process does a thing, of several that could.

use async_trait::async_trait;
use salesbridge_model::Timestamp;

use crate::StoreError;

/// Leases, by name. A lease that was taken has a token greater than every earlier one of its name: whoever checks the token inside the
/// transaction that writes cannot be overtaken by a process that has lost the lease and does not know it yet.
#[async_trait]
pub trait LeaseRepository: Send {
    /// Takes a lease that nobody holds at `now`; its token, or `None` while somebody does. It ends at `until` unless it is prolonged.
    async fn take(
        &mut self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<i64>, StoreError>;

    /// Prolongs a lease; false when it has been given back or another has taken it.
    async fn prolong(&mut self, name: &str, token: i64, until: Timestamp) -> Result<bool, StoreError>;

    /// Gives a lease back; false when it has been already, or another has taken it.
    async fn give_back(&mut self, name: &str, token: i64) -> Result<bool, StoreError>;

    /// Whether nobody has taken the lease since, and it has not been given back. One that has run out and that nobody took still counts.
    async fn is_current(&mut self, name: &str, token: i64) -> Result<bool, StoreError>;

    /// Who holds a lease at `now`.
    async fn holder(&mut self, name: &str, now: Timestamp) -> Result<Option<String>, StoreError>;

    /// Gives back every lease, whoever holds it: the caller knows that no other process lives. Says how many.
    async fn give_all_back(&mut self) -> Result<u64, StoreError>;
}
