//! What syncs have to find again after a restore.

use async_trait::async_trait;
use salesbridge_model::SyncId;
use salesbridge_store::stored::{Stored, json};
use salesbridge_store::{StoreError, Verification, VerificationRepository};
use sqlx::PgConnection;

use crate::failure::failed;

pub(crate) struct PostgresVerifications<'t>(pub(crate) &'t mut PgConnection);

#[async_trait]
impl VerificationRepository for PostgresVerifications<'_> {
    async fn find(&mut self, sync: SyncId) -> Result<Option<Verification>, StoreError> {
        let sync = sync.to_string();
        let document: Option<String> = sqlx::query_scalar("SELECT document FROM verifications WHERE sync_id = $1")
            .bind(&sync)
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("verifications.find"))?;
        Stored::new("verification", &sync).json_or_none("document", document.as_deref())
    }

    async fn save(&mut self, sync: SyncId, verification: Option<&Verification>) -> Result<(), StoreError> {
        const OPERATION: &str = "verifications.save";
        let query = match verification {
            None => sqlx::query("DELETE FROM verifications WHERE sync_id = $1").bind(sync.to_string()),
            Some(verification) => sqlx::query(
                "INSERT INTO verifications (sync_id, document) VALUES ($1, $2) \
                 ON CONFLICT (sync_id) DO UPDATE SET document = excluded.document",
            )
            .bind(sync.to_string())
            .bind(json(OPERATION, verification)?),
        };
        query.execute(&mut *self.0).await.map_err(failed(OPERATION))?;
        Ok(())
    }
}
