//! What every [`Destination`] must do, as tests that an implementation runs over itself.
//!
//! ```ignore
//! salesbridge_connector_kit::conformance::check_destination(&subject).await;
//! ```
#![expect(clippy::panic, reason = "a failed expectation of a suite is a panic, as in any test")]

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use salesbridge_model::Timestamp;

use crate::{
    Answers, Cells, ClaimedRecords, ConnectorError, Destination, FieldValue, Intent, NothingClaimed, Operation,
    RecordFate, RecoveredRow, Recovery, Route, RowAnswer, SendFailure, SendWatch, Unwatched, WriteBatch, WriteOptions,
    WriteRow,
};

/// A destination under test, with the other side in reach.
#[async_trait]
pub trait Subject: Send + Sync {
    /// The destination.
    fn destination(&self) -> &dyn Destination;

    /// An object of the other side for the suite's records.
    fn object(&self) -> String;

    /// Two text fields of the object that may be set, of at least 8 and at most 100 characters; the first is given to every record.
    fn fields(&self) -> [String; 2];

    /// Values that the object requires beside, for every record.
    fn required(&self) -> BTreeMap<String, String>;

    /// A unique external-ID field of the object, when the destination can use one.
    fn external_id_field(&self) -> Option<String>;

    /// Which way the suite's batches go.
    fn route(&self) -> Route;

    /// The next write is carried out when `written`, and its answer is lost either way.
    async fn lose_next_answer(&self, written: bool);

    /// The records of the object: id, first field, second field.
    async fn records(&self) -> Vec<(String, Option<String>, Option<String>)>;
}

/// A silence after which nothing can be under way any more.
const LONG_ENOUGH: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs the whole suite, on a subject without records.
pub async fn check_destination(subject: &dyn Subject) {
    rows_are_answered_in_order_and_a_refused_row_stops_no_other(subject).await;
    a_field_that_is_omitted_is_left_alone_and_one_that_is_cleared_is_emptied(subject).await;
    a_lost_answer_after_the_write_is_recovered_as_created(subject, None).await;
    a_lost_answer_before_the_write_is_recovered_as_not_sent(subject, None).await;
    if let Some(field) = subject.external_id_field() {
        a_lost_answer_after_the_write_is_recovered_as_created(subject, Some(field.clone())).await;
        a_lost_answer_before_the_write_is_recovered_as_not_sent(subject, Some(field.clone())).await;
        a_create_by_external_id_may_be_repeated(subject, field).await;
    }
    equal_rows_are_recovered_by_number_and_claimed_records_are_left_alone(subject).await;
    a_record_that_is_gone_is_said_to_be_gone(subject).await;
    records_are_found_again(subject).await;
    if subject.route() == Route::Job {
        a_job_that_nobody_sent_is_recovered_as_not_sent(subject).await;
        a_job_whose_sender_died_before_it_was_queued_is_recovered_as_not_sent(subject).await;
        a_job_that_nobody_waited_for_tells_later_what_became_of_its_rows(subject).await;
    }
}

/// The process died when the job had been made, and perhaps journalled.
async fn a_job_that_nobody_sent_is_recovered_as_not_sent(subject: &dyn Subject) {
    let before = subject.records().await.len();
    let intent = prepare(subject, &creates(subject, &["idle 1", "idle 2"], None)).await;
    assert_eq!(recover(subject, &intent, &NothingClaimed).await, vec![RecoveredRow::NotSent; 2]);
    assert_eq!(subject.records().await.len(), before);
}

async fn a_job_whose_sender_died_before_it_was_queued_is_recovered_as_not_sent(subject: &dyn Subject) {
    let before = subject.records().await.len();
    let intent = prepare(subject, &creates(subject, &["left 1", "left 2"], None)).await;
    dies(subject, &intent, Death::Uploaded).await;
    assert_eq!(recover(subject, &intent, &NothingClaimed).await, vec![RecoveredRow::NotSent; 2]);
    assert_eq!(recover(subject, &intent, &NothingClaimed).await, vec![RecoveredRow::NotSent; 2], "asked again");
    assert_eq!(subject.records().await.len(), before, "a job that was found so never acts");
}

