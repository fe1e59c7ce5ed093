//! What an org in memory does that no suite asks of a destination.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_connector_kit::memory::{JobTerms, MemoryOrg, OrgTerms, SendFault};
use salesbridge_connector_kit::{
    Cells, ConnectorError, Destination, FieldValue, Intent, NextStep, NothingClaimed, Operation, RecoveredRow,
    Recovery, Route, RowAnswer, SendFailure, SendWatch, Unwatched, WriteBatch, WriteOptions, WriteRow,
};
use salesbridge_testkit::ManualClock;

const IN_FLIGHT: Duration = Duration::from_secs(600);

#[tokio::test]
async fn calls_come_back_a_day_after_they_were_made() {
    let (org, clock) = org();
    let way_in = org.connect("app");
    for _ in 0..10 {
        way_in.describe("Lead", false).await.unwrap();
    }
    let ConnectorError { code, next, .. } = way_in.describe("Lead", false).await.unwrap_err();
    assert_eq!(code, "REQUEST_LIMIT_EXCEEDED");
    assert!(matches!(next, NextStep::RetryLater { pause: Some(_) }));
    clock.advance(Duration::from_secs(24 * 3600 - 1));
    assert!(way_in.describe("Lead", false).await.is_err());
    clock.advance(Duration::from_secs(1));
    way_in.describe("Lead", false).await.unwrap();
    assert_eq!((org.calls_of_a_day(), org.calls_in_vain()), (1, 2));
}

#[tokio::test]
async fn nobody_comes_in_without_the_app_or_against_the_policy() {
    let (org, _clock) = org();
    let way_in = org.connect("app");
    org.has_app(Some("app-2"));
    assert_eq!(way_in.describe("Lead", false).await.unwrap_err().next, NextStep::HoldConnection);
    org.connect("app-2").describe("Lead", false).await.unwrap();
    org.refuses_sign_in(true);
    assert_eq!(org.connect("app-2").describe("Lead", false).await.unwrap_err().next, NextStep::HoldConnection);
    org.is_down(true);
    let down = org.connect("app-2").describe("Lead", false).await.unwrap_err();
    assert!(matches!(down.next, NextStep::RetryLater { .. }));
}

#[tokio::test]
async fn a_write_that_lands_late_is_waited_for_and_found() {
    let (org, clock) = org();
    let way_in = org.connect("app");
    let intent = way_in.prepare(&creates("late")).await.unwrap();
    org.script([SendFault::LandsLater(Duration::from_secs(60))]);
    assert!(matches!(way_in.send(&intent, &Unwatched).await, Err(SendFailure::MayHaveHappened(_))));
    let waits = way_in.recover(&intent, Duration::ZERO, &NothingClaimed).await.unwrap();
    assert_eq!((waits, org.records().len()), (Recovery::Wait { pause: IN_FLIGHT }, 0));
    clock.advance(Duration::from_secs(60));
    let found = way_in.recover(&intent, Duration::from_secs(60), &NothingClaimed).await.unwrap();
    let Recovery::Rows(rows) = found else { panic!("it has landed") };
    assert!(matches!(&rows[..], [RecoveredRow::Answered(RowAnswer::Created { .. })]), "{rows:?}");
}

#[tokio::test]
async fn a_record_that_people_deleted_converted_or_locked_is_not_written() {
    let (org, clock) = org();
    let way_in = org.connect("app");
    let intent = way_in.prepare(&creates("mine")).await.unwrap();
    way_in.send(&intent, &Unwatched).await.unwrap();
    let id = org.records()[0].id.clone();
    org.locks(&id, salesbridge_testkit::moment(10));
    assert!(matches!(update(&org, &id).await, RowAnswer::Deferred { .. }));
    clock.advance(Duration::from_secs(10));
    assert_eq!(update(&org, &id).await, RowAnswer::Updated { record_id: id.clone() });
    org.person_deletes(&id);
    assert!(matches!(update(&org, &id).await, RowAnswer::Gone(_)));
    org.person_restores(&id);
    org.person_converts(&id);
    assert!(matches!(update(&org, &id).await, RowAnswer::Gone(_)));
    let found = way_in.recover(&intent, IN_FLIGHT, &NothingClaimed).await.unwrap();
    assert_eq!(found, Recovery::Rows(vec![RecoveredRow::Uncertain { reason: "1 records hold other values".into() }]));
}

#[tokio::test]
async fn a_hidden_field_refuses_the_whole_and_a_rule_its_row() {
    let (org, _clock) = org();
    let way_in = org.connect("app");
    let intent = way_in.prepare(&creates("forbidden")).await.unwrap();
    org.hides_field("A", true);
    assert_eq!(way_in.describe("Lead", false).await.unwrap().fields.len(), 1);
    assert!(matches!(way_in.send(&intent, &Unwatched).await, Err(SendFailure::RefusedWhole(_))));
    org.hides_field("A", false);
    org.refuses_values(Some(("A", "forb")));
    let answers = way_in.send(&intent, &Unwatched).await.unwrap();
    assert!(matches!(&answers[..], [RowAnswer::Refused(refusal)] if refusal.fields == ["A"]), "{answers:?}");
}

