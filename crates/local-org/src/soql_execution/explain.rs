//! `explain=`: how a query would be run. Costs are guesses made of row counts; the database underneath plans for itself.

use salesbridge_soql::{Condition, Expression, Operator, Query};
use serde_json::{Value, json};

use crate::answers::Fault;
use crate::schema::FieldType;
use crate::soql_execution::asking::Asking;
use crate::soql_execution::plan::Plan;
use crate::soql_execution::records::prepared;
use crate::soql_execution::scope::Scope;
use crate::soql_execution::{aggregates, check_clauses, is_aggregate};
use crate::storage::table;

/// The answer of `explain=`.
pub(crate) fn explained(asking: &Asking<'_, '_>, text: &str, query: &Query) -> Result<Value, Fault> {
    check_clauses(query)?;
    let mut scope = Scope::of_object(asking.work, text, &query.from)?;
    if is_aggregate(query) {
        let grouped = aggregates::grouped(asking, &mut scope, query)?;
        aggregates::outputs(asking, &mut scope, query, &grouped)?;
    } else {
        Plan::new(asking, text, query)?;
    }
    let object = scope.object().name.clone();
    let count = format!("SELECT count(*) FROM {}", table(&object));
    let rows: i64 = prepared(asking, &count)?.query_row([], |row| row.get(0))?;
    let fields = query.condition.as_ref().map(|condition| indexed(&mut scope, condition)).unwrap_or_default();
    let (operation, cardinality, cost) =
        if fields.is_empty() { ("TableScan", rows, 1.0) } else { ("Index", rows.min(1), 0.0) };
    let note = json!({
        "description": "Not considering filter for optimization because unindexed",
        "fields": ["IsDeleted"],
        "tableEnumOrId": object,
    });
    let plan = json!({
        "cardinality": cardinality,
        "fields": fields,
        "leadingOperationType": operation,
        "notes": [note],
        "relativeCost": cost,
        "sobjectCardinality": rows,
        "sobjectType": object,
    });
    Ok(json!({"plans": [plan], "sourceQuery": text}))
}

/// Fields that find rows, of those that every row must match.
fn indexed(scope: &mut Scope<'_>, condition: &Condition) -> Vec<String> {
    match condition {
        Condition::And(parts) => parts.iter().flat_map(|part| indexed(scope, part)).collect(),
        Condition::Compare(comparison) => {
            let is_exact = matches!(comparison.operator, Operator::Equal(_) | Operator::In(_));
            let Expression::Field(path) = &comparison.left else { return Vec::new() };
            let found = scope.column(path).ok().filter(|column| is_exact && column.relationships.is_empty());
            let finds = |column: &crate::soql_execution::column::Column| {
                column.kind == FieldType::Id || column.field().is_some_and(crate::schema::Field::finds_rows)
            };
            found.filter(finds).map(|column| column.name).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