async fn a_job_that_nobody_waited_for_tells_later_what_became_of_its_rows(subject: &dyn Subject) {
    let too_long = "x".repeat(300);
    for death in [Death::Queued, Death::Waiting, Death::Answered] {
        let intent = prepare(subject, &creates(subject, &["alone 1", &too_long, "alone 3"], None)).await;
        match death {
            Death::Waiting => match subject.destination().send(&intent, &Mortal(death)).await {
                // Where nothing has to be waited for, nobody is asked.
                Ok(_) | Err(SendFailure::GivenUp) => {}
                other => panic!("given up was expected: {other:?}"),
            },
            _ => dies(subject, &intent, death).await,
        }
        let rows = recover(subject, &intent, &NothingClaimed).await;
        let [RecoveredRow::Answered(RowAnswer::Created { record_id: first }), refused, third] = &rows[..] else {
            panic!("three rows were expected, the first one created: {rows:?}");
        };
        assert!(matches!(refused, RecoveredRow::Answered(RowAnswer::Refused(_))), "{death:?}: {refused:?}");
        assert!(matches!(third, RecoveredRow::Answered(RowAnswer::Created { .. })), "{death:?}: {third:?}");
        assert_eq!(value_of(subject, first).await.as_deref(), Some("alone 1"), "{death:?}");
        assert_eq!(recover(subject, &intent, &NothingClaimed).await, rows, "asked again, it says the same");
    }
}

/// Where a send ends without a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    Uploaded,
    Queued,
    Waiting,
    Answered,
}

struct Mortal(Death);

impl Mortal {
    fn dies_at(&self, death: Death) {
        if self.0 == death {
            // Silently: this panic is the death of a process, no failure of a test.
            std::panic::resume_unwind(Box::new("the process died"));
        }
    }
}

#[async_trait]
impl SendWatch for Mortal {
    fn uploaded(&self) {
        self.dies_at(Death::Uploaded);
    }

    fn sent(&self) {
        self.dies_at(Death::Queued);
    }

    fn answered(&self) {
        self.dies_at(Death::Answered);
    }

    async fn waits(&self, pause: Duration) -> bool {
        self.0 != Death::Waiting && Unwatched.waits(pause).await
    }
}

async fn dies(subject: &dyn Subject, intent: &Intent, death: Death) {
    let mortal = Mortal(death);
    let sending = subject.destination().send(intent, &mortal);
    let sent = std::panic::AssertUnwindSafe(sending).catch_unwind().await;
    assert!(sent.is_err(), "the send was to die when it was {death:?}");
}

async fn rows_are_answered_in_order_and_a_refused_row_stops_no_other(subject: &dyn Subject) {
    let too_long = "x".repeat(300);
    let batch = creates(subject, &["order 1", &too_long, "order 3"], None);
    let answers = send(subject, &batch).await;
    let [RowAnswer::Created { record_id: first }, RowAnswer::Refused(refusal), RowAnswer::Created { record_id: third }] =
        &answers[..]
    else {
        panic!("created, refused, created were expected: {answers:?}");
    };
    assert!(!refusal.code.is_empty() && !refusal.remedy.is_empty(), "a refusal has a code and a remedy: {refusal:?}");
    assert_eq!(refusal.fields, [subject.fields()[0].clone()], "a refusal names the field");
    assert_eq!(value_of(subject, first).await, Some("order 1".to_owned()));
    assert_eq!(value_of(subject, third).await, Some("order 3".to_owned()));
}

async fn a_field_that_is_omitted_is_left_alone_and_one_that_is_cleared_is_emptied(subject: &dyn Subject) {
    let [first, second] = subject.fields();
    let mut batch = creates(subject, &["states"], None);
    let column = batch.cells.fields().iter().position(|field| *field == second).unwrap_or_default();
    batch.cells.put(0, column, Some(FieldValue::Text("kept".to_owned())));
    let id = created(&send(subject, &batch).await)[0].clone();

    let mut omitted = updates(subject, &[&first, &second], &[&id]);
    omitted.cells.put(0, 0, Some(FieldValue::Text("states 2".to_owned())));
    assert_eq!(send(subject, &omitted).await, [RowAnswer::Updated { record_id: id.clone() }]);
    assert_eq!(
        record(subject, &id).await,
        (id.clone(), Some("states 2".to_owned()), Some("kept".to_owned())),
        "an omitted field keeps its value"
    );

    let mut cleared = updates(subject, &[&first, &second], &[&id]);
    cleared.cells.put(0, 1, None);
    assert_eq!(send(subject, &cleared).await, [RowAnswer::Updated { record_id: id.clone() }]);
    assert_eq!(record(subject, &id).await, (id.clone(), Some("states 2".to_owned()), None));
}

async fn a_lost_answer_after_the_write_is_recovered_as_created(subject: &dyn Subject, external_id: Option<String>) {
    let before = subject.records().await.len();
    let batch = creates(subject, &["lost a", "lost b"], external_id.as_deref());
    let intent = prepare(subject, &batch).await;
    subject.lose_next_answer(true).await;
    expect_lost(subject, &intent).await;
    let rows = recover(subject, &intent, &NothingClaimed).await;
    let ids = created(&answered(&rows));
    assert_eq!(value_of(subject, &ids[0]).await, Some("lost a".to_owned()));
    assert_eq!(value_of(subject, &ids[1]).await, Some("lost b".to_owned()));
    assert_eq!(subject.records().await.len(), before + 2, "recovering writes nothing");
}

