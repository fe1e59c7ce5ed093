//! Sealed secrets of connections and services: bytes that mean nothing here.

use async_trait::async_trait;
use salesbridge_store::stored::Stored;
use salesbridge_store::{SecretOwner, SecretRepository, StoreError};
use sqlx::PgConnection;

use crate::failure::failed;
use crate::text::text;

pub(crate) struct PostgresSecrets<'t>(pub(crate) &'t mut PgConnection);

/// A statement on the secrets of a kind of owner.
fn of(owner: SecretOwner, connections: &'static str, services: &'static str) -> &'static str {
    match owner {
        SecretOwner::Connection(_) => connections,
        SecretOwner::Service(_) => services,
    }
}

#[async_trait]
impl SecretRepository for PostgresSecrets<'_> {
    async fn data_key(&mut self, owner: SecretOwner) -> Result<Option<Vec<u8>>, StoreError> {
        sqlx::query_scalar(of(
            owner,
            "SELECT wrapped FROM data_keys WHERE connection_id = $1",
            "SELECT wrapped FROM service_data_keys WHERE service_id = $1",
        ))
        .bind(owner.to_string())
        .fetch_optional(&mut *self.0)
        .await
        .map_err(failed("secrets.data_key"))
    }

    async fn save_data_key(&mut self, owner: SecretOwner, wrapped: &[u8]) -> Result<(), StoreError> {
        sqlx::query(of(
            owner,
            "INSERT INTO data_keys (connection_id, wrapped) VALUES ($1, $2) \
             ON CONFLICT (connection_id) DO UPDATE SET wrapped = excluded.wrapped",
            "INSERT INTO service_data_keys (service_id, wrapped) VALUES ($1, $2) \
             ON CONFLICT (service_id) DO UPDATE SET wrapped = excluded.wrapped",
        ))
        .bind(owner.to_string())
        .bind(wrapped)
        .execute(&mut *self.0)
        .await
        .map_err(failed("secrets.save_data_key"))?;
        Ok(())
    }

    async fn data_keys(&mut self) -> Result<Vec<(SecretOwner, Vec<u8>)>, StoreError> {
        let rows: Vec<(bool, String, Vec<u8>)> = sqlx::query_as(
            "SELECT FALSE AS of_service, connection_id AS owner, wrapped FROM data_keys \
             UNION ALL SELECT TRUE, service_id, wrapped FROM service_data_keys ORDER BY of_service, owner",
        )
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed("secrets.data_keys"))?;
        rows.into_iter().map(data_key).collect()
    }

    async fn find(&mut self, owner: SecretOwner, field: &str) -> Result<Option<Vec<u8>>, StoreError> {
        sqlx::query_scalar(of(
            owner,
            "SELECT sealed FROM secrets WHERE connection_id = $1 AND field = $2",
            "SELECT sealed FROM service_secrets WHERE service_id = $1 AND field = $2",
        ))
        .bind(owner.to_string())
        .bind(text(field))
        .fetch_optional(&mut *self.0)
        .await
        .map_err(failed("secrets.find"))
    }

    async fn save(&mut self, owner: SecretOwner, field: &str, sealed: &[u8]) -> Result<(), StoreError> {
        sqlx::query(of(
            owner,
            "INSERT INTO secrets (connection_id, field, sealed) VALUES ($1, $2, $3) \
             ON CONFLICT (connection_id, field) DO UPDATE SET sealed = excluded.sealed",
            "INSERT INTO service_secrets (service_id, field, sealed) VALUES ($1, $2, $3) \
             ON CONFLICT (service_id, field) DO UPDATE SET sealed = excluded.sealed",
        ))
        .bind(owner.to_string())
        .bind(text(field))
        .bind(sealed)
        .execute(&mut *self.0)
        .await
        .map_err(failed("secrets.save"))?;
        Ok(())
    }

    async fn remove(&mut self, owner: SecretOwner, field: &str) -> Result<bool, StoreError> {
        let done = sqlx::query(of(
            owner,
            "DELETE FROM secrets WHERE connection_id = $1 AND field = $2",
            "DELETE FROM service_secrets WHERE service_id = $1 AND field = $2",
        ))
        .bind(owner.to_string())
        .bind(text(field))
        .execute(&mut *self.0)
        .await
        .map_err(failed("secrets.remove"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn fields(&mut self, owner: SecretOwner) -> Result<Vec<String>, StoreError> {
        sqlx::query_scalar(of(
            owner,
            "SELECT field FROM secrets WHERE connection_id = $1 ORDER BY field",
            "SELECT field FROM service_secrets WHERE service_id = $1 ORDER BY field",
        ))
        .bind(owner.to_string())
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed("secrets.fields"))
    }
}

fn data_key((of_service, owner, wrapped): (bool, String, Vec<u8>)) -> Result<(SecretOwner, Vec<u8>), StoreError> {
    let stored = Stored::new("data key of", &owner);
    let owner = match of_service {
        false => SecretOwner::Connection(stored.parse("connection id", &owner)?),
        true => SecretOwner::Service(stored.parse("service id", &owner)?),
    };
    Ok((owner, wrapped))
}
