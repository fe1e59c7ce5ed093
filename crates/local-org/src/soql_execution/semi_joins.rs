//! Semi-joins and anti-joins: ids among those that a query of another object finds.

use salesbridge_soql::{Expression, Path, Query};

use crate::answers::Fault;
use crate::schema::FieldType;
use crate::soql_execution::column::{Column, plain};
use crate::soql_execution::filter::Filter;
use crate::soql_execution::scope::Scope;
use crate::storage::table;

/// Objects that cannot stand inside (SOQL and SOSL Reference, "Comparison Operators").
const NEVER_INSIDE: [&str; 8] =
    ["ActivityHistory", "Attachment", "Event", "EventAttendee", "Note", "OpenActivity", "Tag", "Task"];

/// `left [NOT] IN (query)` as SQL. Rows without a value on the left are outside of whatever is found.
pub(crate) fn semi_join(
    filter: &mut Filter<'_, '_, '_, '_>,
    left: &Path,
    query: &Query,
    negated: bool,
) -> Result<String, Fault> {
    let outer = filter.scope.column(left)?;
    if !outer.kind.is_id() || !outer.relationships.is_empty() {
        let reason = format!(
            "The left operand field in the where expression for outer query should be an id field, cannot use: '{}'",
            outer.path()
        );
        return Err(filter.scope.fault(left, "MALFORMED_QUERY", &reason));
    }
    let mut inside = Scope::of_semi_join(filter.asking.work, filter.scope.text(), &query.from)?;
    let path = query.expressions().next().map_or(left, Expression::path);
    let inner = inside.column(path)?;
    check(&inside, filter.scope, path, &outer, &inner)?;
    let mut parts = vec![format!("{} IS NOT NULL", inner.sql)];
    if !filter.asking.include_deleted && inside.object().field("IsDeleted").is_some() {
        parts.push(format!("{}.\"IsDeleted\" = 0", inside.own_alias()));
    }
    if let Some(condition) = &query.condition {
        let asking = filter.asking;
        let mut nested = Filter { asking, scope: &mut inside, values: filter.values };
        parts.push(nested.condition(condition, &mut |scope, expression| plain(scope, asking, expression))?);
    }
    let object = inside.object().name.clone();
    let found = format!(
        "(SELECT {} FROM {} AS {}{} WHERE {})",
        inner.sql,
        table(&object),
        inside.own_alias(),
        inside.joins()?,
        parts.join(" AND ")
    );
    let sql = outer.sql;
    Ok(if negated { format!("({sql} NOT IN {found} OR {sql} IS NULL)") } else { format!("{sql} IN {found}") })
}

fn check(inside: &Scope<'_>, outside: &Scope<'_>, path: &Path, outer: &Column, inner: &Column) -> Result<(), Fault> {
    let refuse = |reason: String| Err(inside.fault(path, "MALFORMED_QUERY", &reason));
    let object = &inside.object().name;
    if !inner.kind.is_id() || !inner.relationships.is_empty() {
        return refuse(format!("Semi join sub-selects can only query id fields, cannot use: '{}'", inner.path()));
    }
    if NEVER_INSIDE.contains(&object.as_str()) {
        return refuse(format!("Entity '{object}' is not supported for semi join inner selects"));
    }
    if *object == outside.object().name {
        return refuse("The inner and outer selects should not be on the same object type".to_owned());
    }
    let (left, right) = (targets(outer), targets(inner));
    if !left.iter().any(|target| right.contains(target)) {
        return refuse(format!(
            "The selected field '{}' in the subquery and the left operand field in the where expression in the outer query \
             '{}' should point to the same object type",
            inner.name, outer.name
        ));
    }
    Ok(())
}

/// The objects whose ids a column holds.
fn targets(column: &Column) -> Vec<String> {
    match &column.source {
        Some(source) if column.kind == FieldType::Id => vec![source.object.name.clone()],
        Some(source) => source.field().refers_to.clone(),
        None => Vec::new(),
    }
}