async fn a_lost_answer_before_the_write_is_recovered_as_not_sent(subject: &dyn Subject, external_id: Option<String>) {
    let marker = if external_id.is_some() { "never x" } else { "never" };
    let batch = creates(subject, &[marker], external_id.as_deref());
    let intent = prepare(subject, &batch).await;
    subject.lose_next_answer(false).await;
    expect_lost(subject, &intent).await;
    // Records of earlier checks were made by the same user within the window; their rows hold them.
    let everything = Claimed(subject.records().await.into_iter().map(|(id, ..)| id).collect());
    assert_eq!(recover(subject, &intent, &everything).await, [RecoveredRow::NotSent]);
    let ids = created(&send(subject, &batch).await);
    assert_eq!(value_of(subject, &ids[0]).await.as_deref(), Some(marker));
}

async fn a_create_by_external_id_may_be_repeated(subject: &dyn Subject, field: String) {
    let mut batch = creates(subject, &["twice"], Some(&field));
    batch.rows[0].external_id = Some("suite:twice".to_owned());
    let intent = prepare(subject, &batch).await;
    let before = subject.records().await.len();
    let first = created(&send_intent(subject, &intent).await);
    assert_eq!(subject.records().await.len(), before + 1);
    let again = recover(subject, &intent, &NothingClaimed).await;
    assert_eq!(created(&answered(&again)), first);
}

async fn equal_rows_are_recovered_by_number_and_claimed_records_are_left_alone(subject: &dyn Subject) {
    let earlier = created(&send(subject, &creates(subject, &["twin"], None)).await);
    let batch = creates(subject, &["twin", "twin"], None);
    let intent = prepare(subject, &batch).await;
    subject.lose_next_answer(true).await;
    expect_lost(subject, &intent).await;
    let rows = recover(subject, &intent, &Claimed(earlier.iter().cloned().collect())).await;
    let ids = created(&answered(&rows));
    assert!(ids[0] != ids[1], "two rows never share a record");
    assert!(!ids.contains(&earlier[0]), "a claimed record is left alone");
}

async fn records_are_found_again(subject: &dyn Subject) {
    let finder = subject.destination().finder();
    let (object, epoch) = (subject.object(), Timestamp::UNIX_EPOCH);
    let there = created(&send(subject, &creates(subject, &["found"], None)).await);
    let nowhere = with_suffix(&format!("{}zzzzz", &there[0][..10]));
    let asked = [there[0].clone(), nowhere];
    let fates = finder.fates(&object, &asked, epoch).await;
    let fates = fates.unwrap_or_else(|error| panic!("the fates cannot be told: {error}"));
    assert_eq!(fates, [RecordFate::Changed, RecordFate::Gone], "since the beginning of time");

    let Some(field) = subject.external_id_field() else { return };
    let keyed = creates(subject, &["keyed a", "keyed b"], Some(&field));
    let made = created(&send(subject, &keyed).await);
    let keys: Vec<String> = keyed.rows.iter().filter_map(|row| row.external_id.clone()).collect();
    let asked = [keys[0].clone(), "suite:nobody's".to_owned(), keys[1].clone()];
    let found = finder.by_external_ids(&object, &field, &asked).await;
    let found = found.unwrap_or_else(|error| panic!("the records cannot be found: {error}"));
    assert_eq!(found, keys.into_iter().zip(made).collect(), "each by its key, and no other");
}

async fn a_record_that_is_gone_is_said_to_be_gone(subject: &dyn Subject) {
    let id = created(&send(subject, &creates(subject, &["gone"], None)).await)[0].clone();
    let mut wrong = id.clone();
    wrong.replace_range(10..15, "zzzzz");
    let wrong = if wrong.len() == 18 { with_suffix(&wrong[..15]) } else { wrong };
    let [first, _] = subject.fields();
    let mut batch = updates(subject, &[&first], &[&wrong]);
    batch.cells.put(0, 0, Some(FieldValue::Text("nobody".to_owned())));
    let answers = send(subject, &batch).await;
    assert!(matches!(&answers[..], [RowAnswer::Gone(_)]), "gone was expected: {answers:?}");
}

struct Claimed(HashSet<String>);

