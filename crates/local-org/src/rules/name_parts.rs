//! Middle names and suffixes: with their switches on, people have them, and their names show them.
//! Refuses to put names together.

use crate::schema::{Field, Schema};

/// A part of a name: its field, label and length.
pub(super) struct Part(&'static str, &'static str, u32);

pub(super) const MIDDLE_NAME: Part = Part("MiddleName", "Middle Name", 40);
pub(super) const SUFFIX: Part = Part("Suffix", "Suffix", 40);

/// The same schema with the part on every person; it is described as the first name is.
pub(super) fn with_part(schema: &Schema, Part(name, label, length): Part) -> Schema {
    let mut changed = schema.clone();
    for person in schema.objects().filter(|object| object.is_person() && object.field(name).is_none()) {
        if let Some(first) = person.field("FirstName") {
            let part = Field { name: name.to_owned(), label: label.to_owned(), length, ..first.clone() };
            changed = changed.with_standard_field(&person.name, part);
        }
    }
    changed
}
