//! What jobs do that calls do not.

use std::time::Duration;

use async_trait::async_trait;
use salesbridge_connector_kit::{
    Cells, Destination, FieldValue, Intent, NothingClaimed, Operation, RecoveredRow, Recovery, Route, RowAnswer,
    SendFailure, SendWatch, Unwatched, WriteBatch, WriteOptions, WriteRow,
};
use salesbridge_local_org::FaultTime;

use crate::org::{IN_FLIGHT, KEY_FIELD, Stage};

/// Leads by their last name, another field, and a key where there is one.
fn leads(rows: &[(&str, FieldValue)], field: &str, key: bool) -> WriteBatch {
    let fields = ["LastName", "Company", field].map(str::to_owned);
    let mut cells = Cells::new(fields.into());
    for (name, value) in rows {
        let row = cells.push_row();
        cells.put(row, 0, Some(FieldValue::Text((*name).to_owned())));
        cells.put(row, 1, Some(FieldValue::Text("Acme, Inc.".to_owned())));
        cells.put(row, 2, Some(value.clone()));
    }
    let write_row = |number: usize| WriteRow { record_id: None, external_id: key.then(|| format!("i:s:{number}")) };
    WriteBatch {
        object: "Lead".to_owned(),
        operation: Operation::Create { external_id_field: key.then(|| KEY_FIELD.to_owned()) },
        options: WriteOptions { allow_duplicates: true, assignment_rules: false },
        route: Route::Job,
        rows: (0..rows.len()).map(write_row).collect(),
        cells,
    }
}

async fn prepared(stage: &Stage, batch: &WriteBatch) -> Intent {
    stage.connector.prepare(batch).await.expect("prepared")
}

async fn recovered(stage: &Stage, intent: &Intent) -> Vec<RecoveredRow> {
    recovered_after(stage, intent, Duration::ZERO).await
}

async fn recovered_after(stage: &Stage, intent: &Intent, silent_for: Duration) -> Vec<RecoveredRow> {
    loop {
        match stage.connector.recover(intent, silent_for, &NothingClaimed).await.expect("an answer") {
            Recovery::Rows(rows) => return rows,
            Recovery::Wait { .. } => tokio::task::yield_now().await,
        }
    }
}

fn id(answer: &RowAnswer) -> &str {
    match answer {
        RowAnswer::Created { record_id } => record_id,
        other => panic!("created was expected: {other:?}"),
    }
}

#[tokio::test]
async fn results_in_any_order_find_their_rows() {
    let stage = Stage::set().await;
    for key in [false, true] {
        // Refused rows between the others, values that only quotes can carry, and a number that comes back in another notation.
        let name = |number: usize| {
            format!("Lead {key} \"{number}\",\n{}", if number % 7 == 3 { "x".repeat(80) } else { "y".into() })
        };
        let names: Vec<String> = (0..500).map(name).collect();
        let number = |number: usize| FieldValue::Integer(1_000_000_000 + i64::try_from(number).expect("small"));
        let rows: Vec<(&str, FieldValue)> =
            names.iter().enumerate().map(|(at, name)| (name.as_str(), number(at))).collect();
        let intent = prepared(&stage, &leads(&rows, "AnnualRevenue", key)).await;
        let answers = stage.connector.send(&intent, &Unwatched).await.expect("answers");
        assert_eq!(answers.len(), 500);
        let found = stage.query("SELECT Id, LastName, AnnualRevenue FROM Lead").await;
        for (at, answer) in answers.iter().enumerate() {
            if at % 7 == 3 {
                assert!(
                    matches!(answer, RowAnswer::Refused(refusal) if refusal.code == "STRING_TOO_LONG" && refusal.fields == ["LastName"]),
                    "{answer:?}"
                );
                continue;
            }
            let lead = found.iter().find(|lead| lead["Id"] == id(answer)).expect("the lead");
            assert_eq!(lead["LastName"], names[at].as_str());
            assert_eq!(
                lead["AnnualRevenue"].as_f64(),
                Some(1_000_000_000.0 + f64::from(u32::try_from(at).expect("small")))
            );
        }
    }
}

