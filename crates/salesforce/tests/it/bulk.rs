//! Bulk jobs: by the local org, over the wire, and by a scripted one where only the wire matters.

use std::time::Duration;

use futures::stream;
use salesbridge_local_org::{FaultAction, FaultMatch, FaultRule, FaultTime, RunningOrg};
use salesbridge_salesforce::{
    ApiError, CsvCaps, CsvText, IngestList, IngestOperation, JobId, JobInfo, JobPauses, JobState, OrgClient,
    UploadBody, WriteError, row_fault,
};
use serde_json::json;

use crate::local_org::{client, org};
use crate::org::{ScriptedOrg, answer, fault, text};

fn file(columns: &[&str], rows: &[&[&str]]) -> Vec<u8> {
    let mut file = CsvText::new(columns, CsvCaps::default()).expect("columns");
    for row in rows {
        row.iter().for_each(|value| if *value == "-" { file.clear() } else { file.text(value) });
        file.end_row().expect("a row");
    }
    file.into_bytes()
}

/// Makes, fills and queues a job, and waits for its end.
async fn run(client: &OrgClient, object: &str, operation: &IngestOperation, file: impl Into<UploadBody>) -> JobInfo {
    let job = client.create_ingest_job(object, operation).await.expect("a job");
    client.upload(&job, &file.into()).await.expect("an upload");
    client.queue_job(&job).await.expect("a queued job");
    ended(client, &job).await
}

async fn ended(client: &OrgClient, job: &JobId) -> JobInfo {
    for pause in JobPauses::new(Duration::from_millis(5), Duration::from_millis(100)) {
        let info = client.ingest_job(job).await.expect("an answer").expect("a job");
        if info.state.is_final() {
            return info;
        }
        tokio::time::sleep(pause).await;
    }
    unreachable!("pauses never end")
}

/// A list: id, created or why not, the values of the file.
async fn list(client: &OrgClient, job: &JobId, list: IngestList) -> Vec<(String, bool, String, Vec<String>)> {
    let mut rows = client.ingest_rows(job, list).await.expect("a list");
    let columns = rows.columns().len();
    let mut all = Vec::new();
    while let Some(row) = rows.next().await.expect("a row") {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        let values = (0..columns).map(|column| text(row.value(column))).collect();
        all.push((text(row.record_id()), row.is_created(), row.error().into_owned(), values));
    }
    all
}

