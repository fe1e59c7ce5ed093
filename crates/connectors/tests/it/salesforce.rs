//! The Salesforce connector against the local org.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_connector_kit::conformance::{Subject, check_destination};
use salesbridge_connector_kit::{
    Cells, Destination, FieldValue, Intent, NextStep, NothingClaimed, Operation, RecoveredRow, Recovery, Route,
    RowAnswer, SendFailure, Unwatched, WriteBatch, WriteOptions, WriteRow,
};
use salesbridge_local_org::FaultTime;
use serde_json::json;

use crate::org::{KEY_FIELD, Stage};

/// A silence after which nothing can be under way any more.
const LONG_ENOUGH: Duration = Duration::from_secs(24 * 60 * 60);

/// An org, written to by one route.
struct On(Stage, Route);

#[async_trait]
impl Subject for On {
    fn destination(&self) -> &dyn Destination {
        &self.0.connector
    }

    fn object(&self) -> String {
        "Lead".to_owned()
    }

    fn fields(&self) -> [String; 2] {
        ["Title".to_owned(), "FirstName".to_owned()]
    }

    fn required(&self) -> BTreeMap<String, String> {
        [("LastName", "Miller"), ("Company", "Acme")].map(|(field, value)| (field.to_owned(), value.to_owned())).into()
    }

    fn external_id_field(&self) -> Option<String> {
        Some(KEY_FIELD.to_owned())
    }

    fn route(&self) -> Route {
        self.1
    }

    async fn lose_next_answer(&self, written: bool) {
        let when = if written { FaultTime::After } else { FaultTime::Before };
        match self.1 {
            Route::Call => self.0.loses_the_next_call(when),
            Route::Job => self.0.loses_the_next_queueing(when),
        }
    }

    async fn records(&self) -> Vec<(String, Option<String>, Option<String>)> {
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let found = self.0.query("SELECT Id, Title, FirstName FROM Lead ORDER BY Id").await;
        found.iter().map(|r| (text(&r["Id"]).expect("an id"), text(&r["Title"]), text(&r["FirstName"]))).collect()
    }
}

fn leads(titles: &[&str]) -> WriteBatch {
    let fields = ["Title", "LastName", "Company"].map(str::to_owned);
    let mut cells = Cells::new(fields.into());
    for title in titles {
        let row = cells.push_row();
        for (field, value) in [title, "Miller", "Acme"].into_iter().enumerate() {
            cells.put(row, field, Some(FieldValue::Text(value.to_owned())));
        }
    }
    WriteBatch {
        object: "Lead".to_owned(),
        operation: Operation::Create { external_id_field: None },
        options: WriteOptions { allow_duplicates: true, assignment_rules: false },
        route: Route::Call,
        rows: titles.iter().map(|_| WriteRow { record_id: None, external_id: None }).collect(),
        cells,
    }
}

async fn lost(stage: &Stage, titles: &[&str], written: bool) -> Intent {
    let intent = stage.connector.prepare(&leads(titles)).await.expect("prepared");
    stage.loses_the_next_call(if written { FaultTime::After } else { FaultTime::Before });
    let sent = stage.connector.send(&intent, &Unwatched).await;
    assert!(matches!(sent, Err(SendFailure::MayHaveHappened(_))), "{sent:?}");
    intent
}

#[tokio::test]
async fn it_passes_the_suite_of_destinations() {
    check_destination(&On(Stage::set().await, Route::Call)).await;
}

#[tokio::test]
async fn it_passes_the_suite_of_destinations_by_jobs() {
    check_destination(&On(Stage::set().await, Route::Job)).await;
}

#[tokio::test]
async fn a_lost_create_that_may_be_under_way_waits_and_one_that_arrived_does_not() {
    let stage = Stage::set().await;
    let just_now = Duration::ZERO;
    let intent = lost(&stage, &["never"], false).await;
    let recovered = stage.connector.recover(&intent, just_now, &NothingClaimed).await.expect("an answer");
    assert!(matches!(recovered, Recovery::Wait { .. }), "{recovered:?}");
    let intent = lost(&stage, &["arrived"], true).await;
    let recovered = stage.connector.recover(&intent, just_now, &NothingClaimed).await.expect("an answer");
    assert!(
        matches!(&recovered, Recovery::Rows(rows) if matches!(rows[..], [RecoveredRow::Answered(_)])),
        "{recovered:?}"
    );
}

