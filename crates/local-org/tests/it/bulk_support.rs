//! Bulk jobs as a client drives them.

use std::time::Duration;

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Answer, Caller, answer};

/// The most looks at a job before a test gives up on it.
const MOST_POLLS: usize = 2_000;

impl Caller {
    /// Creates a job that must be accepted; answers its id.
    pub(crate) async fn job(&self, definition: Value) -> String {
        let (status, body) = self.post("/jobs/ingest", definition).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    /// Sends a file to a job, whatever comes of it.
    pub(crate) async fn upload(&self, job: &str, csv: impl Into<reqwest::Body>) -> Response {
        self.upload_with(job, csv, &[("content-type", "text/csv")]).await
    }

    pub(crate) async fn upload_with(
        &self,
        job: &str,
        csv: impl Into<reqwest::Body>,
        headers: &[(&str, &str)],
    ) -> Response {
        let url = format!("{}/services/data/v66.0/jobs/ingest/{job}/batches", self.org.url());
        let mut request = self.client.put(url).bearer_auth(&self.token).body(csv);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// Changes the state of a job, whatever comes of it.
    pub(crate) async fn set_state(&self, job: &str, state: &str) -> Answer {
        self.patch(&format!("/jobs/ingest/{job}"), json!({"state": state})).await
    }

    /// Waits until a job is over; answers what it says then.
    pub(crate) async fn finished(&self, path: &str) -> Value {
        for _ in 0..MOST_POLLS {
            let (status, body) = self.get(path).await;
            assert_eq!(status, StatusCode::OK, "{body}");
            if ["JobComplete", "Failed", "Aborted"].contains(&body["state"].as_str().unwrap()) {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{path} does not end")
    }

    /// Runs a whole job; answers its id and what it says at its end.
    pub(crate) async fn load(&self, definition: Value, csv: &str) -> (String, Value) {
        let job = self.job(definition).await;
        assert_eq!(self.upload(&job, csv.to_owned()).await.status(), StatusCode::CREATED);
        let (status, body) = self.set_state(&job, "UploadComplete").await;
        assert_eq!(status, StatusCode::OK, "{body}");
        let ended = self.finished(&format!("/jobs/ingest/{job}")).await;
        (job, ended)
    }

    /// The lines of a list of results below its header; the header must be as given.
    pub(crate) async fn results(&self, job: &str, list: &str, header: &str) -> Vec<String> {
        let text = self.list(job, list).await;
        let mut lines = text.lines().map(str::to_owned);
        assert_eq!(lines.next().unwrap_or_default(), header, "{list}");
        lines.collect()
    }

    /// A list of results as it is.
    pub(crate) async fn list(&self, job: &str, list: &str) -> String {
        let response = self.send(Method::GET, &format!("/jobs/ingest/{job}/{list}"), None).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/csv");
        response.text().await.unwrap()
    }

    /// The one error of the one row of a job, which must fail.
    pub(crate) async fn row_error(&self, definition: Value, csv: &str) -> String {
        let (job, ended) = self.load(definition, csv).await;
        assert_eq!(ended["state"], "JobComplete", "{ended}");
        assert_eq!((&ended["numberRecordsProcessed"], &ended["numberRecordsFailed"]), (&json!(1), &json!(1)), "{csv}");
        let failed = self.list(&job, "failedResults").await;
        let (_, row) = failed.split_once('\n').unwrap();
        let (_, error) = row.split_once(',').unwrap();
        let end = error.find("--\"").unwrap() + 2;
        error[1..end].replace("\"\"", "\"")
    }

    /// Runs a query job that must succeed; answers its id.
    pub(crate) async fn query_job(&self, definition: Value) -> String {
        let (status, body) = self.post("/jobs/query", definition).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        let id = body["id"].as_str().unwrap().to_owned();
        let ended = self.finished(&format!("/jobs/query/{id}")).await;
        assert_eq!(ended["state"], "JobComplete", "{ended}");
        id
    }

    /// The whole result of a bulk query that must succeed.
    pub(crate) async fn bulk_query(&self, soql: &str) -> String {
        let job = self.query_job(json!({"operation": "query", "query": soql})).await;
        let response = self.send(Method::GET, &format!("/jobs/query/{job}/results"), None).await;
        assert_eq!(
            (response.status(), &response.headers()["sforce-locator"]),
            (StatusCode::OK, &"null".parse().unwrap())
        );
        response.text().await.unwrap()
    }
}

impl Caller {
    /// The bytes of an answer to a caller who takes gzip, as they travel: the client of the tests unpacks by itself.
    #[expect(clippy::disallowed_methods, reason = "a test dials the org that it started")]
    pub(crate) async fn send_zipped(&self, path: &str) -> String {
        let address = self.org.address();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nAccept-Encoding: gzip\r\n\
             Connection: close\r\n\r\n",
            self.token
        );
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// A status and a JSON body of any call.
pub(crate) async fn told(response: Response) -> Answer {
    answer(response).await
}
