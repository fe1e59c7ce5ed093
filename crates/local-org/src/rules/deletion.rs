//! Deleting records: what goes with them, what stands in the way, and which references are cleared. A record goes to the
//! recycle bin when its object has one. Refuses to bring anything back; that is in `recycle_bin`.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use rusqlite::types::Value as Cell;
use rusqlite::{OptionalExtension, params, params_from_iter};

use crate::answers::RowError;
use crate::faults::RowWrite;
use crate::org::Work;
use crate::rows::{Found, Written, by_id, note, refused_by_fault};
use crate::rules::automatic;
use crate::rules::relations::{OnDelete, Reference, references_to};
use crate::schema::Object;
use crate::storage::{identifier, table};

/// Moves a record to the recycle bin, with all that goes with it; answers its id.
pub(crate) fn delete(work: &Work<'_>, object: &Object, id: &str, user_id: &str) -> rusqlite::Result<Written> {
    let refused = |code, message: &str| Ok(Err(vec![RowError::on(code, message, &[])]));
    let id = match by_id(work, object, id)? {
        Found::One(id) => id,
        Found::Deleted => return refused("ENTITY_IS_DELETED", "entity is deleted"),
        _ => return refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
    };
    let Some(object) = work.schema.object(&object.name) else {
        return refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
    };
    if let Some(error) = refused_by_fault(work, object, RowWrite::Delete, Some(&id), &[]) {
        return Ok(Err(vec![error]));
    }
    let sweep = Sweep::of(work, object, &id)?;
    if let Some(error) = sweep.obstacle(work, object, &id)? {
        return Ok(Err(vec![error]));
    }
    sweep.carry_out(work, user_id)?;
    note(work, object);
    Ok(Ok(id))
}

/// All that one deletion touches.
#[derive(Default)]
struct Sweep {
    /// The record itself, then what goes with it.
    gone: Vec<(Arc<Object>, String)>,
    ids: HashSet<String>,
    /// Records that stand in the way, unless they go too.
    obstacles: Vec<(Arc<Object>, String)>,
    cleared: Vec<ClearedReference>,
}

struct ClearedReference {
    object: Arc<Object>,
    field: String,
    id: String,
    value: String,
}

impl Sweep {
    /// Follows cascades from the record on.
    fn of(work: &Work<'_>, object: &Arc<Object>, id: &str) -> rusqlite::Result<Self> {
        let mut sweep = Self::default();
        let mut references: HashMap<String, Vec<Reference>> = HashMap::new();
        let mut waiting = VecDeque::from([(Arc::clone(object), id.to_owned())]);
        sweep.ids.insert(id.to_owned());
        while let Some((object, id)) = waiting.pop_front() {
            let known = references.entry(object.name.clone()).or_insert_with(|| references_to(&work.schema, &object));
            for reference in known.iter() {
                for child in referring(work, reference, &id)? {
                    sweep.note(reference, &id, child, &mut waiting);
                }
            }
            sweep.gone.push((object, id));
        }
        Ok(sweep)
    }

    fn note(
        &mut self,
        reference: &Reference,
        parent: &str,
        child: String,
        waiting: &mut VecDeque<(Arc<Object>, String)>,
    ) {
        let object = Arc::clone(&reference.object);
        match reference.on_delete {
            OnDelete::Cascade if self.ids.insert(child.clone()) => waiting.push_back((object, child)),
            OnDelete::Cascade => {}
            OnDelete::Restrict => self.obstacles.push((object, child)),
            OnDelete::Clear => {
                let field = reference.field.name.clone();
                self.cleared.push(ClearedReference { object, field, id: child, value: parent.to_owned() });
            }
        }
    }

    /// Why the record cannot be deleted, with the records that are in the way.
    fn obstacle(&self, work: &Work<'_>, object: &Object, id: &str) -> rusqlite::Result<Option<RowError>> {
        let mut standing = self.obstacles.iter().filter(|(_, child)| !self.ids.contains(child)).peekable();
        let Some(label) = standing.peek().map(|(child, _)| child.label_plural.to_lowercase()) else { return Ok(None) };
        let mut names = Vec::new();
        for (child, child_id) in standing.filter(|(child, _)| child.label_plural.to_lowercase() == label) {
            names.push(name_of(work, child, child_id)?);
        }
        let text = format!(
            "Your attempt to delete {} could not be completed because it is associated with the following {label}.: {}\n",
            name_of(work, object, id)?,
            names.join(", ")
        );
        Ok(Some(RowError::on("DELETE_FAILED", text, &[])))
    }

