//! Sessions that processes share: bytes that mean nothing here.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, Timestamp};
use salesbridge_store::stored::micros;
use salesbridge_store::{SessionRepository, StoreError, StoredSession};
use sqlx::PgConnection;

use crate::failure::failed;

pub(crate) struct PostgresSessions<'t>(pub(crate) &'t mut PgConnection);

#[async_trait]
impl SessionRepository for PostgresSessions<'_> {
    async fn find(&mut self, connection: ConnectionId) -> Result<Option<StoredSession>, StoreError> {
        let row: Option<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT version, sealed FROM sessions WHERE connection_id = $1 AND version > 0")
                .bind(connection.to_string())
                .fetch_optional(&mut *self.0)
                .await
                .map_err(failed("sessions.find"))?;
        Ok(row.map(|(version, sealed)| StoredSession { version, sealed }))
    }

    async fn save_if(&mut self, connection: ConnectionId, expected: i64, sealed: &[u8]) -> Result<bool, StoreError> {
        // Somebody who gets the first session has a row with version 0.
        let statement = if expected == 0 {
            "INSERT INTO sessions (connection_id, version, sealed) VALUES ($1, $2 + 1, $3) \
             ON CONFLICT (connection_id) DO UPDATE SET version = excluded.version, sealed = excluded.sealed, \
             refreshing_by = NULL, refreshing_until = NULL WHERE sessions.version = 0"
        } else {
            "UPDATE sessions SET version = version + 1, sealed = $3, refreshing_by = NULL, refreshing_until = NULL \
             WHERE connection_id = $1 AND version = $2"
        };
        let done = sqlx::query(statement)
            .bind(connection.to_string())
            .bind(expected)
            .bind(sealed)
            .execute(&mut *self.0)
            .await
            .map_err(failed("sessions.save_if"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn begin_refresh(
        &mut self,
        connection: ConnectionId,
        expected: i64,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        const OPERATION: &str = "sessions.begin_refresh";
        if expected == 0 {
            sqlx::query(
                "INSERT INTO sessions (connection_id, version, sealed) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING",
            )
            .bind(connection.to_string())
            .bind(&b""[..])
            .execute(&mut *self.0)
            .await
            .map_err(failed(OPERATION))?;
        }
        let done = sqlx::query(
            "UPDATE sessions SET refreshing_by = $3, refreshing_until = $5 WHERE connection_id = $1 AND version = $2 \
             AND (refreshing_by IS NULL OR refreshing_by = $3 OR refreshing_until <= $4)",
        )
        .bind(connection.to_string())
        .bind(expected)
        .bind(holder)
        .bind(micros(now))
        .bind(micros(until))
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(done.rows_affected() > 0)
    }

    async fn end_refresh(&mut self, connection: ConnectionId, holder: &str) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE sessions SET refreshing_by = NULL, refreshing_until = NULL \
             WHERE connection_id = $1 AND refreshing_by = $2",
        )
        .bind(connection.to_string())
        .bind(holder)
        .execute(&mut *self.0)
        .await
        .map_err(failed("sessions.end_refresh"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn end_every_refresh(&mut self) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "UPDATE sessions SET refreshing_by = NULL, refreshing_until = NULL WHERE refreshing_by IS NOT NULL",
        )
        .execute(&mut *self.0)
        .await
        .map_err(failed("sessions.end_every_refresh"))?;
        Ok(done.rows_affected())
    }
}
