//! Objects that are only queried by what they belong to (Object Reference, ContentDocumentLink).

use salesbridge_soql::{Condition, Expression, Operator, Query};

use crate::answers::Fault;
use crate::soql_execution::scope::refused;

/// The object, and the fields of which one must be given.
const NEEDING_A_FILTER: [(&str, &[&str]); 1] =
    [("ContentDocumentLink", &["Id", "ContentDocumentId", "LinkedEntityId"])];

/// Refuses a query that asks for all rows of an object that has too many of them.
pub(crate) fn check(query: &Query) -> Result<(), Fault> {
    let name = query.from.object.as_str();
    let Some((object, fields)) = NEEDING_A_FILTER.iter().find(|(object, _)| name.eq_ignore_ascii_case(object)) else {
        return Ok(());
    };
    if query.condition.as_ref().is_some_and(|condition| names_ids(condition, fields)) {
        return Ok(());
    }
    let text = format!(
        "Implementation restriction: {object} requires a filter by a single Id on ContentDocumentId or LinkedEntityId using \
         the equals operator or multiple Id's using the IN operator."
    );
    Err(refused("MALFORMED_QUERY", text))
}

/// Whether every row must have one of the listed ids in one of the fields.
fn names_ids(condition: &Condition, fields: &[&str]) -> bool {
    match condition {
        Condition::And(parts) => parts.iter().any(|part| names_ids(part, fields)),
        Condition::Or(_) | Condition::Not(_) => false,
        Condition::Compare(comparison) => {
            let Expression::Field(path) = &comparison.left else { return false };
            let name = path.segments().last().map(String::as_str).unwrap_or_default();
            let is_named = fields.iter().any(|field| field.eq_ignore_ascii_case(name));
            is_named && matches!(comparison.operator, Operator::Equal(_) | Operator::In(_))
        }
    }
}