#[tokio::test]
async fn a_person_is_the_last_to_have_written_a_field_until_we_write_it() {
    let (org, _clock) = org();
    let way_in = org.connect("app");
    let intent = way_in.prepare(&creates("mine")).await.unwrap();
    way_in.send(&intent, &Unwatched).await.unwrap();
    let id = org.records()[0].id.clone();
    org.person_edits(&id, "A", Some("theirs"));
    assert!(org.records()[0].touched.contains("A"));
    update(&org, &id).await;
    assert!(org.records()[0].touched.is_empty());
}

#[tokio::test]
async fn a_job_that_nobody_waits_for_is_known_until_it_is_forgotten() {
    let (org, clock) = org();
    let way_in = org.connect("app");
    let intent = way_in.prepare(&WriteBatch { route: Route::Job, ..creates("jobs") }).await.unwrap();
    assert!(matches!(way_in.send(&intent, &Impatient).await, Err(SendFailure::GivenUp)));
    let waits = way_in.recover(&intent, Duration::ZERO, &NothingClaimed).await.unwrap();
    assert!(matches!(waits, Recovery::Wait { .. }) && org.records().is_empty() && org.under_way() == 1, "{waits:?}");
    clock.advance(TAKES);
    let told = way_in.recover(&intent, Duration::ZERO, &NothingClaimed).await.unwrap();
    assert!(matches!(&told, Recovery::Rows(rows) if matches!(rows[0], RecoveredRow::Answered(_))), "{told:?}");
    clock.advance(KEPT_FOR);
    assert_eq!(way_in.recover(&intent, IN_FLIGHT, &NothingClaimed).await.unwrap(), told, "its record tells");
    assert_eq!((org.records().len(), org.jobs()), (1, 1));
}

#[tokio::test]
async fn a_job_whose_queueing_comes_late_is_ended_before_and_never_acts() {
    let (org, clock) = org();
    let way_in = org.connect("app");
    let intent = way_in.prepare(&WriteBatch { route: Route::Job, ..creates("late") }).await.unwrap();
    org.script([SendFault::LandsLater(Duration::from_secs(60))]);
    assert!(matches!(way_in.send(&intent, &Unwatched).await, Err(SendFailure::MayHaveHappened(_))));
    let told = way_in.recover(&intent, Duration::ZERO, &NothingClaimed).await.unwrap();
    assert_eq!(told, Recovery::Rows(vec![RecoveredRow::NotSent]));
    clock.advance(Duration::from_secs(60) + TAKES);
    assert_eq!((org.records().len(), org.under_way()), (0, 0));
}

#[tokio::test]
async fn a_job_that_is_deleted_or_aborted_by_somebody_is_found_out() {
    let (org, clock) = org();
    let way_in = org.connect("app");
    let intent = way_in.prepare(&WriteBatch { route: Route::Job, ..creates("ended") }).await.unwrap();
    org.aborts_open_jobs();
    assert!(matches!(way_in.send(&intent, &Impatient).await, Err(SendFailure::MayHaveHappened(_))));
    org.forgets_jobs();
    let doubted = way_in.recover(&intent, Duration::ZERO, &NothingClaimed).await.unwrap();
    assert_eq!(doubted, Recovery::Wait { pause: IN_FLIGHT });
    clock.advance(IN_FLIGHT);
    let told = way_in.recover(&intent, IN_FLIGHT, &NothingClaimed).await.unwrap();
    assert_eq!((told, org.records().len()), (Recovery::Rows(vec![RecoveredRow::NotSent]), 0));
}

/// Gives up at the first question.
struct Impatient;

#[async_trait]
impl SendWatch for Impatient {
    fn sent(&self) {}
    fn answered(&self) {}
    async fn waits(&self, _: Duration) -> bool {
        false
    }
}

/// How long a job is worked on, and how long it is known after that.
const TAKES: Duration = Duration::from_secs(30);
const KEPT_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

fn org() -> (Arc<MemoryOrg>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::default());
    let fields = ["A", "Key__c"].map(str::to_owned).to_vec();
    let jobs = Some(JobTerms { from_rows: 2, rows: 200, takes: TAKES, kept_for: KEPT_FOR });
    let terms = OrgTerms { fields, batch_rows: 200, calls_a_day: 10, in_flight: IN_FLIGHT, jobs };
    (MemoryOrg::new(clock.clone(), terms, "app"), clock)
}

fn creates(value: &str) -> WriteBatch {
    batch(Operation::Create { external_id_field: None }, None, value)
}

async fn update(org: &Arc<MemoryOrg>, id: &str) -> RowAnswer {
    let way_in = org.connect("app");
    let intent: Intent = way_in.prepare(&batch(Operation::Update, Some(id), "ours")).await.unwrap();
    way_in.send(&intent, &Unwatched).await.unwrap().remove(0)
}

fn batch(operation: Operation, record_id: Option<&str>, value: &str) -> WriteBatch {
    let mut cells = Cells::new(["A".to_owned()].into());
    cells.push_row();
    cells.put(0, 0, Some(FieldValue::Text(value.to_owned())));
    let rows = vec![WriteRow { record_id: record_id.map(str::to_owned), external_id: None }];
    let (options, route) = (WriteOptions::default(), Route::Call);
    WriteBatch { object: "Lead".to_owned(), operation, options, route, rows, cells }
}
