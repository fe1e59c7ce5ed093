//! `FOR VIEW` and `FOR REFERENCE`: the rows of a page count as seen or referenced.

use rusqlite::{ErrorCode, params};
use salesbridge_soql::Query;

use crate::answers::Fault;
use crate::clock;
use crate::soql_execution::asking::Asking;
use crate::storage::{identifier, table};

/// Marks the records of an answer.
pub(crate) fn touch(asking: &Asking<'_, '_>, query: &Query, ids: &[String]) -> Result<(), Fault> {
    let Some(object) = asking.work.schema.object(query.from.object.as_str()) else { return Ok(()) };
    // What is viewed is referenced too.
    let names: &[&str] = match (query.touches.view, query.touches.reference) {
        (true, _) => &["LastViewedDate", "LastReferencedDate"],
        (false, true) => &["LastReferencedDate"],
        (false, false) => return Ok(()),
    };
    let assignments: Vec<String> = names
        .iter()
        .filter(|name| object.field(name).is_some())
        .map(|name| format!("{} = ?1", identifier(name)))
        .collect();
    if assignments.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE {} SET {} WHERE \"Id\" IN (SELECT value FROM json_each(?2))",
        table(&object.name),
        assignments.join(", ")
    );
    let ids = serde_json::Value::from(ids).to_string();
    match asking.work.sql.prepare_cached(&sql)?.execute(params![clock::stamp(asking.work.now), ids]) {
        // Where only reading is allowed the rows are answered all the same.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ReadOnly) => Ok(()),
        outcome => Ok(outcome.map(drop)?),
    }
}
