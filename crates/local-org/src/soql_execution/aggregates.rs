//! Queries that answer numbers: aggregates, with and without groups. They come whole, never in pages.

use std::collections::HashSet;

use rusqlite::types::Value as Cell;
use rusqlite::{Row, params_from_iter};
use salesbridge_soql::{Aggregate, AggregateFunction, Expression, Query, SelectItem, Selected};

use crate::answers::Fault;
use crate::schema::{Ability, FieldType};
use crate::soql_execution::asking::Asking;
use crate::soql_execution::column::{Column, formatted, plain};
use crate::soql_execution::filter::Filter;
use crate::soql_execution::plan::{check_offset, conditions, sorted};
use crate::soql_execution::records::{answer, prepared};
use crate::soql_execution::scope::{Scope, refused};
use crate::soql_execution::shape::{Content, Entry};
use crate::soql_execution::writer;
use crate::storage::table;

/// The most groups of one answer.
const MOST_GROUPS: usize = 2_000;

/// The number of rows, capped by `LIMIT`.
pub(crate) fn count(asking: &Asking<'_, '_>, text: &str, query: &Query) -> Result<usize, Fault> {
    check_offset(query)?;
    let mut scope = Scope::of_object(asking.work, text, &query.from)?;
    let mut values = Vec::new();
    let filter = where_clause(conditions(asking, &mut scope, query, &mut values)?);
    let from = format!("{} AS {}{}", table(&scope.object().name), scope.own_alias(), scope.joins()?);
    let sql = if query.limit.is_none() && query.offset.is_none() {
        format!("SELECT count(*) FROM {from}{filter}")
    } else {
        format!("SELECT count(*) FROM (SELECT 1 FROM {from}{filter}{})", window(query))
    };
    let counted: i64 = prepared(asking, &sql)?.query_row(params_from_iter(values), |row| row.get(0))?;
    Ok(usize::try_from(counted).unwrap_or_default())
}

