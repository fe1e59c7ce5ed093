//! Sealed secrets of connections: bytes that mean nothing here.

use async_trait::async_trait;
use salesbridge_model::ConnectionId;
use salesbridge_store::stored::Stored;
use salesbridge_store::{SecretRepository, StoreError};
use sqlx::PgConnection;

use crate::failure::failed;
use crate::text::text;

pub(crate) struct PostgresSecrets<'t>(pub(crate) &'t mut PgConnection);

#[async_trait]
impl SecretRepository for PostgresSecrets<'_> {
    async fn data_key(&mut self, connection: ConnectionId) -> Result<Option<Vec<u8>>, StoreError> {
        sqlx::query_scalar("SELECT wrapped FROM data_keys WHERE connection_id = $1")
            .bind(connection.to_string())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("secrets.data_key"))
    }

    async fn save_data_key(&mut self, connection: ConnectionId, wrapped: &[u8]) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO data_keys (connection_id, wrapped) VALUES ($1, $2) \
             ON CONFLICT (connection_id) DO UPDATE SET wrapped = excluded.wrapped",
        )
        .bind(connection.to_string())
        .bind(wrapped)
        .execute(&mut *self.0)
        .await
        .map_err(failed("secrets.save_data_key"))?;
        Ok(())
    }

    async fn data_keys(&mut self) -> Result<Vec<(ConnectionId, Vec<u8>)>, StoreError> {
        let rows: Vec<(String, Vec<u8>)> =
            sqlx::query_as("SELECT connection_id, wrapped FROM data_keys ORDER BY connection_id")
                .fetch_all(&mut *self.0)
                .await
                .map_err(failed("secrets.data_keys"))?;
        rows.into_iter()
            .map(|(id, wrapped)| Ok((Stored::new("data key", &id).parse("connection id", &id)?, wrapped)))
            .collect()
    }

    async fn find(&mut self, connection: ConnectionId, field: &str) -> Result<Option<Vec<u8>>, StoreError> {
        sqlx::query_scalar("SELECT sealed FROM secrets WHERE connection_id = $1 AND field = $2")
            .bind(connection.to_string())
            .bind(text(field))
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("secrets.find"))
    }

    async fn save(&mut self, connection: ConnectionId, field: &str, sealed: &[u8]) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO secrets (connection_id, field, sealed) VALUES ($1, $2, $3) \
             ON CONFLICT (connection_id, field) DO UPDATE SET sealed = excluded.sealed",
        )
        .bind(connection.to_string())
        .bind(text(field))
        .bind(sealed)
        .execute(&mut *self.0)
        .await
        .map_err(failed("secrets.save"))?;
        Ok(())
    }

    async fn fields(&mut self, connection: ConnectionId) -> Result<Vec<String>, StoreError> {
        sqlx::query_scalar("SELECT field FROM secrets WHERE connection_id = $1 ORDER BY field")
            .bind(connection.to_string())
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed("secrets.fields"))
    }
}
