//! Records that were made after the backup, by what they hold.

use std::collections::HashMap;

use salesbridge_connector_kit::{Cell, Cells, RecordPrint};
use salesbridge_model::Timestamp;
use salesbridge_store::{DueRow, DueState};

use super::RESTORED;
use crate::engine::Job;

/// Records that were made after the backup and stand for no row yet.
#[derive(Default)]
pub(super) struct Pool {
    records: HashMap<RecordPrint, Vec<String>>,
    pub(super) size: usize,
    /// There are more than could be compared.
    overflows: bool,
}

impl Pool {
    /// So many records that they cannot be compared.
    pub(super) fn of_more_than(most: usize) -> Self {
        Self { size: most, overflows: true, ..Self::default() }
    }

    pub(super) fn add(&mut self, print: RecordPrint, id: String) {
        self.records.entry(print).or_default().push(id);
        self.size += 1;
    }

    /// A record that holds exactly this, the newest first; it is taken out.
    pub(super) fn take(&mut self, print: RecordPrint) -> Option<String> {
        let id = self.records.get_mut(&print)?.pop()?;
        self.size -= 1;
        Some(id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.size == 0 && !self.overflows
    }

    /// A new row that may be one of the records'.
    pub(super) fn waiting(&self, job: &Job<'_>, key: &str, revision: i64, now: Timestamp) -> DueRow {
        let some: Vec<&str> = self.records.values().flatten().take(3).map(String::as_str).collect();
        let among = if some.is_empty() { String::new() } else { format!(", among them {}", some.join(", ")) };
        let more = if self.overflows { "more than " } else { "" };
        DueRow {
            sync_id: job.sync.id,
            source_key: key.to_owned(),
            revision,
            state: DueState::Uncertain,
            attempts: 0,
            not_before: None,
            code: Some(RESTORED.to_owned()),
            message: Some(format!(
                "this installation was restored from a backup, and {more}{} records made since stand for no row{among}; \
                 one of them may be this row's",
                self.size
            )),
            fields: Vec::new(),
            remedy: Some(format!(
                "Import what was imported after the backup; then, if none of the records is this row's, \
                 `salesbridge sync release {}`",
                job.sync.name
            )),
            updated_at: now,
        }
    }
}

/// What a record holds that is made of each row.
pub(super) fn prints(job: &Job<'_>, cells: &Cells) -> Vec<RecordPrint> {
    let finder = job.destination.finder();
    let print = |row: usize| {
        let values: Vec<_> = (0..cells.fields().len())
            .map(|field| match cells.get(row, field) {
                Cell::Set(value) => Some(value),
                Cell::Clear | Cell::Omit => None,
            })
            .collect();
        finder.print_of(&values)
    };
    (0..cells.rows()).map(print).collect()
}
