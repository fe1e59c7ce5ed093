//! The recycle bin: what was deleted comes back with all that went with it, or goes for good. Refuses to delete.

use std::sync::Arc;

use rusqlite::{OptionalExtension, params};

use crate::answers::RowError;
use crate::ids;
use crate::org::Work;
use crate::rows::{Written, duplicates_of};
use crate::rules::{automatic, deletion};
use crate::schema::{Object, ObjectAbility};
use crate::storage::{identifier, table};

/// What is answered for a record that is not in the recycle bin, or is there only as a part of another.
const NOT_IN_BIN: &str = "Entity is not in the recycle bin";

/// Brings a record back, with what was deleted with it and the references that were cleared; answers its id.
pub(crate) fn undelete(work: &Work<'_>, id: &str) -> rusqlite::Result<Written> {
    let refused = |message: &str| Ok(Err(vec![RowError::on("UNDELETE_FAILED", message, &[])]));
    let Some((object, id)) = in_bin(work, id)? else { return refused(NOT_IN_BIN) };
    if !object.can(ObjectAbility::Undeletable) {
        return refused(NOT_IN_BIN);
    }
    let mut all = vec![(object, id.clone())];
    all.extend(gone_with(work, &id)?);
    let mut errors = Vec::new();
    for (object, id) in &all {
        errors.extend(duplicates_of(work, object, id)?);
    }
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    for (object, id) in &all {
        let table = table(&object.name);
        let sql = format!("UPDATE {table} SET \"IsDeleted\" = 0, \"SystemModstamp\" = ?2 WHERE \"Id\" = ?1");
        work.sql.prepare_cached(&sql)?.execute(params![id, work.stamp()])?;
    }
    restore_references(work, &id)?;
    forget(work, &id)?;
    for (object, id) in &all {
        automatic::after_removal(work, object, id)?;
    }
    Ok(Ok(id))
}

/// Removes a record of the recycle bin for good, with what was deleted with it; answers its id.
pub(crate) fn purge(work: &Work<'_>, id: &str) -> rusqlite::Result<Written> {
    let Some((object, id)) = in_bin(work, id)? else {
        let error = RowError::on("INVALID_ID_FIELD", NOT_IN_BIN, &[]);
        return Ok(Err(vec![error]));
    };
    let mut all = vec![(object, id.clone())];
    all.extend(gone_with(work, &id)?);
    for (object, id) in all {
        let sql = format!("DELETE FROM {} WHERE \"Id\" = ?1", table(&object.name));
        work.sql.prepare_cached(&sql)?.execute([id])?;
    }
    forget(work, &id)?;
    Ok(Ok(id))
}

/// Deletes a record past the recycle bin; answers its id.
pub(crate) fn hard_delete(work: &Work<'_>, object: &Object, id: &str, user_id: &str) -> rusqlite::Result<Written> {
    match deletion::delete(work, object, id, user_id)? {
        Ok(id) if object.field("IsDeleted").is_some() => purge(work, &id),
        other => Ok(other),
    }
}

/// Removes everything in the recycle bin for good; answers how many records that were.
pub(crate) fn empty(work: &Work<'_>) -> rusqlite::Result<usize> {
    let mut removed = 0;
    for object in work.schema.objects().filter(|object| object.field("IsDeleted").is_some()) {
        removed += work.sql.execute(&format!("DELETE FROM {} WHERE \"IsDeleted\" = 1", table(&object.name)), [])?;
    }
    work.sql.execute_batch("DELETE FROM deleted_with; DELETE FROM cleared_reference")?;
    Ok(removed)
}

/// The object and the id of a record that lies in the bin by itself.
fn in_bin(work: &Work<'_>, id: &str) -> rusqlite::Result<Option<(Arc<Object>, String)>> {
    let Some(id) = ids::normalized(id) else { return Ok(None) };
    let Some(object) = work.schema.object_of_id(&id).filter(|object| object.field("IsDeleted").is_some()) else {
        return Ok(None);
    };
    let sql = format!(
        "SELECT \"IsDeleted\" AND NOT EXISTS (SELECT 1 FROM deleted_with WHERE id = ?1) FROM {} WHERE \"Id\" = ?1",
        table(&object.name)
    );
    let lies_there: Option<bool> = work.sql.prepare_cached(&sql)?.query_row([&id], |row| row.get(0)).optional()?;
    Ok(lies_there.filter(|&there| there).map(|_| (Arc::clone(object), id)))
}

/// What was deleted with a record.
fn gone_with(work: &Work<'_>, root: &str) -> rusqlite::Result<Vec<(Arc<Object>, String)>> {
    let mut statement = work.sql.prepare_cached("SELECT id FROM deleted_with WHERE root = ?1 ORDER BY id")?;
    let ids: Vec<String> = statement.query_map([root], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let known = |id: String| {
        let object = work.schema.object_of_id(&id).filter(|object| object.field("IsDeleted").is_some())?;
        Some((Arc::clone(object), id))
    };
    Ok(ids.into_iter().filter_map(known).collect())
}

/// References come back where nothing else was put in their place.
fn restore_references(work: &Work<'_>, root: &str) -> rusqlite::Result<()> {
    let mut statement =
        work.sql.prepare_cached("SELECT object, field, id, value FROM cleared_reference WHERE root = ?1")?;
    let cleared: Vec<(String, String, String, String)> = statement
        .query_map([root], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    for (object, field, id, value) in cleared {
        let is_there = work.schema.object(&object).is_some_and(|object| object.field(&field).is_some());
        if is_there {
            let (table, field) = (table(&object), identifier(&field));
            let sql = format!("UPDATE {table} SET {field} = ?2 WHERE \"Id\" = ?1 AND {field} IS NULL");
            work.sql.prepare_cached(&sql)?.execute(params![id, value])?;
        }
    }
    Ok(())
}

fn forget(work: &Work<'_>, root: &str) -> rusqlite::Result<()> {
    work.sql.prepare_cached("DELETE FROM deleted_with WHERE root = ?1")?.execute([root])?;
    work.sql.prepare_cached("DELETE FROM cleared_reference WHERE root = ?1")?.execute([root]).map(drop)
}
