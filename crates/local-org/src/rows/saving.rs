//! One row on its way into the database: what it was, what it is to be, and what is wrong with it. The order in which a row is
//! read, completed, checked and written is here; the rules are in the files it calls. Refuses to know transactions.

use rusqlite::types::Value as Cell;

use crate::answers::RowError;
use crate::org::Work;
use crate::rows::parse::Input;
use crate::rows::{Record, check, derive};
use crate::rules;
use crate::schema::Object;

/// A row being saved.
pub(crate) struct Saving<'save, 'job> {
    pub(crate) work: &'save Work<'job>,
    pub(crate) object: &'save Object,
    pub(crate) user_id: &'save str,
    /// The id of the stored row; none for a new one.
    pub(crate) id: Option<&'save str>,
    /// The stored row; none for a new one.
    pub(crate) old: Option<Record>,
    /// The row as it will be.
    pub(crate) record: Record,
    /// Places of the fields that the caller gave.
    pub(crate) given: Vec<usize>,
    /// What is wrong with it.
    pub(crate) errors: Vec<RowError>,
}

impl<'save, 'job> Saving<'save, 'job> {
    /// A new row.
    pub(crate) fn create(work: &'save Work<'job>, object: &'save Object, user_id: &'save str) -> Self {
        let mut record = Record::template(object);
        if let Some(owner) = object.plan.owner {
            record.set(owner, Cell::Text(user_id.to_owned()));
        }
        Self { work, object, user_id, id: None, old: None, record, given: Vec::new(), errors: Vec::new() }
    }

    /// A stored row to be changed.
    pub(crate) fn update(
        work: &'save Work<'job>,
        object: &'save Object,
        user_id: &'save str,
        id: &'save str,
        old: Record,
    ) -> Self {
        let record = old.clone();
        Self { work, object, user_id, id: Some(id), old: Some(old), record, given: Vec::new(), errors: Vec::new() }
    }

    pub(crate) fn is_new(&self) -> bool {
        self.old.is_none()
    }

    /// Whether the caller gave this field.
    pub(crate) fn gives(&self, name: &str) -> bool {
        self.object.field(name).is_some_and(|field| self.given.contains(&field.at))
    }

    /// The cell of a field as it will be; empty when the object has no such field.
    pub(crate) fn cell(&self, name: &str) -> &Cell {
        self.record.named(self.object, name)
    }

    /// As [`Saving::cell`], when it is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.record.text(self.object, name)
    }

    /// The cell of a field as it is stored; empty for a new row.
    pub(crate) fn was(&self, name: &str) -> Cell {
        self.old.as_ref().map_or(Cell::Null, |old| old.named(self.object, name).clone())
    }

    /// Whether a field is new or will have another value than it is stored with.
    pub(crate) fn changes(&self, name: &str) -> bool {
        self.old.as_ref().is_none_or(|old| old.named(self.object, name) != self.cell(name))
    }

    /// Sets a field by its exact name, when the object has it.
    pub(crate) fn set(&mut self, name: &str, cell: Cell) {
        self.record.set_named(self.object, name, cell);
    }

    /// Takes in what the caller gave, completes and checks the row. It may be written when [`Saving::errors`] is empty.
    pub(crate) fn prepare(&mut self, input: Input<'_>) -> rusqlite::Result<()> {
        check::take_in(self, input)?;
        rules::complete(self)?;
        derive::follow(self);
        check::rules(self)?;
        rules::check(self)?;
        derive::stamp(self);
        Ok(())
    }
}
