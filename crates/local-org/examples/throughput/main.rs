//! How fast the local org is: an org and its callers in one process, over real HTTP on this machine.
//!
//! `cargo run --release -p salesbridge-local-org --example throughput -- MEASUREMENT [ROWS]`, or `bench/local-org.sh` for all of
//! them. Each measurement runs several times and prints its median.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it speaks to a person at a terminal")]

mod bulk;
mod caller;
mod collections;
mod measured;
mod queries;

use std::process::ExitCode;

use salesbridge_local_org::{Data, OrgConfig, RunningOrg, start};

/// What went wrong, in words.
type Problem = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "multi_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rows = arguments.get(1).and_then(|text| text.replace('_', "").parse().ok());
    let outcome = match arguments.first().map(String::as_str) {
        Some("collections") => collections::measure(rows.unwrap_or(50_000)).await,
        Some("queries") => queries::measure(rows.unwrap_or(20_000)).await,
        Some("bulk-ingest") => bulk::measure_ingest(rows.unwrap_or(300_000)).await,
        Some("bulk-query") => bulk::measure_query(rows.unwrap_or(500_000)).await,
        Some("bulk-large") => bulk::measure_large(rows.unwrap_or(10_000_000)).await,
        _ => Err("name a measurement: collections, queries, bulk-ingest, bulk-query or bulk-large".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// An org with room for every call.
async fn org(data: Data) -> Result<RunningOrg, Problem> {
    Ok(start(OrgConfig { data, daily_api_requests: u64::from(u32::MAX), requests_kept: 100, ..OrgConfig::default() })
        .await?)
}