#[async_trait]
impl ClaimedRecords for Claimed {
    async fn claimed(&self, ids: &[String]) -> Result<HashSet<String>, ConnectorError> {
        Ok(ids.iter().filter(|id| self.0.contains(*id)).cloned().collect())
    }
}

fn creates(subject: &dyn Subject, values: &[&str], external_id_field: Option<&str>) -> WriteBatch {
    let [first, second] = subject.fields();
    let required = subject.required();
    let fields: Vec<String> = [first, second].into_iter().chain(required.keys().cloned()).collect();
    let mut cells = Cells::new(fields.into());
    let mut rows = Vec::new();
    for (position, value) in values.iter().enumerate() {
        let row = cells.push_row();
        cells.put(row, 0, Some(FieldValue::Text((*value).to_owned())));
        for (offset, text) in required.values().enumerate() {
            cells.put(row, 2 + offset, Some(FieldValue::Text(text.clone())));
        }
        let external_id = external_id_field.map(|_| format!("suite:{value}:{position}"));
        rows.push(WriteRow { record_id: None, external_id });
    }
    WriteBatch {
        object: subject.object(),
        operation: Operation::Create { external_id_field: external_id_field.map(str::to_owned) },
        options: WriteOptions { allow_duplicates: true, assignment_rules: false },
        route: subject.route(),
        rows,
        cells,
    }
}

fn updates(subject: &dyn Subject, fields: &[&str], ids: &[&str]) -> WriteBatch {
    let fields: Vec<String> = fields.iter().map(|&field| field.to_owned()).collect();
    let mut cells = Cells::new(fields.into());
    let row = |id: &&str| WriteRow { record_id: Some((*id).to_owned()), external_id: None };
    ids.iter().for_each(|_| {
        cells.push_row();
    });
    let options = WriteOptions { allow_duplicates: true, assignment_rules: false };
    WriteBatch {
        object: subject.object(),
        operation: Operation::Update,
        options,
        route: subject.route(),
        rows: ids.iter().map(row).collect(),
        cells,
    }
}

async fn prepare(subject: &dyn Subject, batch: &WriteBatch) -> Intent {
    subject.destination().prepare(batch).await.unwrap_or_else(|error| panic!("prepare failed: {error}"))
}

async fn send(subject: &dyn Subject, batch: &WriteBatch) -> Answers {
    send_intent(subject, &prepare(subject, batch).await).await
}

async fn send_intent(subject: &dyn Subject, intent: &Intent) -> Answers {
    subject.destination().send(intent, &Unwatched).await.unwrap_or_else(|failure| panic!("send failed: {failure:?}"))
}

async fn expect_lost(subject: &dyn Subject, intent: &Intent) {
    match subject.destination().send(intent, &Unwatched).await {
        Err(SendFailure::MayHaveHappened(_)) => {}
        other => panic!("a lost answer must be reported as one that may have happened: {other:?}"),
    }
}

async fn recover(subject: &dyn Subject, intent: &Intent, claimed: &dyn ClaimedRecords) -> Vec<RecoveredRow> {
    loop {
        match subject.destination().recover(intent, LONG_ENOUGH, claimed).await {
            Ok(Recovery::Rows(rows)) => return rows,
            Ok(Recovery::Wait { .. }) if subject.route() == Route::Job => tokio::task::yield_now().await,
            other => panic!("rows were expected: {other:?}"),
        }
    }
}

fn answered(rows: &[RecoveredRow]) -> Answers {
    let answer = |row: &RecoveredRow| match row {
        RecoveredRow::Answered(answer) => answer.clone(),
        other => panic!("an answer was expected: {other:?}"),
    };
    rows.iter().map(answer).collect()
}

fn created(answers: &[RowAnswer]) -> Vec<String> {
    let id = |answer: &RowAnswer| match answer {
        RowAnswer::Created { record_id } => record_id.clone(),
        other => panic!("a created record was expected: {other:?}"),
    };
    answers.iter().map(id).collect()
}

async fn record(subject: &dyn Subject, id: &str) -> (String, Option<String>, Option<String>) {
    let records = subject.records().await;
    records.into_iter().find(|(found, ..)| found == id).unwrap_or_else(|| panic!("there is no record {id}"))
}

async fn value_of(subject: &dyn Subject, id: &str) -> Option<String> {
    record(subject, id).await.1
}

/// The 18-character form of a 15-character id, so that a made-up id is well formed.
fn with_suffix(id: &str) -> String {
    let checksum = id.as_bytes().chunks(5).map(|group| {
        let bits = group.iter().enumerate().fold(0, |bits, (i, c)| bits | (usize::from(c.is_ascii_uppercase()) << i));
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits])
    });
    id.chars().chain(checksum).collect()
}
