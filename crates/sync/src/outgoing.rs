//! Rows on their way out: sorted by what has to be done, kept until a batch is full.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use salesbridge_connector_kit::{Cell, Cells, FieldValue, Refusal, Route, WriteBatch, WriteRow};
use salesbridge_model::{ConfirmedFields, Link, LinkState, Timestamp};
use salesbridge_store::{DueRow, DueState, IntentRow, LONGEST_PAUSE};

use crate::difference::{Difference, difference};
use crate::engine::Job;
use crate::external_id::external_id;
use crate::mapping::{MappedBatch, MappingPlan};

/// One row that has to be written.
#[derive(Clone, Debug)]
pub(crate) struct OutgoingRow {
    pub(crate) intent: IntentRow,
    values: Vec<(usize, Option<FieldValue>)>,
}

/// Rows that have been compared and not yet dealt with.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    /// Rows for which a record is made.
    pub(crate) creates: Vec<OutgoingRow>,
    /// Rows whose record is changed.
    pub(crate) updates: Vec<OutgoingRow>,
    /// Rows without a difference, with their revision.
    pub(crate) unchanged: Vec<(String, i64)>,
    /// Rows that cannot be sent, with their revision.
    pub(crate) refused: Vec<(String, i64, Refusal)>,
    /// Rows that wait for a person, or for a pause to pass.
    pub(crate) waiting: Vec<DueRow>,
    /// What was left out or shortened, for people.
    pub(crate) notes: Vec<String>,
}

impl Outgoing {
    /// Whether nothing waits to be sent.
    pub(crate) fn nothing_to_send(&self) -> bool {
        self.creates.is_empty() && self.updates.is_empty()
    }

    /// Compares mapped rows with their links and adds each where it belongs. Rows that were put off beyond `now` wait.
    pub(crate) fn sort_in(
        &mut self,
        plan: &MappingPlan,
        mapped: &MappedBatch,
        links: &[Link],
        due: &[DueRow],
        now: Timestamp,
    ) {
        let links: HashMap<&str, &Link> = links.iter().map(|link| (link.source_key.as_str(), link)).collect();
        let due: HashMap<&str, &DueRow> = due.iter().map(|row| (row.source_key.as_str(), row)).collect();
        let notes = mapped.notes.iter().filter(|(row, _)| !mapped.refusals.iter().any(|(refused, _)| refused == row));
        self.notes.extend(notes.map(|(row, note)| format!("{}: {note}", mapped.keys[*row])));
        let mut refused: HashMap<usize, &Refusal> = mapped.refusals.iter().map(|(row, why)| (*row, why)).collect();
        for (row, key) in mapped.keys.iter().enumerate() {
            let due = due.get(key.as_str()).copied();
            let link = links.get(key.as_str()).copied();
            let revision = due.map_or(0, |due| due.revision);
            if let Some(due) = due.filter(|due| waits(due, now)) {
                self.waiting.push(due.clone());
            } else if let Some(refusal) = refused.remove(&row) {
                self.refused.push((key.clone(), revision, refusal.clone()));
            } else if link.is_some_and(|link| link.state == LinkState::Converted) {
                self.unchanged.push((key.clone(), revision));
            } else if link.is_some_and(|link| link.state == LinkState::Broken) {
                self.refused.push((key.clone(), revision, broken_link()));
            } else {
                self.sort_in_row(plan, &mapped.cells, row, key, revision, link);
            }
        }
    }

    /// Takes these rows out again.
    pub(crate) fn leave_out(&mut self, keys: &[String]) {
        if keys.is_empty() {
            return;
        }
        let keys: HashSet<&str> = keys.iter().map(String::as_str).collect();
        let stays = |key: &str| !keys.contains(key);
        self.creates.retain(|row| stays(&row.intent.source_key));
        self.updates.retain(|row| stays(&row.intent.source_key));
        self.unchanged.retain(|(key, _)| stays(key));
        self.refused.retain(|(key, ..)| stays(key));
        self.waiting.retain(|due| stays(&due.source_key));
    }

