//! A query of rows made ready: its columns, its SQL, its child subqueries. Refuses to run it.

use std::collections::HashSet;

use rusqlite::types::Value as Cell;
use salesbridge_soql::{Direction, Expression, Nulls, Order, Query, SelectItem, Selected, TypeOf};

use crate::answers::Fault;
use crate::schema::Ability;
use crate::soql_execution::asking::Asking;
use crate::soql_execution::column::{Column, plain};
use crate::soql_execution::field_groups::{check_bounds, fields_of};
use crate::soql_execution::filter::Filter;
use crate::soql_execution::scope::{Scope, refused};
use crate::soql_execution::scopes::scoped;
use crate::soql_execution::shape::{Content, Entry, Record, Shape};
use crate::storage::{identifier, table};

/// The most rows `OFFSET` may leave out.
const LARGEST_OFFSET: u64 = 2_000;
/// The most columns of a page; SQLite answers no more than 2,000.
const MOST_COLUMNS: usize = 1_900;
/// The version of the API from which child subqueries may have child subqueries.
const NESTED_CHILDREN_SINCE: u32 = 58;

/// A query of rows, ready to run.
pub(crate) struct Plan {
    pub(crate) shape: Shape,
    /// The alias of the query's own table.
    pub(crate) own_alias: String,
    /// The table and its joins.
    pub(crate) from: String,
    /// What rows must keep; the query's own rows outside the recycle bin among it.
    pub(crate) conditions: Vec<String>,
    pub(crate) values: Vec<Cell>,
    pub(crate) order: String,
    pub(crate) limit: Option<u64>,
    pub(crate) offset: u64,
    /// In select order, as the cuts of the written records.
    pub(crate) children: Vec<ChildPlan>,
}

/// A child subquery, ready to run.
pub(crate) struct ChildPlan {
    pub(crate) relationship: String,
    /// SQL of the parent's id in a child row.
    pub(crate) reference: String,
    pub(crate) plan: Plan,
}

impl Plan {
    pub(crate) fn new(asking: &Asking<'_, '_>, text: &str, query: &Query) -> Result<Self, Fault> {
        let scope = Scope::of_object(asking.work, text, &query.from)?;
        Self::within(asking, scope, query, 1)
    }

    fn within(asking: &Asking<'_, '_>, mut scope: Scope<'_>, query: &Query, level: u32) -> Result<Self, Fault> {
        check_offset(query)?;
        check_bounds(query)?;
        let selected = selected(asking, &mut scope, query)?;
        let mut children = Vec::new();
        for child in query.children() {
            children.push(ChildPlan::new(asking, &scope, child, level)?);
        }
        let mut values = Vec::new();
        let conditions = conditions(asking, &mut scope, query, &mut values)?;
        let order = order(asking, &mut scope, &query.order_by)?;
        let shape = shaped(asking, &mut scope, query, &selected, &children)?;
        if shape.columns.len() > MOST_COLUMNS {
            return Err(refused("QUERY_TOO_COMPLICATED", "The query selects too many fields".to_owned()));
        }
        let own_alias = scope.own_alias();
        let from = format!("{} AS {own_alias}{}", table(&scope.object().name), scope.joins()?);
        let (limit, offset) = (query.limit, query.offset.unwrap_or_default());
        Ok(Self { shape, own_alias, from, conditions, values, order, limit, offset, children })
    }

    /// The `WHERE` clause with one condition more, if there is any.
    pub(crate) fn filter(&self, more: Option<&str>) -> String {
        let all: Vec<&str> = self.conditions.iter().map(String::as_str).chain(more).collect();
        if all.is_empty() { String::new() } else { format!(" WHERE {}", all.join(" AND ")) }
    }
}

impl ChildPlan {
    fn new(asking: &Asking<'_, '_>, outer: &Scope<'_>, query: &Query, level: u32) -> Result<Self, Fault> {
        if level > 1 && asking.version_number() < NESTED_CHILDREN_SINCE {
            let text = "SOQL statements cannot query aggregate relationships more than 1 level away from the root entity \
                        object.";
            return Err(refused("MALFORMED_QUERY", text.to_owned()));
        }
        let (scope, child) = Scope::of_children(asking.work, outer, &query.from)?;
        let reference = format!("{}.{}", scope.own_alias(), identifier(&child.field));
        let plan = Plan::within(asking, scope, query, level + 1)?;
        Ok(Self { relationship: child.relationship, reference, plan })
    }
}

