//! Queries and their pages.

use std::collections::HashMap;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answers::{Fault, RowError, ok};
use crate::ids;
use crate::org::{Org, Work};
use crate::rest::Call;
use crate::soql_execution::{self, Cursor, Outcome};

/// Rows of a page when the caller names no size, and the most.
const LARGEST_PAGE: usize = 2_000;
/// The fewest rows of a page that a caller can ask for.
const SMALLEST_PAGE: usize = 200;
/// The key prefix of locators.
const LOCATOR: &str = "01g";

#[derive(Deserialize)]
pub(crate) struct LocatorPath {
    locator: String,
}

type Parameters = Query<HashMap<String, String>>;

pub(crate) async fn query(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Query(parameters): Parameters,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    first_page(&org, call, &parameters, page_size(&headers), false).await
}

/// As [`query`], with the recycle bin.
pub(crate) async fn query_all(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Query(parameters): Parameters,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    first_page(&org, call, &parameters, page_size(&headers), true).await
}

pub(crate) async fn next_page(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<LocatorPath>,
) -> Result<Response, Fault> {
    let invalid = || Fault::bad_request(RowError::new("INVALID_QUERY_LOCATOR", "invalid query locator"));
    let (locator, offset) = path.locator.split_once('-').ok_or_else(invalid)?;
    let offset: usize = offset.parse().map_err(|_| invalid())?;
    let cursor = org.cursors.find(locator, &call.user_id, org.now()).ok_or_else(invalid)?;
    if offset >= cursor.ids.len() {
        return Err(invalid());
    }
    let answer = org.read(move |work| {
        let end = cursor.ids.len().min(offset + cursor.page_size);
        let records = soql_execution::page(work, &call.version, &cursor.query, &cursor.ids[offset..end])?;
        Ok(page_answer(&call.version, &cursor.locator, cursor.ids.len(), end, records))
    });
    Ok(ok(&answer.await?))
}

async fn first_page(
    org: &Org,
    call: Call,
    parameters: &HashMap<String, String>,
    page_size: usize,
    include_deleted: bool,
) -> Result<Response, Fault> {
    let text = parameters
        .get("q")
        .cloned()
        .ok_or_else(|| Fault::bad_request(RowError::new("MALFORMED_QUERY", "A query string has to be specified")))?;
    // A query that fits one page writes nothing; only a longer one takes a locator, which is an id of the org.
    let answer = org.write(move |work| answered(work, &call, &text, page_size, include_deleted));
    Ok(ok(&answer.await?))
}

fn answered(work: &Work<'_>, call: &Call, text: &str, page_size: usize, include_deleted: bool) -> Result<Value, Fault> {
    let (query, outcome) = soql_execution::run(work, text, include_deleted)?;
    let ids = match outcome {
        Outcome::Complete(answer) => return Ok(answer),
        Outcome::Rows(ids) => ids,
    };
    let end = ids.len().min(page_size);
    let records = soql_execution::page(work, &call.version, &query, &ids[..end])?;
    if end == ids.len() {
        return Ok(page_answer(&call.version, "", ids.len(), end, records));
    }
    let locator = ids::next(work.sql, LOCATOR)?;
    let answer = page_answer(&call.version, &locator, ids.len(), end, records);
    let user_id = call.user_id.clone();
    work.org.cursors.keep(Cursor { locator, user_id, made_at: work.now, query, ids, page_size });
    Ok(answer)
}

fn page_answer(version: &str, locator: &str, total: usize, end: usize, records: Vec<Value>) -> Value {
    if end == total {
        return json!({"totalSize": total, "done": true, "records": records});
    }
    let next = format!("/services/data/{version}/query/{locator}-{end}");
    json!({"totalSize": total, "done": false, "nextRecordsUrl": next, "records": records})
}

/// `Sforce-Query-Options: batchSize=500`, within what the API allows.
fn page_size(headers: &HeaderMap) -> usize {
    let options = headers.get("sforce-query-options").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let asked = options.split([',', ';']).find_map(|option| {
        let (name, value) = option.split_once('=')?;
        name.trim().eq_ignore_ascii_case("batchSize").then(|| value.trim().parse().ok()).flatten()
    });
    asked.map_or(LARGEST_PAGE, |size: usize| size.clamp(SMALLEST_PAGE, LARGEST_PAGE))
}