/// Or else it would undo what is sent after it.
#[tokio::test]
async fn a_lost_change_that_may_be_under_way_waits_until_it_cannot_be() {
    let stage = Stage::set().await;
    let made = stage.connector.prepare(&leads(&["made"])).await.expect("prepared");
    let made = stage.connector.send(&made, &Unwatched).await.expect("answers");
    let [RowAnswer::Created { record_id }] = &made[..] else { panic!("created was expected: {made:?}") };
    let mut update = leads(&["changed"]);
    update.operation = Operation::Update;
    update.rows[0].record_id = Some(record_id.clone());
    let intent = stage.connector.prepare(&update).await.expect("prepared");
    let recovered = stage.connector.recover(&intent, Duration::ZERO, &NothingClaimed).await.expect("an answer");
    assert!(matches!(recovered, Recovery::Wait { .. }), "{recovered:?}");
    let recovered = stage.connector.recover(&intent, LONG_ENOUGH, &NothingClaimed).await.expect("an answer");
    assert_eq!(recovered, Recovery::Rows(vec![RecoveredRow::NotSent]));
}

/// R54: what people deleted before it was found is not made again.
#[tokio::test]
async fn a_record_that_was_deleted_before_it_was_found_was_made() {
    let stage = Stage::set().await;
    for key in [None, Some("the-key")] {
        let mut batch = leads(&["deleted soon"]);
        if let Some(key) = key {
            batch.operation = Operation::Create { external_id_field: Some(KEY_FIELD.to_owned()) };
            batch.rows[0].external_id = Some(key.to_owned());
        }
        let intent = stage.connector.prepare(&batch).await.expect("prepared");
        let answers = stage.connector.send(&intent, &Unwatched).await.expect("answers");
        let [RowAnswer::Created { record_id }] = &answers[..] else { panic!("created was expected: {answers:?}") };
        stage.delete_lead(record_id).await;
        let recovered = stage.connector.recover(&intent, LONG_ENOUGH, &NothingClaimed).await.expect("an answer");
        assert_eq!(recovered, Recovery::Rows(vec![RecoveredRow::Answered(answers[0].clone())]), "{key:?}");
    }
}

#[tokio::test]
async fn a_record_of_the_same_user_that_fits_no_row_leaves_the_row_to_a_person() {
    let stage = Stage::set().await;
    let intent = lost(&stage, &["never"], false).await;
    stage.make_lead(&json!({ "LastName": "Miller", "Company": "Acme", "Title": "another program's" })).await;
    let recovered = stage.connector.recover(&intent, LONG_ENOUGH, &NothingClaimed).await.expect("an answer");
    assert!(
        matches!(&recovered, Recovery::Rows(rows) if matches!(rows[..], [RecoveredRow::Uncertain { .. }])),
        "{recovered:?}"
    );
}

#[tokio::test]
async fn what_salesforce_says_of_a_call_or_a_row_becomes_what_the_engine_does() {
    let stage = Stage::set().await;
    let send = async |batch: WriteBatch| {
        let intent = stage.connector.prepare(&batch).await.expect("prepared");
        stage.connector.send(&intent, &Unwatched).await
    };
    stage.answers_with(403, "REQUEST_LIMIT_EXCEEDED");
    let limited = send(leads(&["a"])).await;
    let Err(SendFailure::NotSent(error)) = limited else { panic!("not sent was expected: {limited:?}") };
    assert!(matches!(error.next, NextStep::RetryLater { pause: Some(_) }), "{error:?}");

    let mut unknown = leads(&["a", "b"]);
    let fields = ["Titel", "LastName", "Company"].map(str::to_owned);
    let mut cells = Cells::new(fields.into());
    for row in 0..2 {
        cells.push_row();
        for field in 0..3 {
            cells.put(row, field, Some(FieldValue::Text("x".to_owned())));
        }
    }
    unknown.cells = cells;
    let refused = send(unknown).await;
    assert!(matches!(&refused, Err(SendFailure::Outdated(error)) if error.code == "INVALID_FIELD"), "{refused:?}");

    let made = send(leads(&["deleted"])).await.expect("answers");
    let [RowAnswer::Created { record_id }] = &made[..] else { panic!("created was expected: {made:?}") };
    stage.delete_lead(record_id).await;
    let mut update = leads(&["changed"]);
    update.operation = Operation::Update;
    update.rows[0].record_id = Some(record_id.clone());
    let gone = send(update).await.expect("answers");
    assert!(matches!(&gone[..], [RowAnswer::Gone(refusal)] if refusal.code == "ENTITY_IS_DELETED"), "{gone:?}");
}
