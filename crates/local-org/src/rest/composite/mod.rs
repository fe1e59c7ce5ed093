//! Many operations in one call: `/composite` and its relatives. They hand operations to the resources they name and
//! refuse to know what those do.

mod batch;
mod graph;
mod references;
mod sequence;
mod subrequest;
mod tree;

use axum::http::Method;
use serde::Deserialize;
use serde_json::json;

use crate::answers::{Fault, RowError};
use crate::org::Work;
use crate::rest::Call;
use crate::rest::operation::{Operation, OperationAnswer};
use subrequest::{Place, Subrequest, check};

/// The most parts of one call.
const MOST_SUBREQUESTS: usize = 25;
/// The most parts that are queries or collections.
const MOST_LARGE: usize = 5;
/// The code of a composite body that breaks a rule of its own (unconfirmed, as are the texts).
const ILL_MADE: &str = "INVALID_INPUT";
/// The first version with graphs.
const GRAPHS_SINCE: &str = "v50.0";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    all_or_none: Option<bool>,
    composite_request: Vec<Subrequest>,
}

/// `/composite/…`, less the collections.
pub(super) fn run(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    rest: &[&str],
) -> Result<OperationAnswer, Fault> {
    let is_post = operation.method == Method::POST;
    match rest {
        [] if operation.method == Method::GET => Ok(OperationAnswer::ok(resources(call))),
        [] if is_post => composite(work, call, operation),
        [] => Err(operation.not_allowed("HEAD,GET,POST")),
        ["batch"] if is_post => batch::run(work, call, operation),
        ["tree", object] if is_post => tree::run(work, call, operation, object),
        ["graph"] if is_post && call.version.as_str() >= GRAPHS_SINCE => graph::run(work, call, operation),
        ["batch" | "graph"] | ["tree", _] if !is_post => Err(operation.not_allowed("POST")),
        _ => Err(Fault::no_resource()),
    }
}

fn resources(call: &Call) -> serde_json::Value {
    let base = format!("/services/data/{}/composite", call.version);
    let mut map = json!({
        "tree": format!("{base}/tree"), "batch": format!("{base}/batch"), "sobjects": format!("{base}/sobjects"),
    });
    if call.version.as_str() >= GRAPHS_SINCE {
        map["graph"] = format!("{base}/graph").into();
    }
    map
}

fn composite(work: &Work<'_>, call: &Call, operation: &Operation) -> Result<OperationAnswer, Fault> {
    let asked: Asked = operation.read()?;
    check_number("subrequests", asked.composite_request.len(), MOST_SUBREQUESTS)?;
    check(&asked.composite_request, call)?;
    let large = asked.composite_request.iter().filter(|request| request.is_large()).count();
    check_number("query and collections subrequests", large, MOST_LARGE)?;
    let all_or_none = asked.all_or_none.unwrap_or(false);
    let (answers, _) = sequence::run(work, call, &asked.composite_request, all_or_none, Place::Composite)?;
    Ok(OperationAnswer::ok(json!({"compositeResponse": answers})))
}

/// Refuses none and too many.
fn check_number(what: &str, number: usize, most: usize) -> Result<(), Fault> {
    if number <= most {
        return Ok(());
    }
    let text = format!("The request has {number} {what}. The maximum is {most}.");
    Err(Fault::bad_request(RowError::new("LIMIT_EXCEEDED", text)))
}

fn ill_made(text: impl Into<String>) -> Fault {
    Fault::bad_request(RowError::new(ILL_MADE, text))
}
