//! A destination in memory whose faults are scripted: for tests of the engine, and the proof that the suite can be passed.

mod connection;
mod finder;
mod finding;
mod org;
mod org_jobs;
mod people;
mod writes;

pub use connection::MemoryConnection;
pub use org::{JobTerms, Maker, MemoryOrg, OrgRecord, OrgTerms, RecordState, SendFault};

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_model::Timestamp;

use crate::{
    Answers, Batching, Cell, ClaimedRecords, ConnectorError, CreatedRecords, Destination, FieldSchema, FieldValue,
    FoundRecord, Intent, NextStep, ObjectSchema, Operation, RecordFate, RecordFinder, RecordPrint, RecoveredRow,
    Recovery, Refusal, Route, RowAnswer, SendFailure, SendWatch, WriteBatch, WriteOptions,
};

/// A destination in memory. Every object has the same fields, given when it is made; a field whose name ends with `__c` is an external id, and texts longer
/// than 20 characters are refused in all others.
pub struct MemoryDestination {
    schema: ObjectSchema,
    batch_rows: usize,
    /// From how many rows on jobs are used, and the rows of one job.
    jobs: Option<(usize, usize)>,
    inner: Mutex<Inner>,
}

/// What the next send does instead of answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is written and the caller knows.
    NotSent,
    /// Nothing is written, but the caller cannot know.
    LostBeforeWrite,
    /// It is written, and the answer is lost.
    LostAfterWrite,
    /// Every batch of more rows than this is refused as a whole, until one is small enough.
    RefuseWholeIfMoreThan(usize),
    /// Every row is put off.
    DeferRows,
}

#[derive(Default)]
struct Inner {
    records: Vec<MemoryRecord>,
    made: usize,
    faults: Vec<Fault>,
    calls: u64,
    sends: Vec<(Operation, usize)>,
    jobs: Vec<Job>,
}

/// A job, which acts when it is looked at for the second time.
#[derive(Clone)]
enum Job {
    Open,
    Queued { looks: usize },
    Aborted,
    Done(Answers),
}

/// A record that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryRecord {
    /// Its id.
    pub id: String,
    /// Its object.
    pub object: String,
    /// Its fields that have a value.
    pub fields: BTreeMap<String, String>,
}

#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Prepared {
    object: String,
    operation: Operation,
    rows: Vec<PreparedRow>,
    job: Option<usize>,
}

#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct PreparedRow {
    record_id: Option<String>,
    fields: BTreeMap<String, Option<String>>,
}

impl MemoryDestination {
    /// An empty destination whose objects have these text fields.
    pub fn new(fields: &[&str], batch_rows: usize) -> Self {
        let field = |name: &&str| FieldSchema {
            name: (*name).to_owned(),
            label: (*name).to_owned(),
            kind: "string".to_owned(),
            // Of texts it tells no length, so that refusing one is left to it.
            length: is_external_id(name).then_some(LONGEST_KEY as u32),
            createable: true,
            updateable: true,
            required: false,
            external_id: is_external_id(name),
            unique: is_external_id(name),
            choices: Vec::new(),
        };
        let schema = ObjectSchema { name: "Thing".to_owned(), fields: fields.iter().map(field).collect() };
        Self { schema, batch_rows, jobs: None, inner: Mutex::default() }
    }

    /// The same, but where at least `from_rows` wait they go by jobs of `job_rows`.
    pub fn with_jobs(self, from_rows: usize, job_rows: usize) -> Self {
        Self { jobs: Some((from_rows, job_rows)), ..self }
    }

    /// Scripts what the next sends do; later sends answer.
    pub fn script(&self, faults: impl IntoIterator<Item = Fault>) {
        self.inner().faults.extend(faults);
    }

    /// Drops what was scripted and has not happened.
    pub fn forget_script(&self) {
        self.inner().faults.clear();
    }

    /// Every record, in the order they were made.
    pub fn records(&self) -> Vec<MemoryRecord> {
        self.inner().records.clone()
    }

