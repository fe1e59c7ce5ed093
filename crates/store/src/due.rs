//! Rows of a sync that are to be sent, or wait for time or a person.

use std::time::Duration;

use async_trait::async_trait;
use salesbridge_model::{Page, PageRequest, SyncId, Timestamp};

use crate::StoreError;
use crate::paging::{ByKey, Order};

/// Nothing is put off for longer. A row that is to wait longer than this was put off by a clock that was wrong, and counts as due.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// A row that is to be sent, or waits.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct DueRow {
    /// Whose row.
    pub sync_id: SyncId,
    /// The source row's key.
    pub source_key: String,
    /// Outbox sequence of the newest change it stands for; 0 when it became due for another reason.
    pub revision: i64,
    /// What it waits for.
    pub state: DueState,
    /// Sends so far since it became due.
    pub attempts: u32,
    /// Not to be sent before this instant, unless that is more than 15 minutes away.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub not_before: Option<Timestamp>,
    /// Code of the last refusal.
    pub code: Option<String>,
    /// Message of the last refusal.
    pub message: Option<String>,
    /// Fields the message is about.
    pub fields: Vec<String>,
    /// The one thing to do next.
    pub remedy: Option<String>,
    /// When it came into this state.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// What a due row waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DueState {
    /// To be sent, at once or after `not_before`.
    Due,
    /// Refused: waits until it changes, or a person retries or drops it.
    Refused,
    /// A record may have been made for it: waits for a person.
    Uncertain,
}

/// Due rows of a sync by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct DueCounts {
    /// To be sent now.
    pub due: u64,
    /// To be sent later: `not_before` is in the future, at most 15 minutes away.
    pub deferred: u64,
    /// Refused.
    pub refused: u64,
    /// Uncertain.
    pub uncertain: u64,
}

/// Which due rows of a sync are wanted, and in which order. Empty finds all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DueFilter {
    /// In this state.
    pub state: Option<DueState>,
    /// The row with this key.
    pub key: Option<String>,
    /// Whose last refusal had this code.
    pub code: Option<String>,
    /// In which order.
    pub order: Order<ByKey>,
}

impl DueFilter {
    /// All in one state.
    pub fn of(state: DueState) -> Self {
        Self { state: Some(state), ..Self::default() }
    }

    /// For implementations: whether a row passes.
    pub fn wants(&self, row: &DueRow) -> bool {
        self.state.is_none_or(|state| row.state == state)
            && self.key.as_ref().is_none_or(|key| row.source_key == *key)
            && self.code.as_ref().is_none_or(|code| row.code.as_ref() == Some(code))
    }
}

/// Rows of a sync that are to be sent, or wait. A row is in it at most once.
#[async_trait]
pub trait DueRepository: Send {
    /// Takes in what the outbox has for a stream since the sync's position, each row once with its newest sequence, and moves the position: rows not
    /// yet here are added as [`DueState::Due`]; rows here become due at once with `attempts` 0 and without the last refusal, except
    /// [`DueState::Uncertain`] ones, which keep everything but take the newer revision. Says how many rows. A sync that does not exist
    /// is [`StoreError::Reference`].
    async fn take_in(&mut self, sync: SyncId, stream: &str, at: Timestamp) -> Result<u64, StoreError>;

    /// Moves the sync's position to the newest change without taking anything in. A sync that does not exist is
    /// [`StoreError::Reference`].
    async fn skip_to_newest(&mut self, sync: SyncId) -> Result<(), StoreError>;

    /// Rows to be sent at `now`, oldest revision first, then by key; among them those put off for more than [`LONGEST_PAUSE`].
    async fn ready(&mut self, sync: SyncId, now: Timestamp, limit: u32) -> Result<Vec<DueRow>, StoreError>;

    /// The earliest `not_before` of rows that are to be sent later than `now`, which is at most [`LONGEST_PAUSE`] later.
    async fn next_ready_at(&mut self, sync: SyncId, now: Timestamp) -> Result<Option<Timestamp>, StoreError>;

    /// The rows with these keys, by key; keys that are not due are left out.
    async fn find_many(&mut self, sync: SyncId, keys: &[String]) -> Result<Vec<DueRow>, StoreError>;

    /// Stores rows, unless the row stored has a newer revision: then that one stays as it is. A row that is [`DueState::Uncertain`] is
    /// stored even then, with the newer revision: otherwise a change that came meanwhile would send what may have been made already.
    async fn hold(&mut self, rows: &[DueRow]) -> Result<(), StoreError>;

    /// Removes the rows with these keys whose revision is not newer than the one given beside the key.
    async fn clear(&mut self, sync: SyncId, settled: &[(String, i64)]) -> Result<(), StoreError>;

    /// Makes rows in `state` due at once, with `attempts` 0 and without the last refusal: those with these keys, or all when `keys` is
    /// `None`. Says how many.
    async fn retry(
        &mut self,
        sync: SyncId,
        state: DueState,
        keys: Option<&[String]>,
        at: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Removes rows in `state`, with these keys, or all when `keys` is `None`. Says how many.
    async fn drop_rows(&mut self, sync: SyncId, state: DueState, keys: Option<&[String]>) -> Result<u64, StoreError>;

    /// A page of the sync's rows that pass the filter, by key.
    async fn list(&mut self, sync: SyncId, filter: &DueFilter, page: &PageRequest) -> Result<Page<DueRow>, StoreError>;

    /// Rows by state.
    async fn counts(&mut self, sync: SyncId, now: Timestamp) -> Result<DueCounts, StoreError>;
}
