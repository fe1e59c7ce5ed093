//! What a new job that loads may be. Refuses to look at data.

use crate::answers::Fault;
use crate::bulk::create::definition;
use crate::bulk::faults::{invalid_job, no_hard_delete, not_supported};
use crate::bulk::jobs::{Definition, Operation};
use crate::bulk::since;
use crate::bulk::wire::NewJob;
use crate::ids;
use crate::org::Work;
use crate::rest::Call;
use crate::schema::{Object, ObjectAbility};

const OPERATIONS: [(&str, Operation); 5] = [
    ("insert", Operation::Insert),
    ("update", Operation::Update),
    ("upsert", Operation::Upsert),
    ("delete", Operation::Delete),
    ("hardDelete", Operation::HardDelete),
];
/// The first version whose jobs take an assignment rule.
const ASSIGNMENT_RULES_SINCE: u32 = 49;
/// The key prefix of assignment rules.
const ASSIGNMENT_RULE: &str = "01Q";
/// The objects that have assignment rules.
const ASSIGNED: [&str; 2] = ["Case", "Lead"];

/// Checks what a caller asks for.
pub(super) fn checked(work: &Work<'_>, call: &Call, new: &NewJob) -> Result<Definition, Fault> {
    let name = given(new.object.as_ref()).ok_or_else(|| invalid_job("Object is required"))?;
    let found = work.schema.object(name);
    let object = found.ok_or_else(|| invalid_job(format!("Unable to find object: {name}")))?;
    let mut definition = definition(new, call, &OPERATIONS, object.name.clone())?;
    check_ability(work, object, definition.operation)?;
    definition.external_id_field = external_id(new, object, definition.operation)?;
    definition.assignment_rule = assignment_rule(new, call, object)?;
    Ok(definition)
}

fn check_ability(work: &Work<'_>, object: &Object, operation: Operation) -> Result<(), Fault> {
    let needed: &[ObjectAbility] = match operation {
        Operation::Insert => &[ObjectAbility::Createable],
        Operation::Upsert => &[ObjectAbility::Createable, ObjectAbility::Updateable],
        Operation::Delete | Operation::HardDelete => &[ObjectAbility::Deletable],
        _ => &[ObjectAbility::Updateable],
    };
    if !needed.iter().all(|&ability| object.can(ability)) {
        return Err(not_supported(&object.name));
    }
    let may_hard_delete = work.org.config.bulk.hard_delete;
    if operation == Operation::HardDelete && !may_hard_delete { Err(no_hard_delete()) } else { Ok(()) }
}

/// The key of an upsert, in the case of its field. Other operations have none, whatever was given.
fn external_id(new: &NewJob, object: &Object, operation: Operation) -> Result<Option<String>, Fault> {
    if operation != Operation::Upsert {
        return Ok(None);
    }
    let Some(name) = given(new.external_id_field_name.as_ref()) else {
        let text = format!("External ID was blank for {}. An External ID must be specified for upsert.", object.name);
        return Err(invalid_job(text));
    };
    match object.field(name).filter(|field| field.finds_rows()) {
        Some(field) => Ok(Some(field.name.clone())),
        None => {
            let text = format!("Field name provided, {name} does not match an External ID for {}", object.name);
            Err(invalid_job(text))
        }
    }
}

/// The rule is taken and shown; this org has none to run.
fn assignment_rule(new: &NewJob, call: &Call, object: &Object) -> Result<Option<String>, Fault> {
    let Some(id) = given(new.assignment_rule_id.as_ref()) else { return Ok(None) };
    if since(call, ASSIGNMENT_RULES_SINCE).is_err() {
        return Ok(None);
    }
    let known = ids::normalized(id).filter(|id| ids::prefix(id) == ASSIGNMENT_RULE);
    match known {
        Some(id) if ASSIGNED.contains(&object.name.as_str()) => Ok(Some(id)),
        Some(_) => Err(invalid_job(format!("An assignment rule cannot be used with {}", object.name))),
        None => Err(invalid_job(format!("Invalid assignment rule id: {id}"))),
    }
}

fn given(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}
