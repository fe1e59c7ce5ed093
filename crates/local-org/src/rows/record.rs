//! A whole row in memory: a cell per field of its object. Refuses to know rules.

use rusqlite::OptionalExtension;
use rusqlite::types::{Value as Cell, ValueRef};

use crate::org::Work;
use crate::schema::Object;

/// A row, stored or about to be. Fields without a column have an empty cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    cells: Vec<Cell>,
}

impl Record {
    /// A new row before anything is said about it.
    pub(crate) fn template(object: &Object) -> Self {
        Self { cells: object.plan.template.clone() }
    }

    /// The stored row with this id, deleted or not.
    pub(crate) fn load(work: &Work<'_>, object: &Object, id: &str) -> rusqlite::Result<Option<Self>> {
        let plan = &object.plan;
        let read = |row: &rusqlite::Row<'_>| {
            let mut cells = vec![Cell::Null; object.fields.len()];
            for (column, &at) in plan.stored.iter().enumerate() {
                cells[at] = owned(row.get_ref(column)?);
            }
            Ok(Self { cells })
        };
        work.sql.prepare_cached(&plan.select)?.query_row([id], read).optional()
    }

    /// The cell of the field at this place.
    pub(crate) fn at(&self, at: usize) -> &Cell {
        self.cells.get(at).unwrap_or(&Cell::Null)
    }

    pub(crate) fn set(&mut self, at: usize, cell: Cell) {
        if let Some(place) = self.cells.get_mut(at) {
            *place = cell;
        }
    }

    /// The cell of a field by its exact name; empty when the object has no such field.
    pub(crate) fn named(&self, object: &Object, name: &str) -> &Cell {
        object.field(name).map_or(&Cell::Null, |field| self.at(field.at))
    }

    /// As [`Record::named`], when it is text.
    pub(crate) fn text(&self, object: &Object, name: &str) -> Option<&str> {
        match self.named(object, name) {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Sets a field by its exact name, when the object has it.
    pub(crate) fn set_named(&mut self, object: &Object, name: &str, cell: Cell) {
        if let Some(field) = object.field(name) {
            self.set(field.at, cell);
        }
    }

    /// The places whose cells differ.
    pub(crate) fn differences(&self, other: &Self) -> Vec<usize> {
        (0..self.cells.len()).filter(|&at| self.at(at) != other.at(at)).collect()
    }
}

fn owned(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
    }
}
