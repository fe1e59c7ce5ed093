//! Bulk loads: the first line is the job that is asked for, in JSON, the rest the file that is put into it.

use std::thread::sleep;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, header};

use crate::org::{Visited, visit};

const JOBS: &str = "/services/data/v66.0/jobs/ingest";
/// How often a job is asked whether it has ended. It is small: it has, or hangs.
const POLLS: u32 = 2_000;
const STATES_OF_WORK: [&str; 2] = ["UploadComplete", "InProgress"];

/// Loads the file as the job says, waits for its end, and reads its results.
///
/// # Panics
/// The property does not hold, or the job does not end.
pub fn holds(input: &[u8]) {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (job, file) = input.split_at(end);
    visit(|org| {
        let none = HeaderMap::new();
        let Some(made) = org.ask(&Method::POST, JOBS, &none, Bytes::copy_from_slice(job)) else { return };
        let id = made.text("id");
        if !made.status.is_success() || id.is_empty() {
            return;
        }
        let job = format!("{JOBS}/{id}");
        let file = Bytes::from(org.named(file.get(1..).unwrap_or_default()));
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv"));
        org.ask(&Method::PUT, &format!("{job}/batches"), &headers, file);
        org.ask(&Method::PATCH, &job, &none, Bytes::from_static(br#"{"state":"UploadComplete"}"#));
        wait(org, &job);
        for list in ["successfulResults", "failedResults", "unprocessedrecords"] {
            org.ask(&Method::GET, &format!("{job}/{list}"), &none, Bytes::new());
        }
        org.ask(&Method::DELETE, &job, &none, Bytes::new());
    });
}

fn wait(org: &mut Visited, job: &str) {
    for _ in 0..POLLS {
        let Some(answer) = org.ask(&Method::GET, job, &HeaderMap::new(), Bytes::new()) else { return };
        if !STATES_OF_WORK.contains(&answer.text("state").as_str()) {
            return;
        }
        sleep(Duration::from_millis(1));
    }
    panic!("{job} does not end");
}
