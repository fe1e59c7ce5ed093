//! Jobs that query: their answers, their results and pages, and what they refuse.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Caller, error};

impl Caller {
    /// As `bulk_query`, with the recycle bin.
    pub(crate) async fn bulk_query_all(&self, soql: &str) -> String {
        let job = self.query_job(json!({"operation": "queryAll", "query": soql})).await;
        self.send(Method::GET, &format!("/jobs/query/{job}/results"), None).await.text().await.unwrap()
    }

    async fn leads(&self, number: usize) {
        for n in 0..number {
            self.create("Lead", json!({"LastName": format!("L{n}"), "Company": "C"})).await;
        }
    }
}

/// The whole path of a client, and the shape of every answer on it.
#[tokio::test]
async fn a_query_goes_from_queued_to_complete() {
    let caller = Caller::new().await;
    caller.leads(2).await;
    let asked = json!({"operation": "query", "query": "SELECT lastname FROM lead"});
    let (status, made) = caller.post("/jobs/query", asked).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let keys: Vec<&str> = made.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
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
            "lineEnding",
            "columnDelimiter"
        ]
    );
    assert_eq!((&made["state"], &made["object"]), (&json!("UploadComplete"), &json!("Lead")));
    let id = made["id"].as_str().unwrap();
    let mut seen = Vec::new();
    let done = loop {
        let (_, job) = caller.get(&format!("/jobs/query/{id}/")).await;
        seen.push(job["state"].clone());
        if job["state"] == "JobComplete" {
            break job;
        }
    };
    assert!(seen.contains(&json!("InProgress")), "{seen:?}");
    let keys: Vec<&str> = done.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys[10..],
        [
            "jobType",
            "lineEnding",
            "columnDelimiter",
            "numberRecordsProcessed",
            "retries",
            "totalProcessingTime",
            "isPkChunkingSupported"
        ]
    );
    assert_eq!((&done["jobType"], &done["numberRecordsProcessed"]), (&json!("V2Query"), &json!(2)));
    let results = caller.send(Method::GET, &format!("/jobs/query/{id}/results/"), None).await;
    let header = |name: &str| results.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((header("sforce-locator"), header("sforce-numberofrecords")), ("null".to_owned(), "2".to_owned()));
    assert!(header("sforce-limit-info").starts_with("api-usage="));
    assert_eq!(results.text().await.unwrap(), "\"LastName\"\n\"L0\"\n\"L1\"\n");
    assert_eq!(caller.get("/limits").await.1["DailyBulkV2QueryJobs"]["Remaining"], 9_999);
}

/// Values as result files have them.
#[tokio::test]
async fn results_are_written_in_their_own_form() {
    let caller = Caller::new().await;
    let account = caller
        .create("Account", json!({"Name": "A \"b\", c", "AnnualRevenue": 350_000_000, "Description": "x\ny"}))
        .await;
    caller.create("Contact", json!({"LastName": "L", "AccountId": account, "Birthdate": "1980-02-03"})).await;
    assert_eq!(
        caller
            .bulk_query("SELECT Id, Name, AnnualRevenue, Description, IsDeleted, CreatedDate, Phone FROM Account")
            .await,
        format!(
            "\"Id\",\"Name\",\"AnnualRevenue\",\"Description\",\"IsDeleted\",\"CreatedDate\",\"Phone\"\n\
             \"{account}\",\"A \"\"b\"\", c\",\"3.5E8\",\"x\ny\",\"false\",\"2026-11-23T10:00:00.000Z\",\"\"\n"
        )
    );
    assert_eq!(
        caller
            .bulk_query("SELECT Birthdate, account.name, Account.Owner.Profile.Name FROM Contact")
            .await
            .lines()
            .next(),
        Some("\"Birthdate\",\"Account.Name\",\"Account.Owner.Profile.Name\"")
    );
    assert_eq!(caller.bulk_query("SELECT Id FROM Lead").await, "\"Id\"\n");
    let form = json!({"operation": "query", "query": "SELECT Name, Phone FROM Account", "columnDelimiter": "PIPE",
        "lineEnding": "CRLF"});
    let job = caller.query_job(form).await;
    let text = caller.send(Method::GET, &format!("/jobs/query/{job}/results"), None).await.text().await.unwrap();
    assert_eq!(text, "\"Name\"|\"Phone\"\r\n\"A \"\"b\"\", c\"|\"\"\r\n");
}

