//! Sessions that processes share: bytes that mean nothing here.

use async_trait::async_trait;
use salesbridge_model::ConnectionId;
use salesbridge_store::{SessionRepository, StoreError, StoredSession};
use sqlx::SqliteConnection;

use crate::failure::failed;

pub(crate) struct SqliteSessions<'t>(pub(crate) &'t mut SqliteConnection);

#[async_trait]
impl SessionRepository for SqliteSessions<'_> {
    async fn find(&mut self, connection: ConnectionId) -> Result<Option<StoredSession>, StoreError> {
        let row: Option<(i64, Vec<u8>)> =
            sqlx::query_as("SELECT version, sealed FROM sessions WHERE connection_id = ?1")
                .bind(connection.to_string())
                .fetch_optional(&mut *self.0)
                .await
                .map_err(failed("sessions.find"))?;
        Ok(row.map(|(version, sealed)| StoredSession { version, sealed }))
    }

    async fn save_if(&mut self, connection: ConnectionId, expected: i64, sealed: &[u8]) -> Result<bool, StoreError> {
        let statement = if expected == 0 {
            "INSERT INTO sessions (connection_id, version, sealed) VALUES (?1, ?2 + 1, ?3) ON CONFLICT DO NOTHING"
        } else {
            "UPDATE sessions SET version = version + 1, sealed = ?3 WHERE connection_id = ?1 AND version = ?2"
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
}
