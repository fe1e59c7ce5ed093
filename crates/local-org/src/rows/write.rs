//! Writing one checked record. A row that is refused leaves no trace. Refuses to know transactions.

use rusqlite::types::Value as Cell;

use crate::answers::RowError;
use crate::faults::RowWrite;
use crate::org::Work;
use crate::rows::parse::Input;
use crate::rows::refuse::refused_by_fault;
use crate::rows::saving::Saving;
use crate::rows::{Record, derive};
use crate::rules;
use crate::schema::Object;
use crate::storage::{identifier, table};

/// Objects whose records decide who may call.
const DECIDES_WHO_MAY_CALL: [&str; 4] = ["User", "Profile", "PermissionSet", "PermissionSetAssignment"];

/// What became of one row.
pub(crate) type Written = Result<String, Vec<RowError>>;

/// Creates a record; answers its id.
pub(crate) fn create(work: &Work<'_>, object: &Object, input: Input<'_>, user_id: &str) -> rusqlite::Result<Written> {
    let mut saving = Saving::create(work, object, user_id);
    saving.errors.extend(refused_by_fault(work, object, RowWrite::Create, None, &input.values));
    saving.prepare(input)?;
    if !saving.errors.is_empty() {
        return Ok(Err(saving.errors));
    }
    let id = work.next_id(&object.key_prefix);
    saving.record.set_named(object, "Id", Cell::Text(id.clone()));
    derive::name(&mut saving, &id)?;
    insert(work, object, &saving.record)?;
    rules::after_save(&saving, &id)?;
    note(work, object);
    Ok(Ok(id))
}

/// Changes the given fields of a record; answers its id.
pub(crate) fn update(
    work: &Work<'_>,
    object: &Object,
    id: &str,
    input: Input<'_>,
    user_id: &str,
) -> rusqlite::Result<Written> {
    let Some(old) = Record::load(work, object, id)? else {
        return Ok(Err(vec![RowError::on("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[])]));
    };
    let mut saving = Saving::update(work, object, user_id, id, old);
    saving.errors.extend(refused_by_fault(work, object, RowWrite::Update, Some(id), &input.values));
    saving.prepare(input)?;
    if !saving.errors.is_empty() {
        return Ok(Err(saving.errors));
    }
    if let Some(old) = &saving.old {
        change(work, object, id, old, &saving.record)?;
    }
    rules::after_save(&saving, id)?;
    note(work, object);
    Ok(Ok(id.to_owned()))
}

/// Rows of one kind come in long runs, so the statement stays at hand.
fn insert(work: &Work<'_>, object: &Object, record: &Record) -> rusqlite::Result<()> {
    let plan = &object.plan;
    let mut slot = work.insert.borrow_mut();
    if slot.as_ref().is_none_or(|(sql, _)| *sql != plan.insert) {
        *slot = Some((plan.insert.clone(), work.sql.prepare_cached(&plan.insert)?));
    }
    let Some((_, statement)) = slot.as_mut() else { return Ok(()) };
    for (column, &at) in plan.stored.iter().enumerate() {
        statement.raw_bind_parameter(column + 1, record.at(at))?;
    }
    statement.raw_execute().map(drop)
}

/// Writes the cells that differ.
fn change(work: &Work<'_>, object: &Object, id: &str, old: &Record, new: &Record) -> rusqlite::Result<()> {
    let changed = old.differences(new);
    if changed.is_empty() {
        return Ok(());
    }
    let assignments: Vec<String> =
        changed.iter().map(|&at| format!("{} = ?", identifier(&object.fields[at].name))).collect();
    let sql = format!("UPDATE {} SET {} WHERE \"Id\" = ?", table(&object.name), assignments.join(", "));
    let mut statement = work.sql.prepare_cached(&sql)?;
    for (place, &at) in changed.iter().enumerate() {
        statement.raw_bind_parameter(place + 1, new.at(at))?;
    }
    statement.raw_bind_parameter(changed.len() + 1, id)?;
    statement.raw_execute().map(drop)
}

/// Some records decide who may call.
pub(crate) fn note(work: &Work<'_>, object: &Object) {
    if DECIDES_WHO_MAY_CALL.contains(&object.name.as_str()) {
        work.sessions_changed();
    }
}
