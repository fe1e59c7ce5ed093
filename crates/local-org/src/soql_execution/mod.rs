//! Queries run: names resolved against the schema, conditions turned into SQL with bound values, rows shown.
//! Refuses to know HTTP.

mod aggregates;
mod cursors;
mod export;
mod filter;
mod resolve;
mod rows;

use salesbridge_soql::{Query, Select, Selected, SoqlError};
use serde_json::{Value, json};

use crate::answers::{Fault, RowError};
use crate::org::Work;

pub(crate) use cursors::{Cursor, Cursors};
pub(crate) use export::{Export, ExportColumn};
pub(crate) use rows::page;

/// The most rows `OFFSET` may leave out.
const LARGEST_OFFSET: u64 = 2_000;

/// What a query came to.
pub(crate) enum Outcome {
    /// Numbers and groups: the whole answer.
    Complete(Value),
    /// The ids of all rows, in order, to be shown page by page.
    Rows(Vec<String>),
}

/// Reads and runs a query. `include_deleted` brings in the recycle bin.
pub(crate) fn run(work: &Work<'_>, text: &str, include_deleted: bool) -> Result<(Query, Outcome), Fault> {
    let query = salesbridge_soql::parse(text).map_err(|error| malformed(&error))?;
    if query.offset.is_some_and(|offset| offset > LARGEST_OFFSET) {
        let text = format!("Maximum SOQL offset allowed is {LARGEST_OFFSET}");
        return Err(Fault::bad_request(RowError::new("NUMBER_OUTSIDE_VALID_RANGE", text)));
    }
    let outcome = if matches!(query.select, Select::Count) {
        let total = rows::count(work, text, &query, include_deleted)?;
        Outcome::Complete(json!({"totalSize": total, "done": true, "records": []}))
    } else if is_aggregate(&query) {
        Outcome::Complete(aggregates::groups(work, text, &query, include_deleted)?)
    } else {
        rows::check_selection(work, text, &query)?;
        Outcome::Rows(rows::ids(work, text, &query, include_deleted)?)
    };
    Ok((query, outcome))
}

fn is_aggregate(query: &Query) -> bool {
    let has_aggregate = match &query.select {
        Select::Count => false,
        Select::Items(items) => items.iter().any(|item| matches!(item.selected, Selected::Aggregate(_))),
    };
    has_aggregate || !query.group_by.is_empty()
}

fn malformed(error: &SoqlError) -> Fault {
    Fault::bad_request(RowError::new(error.code(), error.to_string()))
}
