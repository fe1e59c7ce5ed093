//! Writes that were prepared and are not settled.

use async_trait::async_trait;
use salesbridge_model::{IntentId, SyncId};
use salesbridge_store::stored::{Stored, micros};
use salesbridge_store::{JournalEntry, JournalRepository, StoreError, intent_rows};
use sqlx::SqliteConnection;

use crate::failure::{failed, failed_or_taken};

pub(crate) struct SqliteJournal<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (String, String, String, String, i64, Vec<u8>, String, i64);

#[async_trait]
impl JournalRepository for SqliteJournal<'_> {
    async fn record(&mut self, entry: &JournalEntry) -> Result<(), StoreError> {
        const OPERATION: &str = "journal.record";
        sqlx::query(
            "INSERT INTO journal (id, sync_id, run_id, connection_id, lease, payload, rows, created_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(entry.id.to_string())
        .bind(entry.sync_id.to_string())
        .bind(entry.run_id.to_string())
        .bind(entry.connection_id.to_string())
        .bind(entry.lease)
        .bind(&entry.payload)
        .bind(intent_rows::to_text(OPERATION, &entry.rows)?)
        .bind(micros(entry.created_at))
        .execute(&mut *self.0)
        .await
        .map_err(failed_or_taken(OPERATION, "intent id"))?;
        Ok(())
    }

    async fn unsettled(&mut self, sync: SyncId) -> Result<Vec<JournalEntry>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, sync_id, run_id, connection_id, lease, payload, rows, created_at FROM journal \
             WHERE sync_id = ? ORDER BY id",
        )
        .bind(sync.to_string())
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed("journal.unsettled"))?;
        rows.into_iter().map(entry).collect()
    }

    async fn count(&mut self, sync: SyncId) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM journal WHERE sync_id = ?")
            .bind(sync.to_string())
            .fetch_one(&mut *self.0)
            .await
            .map_err(failed("journal.count"))?;
        Ok(count.unsigned_abs())
    }

    async fn settle(&mut self, id: IntentId) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM journal WHERE id = ?")
            .bind(id.to_string())
            .execute(&mut *self.0)
            .await
            .map_err(failed("journal.settle"))?;
        Ok(done.rows_affected() > 0)
    }
}

fn entry(
    (id, sync_id, run_id, connection_id, lease, payload, rows, created_at): Row,
) -> Result<JournalEntry, StoreError> {
    let stored = Stored::new("intent", &id);
    Ok(JournalEntry {
        id: stored.parse("id", &id)?,
        sync_id: stored.parse("sync id", &sync_id)?,
        run_id: stored.parse("run id", &run_id)?,
        connection_id: stored.parse("connection id", &connection_id)?,
        lease,
        payload,
        rows: intent_rows::from_text(&stored, &rows)?,
        created_at: stored.instant("creation time", created_at)?,
    })
}
