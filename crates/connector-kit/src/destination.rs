//! What rows are written to, and the contract that makes exactly-once possible.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;

use crate::{Answers, Cells, ConnectorError, ObjectSchema, RecordFinder, Recovery, SendFailure};

/// A system that records are written to.
///
/// The engine journals what [`Destination::prepare`] returns before it calls [`Destination::send`], and stores the answers before it goes on. Whatever
/// happens between, [`Destination::recover`] tells what became of the intent. A destination keeps no state that this depends on: all of it is in the intent.
#[async_trait]
pub trait Destination: Send + Sync {
    /// What the object looks like now; `refresh` asks the other side even if the answer is remembered.
    async fn describe(&self, object: &str, refresh: bool) -> Result<ObjectSchema, ConnectorError>;

    /// How so many rows of one operation, which wait to be sent, are best parted. Asked before every batch: what was found out meanwhile counts.
    fn batching(&self, operation: &Operation, options: WriteOptions, rows: usize) -> Batching;

    /// Calls made to the other side since this value was made, of every kind.
    fn calls_made(&self) -> u64;

    /// Makes everything that is to be sent, and sends nothing that changes records. The same batch may be prepared again. A batch that cannot travel by its
    /// route is prepared all the same: sending it refuses it as a whole, so that its halves may go another way.
    async fn prepare(&self, batch: &WriteBatch) -> Result<Intent, ConnectorError>;

    /// Sends the intent once; one answer per row, in its order. Never repeats by itself a write that may have happened. While the other side works on
    /// it for long, `watch` says whether waiting is still wanted.
    async fn send(&self, intent: &Intent, watch: &dyn SendWatch) -> Result<Answers, SendFailure>;

    /// Tells what became of an intent whose answer was lost or not waited for. Asks the other side, never guesses, writes nothing. `silent_for` is how long the
    /// sender has surely not been sending; records that `claimed` knows belong to other rows.
    async fn recover(
        &self,
        intent: &Intent,
        silent_for: Duration,
        claimed: &dyn ClaimedRecords,
    ) -> Result<Recovery, ConnectorError>;

    /// Finds records again after a restore.
    fn finder(&self) -> &dyn RecordFinder;
}

/// Rows for one object and one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct WriteBatch {
    /// API name of the object.
    pub object: String,
    /// What is to be done with every row.
    pub operation: Operation,
    /// How records are written.
    pub options: WriteOptions,
    /// Which way the rows go.
    pub route: Route,
    /// The rows, in the order of the answers.
    pub rows: Vec<WriteRow>,
    /// Their fields; as many rows.
    pub cells: Cells,
}

/// How rows are parted into batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batching {
    /// Most rows of one batch; at least one.
    pub rows: usize,
    /// Which way a batch goes.
    pub route: Route,
    /// Calls that one batch takes, about.
    pub calls: u64,
}

/// Which way a batch goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// In one call that is answered at once: for few rows.
    #[default]
    Call,
    /// In a job that the other side works on by itself: for many rows.
    Job,
}

/// What is to be done with every row of a batch.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// A record is made for every row.
    Create {
        /// The unique external-ID field that carries [`WriteRow::external_id`]; with it a create may be repeated.
        external_id_field: Option<String>,
    },
    /// The record of every row is changed.
    Update,
}

/// How records are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct WriteOptions {
    /// Save although a duplicate rule would warn.
    pub allow_duplicates: bool,
    /// Let assignment rules run.
    pub assignment_rules: bool,
}

/// One row of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteRow {
    /// The record to change; `None` when one is made.
    pub record_id: Option<String>,
    /// Our own key for the record, when the operation has a field for it.
    pub external_id: Option<String>,
}

/// A prepared write: opaque bytes that survive the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent(pub Vec<u8>);

/// Is told how far a send is, and asked whether to wait. What does not wait returns at once.
#[async_trait]
pub trait SendWatch: Send + Sync {
    /// Everything is on the other side, which has not been told to act on it. Only jobs come by here.
    fn uploaded(&self) {}
    /// The request has left and the other side has begun to answer: it has acted.
    fn sent(&self);
    /// The whole answer is here, unread.
    fn answered(&self);
    /// The other side works on the write: lets so much time pass. False when nobody wants to wait any more; the send ends with
    /// [`crate::SendFailure::GivenUp`] then, and what becomes of the write is found out later.
    async fn waits(&self, pause: Duration) -> bool;
}

/// Watches nothing, and waits as long as it takes.
pub struct Unwatched;

#[async_trait]
impl SendWatch for Unwatched {
    fn sent(&self) {}
    fn answered(&self) {}
    async fn waits(&self, pause: Duration) -> bool {
        tokio::time::sleep(pause).await;
        true
    }
}

/// Knows which records stand for some source row already.
#[async_trait]
pub trait ClaimedRecords: Send + Sync {
    /// Those of the ids that some link holds.
    async fn claimed(&self, record_ids: &[String]) -> Result<HashSet<String>, ConnectorError>;
}

/// No record stands for any row.
pub struct NothingClaimed;

#[async_trait]
impl ClaimedRecords for NothingClaimed {
    async fn claimed(&self, _: &[String]) -> Result<HashSet<String>, ConnectorError> {
        Ok(HashSet::new())
    }
}
