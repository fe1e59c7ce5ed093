//! Queries and their pages over HTTP.

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;

use crate::answers::{Fault, RowError};
use crate::org::{Org, Work};
use crate::rest::Call;
use crate::rest::operation::Parameters;
use crate::soql_execution::{self, Asking, LARGEST_PAGE};

/// The fewest rows of a page that a caller can ask for.
const SMALLEST_PAGE: usize = 200;

#[derive(Deserialize)]
pub(crate) struct LocatorPath {
    locator: String,
}

pub(crate) async fn query(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    RawQuery(parameters): RawQuery,
) -> Result<Response, Fault> {
    first_page(&org, call, parameters, false).await
}

/// As [`query`], with the recycle bin.
pub(crate) async fn query_all(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    RawQuery(parameters): RawQuery,
) -> Result<Response, Fault> {
    first_page(&org, call, parameters, true).await
}

pub(crate) async fn next_page(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<LocatorPath>,
) -> Result<Response, Fault> {
    let answer = org.read(move |work| soql_execution::next_page(&asking(work, &call), &path.locator));
    Ok(json_text(answer.await?))
}

/// The page that starts at a locator, as a part of a composite request asks for it.
pub(super) fn next_page_answer(work: &Work<'_>, call: &Call, locator: &str) -> Result<Value, Fault> {
    soql_execution::next_page(&asking(work, call), locator).map(|text| value(&text))
}

/// The first page of a query, as a part of a composite request asks for it.
pub(super) fn first_page_answer(
    work: &Work<'_>,
    call: &Call,
    parameters: &Parameters,
    include_deleted: bool,
) -> Result<Value, Fault> {
    answered(work, call, &Asked::read(parameters)?, include_deleted).map(|text| value(&text))
}

async fn first_page(
    org: &Org,
    call: Call,
    parameters: Option<String>,
    include_deleted: bool,
) -> Result<Response, Fault> {
    let asked = Asked::read(&Parameters::parse(&parameters.unwrap_or_default()))?;
    let writes = asked.writes();
    let job = move |work: &Work<'_>| answered(work, &call, &asked, include_deleted);
    let answer = if writes { org.write(job).await? } else { org.read(job).await? };
    Ok(json_text(answer))
}

/// What a query string asks.
struct Asked {
    text: String,
    query: salesbridge_soql::Query,
    purpose: Purpose,
}

#[derive(Clone, Copy, PartialEq)]
enum Purpose {
    Rows,
    Columns,
    Explanation,
}

impl Asked {
    fn read(parameters: &Parameters) -> Result<Self, Fault> {
        let (text, purpose) = match (parameters.get("q"), parameters.get("explain")) {
            (_, Some(text)) => (text, Purpose::Explanation),
            (Some(text), None) if parameters.is_true("columns") => (text, Purpose::Columns),
            (Some(text), None) => (text, Purpose::Rows),
            (None, None) => {
                let text = "A query string has to be specified";
                return Err(Fault::bad_request(RowError::new("MALFORMED_QUERY", text)));
            }
        };
        Ok(Self { text: text.to_owned(), query: soql_execution::parse(text)?, purpose })
    }

    fn writes(&self) -> bool {
        self.purpose == Purpose::Rows && soql_execution::writes(&self.query)
    }
}

fn answered(work: &Work<'_>, call: &Call, asked: &Asked, include_deleted: bool) -> Result<Vec<u8>, Fault> {
    let mut asking = asking(work, call);
    asking.include_deleted = include_deleted;
    match asked.purpose {
        Purpose::Rows => soql_execution::first_page(&asking, &asked.text, &asked.query),
        Purpose::Columns => soql_execution::column_metadata(&asking, &asked.text, &asked.query)
            .map(|body| body.to_string().into_bytes()),
        Purpose::Explanation => {
            soql_execution::explained(&asking, &asked.text, &asked.query).map(|body| body.to_string().into_bytes())
        }
    }
}

fn asking<'call, 'job>(work: &'call Work<'job>, call: &'call Call) -> Asking<'call, 'job> {
    let mut asking = Asking::new(work, &call.user_id, &call.version);
    // The rows of a page, as many as the caller asks for within what the API allows.
    asking.page_size = call.options.batch_size.map_or(LARGEST_PAGE, |size| size.clamp(SMALLEST_PAGE, LARGEST_PAGE));
    asking
}

/// A text of ours is JSON.
fn value(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap_or_default()
}

fn json_text(body: Vec<u8>) -> Response {
    const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");
    (StatusCode::OK, [(header::CONTENT_TYPE, JSON)], body).into_response()
}
