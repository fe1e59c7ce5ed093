//! People who have signed in.

use async_trait::async_trait;
use salesbridge_model::{Page, PageRequest, PersonId, PersonSession, PersonSessionId, Timestamp};

use crate::StoreError;
use crate::paging::{Order, SortField};

/// Which sessions are wanted, and in which order. Empty finds all that have not ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonSessionFilter {
    /// Of this person.
    pub person: Option<PersonId>,
    /// Used last after this instant.
    pub seen_after: Option<Timestamp>,
    /// In which order.
    pub order: Order<PersonSessionField>,
}

/// What sessions may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonSessionField {
    /// When they began: their ids grow with time.
    CreatedAt,
}

impl SortField for PersonSessionField {
    const FIELDS: &'static [(&'static str, Self)] = &[("created_at", Self::CreatedAt)];
    const FALLING: bool = true;
}

impl PersonSessionFilter {
    /// For implementations: whether a session passes that has not ended at `now`.
    pub fn wants(&self, session: &PersonSession, now: Timestamp) -> bool {
        session.expires_at > now
            && self.person.is_none_or(|person| session.person_id == person)
            && self.seen_after.is_none_or(|seen| session.last_seen_at > seen)
    }
}

/// Sessions of people, found by the SHA-256 of their token. Removing a person removes theirs.
#[async_trait]
pub trait PersonSessionRepository: Send {
    /// Adds one. A person that does not exist is [`StoreError::Reference`], a token that another has [`StoreError::Taken`].
    async fn insert(&mut self, session: &PersonSession, token_hash: &[u8]) -> Result<(), StoreError>;

    /// The one with this id.
    async fn find(&mut self, id: PersonSessionId) -> Result<Option<PersonSession>, StoreError>;

    /// The one with this token, ended or not.
    async fn find_by_token(&mut self, token_hash: &[u8]) -> Result<Option<PersonSession>, StoreError>;

    /// A page of those that pass the filter and have not ended at `now`.
    async fn list(
        &mut self,
        filter: &PersonSessionFilter,
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
