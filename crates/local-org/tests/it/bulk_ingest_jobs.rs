//! Jobs that load: made, uploaded to, queued, looked at, listed, aborted, deleted, forgotten.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use salesbridge_local_org::{BulkConfig, Data, OrgConfig};
use serde_json::{Value, json};

use crate::bulk_support::told;
use crate::support::{Caller, config, error};

const INSERT: &str = "LastName,Company\nLovelace,Engines\n";

fn insert() -> Value {
    json!({"object": "Lead", "operation": "insert"})
}

fn keys(job: &Value) -> Vec<&str> {
    job.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The whole path of a client, and the shape of every answer on it.
#[tokio::test]
async fn a_job_goes_from_open_to_complete() {
    let caller = Caller::new().await;
    let (status, made) = caller.post("/jobs/ingest/", json!({"object": "lead", "operation": "insert"})).await;
    assert_eq!(status, StatusCode::OK);
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("750") && id.len() == 18);
    assert_eq!(
        keys(&made),
        [
            "id",
            "operation",
            "object",
            "createdById",
            "createdDate",
            "systemModstamp",
            "state",
            "concurrencyMode",
            "contentType",
            "apiVersion",
            "contentUrl",
            "lineEnding",
            "columnDelimiter"
        ]
    );
    assert_eq!(made["contentUrl"], format!("services/data/v66.0/jobs/ingest/{id}/batches"));
    assert!(made.to_string().contains("\"apiVersion\":66.0"));
    assert_eq!((&made["object"], &made["createdDate"]), (&json!("Lead"), &json!("2026-11-23T10:00:00.000+0000")));

    let url = format!("{}/{}/", caller.org.url(), made["contentUrl"].as_str().unwrap());
    let put = caller.client.put(url).bearer_auth(&caller.token).header("content-type", "text/csv; charset=UTF-8");
    let put = put.body(INSERT).send().await.unwrap();
    assert_eq!((put.status(), put.content_length()), (StatusCode::CREATED, Some(0)));
    let (status, queued) = caller.patch(&format!("/jobs/ingest/{id}/"), json!({"state": "UploadComplete"})).await;
    assert_eq!((status, &queued["state"]), (StatusCode::OK, &json!("UploadComplete")));
    assert_eq!(
        keys(&queued),
        [
            "id",
            "operation",
            "object",
            "createdById",
            "createdDate",
            "systemModstamp",
            "state",
            "concurrencyMode",
            "contentType",
            "apiVersion"
        ]
    );

    let path = format!("/jobs/ingest/{id}");
    let mut seen = Vec::new();
    while seen.last() != Some(&json!("JobComplete")) {
        let state = caller.get(&path).await.1["state"].clone();
        if seen.last() != Some(&state) {
            seen.push(state);
        }
    }
    assert!(seen.contains(&json!("InProgress")), "{seen:?}");
    let (_, done) = caller.get(&format!("/jobs/ingest/{}/", &id[..15])).await;
    assert_eq!(
        keys(&done)[9..],
        [
            "apiVersion",
            "jobType",
            "lineEnding",
            "columnDelimiter",
            "numberRecordsProcessed",
            "numberRecordsFailed",
            "retries",
            "totalProcessingTime",
            "apiActiveProcessingTime",
            "apexProcessingTime"
        ]
    );
    assert_eq!((&done["jobType"], &done["numberRecordsProcessed"]), (&json!("V2Ingest"), &json!(1)));
    assert_eq!(caller.column("LastName", "SELECT LastName FROM Lead").await, [json!("Lovelace")]);
}

