//! The outbox. Its entries are written by the repository that makes the change.

use async_trait::async_trait;
use salesbridge_store::{OutboxEntry, OutboxRepository, StoreError};
use sqlx::PgConnection;

use crate::failure::failed;
use crate::text::plain;

pub(crate) struct PostgresOutbox<'t>(pub(crate) &'t mut PgConnection);

#[async_trait]
impl OutboxRepository for PostgresOutbox<'_> {
    async fn newest(&mut self) -> Result<i64, StoreError> {
        sqlx::query_scalar("SELECT newest FROM outbox_newest")
            .fetch_one(&mut *self.0)
            .await
            .map_err(failed("outbox.newest"))
    }

    async fn after(&mut self, sequence: i64, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        let rows: Vec<(i64, String, String)> = sqlx::query_as(
            "SELECT sequence, stream, source_key FROM outbox WHERE sequence > $1 ORDER BY sequence LIMIT $2",
        )
        .bind(sequence)
        .bind(i64::from(limit))
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed("outbox.after"))?;
        Ok(rows
            .into_iter()
            .map(|(sequence, stream, source_key)| OutboxEntry { sequence, stream, source_key: plain(source_key) })
            .collect())
    }

    async fn trim(&mut self) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "DELETE FROM outbox WHERE sequence <= \
             (SELECT coalesce(min(position), 9223372036854775807) FROM syncs WHERE enabled)",
        )
        .execute(&mut *self.0)
        .await
        .map_err(failed("outbox.trim"))?;
        Ok(done.rows_affected())
    }
}
