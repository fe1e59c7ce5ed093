//! Removing what is too old to be of use.

use async_trait::async_trait;
use salesbridge_model::{Run, RunId, SyncId, Timestamp};

use super::state::State;
use super::transaction::MemoryTransaction;
use crate::{HousekeepingRepository, StoreError, TableSize};

pub(super) struct MemoryHousekeeping<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl HousekeepingRepository for MemoryHousekeeping<'_> {
    async fn remove_outcomes(&mut self, ended_before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let state = self.0.changed("housekeeping.remove_outcomes")?;
        let mut removed = 0;
        for run in ended(state, ended_before) {
            let Some(outcomes) = state.outcomes.edit(&run.id) else { continue };
            let room = (limit as usize).saturating_sub(removed);
            let keys: Vec<String> = outcomes.entries().take(room).map(|(key, _)| key.clone()).collect();
            removed += keys.len();
            keys.iter().for_each(|key| {
                outcomes.remove(key.as_str());
            });
        }
        Ok(removed as u64)
    }

    async fn remove_runs(&mut self, ended_before: Timestamp, keep: u32, limit: u32) -> Result<u64, StoreError> {
        let state = self.0.changed("housekeeping.remove_runs")?;
        let newer =
            |run: &Run| state.runs.rows().filter(|other| other.sync_id == run.sync_id && other.id > run.id).count();
        let unsettled = |run: &Run| state.journal.rows().any(|entry| entry.run_id == run.id);
        let old = ended(state, ended_before).into_iter();
        let doomed = old.filter(|run| run.state.is_final() && newer(run) >= keep as usize && !unsettled(run));
        let doomed: Vec<RunId> = doomed.take(limit as usize).map(|run| run.id).collect();
        for run in &doomed {
            state.outcomes.remove(run);
            state.timelines.remove(run);
            state.runs.remove(run);
        }
        Ok(doomed.len() as u64)
    }

    async fn outpace(&mut self, changed_before: Timestamp, limit: u32) -> Result<(u64, Vec<SyncId>), StoreError> {
        let state = self.0.changed("housekeeping.outpace")?;
        let oldest = state.changed_at.entries().take(limit as usize);
        let last = oldest.filter(|(_, at)| **at < changed_before).map(|(sequence, _)| *sequence).max();
        let Some(last) = last else { return Ok((0, Vec::new())) };
        let mut behind = Vec::new();
        let late: Vec<SyncId> =
            state.syncs.entries().filter(|(_, sync)| sync.position < last).map(|(id, _)| *id).collect();
        for id in late {
            let Some(stored) = state.syncs.edit(&id) else { continue };
            let position = stored.position;
            let mut missed = state.outbox.after(&position).take_while(|(sequence, _)| **sequence <= last);
            if stored.sync.enabled && missed.any(|(_, entry)| entry.stream == stored.sync.stream) {
                behind.push(id);
            }
            stored.position = last;
        }
        state.changed_at.retain(|sequence, _| *sequence > last);
        Ok((state.outbox.retain(|sequence, _| *sequence > last), behind))
    }

    async fn sizes(&mut self) -> Result<Vec<TableSize>, StoreError> {
        let state = self.0.seen("housekeeping.sizes")?;
        let sizes = [
            ("api_keys", state.api_keys.len()),
            ("audit", state.audit.len()),
            ("clients", state.clients.len()),
            ("due", state.due.rows().map(|rows| rows.len()).sum()),
            ("idempotent_answers", state.answers.len()),
            ("invitations", state.invitations.len()),
            ("journal", state.journal.len()),
            ("links", state.links.rows().map(|links| links.by_key.len()).sum()),
            ("outbox", state.outbox.len()),
            ("outcomes", state.outcomes.rows().map(|rows| rows.len()).sum()),
            ("people", state.people.len()),
            ("person_sessions", state.person_sessions.len()),
            ("runs", state.runs.len()),
            ("sign_in_attempts", state.sign_ins.len()),
            ("sign_in_throttles", state.throttles.len()),
            ("timelines", state.timelines.rows().map(|batches| batches.len() as u64).sum()),
        ];
        Ok(sizes.into_iter().map(|(table, rows)| TableSize { table: table.to_owned(), rows }).collect())
    }
}

/// Runs that ended before an instant, the oldest first.
fn ended(state: &State, before: Timestamp) -> Vec<Run> {
    let mut ended: Vec<Run> =
        state.runs.rows().filter(|run| run.finished_at.is_some_and(|at| at < before)).cloned().collect();
    ended.sort_by_key(|run| run.finished_at);
    ended
}