/// What is asked of a new job is checked, in the API's codes.
#[tokio::test]
async fn a_bad_definition_is_refused() {
    let caller = Caller::new().await;
    for (definition, expected) in [
        (json!({"operation": "insert"}), "400 INVALIDJOB Object is required"),
        (json!({"object": "Nope", "operation": "insert"}), "400 INVALIDJOB Unable to find object: Nope"),
        (json!({"object": "Lead"}), "400 INVALIDJOB Operation is required"),
        (
            json!({"object": "Lead", "operation": "INSERT"}),
            "400 INVALIDJOB Unknown operation: INSERT. Allowed are insert, update, upsert, delete, hardDelete",
        ),
        (
            json!({"object": "Lead", "operation": "upsert"}),
            "400 INVALIDJOB External ID was blank for Lead. An External ID must be specified for upsert.",
        ),
        (
            json!({"object": "Lead", "operation": "upsert", "externalIdFieldName": "Company"}),
            "400 INVALIDJOB Field name provided, Company does not match an External ID for Lead",
        ),
        (
            json!({"object": "Lead", "operation": "insert", "contentType": "JSON"}),
            "400 INVALIDJOB Unsupported content type: JSON. Only CSV is allowed",
        ),
        (
            json!({"object": "Lead", "operation": "insert", "columnDelimiter": ","}),
            "400 INVALIDJOB Unknown column delimiter: ,",
        ),
        (
            json!({"object": "Lead", "operation": "insert", "lineEnding": "CR"}),
            "400 INVALIDJOB Unknown line ending: CR",
        ),
        (
            json!({"object": "Account", "operation": "insert", "assignmentRuleId": "01Q000000000001EAA"}),
            "400 INVALIDJOB An assignment rule cannot be used with Account",
        ),
        (
            json!({"object": "Lead", "operation": "insert", "assignmentRuleId": "x"}),
            "400 INVALIDJOB Invalid assignment rule id: x",
        ),
        (
            json!({"object": "Lead", "operation": "hardDelete"}),
            "400 FEATURENOTENABLED hardDelete operation requires special user profile permission, please contact your \
             system administrator",
        ),
        (
            json!({"object": "User", "operation": "delete"}),
            "400 INVALIDENTITY Entity 'User' is not supported by the Bulk API.",
        ),
    ] {
        assert_eq!(error(caller.post("/jobs/ingest", definition.clone()).await), expected, "{definition}");
    }
    let (status, body) = caller.post("/jobs/ingest", json!(7)).await;
    assert_eq!((status, &body[0]["errorCode"]), (StatusCode::BAD_REQUEST, &json!("JSON_PARSER_ERROR")));
    let kept = json!({"object": "Lead", "operation": "insert", "assignmentRuleId": "01Q000000000001", "unknown": [1],
        "externalIdFieldName": null, "columnDelimiter": "BACKQUOTE", "lineEnding": "CRLF", "contentType": "CSV"});
    let (status, body) = caller.post("/jobs/ingest", kept).await;
    assert_eq!((status, &body["assignmentRuleId"]), (StatusCode::OK, &json!("01Q000000000001EAA")));
    assert_eq!((&body["columnDelimiter"], &body["lineEnding"]), (&json!("BACKQUOTE"), &json!("CRLF")));
}

