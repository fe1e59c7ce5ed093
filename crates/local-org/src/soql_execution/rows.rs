//! Queries that answer records: first the ids of all rows in order, then the fields of one page of them.
//! So a page is cheap, and later pages show the rows the query found, whatever was written since.

use std::sync::Arc;

use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Row, params_from_iter};
use salesbridge_soql::{Direction, Nulls, OrderKey, Query, Select, Selected};
use serde_json::{Map, Value, json};

use crate::answers::Fault;
use crate::org::Work;
use crate::rows::{cell, record_url};
use crate::schema::{Ability, Field, FieldType, Object};
use crate::soql_execution::filter::condition;
use crate::soql_execution::resolve::{Column, Scope, refused};
use crate::storage::{identifier, table};

/// The number of rows, capped by `LIMIT`.
pub(crate) fn count(work: &Work<'_>, text: &str, query: &Query, include_deleted: bool) -> Result<u64, Fault> {
    let (sql, values) = selection(work, text, query, include_deleted)?;
    let counted = format!("SELECT count(*) FROM ({sql})");
    let counted: i64 = work.sql.prepare(&counted)?.query_row(params_from_iter(values), |row| row.get(0))?;
    Ok(counted.unsigned_abs())
}

/// The ids of all rows, in the query's order.
pub(crate) fn ids(work: &Work<'_>, text: &str, query: &Query, include_deleted: bool) -> Result<Vec<String>, Fault> {
    let (sql, values) = selection(work, text, query, include_deleted)?;
    let mut statement = work.sql.prepare_cached(&sql)?;
    let ids = statement.query_map(params_from_iter(values), |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(ids)
}

/// Every selected field exists and is selected once.
pub(crate) fn check_selection(work: &Work<'_>, text: &str, query: &Query) -> Result<(), Fault> {
    selected(&mut Scope::new(work, text, query)?, query).map(drop)
}

/// The records with these ids, in this order, as the query selects them.
pub(crate) fn page(work: &Work<'_>, version: &str, query: &Query, ids: &[String]) -> Result<Vec<Value>, Fault> {
    let text = query.to_string();
    let mut scope = Scope::new(work, &text, query)?;
    let columns = selected(&mut scope, query)?;
    let shape = Shape::new(&scope, columns);
    let sql = format!(
        "SELECT {} FROM json_each(?1) AS page CROSS JOIN {} AS t0 ON t0.\"Id\" = page.value{} ORDER BY page.key",
        shape.columns.join(", "),
        table(&scope.object().name),
        scope.joins()
    );
    let mut statement = work.sql.prepare_cached(&sql)?;
    let wanted = serde_json::to_string(ids).unwrap_or_default();
    let records = statement.query_map([wanted], |row| shape.record(version, row))?.collect::<Result<_, _>>()?;
    Ok(records)
}

fn selection(work: &Work<'_>, text: &str, query: &Query, include_deleted: bool) -> Result<(String, Vec<Cell>), Fault> {
    let mut scope = Scope::new(work, text, query)?;
    let mut values = Vec::new();
    let filter = filter(&mut scope, query, include_deleted, &mut values)?;
    let order = order(&mut scope, query)?;
    let limit = query.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let offset = query.offset.unwrap_or_default();
    let sql = format!(
        "SELECT t0.\"Id\" FROM {} AS t0{}{filter} ORDER BY {order} LIMIT {limit} OFFSET {offset}",
        table(&scope.object().name),
        scope.joins()
    );
    Ok((sql, values))
}

/// The `WHERE` clause with the recycle bin in or out.
pub(crate) fn filter(
    scope: &mut Scope<'_>,
    query: &Query,
    include_deleted: bool,
    values: &mut Vec<Cell>,
) -> Result<String, Fault> {
    let mut parts = Vec::new();
    if !include_deleted && scope.object().field("IsDeleted").is_some() {
        parts.push("t0.\"IsDeleted\" = 0".to_owned());
    }
    if let Some(written) = &query.condition {
        parts.push(condition(scope, written, values)?);
    }
    Ok(if parts.is_empty() { String::new() } else { format!(" WHERE {}", parts.join(" AND ")) })
}

fn order(scope: &mut Scope<'_>, query: &Query) -> Result<String, Fault> {
    let mut keys = sorted_keys(scope, query)?;
    // Ids grow, so rows without an order of their own come as they were made.
    keys.push("t0.\"Id\"".to_owned());
    Ok(keys.join(", "))
}

/// The keys of `ORDER BY` as SQL.
pub(crate) fn sorted_keys(scope: &mut Scope<'_>, query: &Query) -> Result<Vec<String>, Fault> {
    let mut keys = Vec::new();
    for order in &query.order_by {
        let OrderKey::Field(path) = &order.key else {
            let text = "ORDER BY an aggregate needs GROUP BY".to_owned();
            return Err(refused("MALFORMED_QUERY", text));
        };
        let column = scope.column(path)?;
        if !column.can.contains(&Ability::Sortable) {
            let reason = format!("field '{}' can not be sorted in a query call", column.name);
            return Err(scope.fault(path, "MALFORMED_QUERY", &reason));
        }
        keys.push(sorted(&column.sql, order.direction, order.nulls));
    }
    Ok(keys)
}

pub(crate) fn sorted(sql: &str, direction: Direction, nulls: Nulls) -> String {
    let direction = if direction == Direction::Ascending { "ASC" } else { "DESC" };
    let nulls = if nulls == Nulls::First { "FIRST" } else { "LAST" };
    format!("{sql} {direction} NULLS {nulls}")
}

pub(crate) fn selected(scope: &mut Scope<'_>, query: &Query) -> Result<Vec<Column>, Fault> {
    let Select::Items(items) = &query.select else { return Ok(Vec::new()) };
    let mut columns: Vec<Column> = Vec::new();
    for item in items {
        let Selected::Field(path) = &item.selected else { continue };
        let column = scope.column(path)?;
        if columns.iter().any(|known| known.name == column.name && known.relationships == column.relationships) {
            let text = format!("duplicate field selected: {}", path.segments().join("."));
            return Err(refused("INVALID_FIELD", text));
        }
        columns.push(column);
    }
    Ok(columns)
}

/// The columns of a page and how they are put together into records.
struct Shape {
    columns: Vec<String>,
    record: Record,
}

struct Record {
    /// The column with the id of each object the record may be.
    identities: Vec<(usize, Arc<Object>)>,
    is_polymorphic: bool,
    entries: Vec<(String, Entry)>,
}

enum Entry {
    Cell(usize, FieldType),
    Address(Arc<Object>, Box<Field>, Vec<(String, usize, FieldType)>),
    Parent(Record),
}

impl Shape {
    fn new(scope: &Scope<'_>, selected: Vec<Column>) -> Self {
        let mut columns = Vec::new();
        let mut record = Record::new(scope, &[], &mut columns);
        for column in selected {
            record.add(scope, &mut columns, column, 0);
        }
        Self { columns, record }
    }

    fn record(&self, version: &str, row: &Row<'_>) -> rusqlite::Result<Value> {
        self.record.shown(version, row)
    }
}

impl Record {
    fn new(scope: &Scope<'_>, relationships: &[String], columns: &mut Vec<String>) -> Self {
        let (tables, is_polymorphic) = scope.tables(relationships);
        let identities = tables
            .into_iter()
            .map(|(alias, object)| {
                columns.push(format!("{alias}.\"Id\""));
                (columns.len() - 1, object)
            })
            .collect();
        Self { identities, is_polymorphic, entries: Vec::new() }
    }

    fn add(&mut self, scope: &Scope<'_>, columns: &mut Vec<String>, column: Column, depth: usize) {
        let Some(relationship) = column.relationships.get(depth).cloned() else {
            let entry = Entry::of(&column, columns);
            self.entries.push((column.name, entry));
            return;
        };
        let known =
            self.entries.iter().position(|(key, entry)| *key == relationship && matches!(entry, Entry::Parent(_)));
        let at = known.unwrap_or_else(|| {
            let parent = Self::new(scope, &column.relationships[..=depth], columns);
            self.entries.push((relationship, Entry::Parent(parent)));
            self.entries.len() - 1
        });
        if let Some((_, Entry::Parent(parent))) = self.entries.get_mut(at) {
            parent.add(scope, columns, column, depth + 1);
        }
    }

    /// The record as JSON; null where there is none.
    fn shown(&self, version: &str, row: &Row<'_>) -> rusqlite::Result<Value> {
        let mut identity = None;
        for (at, object) in &self.identities {
            if let ValueRef::Text(id) = row.get_ref(*at)? {
                identity = Some((object, String::from_utf8_lossy(id).into_owned()));
                break;
            }
        }
        let Some((object, id)) = identity else { return Ok(Value::Null) };
        let shown_type = if self.is_polymorphic { "Name" } else { &object.name };
        let mut record = Map::new();
        let attributes = json!({"type": shown_type, "url": record_url(version, &object.name, &id)});
        record.insert("attributes".to_owned(), attributes);
        for (key, entry) in &self.entries {
            record.insert(key.clone(), entry.shown(version, row)?);
        }
        Ok(record.into())
    }
}

impl Entry {
    fn of(column: &Column, columns: &mut Vec<String>) -> Self {
        let Some((object, alias, field)) = &column.compound else {
            columns.push(column.sql.clone());
            return Self::Cell(columns.len() - 1, column.kind);
        };
        let parts = object
            .parts_of(field)
            .map(|part| {
                columns.push(format!("{alias}.{}", identifier(&part.name)));
                (part.name.clone(), columns.len() - 1, part.kind)
            })
            .collect();
        Self::Address(Arc::clone(object), Box::new(field.clone()), parts)
    }

    fn shown(&self, version: &str, row: &Row<'_>) -> rusqlite::Result<Value> {
        match self {
            Self::Cell(at, kind) => Ok(cell(*kind, row.get_ref(*at)?)),
            Self::Parent(parent) => parent.shown(version, row),
            Self::Address(object, field, parts) => {
                let mut values = Map::new();
                for (name, at, kind) in parts {
                    values.insert(name.clone(), cell(*kind, row.get_ref(*at)?));
                }
                Ok(crate::rows::address(object, field, |part| values.get(part).cloned()))
            }
        }
    }
}
