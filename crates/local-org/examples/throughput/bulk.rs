//! Bulk API 2.0: rows loaded by one job from its making to its end, rows of a query job brought down, and ten million rows
//! in a file with the memory that takes.

use std::fmt::Write;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use salesbridge_local_org::{Data, RunningOrg};
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::measured::{RUNS, tell};
use crate::{Problem, org};

const INGEST: &str = "/services/data/v66.0/jobs/ingest";
const QUERY: &str = "/services/data/v66.0/jobs/query";
/// Between two looks at a job.
const POLL: Duration = Duration::from_millis(5);
/// Rows of one job of the large load: about 70 MB.
const ROWS_PER_JOB: usize = 500_000;
const COLUMNS: &str = "Name,AccountNumber,Phone,Website,Industry,BillingStreet,BillingCity,BillingPostalCode,\
                       BillingCountry,NumberOfEmployees";

/// Rows inserted by one job, in memory and in a file.
pub(crate) async fn measure_ingest(rows: usize) -> Result<(), Problem> {
    let csv = Bytes::from(csv(0, rows));
    for is_file in [false, true] {
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let folder = tempfile::tempdir()?;
            let data = if is_file { Data::File(folder.path().join("org.db")) } else { Data::Memory };
            let org = org(data).await?;
            let mut caller = Caller::new(&org).await?;
            let begun = Instant::now();
            load(&mut caller, csv.clone(), rows).await?;
            times.push(begun.elapsed());
            org.shutdown().await;
        }
        let place = if is_file { "file" } else { "memory" };
        tell(&format!("bulk ingest (insert), 10 columns, {place}"), "rows", rows, &times);
    }
    Ok(())
}

/// Rows of a query job: its making with all its work, and the download alone.
pub(crate) async fn measure_query(rows: usize) -> Result<(), Problem> {
    let folder = tempfile::tempdir()?;
    let org = org(Data::File(folder.path().join("org.db"))).await?;
    let mut caller = Caller::new(&org).await?;
    fill(&mut caller, rows).await?;
    let (mut whole, mut download) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let begun = Instant::now();
        let query = format!("SELECT {COLUMNS} FROM Account");
        let job = made(&mut caller, QUERY, &json!({"operation": "query", "query": query})).await?;
        finished(&mut caller, QUERY, &job, rows).await?;
        let downloading = Instant::now();
        let results = format!("{QUERY}/{job}/results?maxRecords=100000");
        let (mut locator, mut lines) = (String::new(), 0);
        while locator != "null" {
            let page = format!("{results}&locator={locator}");
            let (next, body) = caller.page(&page).await?;
            lines += body.iter().filter(|&&byte| byte == b'\n').count() - 1;
            locator = next;
        }
        if lines != rows {
            return Err(format!("{lines} rows came down, not {rows}").into());
        }
        download.push(downloading.elapsed());
        whole.push(begun.elapsed());
    }
    org.shutdown().await;
    tell("bulk query download, 10 columns", "rows", rows, &download);
    tell("bulk query, job and download", "rows", rows, &whole);
    Ok(())
}

/// A large load into a file, job after job.
pub(crate) async fn measure_large(rows: usize) -> Result<(), Problem> {
    let folder = tempfile::tempdir()?;
    let org: RunningOrg = org(Data::File(folder.path().join("org.db"))).await?;
    let mut caller = Caller::new(&org).await?;
    let begun = Instant::now();
    fill(&mut caller, rows).await?;
    tell(&format!("bulk ingest of {rows} rows, file"), "rows", rows, &[begun.elapsed()]);
    crate::measured::tell_memory()?;
    org.shutdown().await;
    Ok(())
}

async fn fill(caller: &mut Caller, rows: usize) -> Result<(), Problem> {
    let mut done = 0;
    while done < rows {
        let number = ROWS_PER_JOB.min(rows - done);
        let job = load(caller, Bytes::from(csv(done, number)), number).await?;
        caller.call("DELETE", &format!("{INGEST}/{job}"), Bytes::new()).await?;
        done += number;
    }
    Ok(())
}

async fn load(caller: &mut Caller, csv: Bytes, rows: usize) -> Result<String, Problem> {
    let job = made(caller, INGEST, &json!({"operation": "insert", "object": "Account"})).await?;
    caller.call_as("PUT", &format!("{INGEST}/{job}/batches"), "text/csv", csv).await?;
    caller.call("PATCH", &format!("{INGEST}/{job}"), Bytes::from_static(b"{\"state\":\"UploadComplete\"}")).await?;
    finished(caller, INGEST, &job, rows).await?;
    Ok(job)
}

async fn made(caller: &mut Caller, path: &str, definition: &Value) -> Result<String, Problem> {
    let answer: Value = serde_json::from_slice(&caller.call("POST", path, definition.to_string().into()).await?)?;
    Ok(answer["id"].as_str().ok_or("no id")?.to_owned())
}

async fn finished(caller: &mut Caller, path: &str, job: &str, rows: usize) -> Result<(), Problem> {
    loop {
        let answer = caller.call("GET", &format!("{path}/{job}"), Bytes::new()).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        let is_whole =
            answer["numberRecordsProcessed"] == rows && answer["numberRecordsFailed"].as_u64().unwrap_or(0) == 0;
        match answer["state"].as_str() {
            Some("JobComplete") if is_whole => return Ok(()),
            Some("UploadComplete" | "InProgress") => tokio::time::sleep(POLL).await,
            _ => return Err(format!("the job did not do all: {answer}").into()),
        }
    }
}

/// Accounts of ten columns.
fn csv(first: usize, rows: usize) -> String {
    let mut csv = format!("{COLUMNS}\n");
    csv.reserve(rows * 160);
    for number in first..first + rows {
        // Writing to a String cannot fail.
        let _ = writeln!(
            csv,
            "Northwind Traders {number},A-{number:08},+1 212 555 {:04},https://www.northwind{number}.example,Shipping,\
             {} Harbour Road,Rotterdam,{:05},Netherlands,{}",
            number % 10_000,
            number % 900 + 1,
            number % 100_000,
            number % 5_000
        );
    }
    csv
}
