//! One-time links.

use async_trait::async_trait;
use salesbridge_model::{Invitation, InvitationPurpose, PersonId, Timestamp};

use crate::StoreError;

/// One-time links, found by the SHA-256 of their token. Removing a person removes theirs.
#[async_trait]
pub trait InvitationRepository: Send {
    /// Adds one. A person that does not exist is [`StoreError::Reference`].
    async fn insert(&mut self, invitation: &Invitation, token_hash: &[u8]) -> Result<(), StoreError>;

    /// The one with this token, whatever has become of it.
    async fn find(&mut self, token_hash: &[u8]) -> Result<Option<Invitation>, StoreError>;

    /// Uses one that was not used and has not expired at `now`, so that nobody else does; false when that is not so.
    async fn spend(&mut self, token_hash: &[u8], now: Timestamp) -> Result<bool, StoreError>;

    /// Removes those for a purpose, of one person or of nobody, that were not used; says how many.
    async fn withdraw(&mut self, purpose: InvitationPurpose, person: Option<PersonId>) -> Result<u64, StoreError>;

    /// Removes those that expired before an instant; says how many.
    async fn prune(&mut self, expired_before: Timestamp) -> Result<u64, StoreError>;
}
