//! Queries for bulk: the columns a result has, then every row, one at a time and in constant memory.
//! Refuses to know CSV and jobs; refuses the clauses that the Bulk API refuses.

use rusqlite::types::Value as Cell;
use rusqlite::{Row, params_from_iter};
use salesbridge_soql::{OrderKey, Query, Select, Selected};

use crate::answers::Fault;
use crate::org::Work;
use crate::schema::FieldType;
use crate::soql_execution::resolve::{Column, Scope, refused};
use crate::soql_execution::rows::{filter, selected, sorted_keys};
use crate::soql_execution::{is_aggregate, malformed};
use crate::storage::table;

/// What a bulk query answers when it uses a clause that the Bulk API lacks. Which code Salesforce gives at the creation
/// of a job is unconfirmed.
const REFUSED_CLAUSE: &str = "API_ERROR";

/// A bulk query made ready to run. It holds no connection: ready it in one job, run it in another with the same schema.
#[derive(Debug, Clone)]
pub(crate) struct Export {
    /// The queried object's API name.
    pub(crate) object: String,
    /// What each row holds, in select order.
    pub(crate) columns: Vec<ExportColumn>,
    sql: String,
    values: Vec<Cell>,
}

/// A column of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExportColumn {
    /// The SOQL path in described case: `Account.Name`.
    pub(crate) header: String,
    /// How its cells are to be read; they come as stored.
    pub(crate) kind: FieldType,
}

impl Export {
    /// Reads and resolves a query. `include_deleted` brings in the recycle bin, as `queryAll` does.
    ///
    /// # Errors
    /// As `/query` answers, and for every clause that the Bulk API refuses.
    pub(crate) fn ready(work: &Work<'_>, text: &str, include_deleted: bool) -> Result<Self, Fault> {
        let query = salesbridge_soql::parse(text).map_err(|error| malformed(&error))?;
        check_clauses(&query)?;
        let mut scope = Scope::new(work, text, &query)?;
        let selected = selected(&mut scope, &query)?;
        let mut values = Vec::new();
        let filter = filter(&mut scope, &query, include_deleted, &mut values)?;
        let keys = sorted_keys(&mut scope, &query)?;
        let order = if keys.is_empty() { String::new() } else { format!(" ORDER BY {}", keys.join(", ")) };
        let limit = query.limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default();
        // Blobs do not travel in bulk results.
        let kept: Vec<Column> = selected.into_iter().filter(|column| column.kind != FieldType::Base64).collect();
        if kept.iter().any(|column| matches!(column.kind, FieldType::Address | FieldType::Location)) {
            return Err(refusal("compound data"));
        }
        let expressions: Vec<&str> = kept.iter().map(|column| column.sql.as_str()).collect();
        let expressions = if expressions.is_empty() { "1".to_owned() } else { expressions.join(", ") };
        let object = scope.object().name.clone();
        let sql = format!("SELECT {expressions} FROM {} AS t0{}{filter}{order}{limit}", table(&object), scope.joins());
        let columns = kept
            .into_iter()
            .map(|column| {
                let path: Vec<String> = column.relationships.into_iter().chain([column.name]).collect();
                ExportColumn { header: path.join("."), kind: column.kind }
            })
            .collect();
        Ok(Self { object, columns, sql, values })
    }

    /// Hands every row to `each`, in order; cell `n` of a row (`row.get_ref(n)`) belongs to column `n`. Stops at the
    /// first error.
    pub(crate) fn run(
        &self,
        work: &Work<'_>,
        mut each: impl FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut statement = work.sql.prepare_cached(&self.sql)?;
        let mut rows = statement.query(params_from_iter(&self.values))?;
        while let Some(row) = rows.next()? {
            each(row)?;
        }
        Ok(())
    }
}

fn check_clauses(query: &Query) -> Result<(), Fault> {
    let orders_by_aggregate = query.order_by.iter().any(|order| matches!(order.key, OrderKey::Aggregate(_)));
    let aggregates = match &query.select {
        Select::Count => true,
        Select::Items(items) => items.iter().any(|item| matches!(item.selected, Selected::Aggregate(_))),
    };
    if query.offset.is_some() {
        return Err(refusal("OFFSET"));
    }
    if !query.group_by.is_empty() {
        return Err(refusal("GROUP BY"));
    }
    if aggregates || orders_by_aggregate || is_aggregate(query) {
        return Err(refusal("aggregate functions"));
    }
    Ok(())
}

fn refusal(clause: &str) -> Fault {
    refused(REFUSED_CLAUSE, format!("Query is not supported in a bulk query: {clause}"))
}
