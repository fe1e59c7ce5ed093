//! What a new job that queries may be. The query is read and resolved at once, so that a bad one never becomes a job.

use crate::answers::{Fault, RowError};
use crate::bulk::create::definition;
use crate::bulk::faults::too_many_query_jobs;
use crate::bulk::jobs::{Definition, Operation};
use crate::bulk::usage::{self, Allowance};
use crate::bulk::wire::NewJob;
use crate::org::Work;
use crate::rest::Call;
use crate::soql_execution::Export;

const OPERATIONS: [(&str, Operation); 2] = [("query", Operation::Query), ("queryAll", Operation::QueryAll)];

/// Checks what a caller asks for, and takes one from the day's query jobs.
pub(super) fn checked(work: &Work<'_>, call: &Call, new: &NewJob) -> Result<Definition, Fault> {
    let mut definition = definition(new, call, &OPERATIONS, String::new())?;
    let text = new.query.clone().filter(|text| !text.trim().is_empty());
    let text =
        text.ok_or_else(|| Fault::bad_request(RowError::new("MALFORMED_QUERY", "A query string has to be specified")))?;
    let export = Export::ready(work, &text, &call.user_id, definition.operation == Operation::QueryAll)?;
    definition.object = export.object;
    definition.query = Some(text);
    if usage::left(work)?.query_jobs.is_none() {
        return Err(too_many_query_jobs());
    }
    usage::take(work.sql, Allowance::QueryJobs, 1, work.now)?;
    Ok(definition)
}
