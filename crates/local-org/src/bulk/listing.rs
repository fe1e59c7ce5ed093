//! Lists of jobs, 1,000 a page, in the order they were made. Refuses to count rows: lists carry no counters.

use std::collections::HashMap;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde_json::{Value, json};

use crate::answers::{Fault, RowError, ok};
use crate::bulk::jobs::{self, Job, KEY_PREFIX, Kind};
use crate::bulk::wire::{self, Detail, job_type};
use crate::bulk::{INGEST_SINCE, QUERY_SINCE, since};
use crate::ids;
use crate::org::Org;
use crate::rest::Call;

/// Jobs of one page.
const PAGE: usize = 1_000;
/// The key prefix of locators.
const LOCATOR: &str = "01g";

type Parameters = Query<HashMap<String, String>>;

/// Jobs of every kind, as the list of ingest jobs shows them all.
pub(crate) async fn ingest(
    state: State<Org>,
    Extension(call): Extension<Call>,
    Query(parameters): Parameters,
) -> Result<Response, Fault> {
    since(&call, INGEST_SINCE)?;
    page(&state, &call, &parameters, &[Kind::Ingest, Kind::Query]).await
}

/// Query jobs. Its next pages are under `ingest` too, with the filter that keeps to queries.
pub(crate) async fn query(
    state: State<Org>,
    Extension(call): Extension<Call>,
    Query(parameters): Parameters,
) -> Result<Response, Fault> {
    since(&call, QUERY_SINCE)?;
    page(&state, &call, &parameters, &[Kind::Query]).await
}

async fn page(org: &Org, call: &Call, parameters: &HashMap<String, String>, kinds: &[Kind]) -> Result<Response, Fault> {
    let kinds = filtered(parameters, kinds);
    let after = match parameters.get("queryLocator") {
        Some(locator) => after(locator).ok_or_else(no_locator)?,
        None => String::new(),
    };
    let found = org.read({
        let kinds = kinds.clone();
        move |work| Ok(jobs::list(work.sql, &kinds, &after, PAGE + 1, work.now)?)
    });
    let mut found = found.await?;
    let is_done = found.len() <= PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| !is_done).map(|last| next_url(call, last, &kinds));
    let records: Vec<Value> = found.iter().map(|job| wire::job(job, org.bulk.shown(job), Detail::Listed)).collect();
    Ok(ok(&json!({"done": is_done, "records": records, "nextRecordsUrl": next})))
}

/// The kinds a filter leaves. No job of this org is chunked by primary keys, and all run in parallel.
fn filtered(parameters: &HashMap<String, String>, kinds: &[Kind]) -> Vec<Kind> {
    let value = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
    if value("isPkChunkingEnabled").eq_ignore_ascii_case("true")
        || value("concurrencyMode").eq_ignore_ascii_case("serial")
    {
        return Vec::new();
    }
    let wanted = value("jobType");
    kinds.iter().copied().filter(|kind| wanted.is_empty() || wanted == job_type(*kind)).collect()
}

/// The locator is the id of the page's last job under another prefix, and the size of a page.
fn next_url(call: &Call, last: &Job, kinds: &[Kind]) -> String {
    let locator = last.id.get(KEY_PREFIX.len()..).unwrap_or_default();
    let filter = match kinds {
        [only] => format!("&jobType={}", job_type(*only)),
        _ => String::new(),
    };
    format!("/services/data/{}/jobs/ingest?queryLocator={LOCATOR}{locator}-{PAGE}{filter}", call.version)
}

fn after(locator: &str) -> Option<String> {
    let (id, _) = locator.split_once('-')?;
    ids::normalized(&format!("{KEY_PREFIX}{}", id.strip_prefix(LOCATOR)?))
}

fn no_locator() -> Fault {
    Fault::bad_request(RowError::new("INVALID_QUERY_LOCATOR", "invalid query locator"))
}
