//! Removing what is too old to be of use.

use async_trait::async_trait;
use salesbridge_model::{SyncId, Timestamp};
use salesbridge_store::stored::{Stored, micros};
use salesbridge_store::{HousekeepingRepository, StoreError, TableSize};
use sqlx::SqliteConnection;

use crate::failure::failed;

pub(crate) struct SqliteHousekeeping<'t>(pub(crate) &'t mut SqliteConnection);

#[async_trait]
impl HousekeepingRepository for SqliteHousekeeping<'_> {
    async fn remove_outcomes(&mut self, ended_before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "DELETE FROM outcomes WHERE (run_id, source_key) IN (SELECT outcomes.run_id, outcomes.source_key \
             FROM runs CROSS JOIN outcomes ON outcomes.run_id = runs.id \
             WHERE runs.finished_at < ? ORDER BY runs.finished_at LIMIT ?)",
        )
        .bind(micros(ended_before))
        .bind(limit)
        .execute(&mut *self.0)
        .await
        .map_err(failed("housekeeping.remove_outcomes"))?;
        Ok(done.rows_affected())
    }

    async fn remove_runs(&mut self, ended_before: Timestamp, keep: u32, limit: u32) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "DELETE FROM runs WHERE id IN (SELECT id FROM runs AS old WHERE finished_at < ?1 \
             AND state NOT IN ('queued', 'running') \
             AND NOT EXISTS (SELECT 1 FROM journal WHERE journal.run_id = old.id) \
             AND ?2 <= (SELECT count(*) FROM \
             (SELECT 1 FROM runs AS newer WHERE newer.sync_id = old.sync_id AND newer.id > old.id LIMIT ?2)) \
             ORDER BY finished_at LIMIT ?3)",
        )
        .bind(micros(ended_before))
        .bind(keep)
        .bind(limit)
        .execute(&mut *self.0)
        .await
        .map_err(failed("housekeeping.remove_runs"))?;
        Ok(done.rows_affected())
    }

    async fn outpace(&mut self, changed_before: Timestamp, limit: u32) -> Result<(u64, Vec<SyncId>), StoreError> {
        const OPERATION: &str = "housekeeping.outpace";
        let last: Option<i64> = sqlx::query_scalar(
            "SELECT max(sequence) FROM (SELECT sequence, changed_at FROM outbox ORDER BY sequence LIMIT ?2) \
             WHERE changed_at < ?1",
        )
        .bind(micros(changed_before))
        .bind(limit)
        .fetch_one(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        let Some(last) = last else { return Ok((0, Vec::new())) };
        let behind: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM syncs WHERE enabled AND EXISTS (SELECT 1 FROM outbox \
             WHERE sequence > syncs.position AND sequence <= ? AND stream = syncs.stream) ORDER BY id",
        )
        .bind(last)
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        sqlx::query("UPDATE syncs SET position = ?1 WHERE position < ?1")
            .bind(last)
            .execute(&mut *self.0)
            .await
            .map_err(failed(OPERATION))?;
        let done = sqlx::query("DELETE FROM outbox WHERE sequence <= ?")
            .bind(last)
            .execute(&mut *self.0)
            .await
            .map_err(failed(OPERATION))?;
        let id = |id: &String| Stored::new("sync", id).parse("id", id);
        Ok((done.rows_affected(), behind.iter().map(id).collect::<Result<_, _>>()?))
    }

    async fn sizes(&mut self) -> Result<Vec<TableSize>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT 'api_keys', count(*) FROM api_keys UNION ALL SELECT 'audit', count(*) FROM audit \
             UNION ALL SELECT 'clients', count(*) FROM clients UNION ALL SELECT 'due', count(*) FROM due \
             UNION ALL SELECT 'idempotent_answers', count(*) FROM idempotent_answers \
             UNION ALL SELECT 'invitations', count(*) FROM invitations UNION ALL SELECT 'journal', count(*) FROM journal \
             UNION ALL SELECT 'links', count(*) FROM links UNION ALL SELECT 'outbox', count(*) FROM outbox \
             UNION ALL SELECT 'outcomes', count(*) FROM outcomes UNION ALL SELECT 'people', count(*) FROM people \
             UNION ALL SELECT 'person_sessions', count(*) FROM person_sessions UNION ALL SELECT 'runs', count(*) FROM runs \
             UNION ALL SELECT 'sign_in_attempts', count(*) FROM sign_in_attempts \
             UNION ALL SELECT 'sign_in_throttles', count(*) FROM sign_in_throttles UNION ALL SELECT 'timelines', count(*) FROM timelines",
        )
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed("housekeeping.sizes"))?;
        let size = |(table, rows): (String, i64)| TableSize { table, rows: u64::try_from(rows).unwrap_or_default() };
        Ok(rows.into_iter().map(size).collect())
    }
}