pub(crate) fn check_offset(query: &Query) -> Result<(), Fault> {
    if query.offset.is_some_and(|offset| offset > LARGEST_OFFSET) {
        let text = format!("Maximum SOQL offset allowed is {LARGEST_OFFSET}");
        return Err(refused("NUMBER_OUTSIDE_VALID_RANGE", text));
    }
    Ok(())
}

/// What every row must keep.
pub(crate) fn conditions(
    asking: &Asking<'_, '_>,
    scope: &mut Scope<'_>,
    query: &Query,
    values: &mut Vec<Cell>,
) -> Result<Vec<String>, Fault> {
    let mut parts = Vec::new();
    if !asking.include_deleted && scope.object().field("IsDeleted").is_some() {
        parts.push(format!("{}.\"IsDeleted\" = 0", scope.own_alias()));
    }
    if let Some(clause) = &query.scope {
        parts.extend(scoped(asking, scope, clause, values)?);
    }
    if let Some(condition) = &query.condition {
        let mut filter = Filter { asking, scope, values };
        parts.push(filter.condition(condition, &mut |scope, expression| plain(scope, asking, expression))?);
    }
    Ok(parts)
}

/// The keys of `ORDER BY` as SQL; rows that they leave equal come as they were made.
pub(crate) fn order(asking: &Asking<'_, '_>, scope: &mut Scope<'_>, orders: &[Order]) -> Result<String, Fault> {
    let mut keys = sorted_keys(asking, scope, orders)?;
    // Ids grow.
    keys.push(format!("{}.\"Id\"", scope.own_alias()));
    Ok(keys.join(", "))
}

/// The keys of `ORDER BY` as SQL.
pub(crate) fn sorted_keys(
    asking: &Asking<'_, '_>,
    scope: &mut Scope<'_>,
    orders: &[Order],
) -> Result<Vec<String>, Fault> {
    let mut keys = Vec::new();
    for order in orders {
        let column = plain(scope, asking, &order.key)?;
        if !column.can(Ability::Sortable) {
            let reason = format!("field '{}' can not be sorted in a query call", column.name);
            return Err(scope.fault(order.key.path(), "MALFORMED_QUERY", &reason));
        }
        keys.push(sorted(&column.sort_sql(&asking.work.schema), order));
    }
    Ok(keys)
}

pub(crate) fn sorted(sql: &str, order: &Order) -> String {
    let direction = if order.direction == Direction::Ascending { "ASC" } else { "DESC" };
    let nulls = if order.nulls == Nulls::First { "FIRST" } else { "LAST" };
    format!("{sql} {direction} NULLS {nulls}")
}

/// The columns of the select list, `FIELDS()` written out: per entry, its columns and whether they are at the top.
pub(crate) fn selected(
    asking: &Asking<'_, '_>,
    scope: &mut Scope<'_>,
    query: &Query,
) -> Result<Vec<(Column, Option<String>)>, Fault> {
    let mut columns = Vec::new();
    let mut keys = HashSet::new();
    for item in query.items() {
        for (column, written) in columns_of(asking, scope, item)? {
            let alias = item.alias.as_ref().map(|alias| alias.as_str().to_owned());
            if !keys.insert(alias.as_ref().map_or_else(|| column.path().to_lowercase(), |alias| alias.to_lowercase())) {
                let text = match alias {
                    Some(alias) => return Err(refused("MALFORMED_QUERY", format!("duplicate alias: {alias}"))),
                    None => format!("duplicate field selected: {written}"),
                };
                return Err(refused("INVALID_FIELD", text));
            }
            columns.push((column, alias));
        }
    }
    Ok(columns)
}

