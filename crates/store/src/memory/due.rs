//! Rows of a sync that are to be sent, or wait.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_model::{Page, PageRequest, SyncId, Timestamp};

use super::paging::cut_ordered;
use super::state::State;
use super::table::rows_of;
use super::transaction::MemoryTransaction;
use crate::{DueCounts, DueFilter, DueRepository, DueRow, DueState, LONGEST_PAUSE, StoreError};

pub(super) struct MemoryDue<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl DueRepository for MemoryDue<'_> {
    async fn take_in(&mut self, sync: SyncId, stream: &str, at: Timestamp) -> Result<u64, StoreError> {
        const OPERATION: &str = "due.take_in";
        let state = self.0.changed(OPERATION)?;
        let newest = state.newest;
        let Some(stored) = state.syncs.get(&sync) else { return Err(StoreError::Reference { operation: OPERATION }) };
        let (position, mut changes) = (stored.position, BTreeMap::new());
        for (sequence, entry) in state.outbox.after(&position).filter(|(_, entry)| entry.stream == stream) {
            changes.insert(entry.source_key.clone(), *sequence);
        }
        let taken = changes.len() as u64;
        for (source_key, revision) in changes {
            take_in(state, sync, source_key, revision, at);
        }
        if position != newest
            && let Some(stored) = state.syncs.edit(&sync)
        {
            stored.position = newest;
        }
        Ok(taken)
    }

    async fn skip_to_newest(&mut self, sync: SyncId) -> Result<(), StoreError> {
        const OPERATION: &str = "due.skip_to_newest";
        let state = self.0.changed(OPERATION)?;
        let newest = state.newest;
        let stored = state.syncs.edit(&sync).ok_or(StoreError::Reference { operation: OPERATION })?;
        stored.position = newest;
        Ok(())
    }

    async fn ready(&mut self, sync: SyncId, now: Timestamp, limit: u32) -> Result<Vec<DueRow>, StoreError> {
        let state = self.0.seen("due.ready")?;
        let mut rows: Vec<&DueRow> = rows(state, sync).filter(|row| is_due(row) && !is_later(row, now)).collect();
        // Stable: rows of one revision stay in key order.
        rows.sort_by_key(|row| row.revision);
        Ok(rows.into_iter().take(limit as usize).cloned().collect())
    }

    async fn next_ready_at(&mut self, sync: SyncId, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let state = self.0.seen("due.next_ready_at")?;
        let later = rows(state, sync).filter(|row| is_due(row) && is_later(row, now));
        Ok(later.filter_map(|row| row.not_before).min())
    }

    async fn find_many(&mut self, sync: SyncId, keys: &[String]) -> Result<Vec<DueRow>, StoreError> {
        Ok(rows_of(self.0.seen("due.find_many")?.due.get(&sync), keys))
    }

    async fn hold(&mut self, rows: &[DueRow]) -> Result<(), StoreError> {
        const OPERATION: &str = "due.hold";
        let state = self.0.changed(OPERATION)?;
        for row in rows {
            state.needs_sync(row.sync_id, OPERATION)?;
            let table = state.due.edit_or_make(row.sync_id);
            let stored = table.get(row.source_key.as_str()).map_or(i64::MIN, |stored| stored.revision);
            if stored <= row.revision || row.state == DueState::Uncertain {
                let row = DueRow { revision: row.revision.max(stored), ..row.clone() };
                table.insert(row.source_key.clone(), row);
            }
        }
        Ok(())
    }

    async fn clear(&mut self, sync: SyncId, settled: &[(String, i64)]) -> Result<(), StoreError> {
        let state = self.0.changed("due.clear")?;
        let Some(table) = state.due.edit(&sync) else { return Ok(()) };
        for (key, revision) in settled {
            if table.get(key.as_str()).is_some_and(|row| row.revision <= *revision) {
                table.remove(key.as_str());
            }
        }
        Ok(())
    }

    async fn retry(
        &mut self,
        sync: SyncId,
        state: DueState,
        keys: Option<&[String]>,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let all = self.0.changed("due.retry")?;
        let chosen: Vec<DueRow> = rows(all, sync).filter(|row| is_chosen(row, state, keys)).cloned().collect();
        let table = all.due.edit_or_make(sync);
        for row in &chosen {
            table.insert(row.source_key.clone(), fresh(sync, row.source_key.clone(), row.revision, at));
        }
        Ok(chosen.len() as u64)
    }

    async fn drop_rows(&mut self, sync: SyncId, state: DueState, keys: Option<&[String]>) -> Result<u64, StoreError> {
        let all = self.0.changed("due.drop_rows")?;
        Ok(all.due.edit(&sync).map_or(0, |table| table.retain(|_, row| !is_chosen(row, state, keys))))
    }

    async fn list(&mut self, sync: SyncId, filter: &DueFilter, page: &PageRequest) -> Result<Page<DueRow>, StoreError> {
        let rows = rows(self.0.seen("due.list")?, sync).filter(|row| filter.wants(row)).collect();
        Ok(cut_ordered(rows, filter.order, page, |row| row.source_key.clone()))
    }

    async fn counts(&mut self, sync: SyncId, now: Timestamp) -> Result<DueCounts, StoreError> {
        let mut counts = DueCounts::default();
        for row in rows(self.0.seen("due.counts")?, sync) {
            *match row.state {
                DueState::Due if is_later(row, now) => &mut counts.deferred,
                DueState::Due => &mut counts.due,
                DueState::Refused => &mut counts.refused,
                DueState::Uncertain => &mut counts.uncertain,
            } += 1;
        }
        Ok(counts)
    }
}

/// The rows of a sync, in key order.
fn rows(state: &State, sync: SyncId) -> impl Iterator<Item = &DueRow> {
    state.due.get(&sync).into_iter().flat_map(|table| table.rows())
}

fn take_in(state: &mut State, sync: SyncId, source_key: String, revision: i64, at: Timestamp) {
    let table = state.due.edit_or_make(sync);
    let row = match table.get(source_key.as_str()) {
        Some(stored) if stored.state == DueState::Uncertain => {
            DueRow { revision: stored.revision.max(revision), ..stored.clone() }
        }
        Some(stored) => fresh(sync, source_key, stored.revision.max(revision), at),
        None => fresh(sync, source_key, revision, at),
    };
    table.insert(row.source_key.clone(), row);
}

/// A row to be sent at once, that was never refused.
fn fresh(sync_id: SyncId, source_key: String, revision: i64, updated_at: Timestamp) -> DueRow {
    DueRow {
        sync_id,
        source_key,
        revision,
        state: DueState::Due,
        attempts: 0,
        not_before: None,
        code: None,
        message: None,
        fields: Vec::new(),
        remedy: None,
        updated_at,
    }
}

fn is_due(row: &DueRow) -> bool {
    row.state == DueState::Due
}

fn is_later(row: &DueRow, now: Timestamp) -> bool {
    row.not_before.is_some_and(|not_before| not_before > now && pause_of(not_before, now) <= LONGEST_PAUSE)
}

fn pause_of(not_before: Timestamp, now: Timestamp) -> Duration {
    (not_before - now).to_std().unwrap_or(Duration::MAX)
}

fn is_chosen(row: &DueRow, state: DueState, keys: Option<&[String]>) -> bool {
    row.state == state && keys.is_none_or(|keys| keys.contains(&row.source_key))
}