async fn names(client: &OrgClient) -> Vec<String> {
    let found = client.query_rows("SELECT LastName FROM Lead ORDER BY LastName", 100).await.expect("leads");
    found.iter().map(|lead| lead["LastName"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn rows_are_made_and_refused_and_every_one_is_told_of() {
    let org = org().await;
    let client = client(&org);
    let columns = ["LastName", "Company", "Title", "AnnualRevenue"];
    let rows: [&[&str]; 3] =
        [&["Müller", "A, \"B\" & C", "two\r\nlines", "912260031"], &["No Firm", "", "", ""], &["Last", "D", "", "1.5"]];
    let info = run(&client, "Lead", &IngestOperation::Insert, file(&columns, &rows)).await;
    assert_eq!((info.state, info.processed, info.failed), (JobState::JobComplete, 3, 1));

    let mut written = list(&client, &info.id, IngestList::Successful).await;
    written.sort_by(|a, b| a.3.cmp(&b.3));
    let [last, first] = &written[..] else { panic!("two rows: {written:?}") };
    assert!(last.1 && first.1 && first.0.starts_with("00Q"));
    assert_eq!(first.3[..3], ["Müller", "A, \"B\" & C", "two\nlines"]);
    assert_eq!(first.3[3].parse::<f64>(), Ok(912_260_031.0), "a number comes back in a notation of its own");
    let refused = list(&client, &info.id, IngestList::Failed).await;
    let fault = row_fault(&refused[0].2);
    assert_eq!((fault.code.as_str(), fault.fields), ("REQUIRED_FIELD_MISSING", vec!["Company".to_owned()]));
    assert_eq!(list(&client, &info.id, IngestList::Unprocessed).await, []);
    assert_eq!(names(&client).await, ["Last", "Müller"]);
    client.delete_ingest_job(&info.id).await.expect("deleted");
    assert_eq!(client.ingest_job(&info.id).await.expect("an answer"), None);
    client.delete_ingest_job(&info.id).await.expect("gone already");
}

#[tokio::test]
async fn a_file_made_while_it_is_sent_is_the_same_file() {
    let org = org().await;
    let client = client(&org);
    let made = UploadBody::made_by(|| {
        let mut csv = CsvText::new(&["LastName", "Company"], CsvCaps::default()).expect("columns");
        let pieces = (0..3_000).map(move |number| {
            csv.text(&format!("Name {number}"));
            csv.text("Firm");
            csv.end_row().map_err(std::io::Error::other)?;
            Ok(csv.take_piece().into())
        });
        Box::pin(stream::iter(pieces))
    });
    let info = run(&client, "Lead", &IngestOperation::Insert, made).await;
    assert_eq!((info.state, info.processed, info.failed), (JobState::JobComplete, 3_000, 0));
    let written = list(&client, &info.id, IngestList::Successful).await;
    assert_eq!(written.iter().filter(|row| row.3[1] == "Firm").count(), 3_000);
}

#[tokio::test]
async fn a_field_is_kept_changed_or_emptied_by_an_update() {
    let org = org().await;
    let client = client(&org);
    let columns = ["LastName", "Company", "Title"];
    let made = run(&client, "Lead", &IngestOperation::Insert, file(&columns, &[&["A", "Firm", "Boss"]])).await;
    let id = list(&client, &made.id, IngestList::Successful).await.remove(0).0;
    let change = file(&["Id", "LastName", "Company", "Title"], &[&[&id, "", "New", "-"]]);
    let info = run(&client, "Lead", &IngestOperation::Update, change).await;
    let told = list(&client, &info.id, IngestList::Successful).await;
    assert_eq!((told[0].0.as_str(), told[0].1), (id.as_str(), false), "updated, not made");
    let lead = client.query_rows("SELECT LastName, Company, Title FROM Lead", 1).await.expect("a lead").remove(0);
    assert_eq!(json!(lead), json!({ "LastName": "A", "Company": "New", "Title": null }));
}

#[tokio::test]
async fn a_bad_column_fails_the_job_and_every_row_is_unprocessed() {
    let org = org().await;
    let client = client(&org);
    let bad = file(&["LastName", "Foo__c"], &[&["A", "1"], &["B", "2"]]);
    let info = run(&client, "Lead", &IngestOperation::Insert, bad).await;
    assert_eq!((info.state, info.processed), (JobState::Failed, 0));
    let fault = info.fault.expect("a fault");
    assert_eq!((fault.code.as_str(), fault.message.as_str()), ("InvalidBatch", "Field name not found : Foo__c"));
    assert_eq!(list(&client, &info.id, IngestList::Successful).await, []);
    assert_eq!(list(&client, &info.id, IngestList::Unprocessed).await.len(), 2);
}

#[tokio::test]
async fn a_job_that_was_not_queued_is_aborted_without_a_trace() {
    let org = org().await;
    let client = client(&org);
    let job = client.create_ingest_job("Lead", &IngestOperation::Insert).await.expect("a job");
    client.upload(&job, &file(&["LastName", "Company"], &[&["A", "B"]]).into()).await.expect("an upload");
    assert_eq!(client.ingest_job(&job).await.expect("an answer").expect("a job").state, JobState::Open);
    assert_eq!(client.abort_job(&job).await.expect("aborted").state, JobState::Aborted);
    let queued = client.queue_job(&job).await;
    assert!(matches!(queued, Err(WriteError::Refused(_))), "{queued:?}");
    assert_eq!(names(&client).await, [""; 0]);
}

fn drops(org: &RunningOrg, path: &str, when: FaultTime) {
    let matches = FaultMatch { path_contains: Some(path.to_owned()), times: Some(1), ..FaultMatch::default() };
    let action = FaultAction { drop_connection: true, ..FaultAction::default() };
    org.control().add_fault(FaultRule { matches, when, action });
}

#[tokio::test]
async fn a_lost_upload_has_written_nothing_and_a_lost_queueing_may_have() {
    let org = org().await;
    let client = client(&org);
    let csv = UploadBody::from(file(&["LastName", "Company"], &[&["A", "B"]]));
    let job = client.create_ingest_job("Lead", &IngestOperation::Insert).await.expect("a job");
    drops(&org, "/batches", FaultTime::After);
    assert!(matches!(
        client.upload(&job, &csv).await,
        Err(WriteError::MayHaveHappened { cause: ApiError::Transport(_), .. })
    ));
    assert_eq!(client.ingest_job(&job).await.expect("an answer").expect("a job").state, JobState::Open);

    let job = client.create_ingest_job("Lead", &IngestOperation::Insert).await.expect("a job");
    client.upload(&job, &csv).await.expect("an upload");
    drops(&org, &format!("/jobs/ingest/{job}"), FaultTime::After);
    assert!(matches!(client.queue_job(&job).await, Err(WriteError::MayHaveHappened { .. })));
    assert_eq!(ended(&client, &job).await.state, JobState::JobComplete, "whoever knows the id finds it");
    assert_eq!(names(&client).await, ["A"]);
}

#[tokio::test]
async fn an_upload_whose_session_ended_is_made_again() {
    let org = ScriptedOrg::start().await;
    let line = "PUT /services/data/v66.0/jobs/ingest/750/batches";
    org.on(line, [text(201, "")]);
    org.on("POST /services/data/v66.0/jobs/ingest", [answer(200, &json!({ "id": "750", "state": "Open" }))]);
    let client = org.client();
    let job = client.create_ingest_job("Lead", &IngestOperation::Insert).await.expect("a job");
    org.end_sessions();
    client.upload(&job, &b"LastName\nA\n".to_vec().into()).await.expect("an upload");
    let asked: Vec<_> = org.asked().into_iter().filter(|asked| asked.line == line).collect();
    assert_eq!(asked.iter().map(|asked| asked.body.as_str()).collect::<Vec<_>>(), ["LastName\nA\n"; 2]);
    assert_eq!(asked[1].header("content-type"), "text/csv; charset=UTF-8");
}

#[tokio::test]
async fn lists_may_be_empty_in_three_ways_and_must_be_lists() {
    let org = ScriptedOrg::start().await;
    org.on("POST /services/data/v66.0/jobs/ingest", [answer(200, &json!({ "id": "750", "state": "Open" }))]);
    let line = "GET /services/data/v66.0/jobs/ingest/750/failedResults";
    let client = org.client();
    let job = client.create_ingest_job("Lead", &IngestOperation::Insert).await.expect("a job");
    for empty in [text(200, "\"sf__Id\",\"sf__Error\",LastName\n"), text(200, ""), text(204, "")] {
        org.on(line, [empty]);
        assert_eq!(list(&client, &job, IngestList::Failed).await, []);
    }
    org.on(line, [text(200, "<html>sorry</html>")]);
    assert!(matches!(client.ingest_rows(&job, IngestList::Failed).await, Err(ApiError::Unreadable { .. })));
    org.on(line, [text(200, "\"sf__Id\",\"sf__Error\",LastName\n\"\",\"X:y:--\"\n")]);
    let mut rows = client.ingest_rows(&job, IngestList::Failed).await.expect("a header");
    assert!(matches!(rows.next().await, Err(ApiError::Unreadable { .. })), "a row with too few values");
    org.on(line, [fault(500, "UNKNOWN_EXCEPTION", "x"), text(200, "")]);
    assert_eq!(list(&client, &job, IngestList::Failed).await, [], "a read is repeated");
}

#[tokio::test]
async fn a_query_job_is_read_page_by_page() {
    let org = org().await;
    let client = client(&org);
    let values: Vec<String> = (0..25).map(|number| format!("Name \"{number:02}\"\nx")).collect();
    let rows: Vec<Vec<&str>> = values.iter().map(|name| vec![name.as_str(), "Firm"]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    run(&client, "Lead", &IngestOperation::Insert, file(&["LastName", "Company"], &rows)).await;

    let job =
        client.create_query_job("SELECT LastName, Title FROM Lead ORDER BY LastName", false).await.expect("a job");
    while !client.query_job(&job).await.expect("an answer").expect("a job").state.is_final() {
        tokio::task::yield_now().await;
    }
    let (mut read, mut pages, mut next) = (Vec::new(), 0, None);
    loop {
        let mut page = client.query_job_page(&job, next.as_ref(), Some(10)).await.expect("a page");
        assert_eq!(page.columns(), ["LastName", "Title"]);
        while let Some(row) = page.next().await.expect("a row") {
            read.push(row.text(0).into_owned());
        }
        pages += 1;
        next = page.next_page().cloned();
        if next.is_none() {
            break;
        }
    }
    assert_eq!((read, pages), (values, 3));
    client.delete_query_job(&job).await.expect("deleted");
    assert_eq!(client.query_job(&job).await.expect("an answer"), None);
    let refused = client.create_query_job("SELECT Nothing FROM Lead", false).await;
    assert!(matches!(refused, Err(ApiError::Refused { status: 400, .. })), "{refused:?}");
}
