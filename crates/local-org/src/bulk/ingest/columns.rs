//! The header of an uploaded file: what each column means for the job's object. Refuses to look at rows.

use std::collections::HashSet;
use std::sync::Arc;

use crate::bulk::faults::{long_header, more_than_ids, no_column, repeated_column};
use crate::bulk::jobs::{Definition, Operation};
use crate::schema::{Ability, FieldType, Object, Schema};

/// The longest header in characters.
const LONGEST_HEADER: usize = 32_000;

/// The columns of a job's file.
pub(super) struct Columns {
    pub(super) object: Arc<Object>,
    pub(super) targets: Vec<Target>,
    /// The names as uploaded.
    pub(super) names: Vec<String>,
    pub(super) id: Option<usize>,
    /// The column and the field of an upsert's key, when that is not the id.
    pub(super) key: Option<(Option<usize>, usize)>,
}

/// What a column's values are for.
pub(super) enum Target {
    /// A field, by its place among the object's.
    Field(usize),
    /// The parent with this value in its key field.
    Parent { field: usize, object: String, key_field: String },
    /// The record's own id, or the key of an upsert.
    Identity,
}

impl Columns {
    /// Reads a header; answers the job's error message when it cannot be one.
    pub(super) fn read(schema: &Schema, definition: &Definition, names: Vec<String>) -> Result<Self, String> {
        if names.iter().map(|name| name.chars().count() + 1).sum::<usize>() > LONGEST_HEADER {
            return Err(long_header(LONGEST_HEADER));
        }
        let object = schema.object(&definition.object).ok_or_else(|| no_column(&definition.object))?;
        let key_field = definition.external_id_field.as_ref().filter(|name| *name != "Id");
        let key_field = key_field.and_then(|name| object.fields.iter().position(|field| field.name == *name));
        let mut columns = Self {
            object: Arc::clone(object),
            targets: Vec::new(),
            names: Vec::new(),
            id: None,
            key: key_field.map(|field| (None, field)),
        };
        let mut seen = HashSet::new();
        for name in names {
            if !seen.insert(name.to_lowercase()) {
                return Err(repeated_column(&name));
            }
            let target = columns.target(schema, definition, &name).ok_or_else(|| no_column(&name))?;
            columns.targets.push(target);
            columns.names.push(name);
        }
        let deletes = matches!(definition.operation, Operation::Delete | Operation::HardDelete);
        if deletes && (columns.id.is_none() || columns.targets.len() > 1) {
            return Err(more_than_ids());
        }
        Ok(columns)
    }

    /// Whether the field at this place holds numbers with decimals.
    pub(super) fn is_double(&self, field: usize) -> bool {
        let kind = self.object.fields.get(field).map(|field| field.kind);
        kind.is_some_and(|kind| kind.is_number() && kind != FieldType::Int)
    }

    fn target(&mut self, schema: &Schema, definition: &Definition, name: &str) -> Option<Target> {
        let at = self.targets.len();
        if let Some(field) = self.object.fields.iter().position(|field| field.name.eq_ignore_ascii_case(name)) {
            if self.object.fields.get(field)?.kind == FieldType::Id {
                self.id = Some(at);
                return Some(Target::Identity);
            }
            if let Some((column, key)) = self.key.as_mut()
                && *key == field
            {
                *column = Some(at);
                return Some(Target::Identity);
            }
            return Some(Target::Field(field));
        }
        let (relationship, key_field) = name.split_once('.')?;
        let (typed, relationship) = match relationship.split_once(':') {
            Some((typed, relationship)) => (Some(typed), relationship),
            None => (None, relationship),
        };
        let field = self.object.relationship(relationship)?;
        let is_polymorphic = field.refers_to.len() > 1 || field.can(Ability::Polymorphic);
        let parent = match typed {
            // The type is obligatory where it is needed and refused where it is not.
            Some(typed) if is_polymorphic => named_type(schema, definition, typed)?,
            None if !is_polymorphic => schema.object(field.refers_to.first()?)?,
            _ => return None,
        };
        let is_parent = field.refers_to.iter().any(|name| *name == parent.name);
        let key = parent.field(key_field).filter(|key| is_parent && key.finds_rows())?;
        let field = self.object.fields.iter().position(|known| known.name == field.name)?;
        Some(Target::Parent { field, object: parent.name.clone(), key_field: key.name.clone() })
    }
}

/// The object in front of a polymorphic relationship. Before v57.0 custom objects stand there without their `__c`.
fn named_type<'schema>(schema: &'schema Schema, definition: &Definition, name: &str) -> Option<&'schema Arc<Object>> {
    let is_old = definition.version.as_str() < "v57.0";
    schema.object(name).or_else(|| if is_old { schema.object(&format!("{name}__c")) } else { None })
}
