//! `USING SCOPE`: the rows that are somebody's. This org has no teams, territories, delegates or scoping rules.

use rusqlite::types::Value as Cell;
use salesbridge_soql::Scope as Clause;

use crate::answers::Fault;
use crate::soql_execution::asking::Asking;
use crate::soql_execution::scope::{Scope, refused};

/// SQL that holds for the rows of the scope; nothing where all rows are.
pub(crate) fn scoped(
    asking: &Asking<'_, '_>,
    scope: &Scope<'_>,
    clause: &Clause,
    values: &mut Vec<Cell>,
) -> Result<Option<String>, Fault> {
    let object = scope.object();
    if clause.name == "everything" || clause.name == "scopingRule" {
        return Ok(None);
    }
    if !object.scopes.iter().any(|known| known.eq_ignore_ascii_case(clause.name)) || object.field("OwnerId").is_none() {
        let reason = format!("Scope '{}' is not supported for object '{}'", clause.name, object.name);
        return Err(refused("MALFORMED_QUERY", salesbridge_soql::located(scope.text(), clause.position(), &reason)));
    }
    let owner = format!("{}.\"OwnerId\"", scope.own_alias());
    let mut user = || {
        values.push(Cell::Text(asking.user_id.to_owned()));
        format!("?{}", values.len())
    };
    let has_members = asking.work.schema.object("GroupMember").is_some();
    let own_queues = |user: &str| {
        format!("{owner} IN (SELECT \"GroupId\" FROM \"record_GroupMember\" WHERE \"UserOrGroupId\" = {user})")
    };
    Ok(Some(match clause.name {
        "mine" => format!("{owner} = {}", user()),
        "user_owned" => format!("substr({owner}, 1, 3) = '005'"),
        "queue_owned" if has_members => own_queues(&user()),
        "mine_and_my_groups" if has_members => {
            let user = user();
            format!("({owner} = {user} OR {})", own_queues(&user))
        }
        _ => "0".to_owned(),
    }))
}
