//! What writing a row of an object needs, worked out once per schema: statements over all stored fields, the row that a new
//! record starts from, and which fields are to be looked at. Refuses to write.

use std::collections::BTreeMap;

use rusqlite::types::Value as Cell;
use serde_json::Value;

use crate::schema::tables::is_stored;
use crate::schema::{Ability, Field, FieldType, Object, PicklistValue};
use crate::storage::{identifier, table};

/// Places are those of the object's fields.
#[derive(Debug, Clone, Default)]
pub(crate) struct SavePlan {
    /// Inserts a whole row: a value per stored field, in the order of [`SavePlan::stored`].
    pub(crate) insert: String,
    /// Reads a whole row by its id, in the same order.
    pub(crate) select: String,
    /// The fields that have a column.
    pub(crate) stored: Vec<usize>,
    /// A new row where its maker said nothing.
    pub(crate) template: Vec<Cell>,
    /// Fields that a new row must have.
    pub(crate) required: Vec<usize>,
    /// Who made and changed a row, and when.
    pub(crate) stamps: Stamps,
    /// The owner, where the object has one that is set by itself.
    pub(crate) owner: Option<usize>,
    /// The parts of a person's name and the name made of them.
    pub(crate) person: Option<PersonName>,
    /// The fields that count, and how their numbers are written.
    pub(crate) auto_numbers: Vec<(usize, String)>,
    /// The name of a custom object's record, which is its id when nobody gives one.
    pub(crate) own_name: Option<usize>,
}

/// Where the fields are that say who touched a row and when.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Stamps {
    pub(crate) created_date: Option<usize>,
    pub(crate) created_by: Option<usize>,
    pub(crate) modified_date: Option<usize>,
    pub(crate) modified_by: Option<usize>,
    pub(crate) system_modstamp: Option<usize>,
}

/// Where the fields of a person's name are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PersonName {
    pub(crate) name: usize,
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) middle: Option<usize>,
    pub(crate) suffix: Option<usize>,
}

impl SavePlan {
    pub(super) fn of(object: &Object, picklists: &BTreeMap<String, Vec<PicklistValue>>) -> Self {
        let stored: Vec<usize> = object.fields.iter().filter(|field| is_stored(field)).map(|field| field.at).collect();
        let columns: Vec<String> = stored.iter().map(|&at| identifier(&object.fields[at].name)).collect();
        let columns = columns.join(", ");
        let places = vec!["?"; stored.len()].join(", ");
        let table = table(&object.name);
        let at = |name: &str| object.field(name).map(|field| field.at);
        let person = match (at("Name"), at("FirstName"), at("LastName")) {
            (Some(name), Some(first), Some(last)) if object.is_person() => {
                let (middle, suffix) = (at("MiddleName"), at("Suffix"));
                Some(PersonName { name, first, last, middle, suffix })
            }
            _ => None,
        };
        Self {
            insert: format!("INSERT INTO {table} ({columns}) VALUES ({places})"),
            select: format!("SELECT {columns} FROM {table} WHERE \"Id\" = ?1"),
            stored,
            template: object.fields.iter().map(|field| default_of(field, picklists)).collect(),
            required: object.fields.iter().filter(|field| field.is_required()).map(|field| field.at).collect(),
            stamps: Stamps {
                created_date: at("CreatedDate"),
                created_by: at("CreatedById"),
                modified_date: at("LastModifiedDate"),
                modified_by: at("LastModifiedById"),
                system_modstamp: at("SystemModstamp"),
            },
            owner: at("OwnerId"),
            person,
            auto_numbers: object
                .fields
                .iter()
                .filter_map(|field| Some((field.at, field.custom.display_format.clone()?)))
                .collect(),
            own_name: at("Name").filter(|_| object.is_custom()),
        }
    }
}

/// What a new row gets where its maker said nothing.
fn default_of(field: &Field, picklists: &BTreeMap<String, Vec<PicklistValue>>) -> Cell {
    let written = field.default.as_ref().and_then(|default| match default {
        Value::String(text) => Some(Cell::Text(text.clone())),
        Value::Bool(flag) => Some(Cell::Integer(i64::from(*flag))),
        Value::Number(number) => number.as_f64().map(Cell::Real),
        _ => None,
    });
    let values = field.picklist_list.as_ref().and_then(|list| picklists.get(list)).unwrap_or(&field.values);
    let is_picklist = matches!(field.kind, FieldType::Picklist | FieldType::MultiPicklist);
    let chosen = || values.iter().find(|value| value.default).map(|value| Cell::Text(value.value.clone()));
    let absent = if field.kind == FieldType::Boolean { Cell::Integer(0) } else { Cell::Null };
    match written {
        Some(cell) => cell,
        None if is_picklist && field.can(Ability::Createable) => chosen().unwrap_or(absent),
        None => absent,
    }
}
