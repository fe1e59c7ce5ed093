//! Queries for bulk: the columns a result has, then every row, one at a time and in constant memory.
//! Refuses to know CSV and jobs; refuses the clauses that the Bulk API refuses.

use rusqlite::types::Value as Cell;
use rusqlite::{Row, params_from_iter};
use salesbridge_soql::{FieldGroup, Query, Select, Selected};

use crate::answers::Fault;
use crate::org::Work;
use crate::schema::FieldType;
use crate::soql_execution::asking::Asking;
use crate::soql_execution::column::Column;
use crate::soql_execution::plan::{conditions, selected, sorted_keys};
use crate::soql_execution::records::prepared;
use crate::soql_execution::scope::{Scope, refused};
use crate::soql_execution::{check_clauses, is_aggregate, parse, restrictions};
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
    /// Reads and resolves a query of a user. `include_deleted` brings in the recycle bin, as `queryAll` does.
    ///
    /// # Errors
    /// As `/query` answers, and for every clause that the Bulk API refuses.
    pub(crate) fn ready(work: &Work<'_>, text: &str, user_id: &str, include_deleted: bool) -> Result<Self, Fault> {
        let query = parse(text)?;
        check_bulk(&query)?;
        check_clauses(&query)?;
        restrictions::check(&query)?;
        let mut asking = Asking::new(work, user_id, "");
        asking.include_deleted = include_deleted;
        let mut scope = Scope::of_object(work, text, &query.from)?;
        let selected = selected(&asking, &mut scope, &query)?;
        // Blobs do not travel in bulk results.
        let kept: Vec<Column> =
            selected.into_iter().map(|(column, _)| column).filter(|column| column.kind != FieldType::Base64).collect();
        if kept.iter().any(|column| matches!(column.kind, FieldType::Address | FieldType::Location)) {
            return Err(refusal("compound data"));
        }
        let mut values = Vec::new();
        let conditions = conditions(&asking, &mut scope, &query, &mut values)?;
        let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        let keys = sorted_keys(&asking, &mut scope, &query.order_by)?;
        let order = if keys.is_empty() { String::new() } else { format!(" ORDER BY {}", keys.join(", ")) };
        let limit = query.limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default();
        let expressions: Vec<&str> = kept.iter().map(|column| column.sql.as_str()).collect();
        let expressions = if expressions.is_empty() { "1".to_owned() } else { expressions.join(", ") };
        let object = scope.object().name.clone();
        let from = format!("{} AS {}{}", table(&object), scope.own_alias(), scope.joins()?);
        let sql = format!("SELECT {expressions} FROM {from}{filter}{order}{limit}");
        prepared(&asking, &sql)?;
        let columns =
            kept.into_iter().map(|column| ExportColumn { header: column.path(), kind: column.kind }).collect();
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

fn check_bulk(query: &Query) -> Result<(), Fault> {
    let uses = |is_used: fn(&Selected) -> bool| query.items().iter().any(|item| is_used(&item.selected));
    let refused = [
        (query.offset.is_some(), "OFFSET"),
        (!query.grouping.expressions().is_empty(), "GROUP BY"),
        (query.select == Select::Count || is_aggregate(query), "aggregate functions"),
        (query.order_by.iter().any(|order| order.key.is_aggregate()), "aggregate functions"),
        (uses(|selected| matches!(selected, Selected::TypeOf(_))), "TYPEOF"),
        (uses(|selected| matches!(selected, Selected::Children(_))), "parent-to-child relationships"),
        (
            uses(|selected| matches!(selected, Selected::Fields(FieldGroup::All | FieldGroup::Custom))),
            "FIELDS(ALL) and FIELDS(CUSTOM)",
        ),
    ];
    refused.iter().find(|(is_used, _)| *is_used).map_or(Ok(()), |(_, clause)| Err(refusal(clause)))
}

fn refusal(clause: &str) -> Fault {
    refused(REFUSED_CLAUSE, format!("Query is not supported in a bulk query: {clause}"))
}
