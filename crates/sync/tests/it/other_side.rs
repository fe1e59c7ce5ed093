//! The other side: records in memory, what was sent to it, and moments at which a test may step in.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_connector_kit::memory::MemoryDestination;
use salesbridge_connector_kit::{
    Answers, Batching, Cell, ClaimedRecords, ConnectorError, Destination, Intent, NextStep, ObjectSchema, Operation,
    RecordFinder, Recovery, Refusal, RowAnswer, SendFailure, SendWatch, WriteBatch, WriteOptions,
};

/// One row of a send, as it was mapped: `None` clears.
pub(crate) type SentRow = BTreeMap<String, Option<String>>;

/// Something that happens while a send is under way.
pub(crate) type Meanwhile = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Records in memory behind scripted calls.
pub(crate) struct OtherSide {
    pub(crate) memory: Arc<MemoryDestination>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    prepared: HashMap<Vec<u8>, Vec<SentRow>>,
    sent: Vec<Vec<SentRow>>,
    meanwhile: VecDeque<(usize, Meanwhile)>,
    poison: Option<String>,
    deferred: Option<(String, Duration)>,
    locked: HashMap<String, usize>,
    prepares: VecDeque<ConnectorError>,
    sends: VecDeque<SendFailure>,
    recoveries: VecDeque<Result<Recovery, ConnectorError>>,
    forgets_an_answer: bool,
    silent_for: Vec<Duration>,
}

impl OtherSide {
    /// `jobs`: from how many rows on they go by jobs, and the rows of one.
    pub(crate) fn new(fields: &[&str], batch_rows: usize, jobs: Option<(usize, usize)>) -> Self {
        let memory = MemoryDestination::new(fields, batch_rows);
        let memory = match jobs {
            Some((from_rows, job_rows)) => memory.with_jobs(from_rows, job_rows),
            None => memory,
        };
        Self { memory: Arc::new(memory), inner: Mutex::default() }
    }

    /// What was sent so far, send by send, whether it arrived or not.
    pub(crate) fn sent(&self) -> Vec<Vec<SentRow>> {
        self.inner().sent.clone()
    }

    /// Rows per send so far.
    pub(crate) fn sizes(&self) -> Vec<usize> {
        self.inner().sent.iter().map(Vec::len).collect()
    }

    /// Does this once in the send with this number (from 0, counting all), before anything is written.
    pub(crate) fn during_send(&self, number: usize, meanwhile: impl Future<Output = ()> + Send + 'static) {
        self.inner().meanwhile.push_back((number, Box::pin(meanwhile)));
    }

    /// Nothing that was scripted and has not happened will happen.
    pub(crate) fn forget_script(&self) {
        self.memory.forget_script();
        self.inner().meanwhile.clear();
    }

    /// Refuses as a whole every batch that holds this value.
    pub(crate) fn refuse_batches_with(&self, value: &str) {
        self.inner().poison = Some(value.into());
    }

    /// Puts off rows that hold this value, for so long.
    pub(crate) fn put_off_rows_with(&self, value: Option<(&str, Duration)>) {
        self.inner().deferred = value.map(|(value, pause)| (value.to_owned(), pause));
    }

    /// The next so many sends with a row of this first name find it locked: it stands for a record that rows refer to.
    pub(crate) fn lock(&self, first_name: &str, times: usize) {
        self.inner().locked.insert(first_name.to_owned(), times);
    }

    /// The next prepare fails.
    pub(crate) fn fail_prepare(&self, next: NextStep) {
        self.inner().prepares.push_back(trouble(next));
    }

    /// The next send fails, and the caller knows that nothing was written.
    pub(crate) fn fail_send(&self, next: NextStep) {
        self.inner().sends.push_back(SendFailure::NotSent(trouble(next)));
    }

    /// The next recovery answers this.
    pub(crate) fn answer_recovery(&self, recovery: Recovery) {
        self.inner().recoveries.push_back(Ok(recovery));
    }

    /// The next recovery fails.
    pub(crate) fn fail_recovery(&self, next: NextStep) {
        self.inner().recoveries.push_back(Err(trouble(next)));
    }

    /// The next send answers for all rows but the last.
    pub(crate) fn forget_an_answer(&self) {
        self.inner().forgets_an_answer = true;
    }