#[tokio::test]
async fn rows_that_no_job_can_take_are_refused_as_a_whole_and_a_field_that_has_gone_is_told() {
    let stage = Stage::set().await;
    let text = |text: &str| FieldValue::Text(text.to_owned());
    let unfit = [leads(&[("A", text("#N/A"))], "Title", false), leads(&[("A", text("x"))], "Bad Name", false)];
    for batch in unfit {
        let intent = prepared(&stage, &batch).await;
        let sent = stage.connector.send(&intent, &Unwatched).await;
        assert!(
            matches!(&sent, Err(SendFailure::RefusedWhole(refusal)) if refusal.code == "salesforce.not_by_a_job"),
            "{sent:?}"
        );
        assert_eq!(recovered(&stage, &intent).await, [RecoveredRow::NotSent]);
    }
    let unknown = leads(&[("A", text("x")), ("B", text("y"))], "Nothing__c", false);
    let sent = stage.connector.send(&prepared(&stage, &unknown).await, &Unwatched).await;
    let Err(SendFailure::Outdated(error)) = sent else { panic!("outdated was expected: {sent:?}") };
    assert_eq!(error.code, "InvalidBatch");
    assert!(error.message.contains("Field name not found : Nothing__c"), "{error}");
    assert_eq!(stage.query("SELECT Id FROM Lead").await.len(), 0);
}

/// The job is queued by a call whose answer is lost; whoever comes later finds every row by the job's id.
#[tokio::test]
async fn a_lost_queueing_is_found_out_by_the_job_itself() {
    let stage = Stage::set().await;
    let rows = ["A", "B"].map(|name| (name, FieldValue::Text("Boss".to_owned())));
    for (when, arrived) in [(FaultTime::Before, 0), (FaultTime::After, 2)] {
        let intent = prepared(&stage, &leads(&rows, "Title", false)).await;
        stage.loses_the_next_queueing(when);
        let sent = stage.connector.send(&intent, &Unwatched).await;
        assert!(matches!(sent, Err(SendFailure::MayHaveHappened(_))), "{sent:?}");
        let rows = recovered(&stage, &intent).await;
        assert_eq!(
            rows.iter().filter(|row| matches!(row, RecoveredRow::Answered(RowAnswer::Created { .. }))).count(),
            arrived
        );
        assert_eq!(stage.query("SELECT Id FROM Lead").await.len(), arrived);
    }
}

/// After seven days Salesforce knows the job no more, and the records have to tell.
#[tokio::test]
async fn a_job_that_is_forgotten_is_found_out_by_its_records() {
    let stage = Stage::set().await;
    for key in [false, true] {
        let rows = [("A", 150.0), ("B", 250.0), ("A", 150.0)].map(|(name, number)| (name, FieldValue::Decimal(number)));
        let batch = leads(&rows, "AnnualRevenue", key);
        let intent = prepared(&stage, &batch).await;
        let answers = stage.connector.send(&intent, &Unwatched).await.expect("answers");
        stage.forget_jobs().await;
        let doubted = stage.connector.recover(&intent, Duration::ZERO, &NothingClaimed).await.expect("an answer");
        assert!(matches!(doubted, Recovery::Wait { pause } if pause == IN_FLIGHT), "not at once: {doubted:?}");
        let recovered = recovered_after(&stage, &intent, IN_FLIGHT).await;
        let ids = |answers: &[RowAnswer]| {
            answers.iter().map(|answer| id(answer).to_owned()).collect::<std::collections::BTreeSet<_>>()
        };
        let found: Vec<RowAnswer> = recovered
            .into_iter()
            .map(|row| match row {
                RecoveredRow::Answered(answer) => answer,
                other => panic!("an answer was expected: {other:?}"),
            })
            .collect();
        assert_eq!(ids(&found), ids(&answers), "equal rows are interchangeable");
        assert_eq!(id(&found[1]), id(&answers[1]));
        stage.delete_leads().await;
    }
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

#[tokio::test]
async fn a_job_that_is_not_waited_for_goes_on_and_is_found_out_later() {
    let stage = Stage::set().await;
    let rows = ["A", "B"].map(|name| (name, FieldValue::Text("Boss".to_owned())));
    let intent = prepared(&stage, &leads(&rows, "Title", true)).await;
    let sent = stage.connector.send(&intent, &Impatient).await;
    assert!(matches!(sent, Err(SendFailure::GivenUp)), "{sent:?}");
    assert!(
        recovered(&stage, &intent)
            .await
            .iter()
            .all(|row| matches!(row, RecoveredRow::Answered(RowAnswer::Created { .. })))
    );
}
