//! What formulas see of records: the kinds of fields, and their values on the way into the database. Paths lead over
//! lookups to parents, up to five. Refuses to know formulas.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::types::Value as Cell;

use crate::clock;
use crate::rows::Saving;
use crate::rules::look_up::{self, flag, number};
use crate::schema::{Field, FieldType, Object, Schema};
use crate::validation::{FieldKind, FieldLookup, Subject, Value};

/// The most relationships in a path.
const DEEPEST: usize = 5;

/// The fields of one object, and those of its parents.
pub(crate) struct FieldsOf<'schema> {
    pub(crate) schema: &'schema Schema,
    pub(crate) object: &'schema Object,
}

/// A row that is being saved.
pub(crate) struct SavedRow<'save, 'row, 'job>(pub(crate) &'save Saving<'row, 'job>);

impl FieldLookup for FieldsOf<'_> {
    fn kind_of(&self, path: &[String]) -> Option<FieldKind> {
        let (last, relationships) = path.split_last()?;
        if relationships.len() > DEEPEST {
            return None;
        }
        let mut objects: Vec<&Object> = vec![self.object];
        for relationship in relationships {
            let fields = objects.iter().filter_map(|object| object.relationship(relationship));
            let names: Vec<&String> = fields.flat_map(|field| &field.refers_to).collect();
            objects = names.iter().filter_map(|name| self.schema.object(name)).map(Arc::as_ref).collect();
        }
        objects.iter().find_map(|object| object.field(last)).and_then(kind)
    }
}

impl Subject for SavedRow<'_, '_, '_> {
    fn value(&self, path: &[String]) -> Value {
        let saving = self.0;
        match path {
            [name] => saving.object.field(name).map_or(Value::Blank, |field| value(field, saving.record.at(field.at))),
            [relationship, rest @ ..] => {
                let reference = saving.object.relationship(relationship).map(|field| saving.record.at(field.at));
                reference.map_or(Value::Blank, |id| self.of_parent(id.clone(), rest))
            }
            [] => Value::Blank,
        }
    }

    fn prior_value(&self, path: &[String]) -> Value {
        match (&self.0.old, path) {
            (Some(old), [name]) => {
                self.0.object.field(name).map_or(Value::Blank, |field| value(field, old.at(field.at)))
            }
            _ => self.value(path),
        }
    }

    fn is_new(&self) -> bool {
        self.0.is_new()
    }

    fn now(&self) -> DateTime<Utc> {
        self.0.work.now
    }
}

impl SavedRow<'_, '_, '_> {
    /// The value at the end of a path that begins at the record with this id.
    fn of_parent(&self, mut id: Cell, path: &[String]) -> Value {
        let work = self.0.work;
        let Some((last, relationships)) = path.split_last() else { return Value::Blank };
        for relationship in relationships {
            let Some((object, parent)) = self.parent(&id) else { return Value::Blank };
            let Some(reference) = object.relationship(relationship) else { return Value::Blank };
            id = match look_up::by_id(work, &object.name, &parent, [reference.name.as_str()]) {
                Ok(Some([cell])) => cell,
                _ => return Value::Blank,
            };
        }
        let Some((object, parent)) = self.parent(&id) else { return Value::Blank };
        let Some(field) = object.field(last) else { return Value::Blank };
        match look_up::by_id(work, &object.name, &parent, [field.name.as_str()]) {
            Ok(Some([cell])) => value(field, &cell),
            _ => Value::Blank,
        }
    }

    fn parent(&self, id: &Cell) -> Option<(Arc<Object>, String)> {
        let id = look_up::text(id)?;
        Some((Arc::clone(self.0.work.schema.object_of_id(id)?), id.to_owned()))
    }
}

/// What formulas see in a field; nothing in those they cannot use.
fn kind(field: &Field) -> Option<FieldKind> {
    Some(match field.kind {
        FieldType::Boolean => FieldKind::Boolean,
        FieldType::Date => FieldKind::Date,
        FieldType::DateTime => FieldKind::DateTime,
        FieldType::Picklist => FieldKind::Picklist,
        FieldType::MultiPicklist => FieldKind::MultiPicklist,
        FieldType::Address | FieldType::Location | FieldType::Base64 => return None,
        kind if kind.is_number() => FieldKind::Number,
        _ => FieldKind::Text,
    })
}

/// A cell as formulas see it: percents are parts of one.
fn value(field: &Field, cell: &Cell) -> Value {
    match (field.kind, cell) {
        (_, Cell::Null) => Value::Blank,
        (FieldType::Boolean, _) => Value::Boolean(flag(cell)),
        (FieldType::Percent, _) => number(cell).map_or(Value::Blank, |number| Value::Number(number / 100.0)),
        (FieldType::Date, Cell::Text(day)) => day.parse().map_or(Value::Blank, Value::Date),
        (FieldType::DateTime, Cell::Text(moment)) => clock::read(moment).map_or(Value::Blank, Value::DateTime),
        (kind, _) if kind.is_number() => number(cell).map_or(Value::Blank, Value::Number),
        (_, Cell::Text(text)) => Value::Text(text.clone()),
        _ => Value::Blank,
    }
}