    fn carry_out(&self, work: &Work<'_>, user_id: &str) -> rusqlite::Result<()> {
        let root = self.gone.first().map_or("", |(_, id)| id);
        for cleared in self.cleared.iter().filter(|cleared| !self.ids.contains(&cleared.id)) {
            clear(work, cleared, root)?;
        }
        for (object, id) in &self.gone {
            remove(work, object, id, user_id)?;
            if id != root {
                work.sql
                    .prepare_cached("INSERT OR REPLACE INTO deleted_with (id, root) VALUES (?1, ?2)")?
                    .execute(params![id, root])?;
            }
        }
        for (object, id) in self.gone.iter().filter(|(object, _)| object.field("IsDeleted").is_some()) {
            automatic::after_removal(work, object, id)?;
        }
        Ok(())
    }
}

/// The records outside the recycle bin that refer to this one.
fn referring(work: &Work<'_>, reference: &Reference, id: &str) -> rusqlite::Result<Vec<String>> {
    let sql = format!(
        "SELECT \"Id\" FROM {} WHERE {} = ?1 AND {}",
        table(&reference.object.name),
        identifier(&reference.field.name),
        reference.object.is_live_sql()
    );
    work.sql.prepare_cached(&sql)?.query_map([id], |row| row.get(0))?.collect()
}

/// To the recycle bin; away at once where the object has none.
fn remove(work: &Work<'_>, object: &Object, id: &str, user_id: &str) -> rusqlite::Result<()> {
    if object.field("IsDeleted").is_none() {
        let sql = format!("DELETE FROM {} WHERE \"Id\" = ?1", table(&object.name));
        return work.sql.prepare_cached(&sql)?.execute([id]).map(drop);
    }
    let mut assignments = vec!["\"IsDeleted\" = 1".to_owned()];
    let mut cells = Vec::new();
    for (name, value) in
        [("LastModifiedDate", work.stamp()), ("LastModifiedById", user_id), ("SystemModstamp", work.stamp())]
    {
        if object.field(name).is_some() {
            assignments.push(format!("{} = ?", identifier(name)));
            cells.push(Cell::Text(value.to_owned()));
        }
    }
    cells.push(Cell::Text(id.to_owned()));
    let sql = format!("UPDATE {} SET {} WHERE \"Id\" = ?", table(&object.name), assignments.join(", "));
    work.sql.prepare_cached(&sql)?.execute(params_from_iter(cells)).map(drop)
}

fn clear(work: &Work<'_>, cleared: &ClearedReference, root: &str) -> rusqlite::Result<()> {
    let stamped = cleared.object.field("SystemModstamp").is_some();
    let mut cells = vec![cleared.id.as_str()];
    cells.extend(stamped.then_some(work.stamp()));
    let sql = format!(
        "UPDATE {} SET {} = NULL{} WHERE \"Id\" = ?1",
        table(&cleared.object.name),
        identifier(&cleared.field),
        if stamped { ", \"SystemModstamp\" = ?2" } else { "" },
    );
    work.sql.prepare_cached(&sql)?.execute(params_from_iter(cells))?;
    work.sql
        .prepare_cached("INSERT INTO cleared_reference (root, object, field, id, value) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![root, cleared.object.name, cleared.field, cleared.id, cleared.value])
        .map(drop)
}

/// What a message calls a record: its name, or its id where it has none.
pub(crate) fn name_of(work: &Work<'_>, object: &Object, id: &str) -> rusqlite::Result<String> {
    let Some(field) = object.name_field() else { return Ok(id.to_owned()) };
    let sql = format!("SELECT {} FROM {} WHERE \"Id\" = ?1", identifier(&field.name), table(&object.name));
    let name: Option<Option<String>> = work.sql.prepare_cached(&sql)?.query_row([id], |row| row.get(0)).optional()?;
    Ok(name.flatten().unwrap_or_else(|| id.to_owned()))
}