    /// Removes a record, as a person on the other side might.
    pub fn remove(&self, id: &str) {
        self.inner().records.retain(|record| record.id != id);
    }

    /// Every send so far: its operation and number of rows.
    pub fn sends(&self) -> Vec<(Operation, usize)> {
        self.inner().sends.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const LONGEST_TEXT: usize = 20;
const LONGEST_KEY: usize = 255;

fn is_external_id(field: &str) -> bool {
    field.ends_with("__c")
}

#[async_trait]
impl Destination for MemoryDestination {
    async fn describe(&self, object: &str, _: bool) -> Result<ObjectSchema, ConnectorError> {
        Ok(ObjectSchema { name: object.to_owned(), ..self.schema.clone() })
    }

    fn batching(&self, _: &Operation, _: WriteOptions, waiting: usize) -> Batching {
        match self.jobs {
            Some((from_rows, rows)) if waiting >= from_rows => Batching { rows, route: Route::Job, calls: 3 },
            _ => Batching { rows: self.batch_rows, route: Route::Call, calls: 1 },
        }
    }

    fn calls_made(&self) -> u64 {
        self.inner().calls
    }

    async fn prepare(&self, batch: &WriteBatch) -> Result<Intent, ConnectorError> {
        let rows = (0..batch.rows.len()).map(|row| prepare_row(batch, row)).collect();
        let job = (batch.route == Route::Job).then(|| self.inner().open_job());
        let prepared = Prepared { object: batch.object.clone(), operation: batch.operation.clone(), rows, job };
        serde_json::to_vec(&prepared).map(Intent).map_err(unreadable)
    }

    async fn send(&self, intent: &Intent, watch: &dyn SendWatch) -> Result<Answers, SendFailure> {
        let prepared: Prepared = read(intent).map_err(SendFailure::NotSent)?;
        let fault = self.inner().begin_send(&prepared)?;
        if fault == Some(Fault::DeferRows) {
            let deferred = || RowAnswer::Deferred { refusal: refusal("LATER", "not now", &[]), pause: None };
            return Ok(prepared.rows.iter().map(|_| deferred()).collect());
        }
        let answers = match prepared.job {
            None => {
                let answers = self.inner().write(&prepared);
                watch.sent();
                answers
            }
            Some(job) => self.run_job(job, &prepared, watch, fault).await?,
        };
        if fault == Some(Fault::LostAfterWrite) {
            return Err(SendFailure::MayHaveHappened(trouble("the answer was lost")));
        }
        watch.answered();
        Ok(answers)
    }

    async fn recover(
        &self,
        intent: &Intent,
        _: Duration,
        claimed: &dyn ClaimedRecords,
    ) -> Result<Recovery, ConnectorError> {
        let prepared = read(intent)?;
        let records = {
            let mut inner = self.inner();
            inner.calls += 1;
            if let Some(job) = prepared.job {
                return Ok(inner.recover_job(job, &prepared));
            }
            inner.records.clone()
        };
        let ids: Vec<String> = records.iter().map(|record| record.id.clone()).collect();
        let claimed = claimed.claimed(&ids).await?;
        let mut free: Vec<_> = records.into_iter().filter(|record| !claimed.contains(&record.id)).collect();
        let mut recover_row = |row: &PreparedRow| {
            let wanted = present(&row.fields);
            match free.iter().position(|record| record.object == prepared.object && record.fields == wanted) {
                _ if row.record_id.is_some() => RecoveredRow::NotSent,
                Some(found) => RecoveredRow::Answered(RowAnswer::Created { record_id: free.remove(found).id }),
                None => RecoveredRow::NotSent,
            }
        };
        Ok(Recovery::Rows(prepared.rows.iter().map(&mut recover_row).collect()))
    }

    fn finder(&self) -> &dyn RecordFinder {
        self
    }
}

/// It has no clock: every record was made, and may have been changed, in any span of time.
#[async_trait]
impl RecordFinder for MemoryDestination {
    async fn by_external_ids(
        &self,
        object: &str,
        field: &str,
        ids: &[String],
    ) -> Result<HashMap<String, String>, ConnectorError> {
        let mut inner = self.inner();
        inner.calls += 1;
        let wanted = |record: &&MemoryRecord| record.object == object;
        let found = inner.records.iter().filter(wanted).filter_map(|record| {
            let key = record.fields.get(field).filter(|key| ids.contains(key))?;
            Some((key.clone(), record.id.clone()))
        });
        Ok(found.collect())
    }

    async fn created_between(
        &self,
        object: &str,
        fields: &[String],
        _: Timestamp,
        _: Timestamp,
    ) -> Result<CreatedRecords, ConnectorError> {
        let mut inner = self.inner();
        inner.calls += 1;
        let found = |record: &MemoryRecord| FoundRecord {
            id: record.id.clone(),
            print: RecordPrint::new(fields.iter().map(|field| record.fields.get(field).map(String::as_str))),
        };
        let of_object = inner.records.iter().filter(|record| record.object == object);
        Ok(CreatedRecords::Found(of_object.map(found).collect()))
    }

    async fn fates(&self, _: &str, ids: &[String], _: Timestamp) -> Result<Vec<RecordFate>, ConnectorError> {
        let mut inner = self.inner();
        inner.calls += 1;
        let is_there = |id: &String| inner.records.iter().any(|record| record.id == *id);
        Ok(ids.iter().map(|id| if is_there(id) { RecordFate::Changed } else { RecordFate::Gone }).collect())
    }

    fn print_of(&self, values: &[Option<&FieldValue>]) -> RecordPrint {
        let kept: Vec<Option<String>> = values.iter().map(|value| value.map(ToString::to_string)).collect();
        RecordPrint::new(kept.iter().map(Option::as_deref))
    }
}

impl MemoryDestination {
    /// Uploads, queues, and waits for the end.
    async fn run_job(
        &self,
        job: usize,
        prepared: &Prepared,
        watch: &dyn SendWatch,
        fault: Option<Fault>,
    ) -> Result<Answers, SendFailure> {
        watch.uploaded();
        self.inner().queue_job(job);
        watch.sent();
        if fault == Some(Fault::LostAfterWrite) {
            return Err(SendFailure::MayHaveHappened(trouble("the answer was lost")));
        }
        loop {
            if let Some(answers) = self.inner().look_at_job(job, prepared) {
                return Ok(answers);
            }
            if !watch.waits(Duration::from_millis(1)).await {
                return Err(SendFailure::GivenUp);
            }
        }
    }
}

impl Inner {
    /// What happens to this send, unless it ends at once.
    fn begin_send(&mut self, prepared: &Prepared) -> Result<Option<Fault>, SendFailure> {
        self.calls += 1;
        self.sends.push((prepared.operation.clone(), prepared.rows.len()));
        let fault = if self.faults.is_empty() { None } else { Some(self.faults.remove(0)) };
        match fault {
            Some(Fault::NotSent) => Err(SendFailure::NotSent(trouble("not sent"))),
            Some(Fault::LostBeforeWrite) => Err(SendFailure::MayHaveHappened(trouble("lost before the write"))),
            Some(Fault::RefuseWholeIfMoreThan(rows)) if prepared.rows.len() > rows => {
                self.faults.insert(0, Fault::RefuseWholeIfMoreThan(rows));
                Err(SendFailure::RefusedWhole(refusal("WHOLE", "the batch is refused", &[])))
            }
            fault => Ok(fault),
        }
    }

    fn open_job(&mut self) -> usize {
        self.calls += 1;
        self.jobs.push(Job::Open);
        self.jobs.len() - 1
    }

    fn queue_job(&mut self, job: usize) {
        if matches!(self.jobs[job], Job::Open) {
            self.jobs[job] = Job::Queued { looks: 0 };
        }
    }

    /// The answers of a job that is over. Time passes for jobs when they are looked at.
    fn look_at_job(&mut self, job: usize, prepared: &Prepared) -> Option<Answers> {
        match self.jobs[job].clone() {
            Job::Queued { looks: 0 } => {
                self.jobs[job] = Job::Queued { looks: 1 };
                None
            }
            Job::Queued { .. } => {
                let answers = self.write(prepared);
                self.jobs[job] = Job::Done(answers.clone());
                Some(answers)
            }
            Job::Done(answers) => Some(answers),
            Job::Open | Job::Aborted => None,
        }
    }

    fn recover_job(&mut self, job: usize, prepared: &Prepared) -> Recovery {
        if matches!(self.jobs[job], Job::Open | Job::Aborted) {
            self.jobs[job] = Job::Aborted;
            return Recovery::Rows(vec![RecoveredRow::NotSent; prepared.rows.len()]);
        }
        match self.look_at_job(job, prepared) {
            Some(answers) => Recovery::Rows(answers.into_iter().map(RecoveredRow::Answered).collect()),
            None => Recovery::Wait { pause: Duration::from_millis(1) },
        }
    }

    fn write(&mut self, prepared: &Prepared) -> Answers {
        prepared.rows.iter().map(|row| self.write_row(&prepared.object, row)).collect()
    }

    fn write_row(&mut self, object: &str, row: &PreparedRow) -> RowAnswer {
        let too_long = |(field, value): &(&String, &Option<String>)| {
            !is_external_id(field) && value.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT)
        };
        if let Some((field, _)) = row.fields.iter().find(too_long) {
            return RowAnswer::Refused(refusal("STRING_TOO_LONG", "data value too large", &[field]));
        }
        let Some(id) = &row.record_id else {
            self.made += 1;
            let id = format!("{:015}AAA", self.made);
            let fields = present(&row.fields);
            self.records.push(MemoryRecord { id: id.clone(), object: object.to_owned(), fields });
            return RowAnswer::Created { record_id: id };
        };
        let Some(record) = self.records.iter_mut().find(|record| record.id == *id) else {
            return RowAnswer::Gone(refusal("ENTITY_IS_DELETED", "entity is deleted", &[]));
        };
        for (field, value) in &row.fields {
            match value {
                Some(text) => record.fields.insert(field.clone(), text.clone()),
                None => record.fields.remove(field),
            };
        }
        RowAnswer::Updated { record_id: id.clone() }
    }
}

fn prepare_row(batch: &WriteBatch, row: usize) -> PreparedRow {
    let mut fields: BTreeMap<String, Option<String>> = batch
        .cells
        .present(row)
        .map(|(field, cell)| match cell {
            Cell::Set(value) => (field.to_owned(), Some(value.to_string())),
            Cell::Clear | Cell::Omit => (field.to_owned(), None),
        })
        .collect();
    if let (Operation::Create { external_id_field: Some(field) }, Some(key)) =
        (&batch.operation, &batch.rows[row].external_id)
    {
        fields.insert(field.clone(), Some(key.clone()));
    }
    PreparedRow { record_id: batch.rows[row].record_id.clone(), fields }
}

fn present(fields: &BTreeMap<String, Option<String>>) -> BTreeMap<String, String> {
    fields.iter().filter_map(|(field, value)| Some((field.clone(), value.clone()?))).collect()
}

fn read(intent: &Intent) -> Result<Prepared, ConnectorError> {
    serde_json::from_slice(&intent.0).map_err(unreadable)
}

fn refusal(code: &str, message: &str, fields: &[&str]) -> Refusal {
    Refusal {
        code: code.to_owned(),
        message: message.to_owned(),
        fields: fields.iter().map(|&field| field.to_owned()).collect(),
        remedy: "Change the value".to_owned(),
    }
}

fn trouble(message: &str) -> ConnectorError {
    ConnectorError {
        code: "SCRIPTED".to_owned(),
        message: message.to_owned(),
        remedy: "Wait".to_owned(),
        next: NextStep::RetryLater { pause: None },
        retry_until: None,
        cause: None,
    }
}

fn unreadable(cause: serde_json::Error) -> ConnectorError {
    ConnectorError {
        next: NextStep::HoldSync,
        cause: Some(Box::new(cause)),
        ..trouble("the prepared write cannot be read")
    }
}
