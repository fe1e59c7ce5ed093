//! Making a sync of any stream into any object.

use salesbridge_model::{Ability, Mapping, Slug, Sync, SyncId, SyncOptions};
use salesbridge_store::StoreError;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::SyncDetails;
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

/// A sync that is to be made. It is made disabled; enabling it says what it would do.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSync {
    /// Unique and immutable.
    pub name: String,
    /// Name of the connection it writes through.
    pub connection: String,
    /// What is read.
    pub stream: String,
    /// What is written.
    pub object: String,
    /// How rows become records.
    #[schema(value_type = Vec<salesbridge_model::MappingLine>)]
    pub mapping: Mapping,
    /// How records are written.
    #[serde(default = "defaults")]
    pub options: SyncOptions,
}

fn defaults() -> SyncOptions {
    SyncOptions { external_id_field: None, allow_duplicates: false, assignment_rules: false }
}

impl Hub {
    /// Makes a sync, disabled, after checking its mapping against the stream and the org.
    pub async fn create_sync(&self, caller: &Caller, new: NewSync) -> Result<SyncDetails, HubError> {
        let name: Slug = new.name.parse()?;
        let connection = self.find_connection(caller, &new.connection, Ability::Edit).await?;
        let now = self.clock.now();
        let sync = Sync {
            id: SyncId::make(&*self.ids),
            name: name.clone(),
            connection_id: connection.id,
            stream: new.stream,
            object: new.object,
            preset: None,
            mapping: new.mapping,
            options: new.options,
            left_out: Vec::new(),
            enabled: false,
            held: None,
            created_at: now,
            updated_at: now,
        };
        self.open_sync(sync.clone(), &connection, CancellationToken::new()).await?;
        let mut tx = self.store.write().await?;
        tx.syncs().insert(&sync).await.map_err(|error| match error {
            StoreError::Taken { .. } => HubError::NameTaken { noun: "sync", name: name.to_string() },
            other => other.into(),
        })?;
        self.record(&mut *tx, caller, Deed::to_sync("sync.create", &sync).is(json!(sync))).await?;
        tx.commit().await?;
        self.sync_after(sync.id).await
    }

    /// Removes a sync with its links, runs and outcomes. Records in Salesforce stay.
    pub async fn delete_sync(&self, caller: &Caller, name: &str) -> Result<(), HubError> {
        let sync = self.find_sync(caller, name, Ability::Edit).await?;
        if sync.enabled {
            return Err(HubError::NotPossible {
                code: "sync_enabled",
                message: format!("the sync {name} is enabled"),
                remedy: format!("Disable it first: `salesbridge sync disable {name}`"),
            });
        }
        let mut tx = self.store.write().await?;
        tx.syncs().delete(sync.id).await?;
        self.record(&mut *tx, caller, Deed::to_sync("sync.delete", &sync).was(json!(sync))).await?;
        tx.commit().await?;
        Ok(())
    }
}