    fn sort_in_row(
        &mut self,
        plan: &MappingPlan,
        cells: &Cells,
        row: usize,
        key: &str,
        revision: i64,
        link: Option<&Link>,
    ) {
        let outgoing = |fields: Vec<usize>, confirms: ConfirmedFields| {
            let record_id = link.map(|link| link.record_id.clone());
            let value = |position: usize| match cells.get(row, position) {
                Cell::Set(value) => (position, Some(value.clone())),
                Cell::Clear | Cell::Omit => (position, None),
            };
            OutgoingRow {
                intent: IntentRow { source_key: key.to_owned(), revision, record_id, confirms },
                values: fields.into_iter().map(value).collect(),
            }
        };
        match difference(plan, cells, row, link) {
            Difference::Create { fields, confirms } => self.creates.push(outgoing(fields, confirms)),
            Difference::Update { fields, confirms } => self.updates.push(outgoing(fields, confirms)),
            Difference::Unchanged => self.unchanged.push((key.to_owned(), revision)),
        }
    }
}

impl OutgoingRow {
    #[cfg(test)]
    pub(crate) fn without_values(key: &str) -> Self {
        let intent = IntentRow {
            source_key: key.to_owned(),
            revision: 0,
            record_id: None,
            confirms: ConfirmedFields::default(),
        };
        Self { intent, values: Vec::new() }
    }

    /// The values that are to be written, by field name; `None` clears.
    pub(crate) fn values<'a>(
        &'a self,
        fields: &'a [String],
    ) -> impl Iterator<Item = (&'a str, Option<&'a FieldValue>)> {
        self.values.iter().map(|(position, value)| (fields[*position].as_str(), value.as_ref()))
    }
}

/// The batch that writes these rows: all of them make a record, or all of them change one.
pub(crate) fn write_batch(job: &Job<'_>, fields: &Arc<[String]>, rows: &[OutgoingRow], route: Route) -> WriteBatch {
    let creating = is_creating(rows);
    let external_id_field = job.sync.options.external_id_field.clone().filter(|_| creating);
    let longest = external_id_field.as_ref().and_then(|name| job.object.field(name)).and_then(|field| field.length);
    let mut cells = Cells::new(fields.clone());
    let write_row = |row: &OutgoingRow| {
        let index = cells.push_row();
        for (position, value) in &row.values {
            cells.put(index, *position, value.clone());
        }
        let key = |_: &String| external_id(job.installation, job.sync.id, &row.intent.source_key, longest);
        WriteRow { record_id: row.intent.record_id.clone(), external_id: external_id_field.as_ref().map(key) }
    };
    let rows = rows.iter().map(write_row).collect();
    let (object, operation, options) = (job.sync.object.clone(), job.operation(creating), job.write_options());
    WriteBatch { object, operation, options, route, rows, cells }
}

/// Whether these rows make records; rows of one batch all do, or none does.
pub(crate) fn is_creating(rows: &[OutgoingRow]) -> bool {
    rows.first().is_some_and(|row| row.intent.record_id.is_none())
}

/// Whether a row is not to be sent yet: a person decides, or the other side asked for a pause.
fn waits(due: &DueRow, now: Timestamp) -> bool {
    match due.state {
        DueState::Uncertain => true,
        DueState::Due => due.not_before.is_some_and(|not_before| not_before > now && not_before <= farthest(now)),
        DueState::Refused => false,
    }
}

/// The latest time for which a row can have been put off by a clock that is right.
fn farthest(now: Timestamp) -> Timestamp {
    let longest = chrono::Duration::from_std(LONGEST_PAUSE).unwrap_or_default();
    now.checked_add_signed(longest).unwrap_or(Timestamp::MAX_UTC)
}

fn broken_link() -> Refusal {
    Refusal {
        code: "LINK_BROKEN".to_owned(),
        message: "the record that stands for this row was deleted in Salesforce".to_owned(),
        fields: Vec::new(),
        remedy: "Restore the record in Salesforce and retry the row, or retry it with `--anew` to make another record, or drop it".to_owned(),
    }
}
