//! Values the org sets by itself, from other values of the same row. Refuses to check and to write.

use rusqlite::types::Value as Cell;

use crate::rows::Record;
use crate::rows::saving::Saving;
use crate::schema::auto_number;

/// Sets what follows from the row's other fields.
pub(crate) fn follow(saving: &mut Saving<'_, '_>) {
    if let Some(person) = saving.object.plan.person {
        let part = |at: usize| match saving.record.at(at) {
            Cell::Text(text) => text.as_str(),
            _ => "",
        };
        let places = [Some(person.first), person.middle, Some(person.last), person.suffix];
        let mut name = String::new();
        for part in places.into_iter().flatten().map(part).filter(|part| !part.is_empty()) {
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(part);
        }
        let cell = if name.is_empty() { Cell::Null } else { Cell::Text(name) };
        saving.record.set(person.name, cell);
    }
}

/// Sets the numbers and the name of a new row with which nothing is wrong.
pub(crate) fn name(saving: &mut Saving<'_, '_>, id: &str) -> rusqlite::Result<()> {
    let (object, work) = (saving.object, saving.work);
    for (at, format) in &object.plan.auto_numbers {
        let number = auto_number::next(work.sql, &object.name, &object.fields[*at].name)?;
        saving.record.set(*at, Cell::Text(auto_number::formatted(format, number, work.now)));
    }
    match object.plan.own_name {
        Some(at) if *saving.record.at(at) == Cell::Null => {
            saving.record.set(at, Cell::Text(id.get(..15).unwrap_or(id).to_owned()));
        }
        _ => {}
    }
    Ok(())
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
