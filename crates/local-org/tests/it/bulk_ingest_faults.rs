//! Jobs in an org that is told to misbehave.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

const LOCK: &str = "unable to obtain exclusive access to this record or 1 records: {id}";

fn insert() -> Value {
    json!({"object": "Lead", "operation": "insert"})
}

fn rows(number: usize) -> String {
    let rows: String = (0..number).map(|n| format!("L{n},C\n")).collect();
    format!("LastName,Company\n{rows}")
}

impl Caller {
    async fn fault(&self, action: Value) {
        let (status, body) = self.post("/local-org/faults", json!({"action": action})).await;
        assert!(status.is_success(), "{body}");
    }

    async fn locked_rows(&self, times: usize) {
        let error = json!({"status": 400, "code": "UNABLE_TO_LOCK_ROW", "message": LOCK});
        self.fault(json!({"rows": {"error": error, "object": "Lead", "times": times}})).await;
    }
}

/// A few locked rows fail by themselves.
#[tokio::test]
async fn locked_rows_fail_one_by_one() {
    let caller = Caller::new().await;
    caller.locked_rows(2).await;
    let (job, ended) = caller.load(insert(), &rows(5)).await;
    assert_eq!((&ended["numberRecordsFailed"], &ended["retries"]), (&json!(2), &json!(0)));
    let failed = caller.results(&job, "failedResults", "\"sf__Id\",\"sf__Error\",LastName,Company").await;
    assert_eq!(
        failed[0],
        "\"\",\"UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: unknown:--\",\"L0\",\"C\""
    );
}

/// Many locked rows have their rows tried again; every row is written once.
#[tokio::test]
async fn many_locked_rows_are_tried_again() {
    let caller = Caller::new().await;
    caller.locked_rows(150).await;
    let (_, ended) = caller.load(insert(), &rows(300)).await;
    assert_eq!((&ended["state"], &ended["numberRecordsFailed"]), (&json!("JobComplete"), &json!(0)), "{ended}");
    assert_eq!((&ended["retries"], &ended["numberRecordsProcessed"]), (&json!(1), &json!(300)));
    assert_eq!(caller.column("n", "SELECT COUNT(Id) n FROM Lead").await, [json!(300)]);
}

/// Locks that never go away end the job, and what was written before stays.
#[tokio::test]
async fn locks_without_end_fail_the_job() {
    let caller = Caller::new().await;
    caller.locked_rows(1_000_000).await;
    let (job, ended) = caller.load(insert(), &rows(150)).await;
    assert_eq!((&ended["state"], &ended["numberRecordsProcessed"]), (&json!("Failed"), &json!(0)));
    assert!(ended["errorMessage"].as_str().unwrap().starts_with("TooManyLockFailure : "), "{ended}");
    assert_eq!(ended["retries"], 21);
    assert_eq!(caller.list(&job, "unprocessedrecords").await.lines().count(), 151);
}

/// Limits that are said to be used up are: for new jobs, and for one whose data came before.
#[tokio::test]
async fn exhausted_limits_stop_jobs() {
    let caller = Caller::new().await;
    let job = caller.job(insert()).await;
    caller.upload(&job, rows(1)).await;
    caller.fault(json!({"exhaust": "DailyBulkApiBatches"})).await;
    caller.fault(json!({"exhaust": "DailyBulkV2QueryJobs"})).await;
    assert_eq!(caller.set_state(&job, "UploadComplete").await.0, StatusCode::OK);
    let ended = caller.finished(&format!("/jobs/ingest/{job}")).await;
    assert!(ended["errorMessage"].as_str().unwrap().starts_with("ExceededQuota : "), "{ended}");
    let refused = caller.post("/jobs/query", json!({"operation": "query", "query": "SELECT Id FROM Lead"})).await;
    assert!(error(refused).starts_with("400 ExceededQuota "));
}

/// A job can be told to end in the middle; what was written before stays, and the rest is in the third list.
#[tokio::test]
async fn a_job_ends_where_a_fault_says() {
    let caller = Caller::new().await;
    let failing = json!({"error": "InvalidBatch : Field name not found : Foo__c", "after_rows": 2});
    for (fault, state, message) in [
        (failing, "Failed", json!("InvalidBatch : Field name not found : Foo__c")),
        (json!({}), "Aborted", Value::Null),
    ] {
        let written = fault["after_rows"].as_u64().unwrap_or_default();
        let rule = json!({"action": {"job": fault}, "match": {"times": 1}});
        assert!(caller.post("/local-org/faults", rule).await.0.is_success());
        let (job, ended) = caller.load(insert(), &rows(5)).await;
        assert_eq!((&ended["state"], &ended["errorMessage"]), (&json!(state), &message), "{ended}");
        assert_eq!(ended["numberRecordsProcessed"], json!(written));
        let lines = |text: String| text.lines().count() as u64;
        assert_eq!(lines(caller.list(&job, "successfulResults").await), 1 + written);
        assert_eq!(lines(caller.list(&job, "unprocessedrecords").await), 6 - written);
    }
    let (_, ended) = caller.load(insert(), &rows(5)).await;
    assert_eq!((&ended["state"], &ended["numberRecordsProcessed"]), (&json!("JobComplete"), &json!(5)));
}
