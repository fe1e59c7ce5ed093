//! This installation: one row.

use async_trait::async_trait;
use salesbridge_model::{InstallationId, Timestamp};
use salesbridge_store::stored::{Stored, micros};
use salesbridge_store::{InstallationRepository, StoreError};
use sqlx::PgConnection;

use crate::failure::{failed, failed_or_taken};

pub(crate) struct PostgresInstallation<'t>(pub(crate) &'t mut PgConnection);

#[async_trait]
impl InstallationRepository for PostgresInstallation<'_> {
    async fn id(&mut self) -> Result<Option<InstallationId>, StoreError> {
        let id: Option<String> = sqlx::query_scalar("SELECT id FROM installation")
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("installation.id"))?;
        id.map(|id| Stored::new("installation", &id).parse("id", &id)).transpose()
    }

    async fn create(&mut self, id: InstallationId, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO installation (only_row, id, created_at) VALUES (1, $1, $2)")
            .bind(id.to_string())
            .bind(micros(at))
            .execute(&mut *self.0)
            .await
            .map_err(failed_or_taken("installation.create", "installation id"))?;
        Ok(())
    }
}
