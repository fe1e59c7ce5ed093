//! People who have signed in.

use async_trait::async_trait;
use salesbridge_model::{Page, PageRequest, PersonId, PersonSession, PersonSessionId, Timestamp};

use crate::StoreError;

/// Sessions of people, found by the SHA-256 of their token. Removing a person removes theirs.
#[async_trait]
pub trait PersonSessionRepository: Send {
    /// Adds one. A person that does not exist is [`StoreError::Reference`], a token that another has [`StoreError::Taken`].
    async fn insert(&mut self, session: &PersonSession, token_hash: &[u8]) -> Result<(), StoreError>;

    /// The one with this id.
    async fn find(&mut self, id: PersonSessionId) -> Result<Option<PersonSession>, StoreError>;

    /// The one with this token, ended or not.
    async fn find_by_token(&mut self, token_hash: &[u8]) -> Result<Option<PersonSession>, StoreError>;

    /// A page of sessions that have not ended at `now`, newest first (by id, which grows with time); of one person, or of all.
    async fn list(
        &mut self,
        person: Option<PersonId>,
        now: Timestamp,
        page: &PageRequest,
    ) -> Result<Page<PersonSession>, StoreError>;

    /// Remembers when a session was used last; false when there is none.
    async fn touch(&mut self, id: PersonSessionId, at: Timestamp) -> Result<bool, StoreError>;

    /// Removes one; false when there is none.
    async fn delete(&mut self, id: PersonSessionId) -> Result<bool, StoreError>;

    /// Removes a person's sessions, but for one; says how many.
    async fn delete_of(&mut self, person: PersonId, but: Option<PersonSessionId>) -> Result<u64, StoreError>;

    /// Removes at most `limit` that ended before an instant; says how many.
    async fn prune(&mut self, ended_before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