/// The columns of one entry, each with the way it was written.
fn columns_of(
    asking: &Asking<'_, '_>,
    scope: &mut Scope<'_>,
    item: &SelectItem,
) -> Result<Vec<(Column, String)>, Fault> {
    match &item.selected {
        Selected::Expression(expression) => {
            if let (Expression::DatePart(part), None) = (expression, &item.alias) {
                let reason = format!("Date function {} must be grouped", part.function.as_str());
                return Err(scope.fault(&part.argument, "MALFORMED_QUERY", &reason));
            }
            let column = plain(scope, asking, expression)?;
            Ok(vec![(column, expression.path().segments().join("."))])
        }
        Selected::Fields(group) => {
            let object = std::sync::Arc::clone(scope.object());
            let names = fields_of(&object, *group)?;
            names.into_iter().map(|name| Ok((scope.own_column(&name)?, name))).collect()
        }
        Selected::Children(_) | Selected::TypeOf(_) => Ok(Vec::new()),
    }
}

fn shaped(
    asking: &Asking<'_, '_>,
    scope: &mut Scope<'_>,
    query: &Query,
    selected: &[(Column, Option<String>)],
    children: &[ChildPlan],
) -> Result<Shape, Fault> {
    let version = asking.version;
    let mut shape = Shape::new(version, scope);
    let (mut selected, mut children) = (selected.iter(), children.iter());
    for item in query.items() {
        match &item.selected {
            Selected::Expression(_) => {
                for (column, alias) in selected.by_ref().take(1) {
                    shape.add(version, scope, column, alias.as_deref());
                }
            }
            Selected::Fields(group) => {
                let count = fields_of(scope.object(), *group)?.len();
                for (column, _) in selected.by_ref().take(count) {
                    shape.add(version, scope, column, None);
                }
            }
            Selected::Children(_) => {
                children.next().into_iter().for_each(|child| shape.add_children(&child.relationship))
            }
            Selected::TypeOf(type_of) => {
                let entry = either(asking, scope, type_of, &mut shape.columns)?;
                shape.record.entries.push(entry);
            }
        }
    }
    let mut names = HashSet::new();
    match shape.record.entries.iter().find(|entry| !names.insert(entry.name.to_lowercase())) {
        Some(twice) => Err(refused("INVALID_FIELD", format!("duplicate field selected: {}", twice.name))),
        None => Ok(shape),
    }
}

/// `TYPEOF`: a record for each named kind of parent, and one for the others.
fn either(
    asking: &Asking<'_, '_>,
    scope: &mut Scope<'_>,
    type_of: &TypeOf,
    columns: &mut Vec<String>,
) -> Result<Entry, Fault> {
    let version = asking.version;
    let first = type_of.branches.first().and_then(|branch| branch.fields.first()).or_else(|| type_of.otherwise.first());
    let Some(first) = first else { return Err(refused("MALFORMED_QUERY", "TYPEOF selects nothing".to_owned())) };
    let (relationship, is_name) = scope.relationship(&type_of.relationship, first)?;
    if !is_name {
        let reason = format!("TYPEOF is only allowed on a polymorphic relationship, not on '{relationship}'");
        return Err(scope.fault(first, "INVALID_FIELD", &reason));
    }
    let whole = [relationship.clone()];
    let (mut remaining, _) = scope.tables(&whole);
    let mut records = Vec::new();
    for branch in &type_of.branches {
        let mut record = None;
        for path in &branch.fields {
            let column = scope.branch_column(&type_of.relationship, branch.object.as_str(), path)?;
            let own: Vec<_> = scope.tables(&column.relationships[..2]).0;
            remaining.retain(|(alias, _)| own.iter().all(|(known, _)| known != alias));
            let record = record.get_or_insert_with(|| Record::of_tables(version, &own, false, columns));
            record.add(version, scope, columns, &column, 2);
        }
        records.extend(record);
    }
    let mut others = Record::of_tables(version, &remaining, false, columns);
    for path in &type_of.otherwise {
        let column = scope.name_column(&type_of.relationship, path)?;
        others.add(version, scope, columns, &column, 1);
    }
    // Without ELSE, other kinds show what they are and nothing else.
    records.push(others);
    Ok(Entry::new(&relationship, Content::Either(records)))
}
