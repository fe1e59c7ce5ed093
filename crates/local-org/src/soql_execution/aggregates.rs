//! Queries that answer numbers: aggregates, with and without groups. They come whole, never in pages.

use std::collections::HashSet;

use rusqlite::types::Value as Cell;
use rusqlite::{Row, params_from_iter};
use salesbridge_soql::{Aggregate, AggregateFunction, OrderKey, Path, Query, Select, SelectItem, Selected};
use serde_json::{Map, Value, json};

use crate::answers::Fault;
use crate::org::Work;
use crate::rows::cell;
use crate::schema::{Ability, FieldType};
use crate::soql_execution::resolve::{Scope, refused};
use crate::soql_execution::rows::{filter, sorted};
use crate::storage::table;

/// The most groups of one answer.
const MOST_GROUPS: usize = 2_000;

struct Output {
    key: String,
    sql: String,
    kind: FieldType,
}

/// The whole answer of an aggregate query.
pub(crate) fn groups(work: &Work<'_>, text: &str, query: &Query, include_deleted: bool) -> Result<Value, Fault> {
    let mut scope = Scope::new(work, text, query)?;
    let grouped = grouped(&mut scope, query)?;
    let outputs = outputs(&mut scope, query, &grouped)?;
    let mut values: Vec<Cell> = Vec::new();
    let filter = filter(&mut scope, query, include_deleted, &mut values)?;
    if query.limit.is_some() && grouped.is_empty() {
        let text = "Non-grouped query that uses overall aggregate functions cannot also use LIMIT".to_owned();
        return Err(refused("MALFORMED_QUERY", text));
    }
    let order = order(&mut scope, query, &grouped, &outputs)?;
    let selected: Vec<&str> = outputs.iter().map(|output| output.sql.as_str()).collect();
    let group = if grouped.is_empty() { String::new() } else { format!(" GROUP BY {}", grouped.join(", ")) };
    let sql = format!(
        "SELECT {} FROM {} AS t0{}{filter}{group}{order}{}",
        selected.join(", "),
        table(&scope.object().name),
        scope.joins(),
        query.limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default()
    );
    let read = |row: &Row<'_>| record(&outputs, row);
    let records: Vec<Value> =
        work.sql.prepare(&sql)?.query_map(params_from_iter(values), read)?.collect::<Result<_, _>>()?;
    if records.len() > MOST_GROUPS {
        let text = "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch";
        return Err(refused("EXCEEDED_ID_LIMIT", text.to_owned()));
    }
    Ok(json!({"totalSize": records.len(), "done": true, "records": records}))
}

fn grouped(scope: &mut Scope<'_>, query: &Query) -> Result<Vec<String>, Fault> {
    let mut columns = Vec::new();
    for path in &query.group_by {
        let column = scope.column(path)?;
        if !column.can.contains(&Ability::Groupable) {
            let reason = format!("field '{}' can not be grouped in a query call", column.name);
            return Err(scope.fault(path, "MALFORMED_QUERY", &reason));
        }
        columns.push(column.sql);
    }
    Ok(columns)
}

fn outputs(scope: &mut Scope<'_>, query: &Query, grouped: &[String]) -> Result<Vec<Output>, Fault> {
    let Select::Items(items) = &query.select else { return Ok(Vec::new()) };
    let mut outputs = Vec::new();
    let mut unnamed = 0;
    for item in items {
        outputs.push(output(scope, item, grouped, &mut unnamed)?);
    }
    let mut keys = HashSet::new();
    if let Some(twice) = outputs.iter().find(|output| !keys.insert(output.key.to_lowercase())) {
        return Err(refused("MALFORMED_QUERY", format!("duplicate alias: {}", twice.key)));
    }
    Ok(outputs)
}

fn output(scope: &mut Scope<'_>, item: &SelectItem, grouped: &[String], unnamed: &mut usize) -> Result<Output, Fault> {
    let alias = item.alias.as_ref().map(|alias| alias.as_str().to_owned());
    match &item.selected {
        Selected::Field(path) => {
            let column = scope.column(path)?;
            if !grouped.contains(&column.sql) {
                let reason = format!("Field must be grouped or aggregated: {}", column.name);
                return Err(scope.fault(path, "MALFORMED_QUERY", &reason));
            }
            Ok(Output { key: alias.unwrap_or(column.name), sql: column.sql, kind: column.kind })
        }
        Selected::Aggregate(aggregate) => {
            let (sql, kind) = computed(scope, aggregate)?;
            let key = alias.unwrap_or_else(|| {
                *unnamed += 1;
                format!("expr{}", *unnamed - 1)
            });
            Ok(Output { key, sql, kind })
        }
    }
}

fn computed(scope: &mut Scope<'_>, aggregate: &Aggregate) -> Result<(String, FieldType), Fault> {
    let column = scope.column(&aggregate.argument)?;
    let (sql, kind) = (&column.sql, column.kind);
    let counts = matches!(aggregate.function, AggregateFunction::Count | AggregateFunction::CountDistinct);
    let sums = matches!(aggregate.function, AggregateFunction::Sum | AggregateFunction::Avg);
    let fits =
        if sums { kind.is_number() } else { column.can.contains(&Ability::Aggregatable) || counts && kind.is_id() };
    if !fits {
        return Err(not_aggregatable(scope, &aggregate.argument, &column.name));
    }
    Ok(match aggregate.function {
        AggregateFunction::Count => (format!("count({sql})"), FieldType::Int),
        AggregateFunction::CountDistinct => (format!("count(DISTINCT {sql})"), FieldType::Int),
        AggregateFunction::Min => (format!("min({sql})"), kind),
        AggregateFunction::Max => (format!("max({sql})"), kind),
        AggregateFunction::Sum => (format!("sum({sql})"), kind),
        AggregateFunction::Avg => (format!("avg({sql})"), FieldType::Double),
    })
}

fn not_aggregatable(scope: &Scope<'_>, path: &Path, name: &str) -> Fault {
    scope.fault(path, "MALFORMED_QUERY", &format!("field {name} does not support aggregate operator"))
}

fn order(scope: &mut Scope<'_>, query: &Query, grouped: &[String], outputs: &[Output]) -> Result<String, Fault> {
    let mut keys = Vec::new();
    for order in &query.order_by {
        let sql = match &order.key {
            OrderKey::Aggregate(aggregate) => computed(scope, aggregate)?.0,
            OrderKey::Field(path) => match named(outputs, path) {
                Some(output) => output.sql.clone(),
                None => {
                    let column = scope.column(path)?;
                    if !grouped.contains(&column.sql) {
                        let reason = format!("Ordered field must be grouped or aggregated: {}", column.name);
                        return Err(scope.fault(path, "MALFORMED_QUERY", &reason));
                    }
                    column.sql
                }
            },
        };
        keys.push(sorted(&sql, order.direction, order.nulls));
    }
    Ok(if keys.is_empty() { String::new() } else { format!(" ORDER BY {}", keys.join(", ")) })
}

fn named<'outputs>(outputs: &'outputs [Output], path: &Path) -> Option<&'outputs Output> {
    match path.segments() {
        [only] => outputs.iter().find(|output| output.key.eq_ignore_ascii_case(only)),
        _ => None,
    }
}

fn record(outputs: &[Output], row: &Row<'_>) -> rusqlite::Result<Value> {
    let mut record = Map::new();
    record.insert("attributes".to_owned(), json!({"type": "AggregateResult"}));
    for (at, output) in outputs.iter().enumerate() {
        record.insert(output.key.clone(), cell(output.kind, row.get_ref(at)?));
    }
    Ok(record.into())
}