/// The whole answer of an aggregate query.
pub(crate) fn groups(asking: &Asking<'_, '_>, text: &str, query: &Query) -> Result<Vec<u8>, Fault> {
    check_offset(query)?;
    let mut scope = Scope::of_object(asking.work, text, &query.from)?;
    let grouped = grouped(asking, &mut scope, query)?;
    let outputs = outputs(asking, &mut scope, query, &grouped)?;
    if query.limit.is_some() && grouped.is_empty() {
        let text = "Non-grouped query that uses overall aggregate functions cannot also use LIMIT".to_owned();
        return Err(refused("MALFORMED_QUERY", text));
    }
    let mut values: Vec<Cell> = Vec::new();
    let filter = where_clause(conditions(asking, &mut scope, query, &mut values)?);
    let having = having(asking, &mut scope, query, &grouped, &mut values)?;
    let order = order(asking, &mut scope, query, &grouped, &outputs)?;
    let selected: Vec<&str> = outputs.iter().map(|output| output.column.sql.as_str()).collect();
    let group = if grouped.is_empty() { String::new() } else { format!(" GROUP BY {}", grouped.join(", ")) };
    let sql = format!(
        "SELECT {} FROM {} AS {}{}{filter}{group}{having}{order}{}",
        selected.join(", "),
        table(&scope.object().name),
        scope.own_alias(),
        scope.joins()?,
        window(query)
    );
    let mut statement = prepared(asking, &sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let (mut records, mut count) = (writer::Written::default(), 0);
    let entries: Vec<Entry> = outputs.iter().enumerate().map(|(at, output)| output.entry(at)).collect();
    while let Some(row) = rows.next()? {
        if count == MOST_GROUPS {
            let text =
                "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch";
            return Err(refused("EXCEEDED_ID_LIMIT", text.to_owned()));
        }
        if count > 0 {
            records.text.push(b',');
        }
        written(&entries, row, &mut records)?;
        count += 1;
    }
    Ok(answer(count, None, &records.text))
}

/// One value of the answer's records.
pub(crate) struct Output {
    pub(crate) key: String,
    pub(crate) column: Column,
    pub(crate) is_aggregate: bool,
}

impl Output {
    fn entry(&self, at: usize) -> Entry {
        Entry::new(&self.key, Content::Cell(at, self.column.kind, self.column.format))
    }
}

/// What is grouped by, as SQL.
pub(crate) fn grouped(asking: &Asking<'_, '_>, scope: &mut Scope<'_>, query: &Query) -> Result<Vec<String>, Fault> {
    let mut columns = Vec::new();
    for expression in query.grouping.expressions() {
        let column = plain(scope, asking, expression)?;
        if !column.can(Ability::Groupable) {
            let reason = format!("field '{}' can not be grouped in a query call", column.name);
            return Err(scope.fault(expression.path(), "MALFORMED_QUERY", &reason));
        }
        columns.push(column.sql);
    }
    Ok(columns)
}

/// The values that each record of the answer has.
pub(crate) fn outputs(
    asking: &Asking<'_, '_>,
    scope: &mut Scope<'_>,
    query: &Query,
    grouped: &[String],
) -> Result<Vec<Output>, Fault> {
    let mut outputs: Vec<Output> = Vec::new();
    let mut keys = HashSet::new();
    let mut unnamed = 0;
    for item in query.items() {
        let output = output(asking, scope, item, grouped, &mut unnamed)?;
        if !keys.insert(output.key.to_lowercase()) {
            return Err(refused("MALFORMED_QUERY", format!("duplicate alias: {}", output.key)));
        }
        outputs.push(output);
    }
    Ok(outputs)
}

fn output(
    asking: &Asking<'_, '_>,
    scope: &mut Scope<'_>,
    item: &SelectItem,
    grouped: &[String],
    unnamed: &mut usize,
) -> Result<Output, Fault> {
    let Selected::Expression(expression) = &item.selected else {
        let text = "Subqueries, TYPEOF and FIELDS() are not allowed in a query that aggregates".to_owned();
        return Err(refused("MALFORMED_QUERY", text));
    };
    let is_aggregate = expression.is_aggregate();
    let column = resolved(asking, scope, expression, grouped, "Field must be grouped or aggregated")?;
    let has_no_name = is_aggregate || matches!(expression, Expression::DatePart(_) | Expression::Format(_));
    let key = match &item.alias {
        Some(alias) => alias.as_str().to_owned(),
        None if has_no_name => {
            *unnamed += 1;
            format!("expr{}", *unnamed - 1)
        }
        None => column.name.clone(),
    };
    Ok(Output { key, column, is_aggregate })
}

/// An expression that has one value in each group.
fn resolved(
    asking: &Asking<'_, '_>,
    scope: &mut Scope<'_>,
    expression: &Expression,
    grouped: &[String],
    refusal: &str,
) -> Result<Column, Fault> {
    match expression {
        Expression::Aggregate(aggregate) => computed(asking, scope, aggregate),
        Expression::Format(inner) => {
            let column = resolved(asking, scope, inner, grouped, refusal)?;
            formatted(asking, column)
        }
        Expression::Label(path) => {
            let bare = scope.column(path)?;
            check_grouped(scope, expression, &bare, grouped, refusal)?;
            plain(scope, asking, expression)
        }
        _ => {
            let column = plain(scope, asking, expression)?;
            check_grouped(scope, expression, &column, grouped, refusal)?;
            Ok(column)
        }
    }
}

fn check_grouped(
    scope: &Scope<'_>,
    expression: &Expression,
    column: &Column,
    grouped: &[String],
    refusal: &str,
) -> Result<(), Fault> {
    if grouped.contains(&column.sql) {
        return Ok(());
    }
    Err(scope.fault(expression.path(), "MALFORMED_QUERY", &format!("{refusal}: {}", column.name)))
}

fn computed(asking: &Asking<'_, '_>, scope: &mut Scope<'_>, aggregate: &Aggregate) -> Result<Column, Fault> {
    let mut column = scope.column(&aggregate.argument)?;
    let kind = column.kind;
    let counts = matches!(aggregate.function, AggregateFunction::Count | AggregateFunction::CountDistinct);
    let sums = matches!(aggregate.function, AggregateFunction::Sum | AggregateFunction::Avg);
    let fits = if sums { kind.is_number() } else { column.can(Ability::Aggregatable) || counts && kind.is_id() };
    if !fits {
        let reason =
            format!("field {} does not support aggregate operator {}", column.name, aggregate.function.as_str());
        return Err(scope.fault(&aggregate.argument, "MALFORMED_QUERY", &reason));
    }
    let ranked = column.rank_sql(&asking.work.schema);
    let sql = &column.sql;
    let extreme = |function: &str| match &ranked {
        // The place in the picklist has five digits; the value itself follows.
        Some(ranked) => format!("substr({function}({ranked}), 6)"),
        None => format!("{function}({sql})"),
    };
    let (sql, kind) = match aggregate.function {
        AggregateFunction::Count => (format!("count({sql})"), FieldType::Int),
        AggregateFunction::CountDistinct => (format!("count(DISTINCT {sql})"), FieldType::Int),
        AggregateFunction::Min => (extreme("min"), kind),
        AggregateFunction::Max => (extreme("max"), kind),
        AggregateFunction::Sum => (format!("sum({sql})"), kind),
        AggregateFunction::Avg => (format!("avg({sql})"), FieldType::Double),
    };
    column.sql = sql;
    column.kind = kind;
    column.can = vec![Ability::Filterable, Ability::Sortable];
    column.relationships = Vec::new();
    column.source = None;
    Ok(column)
}

fn having(
    asking: &Asking<'_, '_>,
    scope: &mut Scope<'_>,
    query: &Query,
    grouped: &[String],
    values: &mut Vec<Cell>,
) -> Result<String, Fault> {
    let Some(condition) = &query.having else { return Ok(String::new()) };
    let mut resolve = |scope: &mut Scope<'_>, expression: &Expression| {
        resolved(asking, scope, expression, grouped, "Field must be grouped or aggregated")
    };
    let sql = Filter { asking, scope, values }.condition(condition, &mut resolve)?;
    Ok(format!(" HAVING {sql}"))
}

