//! Custom objects and fields: the metadata that defines them, its rules, and the objects and fields it comes to.
//! Refuses to know HTTP and records. A definition is kept as it was sent; what follows from it is worked out again.

mod defaults;
mod field_rules;
mod fields;
mod kind;
mod names;
mod objects;
mod picklists;
mod references;
mod wire;

pub(crate) use field_rules::check;
pub(crate) use fields::{CustomField, built};
pub(crate) use kind::Kind;
pub(crate) use names::{field_names, object_name};
pub(crate) use objects::{CustomObject, key_prefix, owner_field};
pub(crate) use wire::{FIELD_KEYS, FieldMetadata, OBJECT_KEYS, ObjectMetadata};

use crate::answers::{Fault, RowError};

/// The code of metadata that lacks something or contradicts itself. Unconfirmed for most texts; a missing name field of an
/// object has been seen with it.
const UNSOUND: &str = "FIELD_INTEGRITY_EXCEPTION";
/// The code of what Salesforce has and this org does not.
const NOT_HERE: &str = "FUNCTIONALITY_NOT_ENABLED";

fn unsound(text: impl Into<String>) -> Fault {
    Fault::bad_request(RowError::new(UNSOUND, text))
}

fn not_here(text: impl Into<String>) -> Fault {
    Fault::bad_request(RowError::new(NOT_HERE, text))
}

fn refused(code: &'static str, text: impl Into<String>, fields: &[&str]) -> Fault {
    Fault::bad_request(RowError::on(code, text, fields))
}
