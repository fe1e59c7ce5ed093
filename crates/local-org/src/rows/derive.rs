//! Values the org sets by itself, from other values of the same row. Refuses to check and to write.

use rusqlite::types::Value as Cell;

use crate::rows::Record;
use crate::rows::saving::Saving;

/// Sets what follows from the row's other fields.
pub(crate) fn follow(saving: &mut Saving<'_, '_>) {
    if let Some(person) = saving.object.plan.person {
        let part = |at: usize| match saving.record.at(at) {
            Cell::Text(text) => text.as_str(),
            _ => "",
        };
        let (first, last) = (part(person.first), part(person.last));
        let name = if first.is_empty() { last.to_owned() } else { format!("{first} {last}") };
        let name = name.trim();
        let cell = if name.is_empty() { Cell::Null } else { Cell::Text(name.to_owned()) };
        saving.record.set(person.name, cell);
    }
}

/// Sets who made or changed the row, and when.
pub(crate) fn stamp(saving: &mut Saving<'_, '_>) {
    let stamps = saving.object.plan.stamps;
    let now = saving.work.stamp();
    let set = |record: &mut Record, at: Option<usize>, text: &str| {
        if let Some(at) = at {
            record.set(at, Cell::Text(text.to_owned()));
        }
    };
    if saving.old.is_none() {
        set(&mut saving.record, stamps.created_date, now);
        set(&mut saving.record, stamps.created_by, saving.user_id);
    }
    set(&mut saving.record, stamps.modified_date, now);
    set(&mut saving.record, stamps.modified_by, saving.user_id);
    set(&mut saving.record, stamps.system_modstamp, now);
}
