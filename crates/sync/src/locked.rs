//! Rows that found a record locked: remembered, so that the next time rows of one parent go in one batch, and in smaller batches the more often they were
//! locked. Rows of one batch are written one after the other and cannot be in each other's way.
//!
//! It is kept in memory alone: what is forgotten costs another lock, never a row.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use salesbridge_connector_kit::RowAnswer;
use salesbridge_model::SyncId;
use salesbridge_store::IntentRow;

use crate::engine::Job;
use crate::outgoing::OutgoingRow;
use crate::settle::RowEnd;

/// Rows remembered of one sync, at most; further ones are batched like any others.
const MOST_ROWS: usize = 100_000;
/// Most often a batch is halved: then every row goes alone, whatever the size.
const MOST_HALVINGS: u32 = 16;

/// Rows that found a record locked, by sync.
#[derive(Default)]
pub(crate) struct LockedRows(Mutex<HashMap<SyncId, HashMap<String, Locked>>>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Locked {
    times: u32,
    /// Ids of the records that were locked, as the other side named them.
    records: Vec<String>,
}

impl LockedRows {
    /// Learns from the ends of rows: which were locked, and which need not be remembered any more.
    pub(crate) fn learn(&self, sync: SyncId, rows: &[IntentRow], ends: &[RowEnd]) {
        let mut syncs = self.lock();
        let known = syncs.entry(sync).or_default();
        for (row, end) in rows.iter().zip(ends) {
            match end {
                RowEnd::Answered(RowAnswer::Contended { records, .. }) => {
                    if known.len() < MOST_ROWS || known.contains_key(&row.source_key) {
                        let locked = known.entry(row.source_key.clone()).or_default();
                        locked.times += 1;
                        locked.records.clone_from(records);
                    }
                }
                RowEnd::Answered(_) | RowEnd::Uncertain(_) => {
                    known.remove(&row.source_key);
                }
                RowEnd::NotSent | RowEnd::SendAgain => {}
            }
        }
    }

    /// The batches in which these rows go out, of at most `size` rows: those never locked first, then the others by parent.
    pub(crate) fn batches(&self, job: &Job<'_>, rows: Vec<OutgoingRow>, size: usize) -> VecDeque<Vec<OutgoingRow>> {
        let syncs = self.lock();
        let known = syncs.get(&job.sync.id);
        let mut free = Vec::new();
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        for row in rows {
            match known.and_then(|known| known.get(&row.intent.source_key)) {
                None => free.push(row),
                Some(locked) => {
                    let group = groups.entry(parent(locked, &references(job, &row), &row.intent)).or_default();
                    group.times = group.times.max(locked.times);
                    group.rows.push(row);
                }
            }
        }
        let mut batches: VecDeque<Vec<OutgoingRow>> = parted(free, size).collect();
        batches.extend(packed(groups.into_values().collect(), size));
        batches
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SyncId, HashMap<String, Locked>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rows of one parent.
#[derive(Debug, Default)]
struct Group {
    times: u32,
    rows: Vec<OutgoingRow>,
}

impl Group {
    fn cap(&self, size: usize) -> usize {
        (size >> self.times.min(MOST_HALVINGS)).max(1)
    }
}

/// Whole groups share a batch while it has room for them; a group that is too large for one batch has some of its own.
fn packed(mut groups: Vec<Group>, size: usize) -> Vec<Vec<OutgoingRow>> {
    groups.sort_by_key(|group| group.times);
    let mut batches: Vec<Vec<OutgoingRow>> = Vec::new();
    for group in groups {
        let cap = group.cap(size);
        match batches.last_mut() {
            Some(last) if last.len() + group.rows.len() <= cap => last.extend(group.rows),
            _ => batches.extend(parted(group.rows, cap)),
        }
    }
    batches
}

/// The rows in parts of at most `size`.
fn parted(rows: Vec<OutgoingRow>, size: usize) -> impl Iterator<Item = Vec<OutgoingRow>> {
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || {
        let part: Vec<_> = rows.by_ref().take(size).collect();
        (!part.is_empty()).then_some(part)
    })
}

/// The record that stands between rows: one that the other side named and the row refers to, else one that it named, else one that the row refers to; else
/// the row's own record, which nothing else shares.
fn parent(locked: &Locked, references: &[String], row: &IntentRow) -> String {
    let named = |id: &&String| locked.records.iter().any(|record| is_same(record, id));
    let own = || row.record_id.clone().unwrap_or_else(|| row.source_key.clone());
    let found = references.iter().find(named).or(locked.records.first()).or(references.first()).cloned();
    found.map_or_else(own, |id| id.chars().take(ID_LETTERS).collect())
}

/// Letters of an id that tell records apart; some systems print three more that only repeat its case.
const ID_LETTERS: usize = 15;

fn is_same(one: &str, other: &str) -> bool {
    one.len() >= ID_LETTERS && one.get(..ID_LETTERS) == other.get(..ID_LETTERS)
}

/// Ids of the records that a row refers to.
fn references(job: &Job<'_>, row: &OutgoingRow) -> Vec<String> {
    let refers = |name: &str| job.object.field(name).is_some_and(|field| field.kind == "reference");
    let values = row.values(job.plan.fields());
    values.filter(|(field, _)| refers(field)).filter_map(|(_, value)| value.map(ToString::to_string)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize) -> Vec<OutgoingRow> {
        (0..count).map(|number| OutgoingRow::without_values(&number.to_string())).collect()
    }

    fn sizes(groups: Vec<Group>, size: usize) -> Vec<usize> {
        packed(groups, size).iter().map(Vec::len).collect()
    }

    #[test]
    fn rows_of_one_parent_stay_together_and_batches_shrink_the_more_often_they_were_locked() {
        let group = |times, count| Group { times, rows: rows(count) };
        assert_eq!(sizes(vec![group(1, 3), group(1, 1), group(1, 2)], 8), [4, 2]);
        assert_eq!(sizes(vec![group(2, 5)], 8), [2, 2, 1]);
        assert_eq!(sizes(vec![group(40, 2)], 200), [1, 1], "never less than one row");
        assert_eq!(sizes(vec![group(3, 1), group(1, 4)], 8), [4, 1], "a full batch takes no more");
    }

    #[test]
    fn the_parent_is_one_that_was_named_and_is_referred_to() {
        let row = OutgoingRow::without_values("key").intent;
        let (account, other) = ("001000000000001AAA".to_owned(), "001000000000002AAA".to_owned());
        let locked =
            |records: &[&str]| Locked { times: 1, records: records.iter().map(|id| (*id).to_owned()).collect() };
        let both = [other.clone(), account.clone()];
        assert_eq!(parent(&locked(&["001000000000001"]), &both, &row), "001000000000001");
        assert_eq!(parent(&locked(&[]), &both, &row), "001000000000002");
        assert_eq!(parent(&locked(&["500000000000009AAA"]), &[], &row), "500000000000009");
        assert_eq!(parent(&locked(&[]), &[], &row), "key");
    }
}