/// Before v50.0 columns come by name; results belong to the version of their job.
#[tokio::test]
async fn results_belong_to_a_version() {
    let caller = Caller::new().await;
    let asked = json!({"operation": "query", "query": "SELECT Name, Id FROM Account"});
    let (_, made) = caller.post("/services/data/v49.0/jobs/query", asked.clone()).await;
    let id = made["id"].as_str().unwrap();
    caller.finished(&format!("/jobs/query/{id}")).await;
    let own = format!("/services/data/v49.0/jobs/query/{id}/results");
    assert_eq!(caller.send(Method::GET, &own, None).await.text().await.unwrap(), "\"Id\",\"Name\"\n");
    assert_eq!(caller.get(&format!("/jobs/query/{id}/results")).await.0, StatusCode::CONFLICT);
    assert_eq!(caller.get(&format!("/services/data/v49.0/jobs/query/{id}/resultPages")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(caller.post("/services/data/v46.0/jobs/query", asked).await.0, StatusCode::NOT_FOUND);
}

/// Pages of any size, read again in any order; what is no page is refused.
#[tokio::test]
async fn results_come_in_pages() {
    let caller = Caller::new().await;
    caller.leads(5).await;
    let asked = json!({"operation": "query", "query": "SELECT LastName FROM Lead ORDER BY LastName"});
    let job = caller.query_job(asked).await;
    let page = |parameters: String| {
        let path = format!("/jobs/query/{job}/results?{parameters}");
        let caller = &caller;
        async move {
            let response = caller.send(Method::GET, &path, None).await;
            let locator = response.headers()["sforce-locator"].to_str().unwrap().to_owned();
            (locator, response.text().await.unwrap())
        }
    };
    let (second, text) = page("maxRecords=2".to_owned()).await;
    assert_eq!(text, "\"LastName\"\n\"L0\"\n\"L1\"\n");
    for _ in 0..2 {
        let (third, text) = page(format!("locator={second}&maxRecords=2")).await;
        assert_eq!(text, "\"LastName\"\n\"L2\"\n\"L3\"\n");
        let (last, text) = page(format!("locator={third}&maxRecords=2")).await;
        assert_eq!((last.as_str(), text.as_str()), ("null", "\"LastName\"\n\"L4\"\n"));
    }
    for parameters in ["locator=nope", "locator=OTk", "maxRecords=0", "maxRecords=x"] {
        let refused = caller.get(&format!("/jobs/query/{job}/results?{parameters}")).await;
        assert!(error(refused).starts_with("400 API_ERROR "), "{parameters}");
    }
    let (_, pages) = caller.get(&format!("/jobs/query/{job}/resultPages")).await;
    let url = pages["resultPages"][0]["resultUrl"].as_str().unwrap();
    assert!(url.starts_with(&format!("/services/data/v66.0/jobs/query/{job}/results?locator=")), "{pages}");
    assert_eq!((&pages["done"], &pages["nextRecordsUrl"]), (&json!(true), &Value::Null));
    let text = caller.send(Method::GET, url, None).await.text().await.unwrap();
    assert_eq!(text.lines().count(), 6);
}

/// What a bulk query cannot do is refused when the job is made.
#[tokio::test]
async fn queries_that_cannot_be_jobs_are_refused() {
    let caller = Caller::new().await;
    for (query, code) in [
        ("SELECT", "MALFORMED_QUERY"),
        ("SELECT Nope FROM Lead", "INVALID_FIELD"),
        ("SELECT COUNT() FROM Lead", "API_ERROR"),
        ("SELECT COUNT(Id) FROM Lead", "API_ERROR"),
        ("SELECT Company FROM Lead GROUP BY Company", "API_ERROR"),
        ("SELECT Id FROM Lead OFFSET 5", "API_ERROR"),
        ("SELECT BillingAddress FROM Account", "API_ERROR"),
        ("", "MALFORMED_QUERY"),
    ] {
        let (status, body) = caller.post("/jobs/query", json!({"operation": "query", "query": query})).await;
        assert_eq!((status, &body[0]["errorCode"]), (StatusCode::BAD_REQUEST, &json!(code)), "{query}: {body}");
    }
    let refused = caller.post("/jobs/query", json!({"operation": "insert", "query": "SELECT Id FROM Lead"})).await;
    assert!(error(refused).starts_with("400 INVALIDJOB "));
}

/// Deleted rows come with `queryAll` only.
#[tokio::test]
async fn the_recycle_bin_is_asked_for() {
    let caller = Caller::new().await;
    caller.leads(2).await;
    let id = caller.column("Id", "SELECT Id FROM Lead WHERE LastName = 'L0'").await[0].as_str().unwrap().to_owned();
    caller.delete(&format!("/sobjects/Lead/{id}")).await;
    assert_eq!(caller.bulk_query("SELECT LastName FROM Lead").await, "\"LastName\"\n\"L1\"\n");
    let all = caller.bulk_query_all("SELECT LastName, IsDeleted FROM Lead ORDER BY LastName").await;
    assert_eq!(all, "\"LastName\",\"IsDeleted\"\n\"L0\",\"true\"\n\"L1\",\"false\"\n");
}

/// A query job is deleted when it is over, and its results with it; one under way cannot be.
#[tokio::test]
async fn a_query_job_ends() {
    let caller = Caller::new().await;
    let asked = json!({"operation": "query", "query": "SELECT Id FROM Lead"});
    let (_, made) = caller.post("/jobs/query", asked.clone()).await;
    let path = format!("/jobs/query/{}", made["id"].as_str().unwrap());
    assert!(error(caller.delete(&path).await).starts_with("400 API_ERROR Error encountered when deleting the job"));
    assert!(error(caller.get(&format!("{path}/results")).await).starts_with("400 API_ERROR "));
    caller.finished(&path).await;
    let aborted = caller.patch(&path, json!({"state": "Aborted"})).await;
    assert_eq!(error(aborted), "400 INVALIDJOBSTATE Aborting already Completed Job not allowed");
    assert_eq!(caller.delete(&path).await.0, StatusCode::NO_CONTENT);
    assert_eq!(caller.get(&format!("{path}/results")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(caller.get(&path.replace("query", "ingest")).await.0, StatusCode::NOT_FOUND);
}
