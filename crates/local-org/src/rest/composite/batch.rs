//! `/composite/batch`: parts that know nothing of each other, each kept or refused alone, and each counted as a call:
//! the batch itself stands for its first part.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answers::{Fault, RowError};
use crate::limits;
use crate::org::Work;
use crate::rest::composite::{MOST_SUBREQUESTS, check_number, ill_made};
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rest::{Call, dispatch, versions};

/// Parts may not ask in versions before this one.
const OLDEST: &str = "v34.0";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    halt_on_error: Option<bool>,
    batch_requests: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    method: String,
    url: String,
    rich_input: Option<Value>,
}

pub(super) fn run(work: &Work<'_>, call: &Call, operation: &Operation) -> Result<OperationAnswer, Fault> {
    let asked: Asked = operation.read()?;
    if asked.batch_requests.is_empty() {
        return Err(ill_made("The request has no subrequests."));
    }
    check_number("subrequests", asked.batch_requests.len(), MOST_SUBREQUESTS)?;
    let halts = asked.halt_on_error.unwrap_or(false);
    let mut has_errors = false;
    let mut results = Vec::new();
    for (at, part) in asked.batch_requests.iter().enumerate() {
        let answer = if halts && has_errors {
            halted()
        } else if at > 0 && !limits::count_another_call(work) {
            over_limit()
        } else {
            one(work, call, part)?
        };
        has_errors |= answer.status.as_u16() >= 300;
        results.push(json!({"statusCode": answer.status.as_u16(), "result": answer.into_json()}));
    }
    Ok(OperationAnswer::ok(json!({"hasErrors": has_errors, "results": results})))
}

fn one(work: &Work<'_>, call: &Call, part: &Part) -> Result<OperationAnswer, Fault> {
    let (version, operation) = match ready(call, part) {
        Ok(ready) => ready,
        Err(fault) => return Ok(fault.into()),
    };
    let call = Call { version, ..call.clone() };
    work.attempt(|| {
        let answer = dispatch::run(work, &call, &operation).unwrap_or_else(OperationAnswer::from);
        let is_kept = answer.status.as_u16() < 300;
        Ok((answer, is_kept))
    })
}

/// `v66.0/sobjects/…` in a version that is not newer than the call's own.
fn ready(call: &Call, part: &Part) -> Result<(String, Operation), Fault> {
    let (version, target) = part.url.trim_start_matches('/').split_once('/').ok_or_else(Fault::no_resource)?;
    versions::check(version)?;
    if version < OLDEST || version > call.version.as_str() {
        let text = format!("The version {version} of a subrequest must be between {OLDEST} and {}.", call.version);
        return Err(ill_made(text));
    }
    let method = Method::from_bytes(part.method.as_bytes()).map_err(|_| Fault::no_resource())?;
    let bytes = part.rich_input.as_ref().map_or_else(Bytes::new, |input| Bytes::from(input.to_string()));
    let operation = Operation::new(method, target, HeaderMap::new(), bytes)?;
    let is_composite = operation.path.first().is_some_and(|first| first == "composite");
    if is_composite && operation.path.get(1).is_none_or(|second| second != "sobjects") {
        return Err(ill_made("A batch may not contain composite requests."));
    }
    Ok((version.to_owned(), operation))
}

fn over_limit() -> OperationAnswer {
    Fault::new(StatusCode::FORBIDDEN, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.").into()
}

fn halted() -> OperationAnswer {
    let text = "Batch processing has halted as indicated by the 'haltOnError' flag.";
    let error = RowError::new("BATCH_PROCESSING_HALTED", text);
    Fault::of(StatusCode::PRECONDITION_FAILED, vec![error]).into()
}