fn order(
    asking: &Asking<'_, '_>,
    scope: &mut Scope<'_>,
    query: &Query,
    grouped: &[String],
    outputs: &[Output],
) -> Result<String, Fault> {
    let mut keys = Vec::new();
    for order in &query.order_by {
        let column = match named(outputs, &order.key) {
            Some(output) => output.column.clone(),
            None => resolved(asking, scope, &order.key, grouped, "Ordered field must be grouped or aggregated")?,
        };
        keys.push(sorted(&column.sort_sql(&asking.work.schema), order));
    }
    Ok(if keys.is_empty() { String::new() } else { format!(" ORDER BY {}", keys.join(", ")) })
}

fn named<'outputs>(outputs: &'outputs [Output], key: &Expression) -> Option<&'outputs Output> {
    match key {
        Expression::Field(path) => match path.segments() {
            [only] => outputs.iter().find(|output| output.key.eq_ignore_ascii_case(only)),
            _ => None,
        },
        _ => None,
    }
}

fn written(entries: &[Entry], row: &Row<'_>, out: &mut writer::Written) -> rusqlite::Result<()> {
    out.text.extend_from_slice(b"{\"attributes\":{\"type\":\"AggregateResult\"}");
    for entry in entries {
        writer::written_entry(entry, "", b"", row, out)?;
    }
    out.text.push(b'}');
    Ok(())
}

fn where_clause(conditions: Vec<String>) -> String {
    if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
}

fn window(query: &Query) -> String {
    match (query.limit, query.offset) {
        (None, None) => String::new(),
        (limit, offset) => {
            let limit = limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
            format!(" LIMIT {limit} OFFSET {}", offset.unwrap_or_default())
        }
    }
}
