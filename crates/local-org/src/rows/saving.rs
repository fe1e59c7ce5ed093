//! One row on its way into the database: what it was, what it is to be, and what is wrong with it. The order in which a row is
//! read, completed, checked and written is here; the rules are in the files it calls. Refuses to know transactions.

use rusqlite::types::Value as Cell;

use crate::answers::RowError;
use crate::org::Work;
use crate::rows::parse::Input;
use crate::rows::{Record, check, derive};
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

    #[expect(dead_code, reason = "for rules")]
    /// Whether the caller gave this field.
    pub(crate) fn is_given(&self, at: usize) -> bool {
        self.given.contains(&at)
    }

    /// Takes in what the caller gave, completes and checks the row. It may be written when [`Saving::errors`] is empty.
    pub(crate) fn prepare(&mut self, input: Input<'_>) -> rusqlite::Result<()> {
        check::take_in(self, input)?;
        derive::follow(self);
        check::rules(self)?;
        derive::stamp(self);
        Ok(())
    }
}
