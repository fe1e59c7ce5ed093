//! Queries and their pages.

use std::collections::HashMap;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answers::{Fault, RowError, ok};
use crate::org::{Org, Work};
use crate::rest::Call;
use crate::rest::operation::Parameters;
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

pub(crate) async fn query(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Result<Response, Fault> {
    first_page(&org, call, &parameters, false).await
}

/// As [`query`], with the recycle bin.
pub(crate) async fn query_all(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Result<Response, Fault> {
    first_page(&org, call, &parameters, true).await
}

pub(crate) async fn next_page(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<LocatorPath>,
) -> Result<Response, Fault> {
    let answer = org.read(move |work| next_page_answer(work, &call, &path.locator));
    Ok(ok(&answer.await?))
}

/// The page that starts at a locator.
pub(super) fn next_page_answer(work: &Work<'_>, call: &Call, locator: &str) -> Result<Value, Fault> {
    let invalid = || Fault::bad_request(RowError::new("INVALID_QUERY_LOCATOR", "invalid query locator"));
    let (locator, offset) = locator.split_once('-').ok_or_else(invalid)?;
    let offset: usize = offset.parse().map_err(|_| invalid())?;
    let cursor = work.org.cursors.find(locator, &call.user_id, work.now).ok_or_else(invalid)?;
    if offset >= cursor.ids.len() {
        return Err(invalid());
    }
    let end = cursor.ids.len().min(offset + cursor.page_size);
    let records = soql_execution::page(work, &call.version, &cursor.query, &cursor.ids[offset..end])?;
    Ok(page_answer(&call.version, &cursor.locator, cursor.ids.len(), end, records))
}

async fn first_page(
    org: &Org,
    call: Call,
    parameters: &HashMap<String, String>,
    include_deleted: bool,
) -> Result<Response, Fault> {
    let text = asked(parameters.get("q").map(String::as_str))?.to_owned();
    // A query that fits one page writes nothing; only a longer one takes a locator, which is an id of the org.
    let answer = org.write(move |work| answered(work, &call, &text, include_deleted));
    Ok(ok(&answer.await?))
}

fn asked(text: Option<&str>) -> Result<&str, Fault> {
    text.ok_or_else(|| Fault::bad_request(RowError::new("MALFORMED_QUERY", "A query string has to be specified")))
}

/// The first page of a query, as a part of a composite request asks for it.
pub(super) fn first_page_answer(
    work: &Work<'_>,
    call: &Call,
    parameters: &Parameters,
    include_deleted: bool,
) -> Result<Value, Fault> {
    answered(work, call, asked(parameters.get("q"))?, include_deleted)
}

fn answered(work: &Work<'_>, call: &Call, text: &str, include_deleted: bool) -> Result<Value, Fault> {
    let page_size = page_size(call);
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
    let locator = work.next_id(LOCATOR);
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

/// The rows of a page, as many as the caller asks for within what the API allows.
fn page_size(call: &Call) -> usize {
    call.options.batch_size.map_or(LARGEST_PAGE, |size| size.clamp(SMALLEST_PAGE, LARGEST_PAGE))
}