/// Bulk API 2.0 begins with v41.0, and old versions answer as themselves.
#[tokio::test]
async fn a_job_belongs_to_a_version() {
    let caller = Caller::new().await;
    let (status, _) = caller.post("/services/data/v40.0/jobs/ingest", insert()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (_, body) = caller.post("/services/data/v50.0/jobs/ingest", insert()).await;
    assert!(body["contentUrl"].as_str().unwrap().starts_with("services/data/v50.0/"));
}

/// One upload, while the job is open and a day at most.
#[tokio::test]
async fn an_upload_needs_an_open_job() {
    let caller = Caller::new().await;
    let job = caller.job(insert()).await;
    let wrong = caller.upload_with(&job, INSERT, &[("content-type", "application/json")]).await;
    assert_eq!(wrong.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(caller.upload(&job, INSERT).await.status(), StatusCode::CREATED);
    assert!(error(told(caller.upload(&job, INSERT).await).await).starts_with("400 INVALIDJOBSTATE "));
    caller.set_state(&job, "UploadComplete").await;
    assert!(error(told(caller.upload(&job, INSERT).await).await).starts_with("400 INVALIDJOBSTATE "));
    assert!(error(caller.set_state(&job, "UploadComplete").await).starts_with("400 INVALIDJOBSTATE "));

    let late = caller.job(insert()).await;
    caller.clock.advance(TimeDelta::hours(24));
    let caller = signed_in_again(caller).await;
    assert!(error(told(caller.upload(&late, INSERT).await).await).starts_with("400 INVALIDJOBSTATE "));
    assert!(error(caller.set_state(&late, "UploadComplete").await).starts_with("400 INVALIDJOBSTATE "));
    assert!(error(caller.set_state(&late, "Closed").await).starts_with("400 INVALIDJOBSTATE "));
    let other = told(caller.upload("750000000000001AAA", INSERT).await).await;
    assert_eq!(error(other), "404 NOT_FOUND The requested resource does not exist");
    assert_eq!(error(caller.get("/jobs/ingest/nope").await), "400 INVALIDJOB Invalid job id: nope");
}

/// A file larger than 150 MB in base64 is refused before it is all there.
#[tokio::test]
async fn too_much_data_is_refused() {
    let caller = Caller::new().await;
    let job = caller.job(insert()).await;
    let refused = caller.upload(&job, vec![b'x'; 118 * 1024 * 1024]).await;
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(caller.upload(&job, INSERT).await.status(), StatusCode::CREATED);
}

/// Compressed and chunked uploads are what they unpack to.
#[tokio::test]
async fn an_upload_may_be_compressed() {
    // `LastName,Company\nLovelace,Engines\n`
    const ZIPPED: &[u8] =
        &[0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xf3, 0x49, 0x2c, 0x2e, 0xf1, 0x4b, 0xcc, 0x4d];
    let caller = Caller::new().await;
    let job = caller.job(insert()).await;
    let broken = caller.upload_with(&job, ZIPPED, &[("content-type", "text/csv"), ("content-encoding", "gzip")]).await;
    assert_eq!(broken.status(), StatusCode::BAD_REQUEST);
    let headers = [("content-type", "text/csv"), ("content-encoding", "gzip")];
    assert_eq!(caller.upload_with(&job, zipped(INSERT.as_bytes()), &headers).await.status(), StatusCode::CREATED);
    caller.set_state(&job, "UploadComplete").await;
    assert_eq!(caller.finished(&format!("/jobs/ingest/{job}")).await["numberRecordsFailed"], 0);
    assert_eq!(caller.column("Company", "SELECT Company FROM Lead").await, [json!("Engines")]);
}

/// The gzip form of bytes, stored and not made smaller.
fn zipped(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    out.extend(length.to_le_bytes());
    out.extend((!length).to_le_bytes());
    out.extend(bytes);
    let mut sum = u32::MAX;
    for &byte in bytes {
        sum ^= u32::from(byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
        }
    }
    out.extend((!sum).to_le_bytes());
    out.extend(u32::from(length).to_le_bytes());
    out
}

/// A small file comes together with its job.
#[tokio::test]
async fn a_job_and_its_data_come_in_parts() {
    let caller = Caller::new().await;
    let body = |csv: &str| {
        format!(
            "--B\r\nContent-Type: application/json\r\nContent-Disposition: form-data; name=\"job\"\r\n\r\n\
             {{\"object\":\"Lead\",\"operation\":\"insert\"}}\r\n--B\r\nContent-Type: text/csv\r\n\
             Content-Disposition: form-data; name=\"content\"; filename=\"content\"\r\n\r\n{csv}\r\n--B--\r\n"
        )
    };
    let send = |csv: String| {
        let url = format!("{}/services/data/v66.0/jobs/ingest", caller.org.url());
        let request = caller.client.post(url).bearer_auth(&caller.token);
        request.header("content-type", "multipart/form-data; boundary=B").body(body(&csv)).send()
    };
    let (status, made) = told(send(INSERT.trim_end().to_owned()).await.unwrap()).await;
    assert_eq!((status, &made["state"]), (StatusCode::OK, &json!("UploadComplete")), "{made}");
    assert_eq!(made.get("contentUrl"), None);
    let id = made["id"].as_str().unwrap();
    assert_eq!(caller.finished(&format!("/jobs/ingest/{id}")).await["numberRecordsProcessed"], 1);
    let long = format!("LastName\n{}", "x".repeat(100_000));
    assert!(error(told(send(long).await.unwrap()).await).starts_with("400 INVALIDJOB "));
}

/// An aborted job keeps what it has done and gives back the rest; a job that is over cannot be aborted.
#[tokio::test]
async fn a_job_is_aborted() {
    let caller = Caller::new().await;
    let open = caller.job(insert()).await;
    caller.upload(&open, INSERT).await;
    let (status, aborted) = caller.set_state(&open, "Aborted").await;
    assert_eq!((status, &aborted["state"]), (StatusCode::OK, &json!("Aborted")));
    assert_eq!(caller.list(&open, "unprocessedRecords").await, "LastName,Company\n\"Lovelace\",\"Engines\"\n");
    assert_eq!(
        caller.results(&open, "successfulResults", "\"sf__Id\",\"sf__Created\",LastName,Company").await,
        [""; 0]
    );
    assert_eq!(
        error(caller.set_state(&open, "Aborted").await),
        "400 INVALIDJOBSTATE Aborting already Completed Job not allowed"
    );

    let rows = 100_000;
    let csv: String = (0..rows).map(|n| format!("L{n},C\n")).collect();
    let long = caller.job(insert()).await;
    caller.upload(&long, format!("LastName,Company\n{csv}")).await;
    caller.set_state(&long, "UploadComplete").await;
    assert_eq!(caller.set_state(&long, "Aborted").await.0, StatusCode::OK);
    let ended = caller.finished(&format!("/jobs/ingest/{long}")).await;
    let done = caller.list(&long, "successfulResults").await.lines().count() - 1;
    let left = caller.list(&long, "unprocessedrecords").await.lines().count() - 1;
    assert_eq!((ended["state"].as_str(), done + left), (Some("Aborted"), rows));
    assert!(left > 0);
    assert_eq!(caller.column("n", "SELECT COUNT(Id) n FROM Lead").await, [json!(done)]);
}

/// Only what is over or queued can be deleted; then nothing is left of it.
#[tokio::test]
async fn a_job_is_deleted() {
    let caller = Caller::new().await;
    let open = caller.job(insert()).await;
    assert_eq!(
        error(caller.delete(&format!("/jobs/ingest/{open}")).await),
        "400 API_ERROR Error encountered when deleting the job because the job is not terminated"
    );
    let (done, _) = caller.load(insert(), INSERT).await;
    assert_eq!(caller.delete(&format!("/jobs/ingest/{done}/")).await, (StatusCode::NO_CONTENT, Value::Null));
    for path in ["", "/successfulResults"] {
        assert_eq!(caller.get(&format!("/jobs/ingest/{done}{path}")).await.0, StatusCode::NOT_FOUND);
    }
}

/// Results are there when the job is seen to be over, under names in any case, and gone after seven days.
#[tokio::test]
async fn results_are_there_while_the_job_is_kept() {
    let caller = Caller::new().await;
    let open = caller.job(insert()).await;
    let early = caller.get(&format!("/jobs/ingest/{open}/successfulResults")).await;
    assert_eq!((early.0, &early.1[0]["errorCode"]), (StatusCode::BAD_REQUEST, &json!("API_ERROR")));
    let (done, _) = caller.load(insert(), INSERT).await;
    for list in ["successfulResults", "SUCCESSFULRESULTS/", "failedresults", "unprocessedRecords", "unprocessedrecords"]
    {
        let response = caller.send(Method::GET, &format!("/jobs/ingest/{done}/{list}"), None).await;
        assert_eq!(response.status(), StatusCode::OK, "{list}");
    }
    assert_eq!(caller.get(&format!("/jobs/ingest/{done}/otherResults")).await.0, StatusCode::NOT_FOUND);
    caller.clock.advance(TimeDelta::days(7));
    let caller = signed_in_again(caller).await;
    assert_eq!(caller.get(&format!("/jobs/ingest/{done}")).await.0, StatusCode::NOT_FOUND);
    let listed = caller.get("/jobs/ingest").await.1;
    assert_eq!(listed["records"].as_array().unwrap().len(), 1, "the open job is kept");
}

async fn signed_in_again(mut caller: Caller) -> Caller {
    caller.token = caller.sign_in(&[]).await.1["access_token"].as_str().unwrap().to_owned();
    caller
}

/// Jobs of all kinds in one list, a thousand a page, filtered by kind.
#[tokio::test]
async fn jobs_are_listed_in_pages() {
    let caller = Caller::new().await;
    for _ in 0..1_001 {
        caller.job(insert()).await;
    }
    caller.query_job(json!({"operation": "query", "query": "SELECT Id FROM Lead"})).await;
    let (_, first) = caller.get("/jobs/ingest/").await;
    assert_eq!((&first["done"], first["records"].as_array().unwrap().len()), (&json!(false), 1_000));
    assert_eq!(first["records"][0].get("numberRecordsProcessed"), None);
    assert_eq!(first["records"][0]["jobType"], "V2Ingest");
    let next = first["nextRecordsUrl"].as_str().unwrap();
    assert!(next.starts_with("/services/data/v66.0/jobs/ingest?queryLocator=01g") && next.ends_with("-1000"), "{next}");
    let (_, second) = caller.get(next).await;
    assert_eq!((&second["done"], second["records"].as_array().unwrap().len()), (&json!(true), 2));
    assert_eq!(second["nextRecordsUrl"], Value::Null);
    for (path, count) in [
        ("/jobs/query", 1),
        ("/jobs/ingest?jobType=V2Query", 1),
        ("/jobs/ingest?jobType=Classic", 0),
        ("/jobs/ingest?jobType=V2Ingest&isPkChunkingEnabled=true", 0),
        ("/jobs/query?concurrencyMode=serial", 0),
        ("/jobs/query?jobType=V2Query&isPkChunkingEnabled=false", 1),
    ] {
        assert_eq!(caller.get(path).await.1["records"].as_array().unwrap().len(), count, "{path}");
    }
    assert!(error(caller.get("/jobs/ingest?queryLocator=nope").await).starts_with("400 INVALID_QUERY_LOCATOR "));
}

/// Every 10,000 rows take a batch of the day's; without one the job fails, and its rows are in no list.
#[tokio::test]
async fn batches_are_taken_from_the_days_allowance() {
    let (config, clock) = config();
    let bulk = BulkConfig { daily_batches: 2, ..BulkConfig::default() };
    let caller = Caller::with(OrgConfig { bulk, ..config }, clock).await;
    let batches = || async { caller.get("/limits").await.1["DailyBulkApiBatches"].clone() };
    assert_eq!(batches().await, json!({"Max": 2, "Remaining": 2}));
    caller.load(insert(), INSERT).await;
    assert_eq!(batches().await, json!({"Max": 2, "Remaining": 1}));
    let csv: String = (0..10_001).map(|n| format!("L{n},C\n")).collect();
    let (job, ended) = caller.load(insert(), &format!("LastName,Company\n{csv}")).await;
    assert_eq!((&ended["state"], &ended["numberRecordsProcessed"]), (&json!("Failed"), &json!(10_000)));
    assert!(ended["errorMessage"].as_str().unwrap().starts_with("ExceededQuota : "), "{ended}");
    assert_eq!(caller.list(&job, "unprocessedrecords").await, "LastName,Company\n");
    assert_eq!(batches().await["Remaining"], 0);
    caller.clock.advance(TimeDelta::hours(24));
    let caller = signed_in_again(caller).await;
    assert_eq!(caller.get("/limits").await.1["DailyBulkApiBatches"]["Remaining"], 2);
}

/// A job outlives the process: what was queued or half done is gone on with, every row once.
#[tokio::test]
async fn a_job_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (config, clock) = config();
    let config = OrgConfig { data: Data::File(folder.path().join("org.db")), ..config };
    let caller = Caller::with(config.clone(), clock.clone()).await;
    let csv: String = (0..30_000).map(|n| format!("L{n},C\n")).collect();
    let job = caller.job(insert()).await;
    caller.upload(&job, format!("LastName,Company\n{csv}")).await;
    caller.set_state(&job, "UploadComplete").await;
    let token = caller.token.clone();
    caller.org.shutdown().await;

    let mut again = Caller::with(config, clock).await;
    again.token = token;
    let ended = again.finished(&format!("/jobs/ingest/{job}")).await;
    assert_eq!((&ended["state"], &ended["numberRecordsProcessed"]), (&json!("JobComplete"), &json!(30_000)));
    let written = again.list(&job, "successfulResults").await;
    assert_eq!(written.lines().collect::<std::collections::HashSet<_>>().len(), 30_001);
    assert_eq!(again.column("n", "SELECT COUNT(Id) n FROM Lead").await, [json!(30_000)]);
}