    /// Since when the sender was said to be silent, recovery by recovery.
    pub(crate) fn silent_for(&self) -> Vec<Duration> {
        self.inner().silent_for.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    fn begin_send(&self, intent: &Intent) -> (Vec<SentRow>, Option<Meanwhile>) {
        let mut inner = self.inner();
        let rows = inner.prepared[&intent.0].clone();
        let number = inner.sent.len();
        inner.sent.push(rows.clone());
        let found = inner.meanwhile.iter().position(|(when, _)| *when == number);
        (rows, found.and_then(|found| inner.meanwhile.remove(found)).map(|(_, meanwhile)| meanwhile))
    }
}

impl Inner {
    /// Every row of a send is answered with a lock while a record that one of them refers to is locked.
    fn contended(&mut self, rows: &[SentRow]) -> Option<Answers> {
        let parent = |row: &SentRow| row.get("FirstName").cloned().flatten().unwrap_or_default();
        let parents: BTreeSet<String> = rows.iter().map(parent).collect();
        let mut is_locked = false;
        for (_, left) in self.locked.iter_mut().filter(|(name, left)| **left > 0 && parents.contains(*name)) {
            *left -= 1;
            is_locked = true;
        }
        let answer = |row: &SentRow| RowAnswer::Contended { refusal: refusal("LOCKED"), records: vec![parent(row)] };
        is_locked.then(|| rows.iter().map(answer).collect())
    }
}

/// A call that failed, with what the engine is to do next.
pub(crate) fn trouble(next: NextStep) -> ConnectorError {
    ConnectorError {
        code: "TROUBLE".into(),
        message: "trouble".into(),
        remedy: "Mend it".into(),
        next,
        retry_until: None,
        cause: None,
    }
}

fn holds(row: &SentRow, value: &str) -> bool {
    row.values().flatten().any(|held| held == value)
}

fn refusal(code: &str) -> Refusal {
    Refusal { code: code.into(), message: "no".into(), fields: Vec::new(), remedy: "Change it".into() }
}

#[async_trait]
impl Destination for OtherSide {
    async fn describe(&self, object: &str, refresh: bool) -> Result<ObjectSchema, ConnectorError> {
        self.memory.describe(object, refresh).await
    }

    fn batching(&self, operation: &Operation, options: WriteOptions, rows: usize) -> Batching {
        self.memory.batching(operation, options, rows)
    }

    fn calls_made(&self) -> u64 {
        self.memory.calls_made()
    }

    async fn prepare(&self, batch: &WriteBatch) -> Result<Intent, ConnectorError> {
        if let Some(error) = self.inner().prepares.pop_front() {
            return Err(error);
        }
        let value = |cell| if let Cell::Set(value) = cell { Some(value.to_string()) } else { None };
        let row = |row| batch.cells.present(row).map(|(field, cell)| (field.to_owned(), value(cell))).collect();
        let rows = (0..batch.rows.len()).map(row).collect();
        let intent = self.memory.prepare(batch).await?;
        self.inner().prepared.insert(intent.0.clone(), rows);
        Ok(intent)
    }

    async fn send(&self, intent: &Intent, watch: &dyn SendWatch) -> Result<Answers, SendFailure> {
        let (rows, meanwhile) = self.begin_send(intent);
        if let Some(meanwhile) = meanwhile {
            meanwhile.await;
        }
        if let Some(failure) = self.inner().sends.pop_front() {
            return Err(failure);
        }
        let poison = self.inner().poison.clone();
        if poison.is_some_and(|poison| rows.iter().any(|row| holds(row, &poison))) {
            return Err(SendFailure::RefusedWhole(refusal("POISON")));
        }
        let deferred = self.inner().deferred.clone();
        if let Some((value, pause)) = deferred.filter(|(value, _)| rows.iter().any(|row| holds(row, value))) {
            assert_eq!(rows.len(), 1, "a row to be put off is sent alone: {value}");
            return Ok(vec![RowAnswer::Deferred { refusal: refusal("LATER"), pause: Some(pause) }]);
        }
        if let Some(answers) = self.inner().contended(&rows) {
            return Ok(answers);
        }
        let mut answers = self.memory.send(intent, watch).await?;
        if std::mem::take(&mut self.inner().forgets_an_answer) {
            answers.pop();
        }
        Ok(answers)
    }

    async fn recover(
        &self,
        intent: &Intent,
        silent_for: Duration,
        claimed: &dyn ClaimedRecords,
    ) -> Result<Recovery, ConnectorError> {
        self.inner().silent_for.push(silent_for);
        let scripted = self.inner().recoveries.pop_front();
        match scripted {
            Some(answer) => answer,
            None => self.memory.recover(intent, silent_for, claimed).await,
        }
    }

    fn finder(&self) -> &dyn RecordFinder {
        self.memory.finder()
    }
}
