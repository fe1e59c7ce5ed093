//! `FIELDS(ALL)`, `FIELDS(STANDARD)` and `FIELDS(CUSTOM)`: the fields they stand for, and when they may stand there.

use salesbridge_soql::{Condition, Expression, FieldGroup, Operator, Query, Selected};

use crate::answers::Fault;
use crate::schema::Object;
use crate::soql_execution::scope::refused;

/// The most rows of a query that asks for fields it does not name.
const MOST_ROWS: u64 = 200;

/// The names of the fields of a group, in described order.
pub(crate) fn fields_of(object: &Object, group: FieldGroup) -> Result<Vec<String>, Fault> {
    let belongs = |is_custom: bool| match group {
        FieldGroup::All => true,
        FieldGroup::Standard => !is_custom,
        FieldGroup::Custom => is_custom,
    };
    let is_custom = |name: &str| name.ends_with("__c");
    let fields = object.fields.iter().filter(|field| belongs(field.is_custom() || is_custom(&field.name)));
    let names: Vec<String> = fields.map(|field| field.name.clone()).collect();
    if names.is_empty() {
        let text = "'FIELDS(...)' expansion function must result in at least one field being selected.";
        return Err(refused("MALFORMED_QUERY", text.to_owned()));
    }
    Ok(names)
}

/// Only the standard fields may be asked of any number of rows.
pub(crate) fn check_bounds(query: &Query) -> Result<(), Fault> {
    let is_unbounded = query
        .items()
        .iter()
        .any(|item| matches!(item.selected, Selected::Fields(FieldGroup::All | FieldGroup::Custom)));
    let is_few = query.limit.is_some_and(|limit| limit <= MOST_ROWS);
    if is_unbounded && !is_few && !query.condition.as_ref().is_some_and(names_few_ids) {
        let text = format!("The SOQL FIELDS function must have a LIMIT of at most {MOST_ROWS}");
        return Err(refused("MALFORMED_QUERY", text));
    }
    Ok(())
}

/// Whether a condition lets through no more rows than the ids it lists.
fn names_few_ids(condition: &Condition) -> bool {
    match condition {
        Condition::And(parts) => parts.iter().any(names_few_ids),
        Condition::Or(_) | Condition::Not(_) => false,
        Condition::Compare(comparison) => {
            let Expression::Field(path) = &comparison.left else { return false };
            let is_id = path.segments().last().is_some_and(|name| name.eq_ignore_ascii_case("Id"));
            let is_few = match &comparison.operator {
                Operator::Equal(_) => true,
                Operator::In(values) => values.len() as u64 <= MOST_ROWS,
                _ => false,
            };
            is_id && path.segments().len() <= 2 && is_few
        }
    }
}
