//! Queries run: names resolved against the schema, conditions turned into SQL with bound values, rows written as JSON text.
//! Refuses to know HTTP.

mod aggregates;
mod asking;
mod children;
mod column;
mod cursors;
mod date_literals;
mod date_parts;
mod explain;
mod export;
mod field_groups;
mod filter;
mod formats;
mod metadata;
mod multi_picklists;
mod plan;
mod records;
mod restrictions;
mod scope;
mod scopes;
mod semi_joins;
mod shape;
mod touches;
mod values;
mod writer;

use salesbridge_soql::{Grouping, Query, Select, SoqlError, Touches, With};

use crate::answers::{Fault, RowError};

pub(crate) use asking::Asking;
pub(crate) use cursors::Cursors;
pub(crate) use date_parts::register;
pub(crate) use explain::explained;
pub(crate) use export::{Export, ExportColumn};
pub(crate) use metadata::column_metadata;
pub(crate) use records::next_page;

/// Rows of a page when the caller names no size, and the most.
pub(crate) const LARGEST_PAGE: usize = 2_000;

/// Reads a query.
pub(crate) fn parse(text: &str) -> Result<Query, Fault> {
    salesbridge_soql::parse(text).map_err(|error| malformed(&error))
}

/// Whether answering a query changes the rows it finds.
pub(crate) fn writes(query: &Query) -> bool {
    query.touches != Touches::default()
}

/// Runs a query; answers its first page, or all of it where it has no pages, as the JSON text of the body.
pub(crate) fn first_page(asking: &Asking<'_, '_>, text: &str, query: &Query) -> Result<Vec<u8>, Fault> {
    check_clauses(query)?;
    restrictions::check(query)?;
    if query.select == Select::Count {
        let total = aggregates::count(asking, text, query)?;
        return Ok(records::answer(total, None, b""));
    }
    if is_aggregate(query) { aggregates::groups(asking, text, query) } else { records::first_page(asking, text, query) }
}

/// Refuses the clauses that only Apex has, and those that this org does not run.
fn check_clauses(query: &Query) -> Result<(), Fault> {
    let apex_only = [
        (query.all_rows, "ALL ROWS"),
        (query.for_update, "FOR UPDATE"),
        (query.with == Some(With::SecurityEnforced), "WITH SECURITY_ENFORCED"),
        (query.with == Some(With::UserMode), "WITH USER_MODE"),
        (query.with == Some(With::SystemMode), "WITH SYSTEM_MODE"),
    ];
    if let Some((_, clause)) = apex_only.into_iter().find(|(is_used, _)| *is_used) {
        let text = format!("{clause} is only allowed in Apex code");
        return Err(Fault::bad_request(RowError::new("MALFORMED_QUERY", text)));
    }
    let not_run = [
        (matches!(query.grouping, Grouping::Rollup(_)), "GROUP BY ROLLUP"),
        (matches!(query.grouping, Grouping::Cube(_)), "GROUP BY CUBE"),
        (matches!(query.with, Some(With::DataCategory(_))), "WITH DATA CATEGORY"),
        (matches!(query.with, Some(With::RecordVisibility(_))), "WITH RecordVisibilityContext"),
        (!query.settings.is_empty(), "SET OPTIONS"),
    ];
    match not_run.into_iter().find(|(is_used, _)| *is_used) {
        Some((_, clause)) => Err(column::not_run(clause)),
        None => query.children().try_for_each(check_clauses),
    }
}

fn is_aggregate(query: &Query) -> bool {
    let has_aggregate = query.expressions().any(salesbridge_soql::Expression::is_aggregate);
    has_aggregate || query.grouping != Grouping::None || query.having.is_some()
}

fn malformed(error: &SoqlError) -> Fault {
    Fault::bad_request(RowError::new(error.code(), error.to_string()))
}
