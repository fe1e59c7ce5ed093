//! Rows of a sync that wait: look, retry, drop.

use salesbridge_model::{Page, PageRequest};
use salesbridge_store::{DueRow, DueState};

use crate::{Hub, HubError};

/// Which waiting rows are meant.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowChoice {
    /// In which state.
    pub state: DueState,
    /// Those with these keys; all in that state when absent.
    #[serde(default)]
    pub keys: Option<Vec<String>>,
}

impl Hub {
    /// A page of the rows that are to be sent, or wait.
    pub async fn due_rows(
        &self,
        sync: &str,
        state: Option<DueState>,
        page: &PageRequest,
    ) -> Result<Page<DueRow>, HubError> {
        let sync = self.find_sync(sync).await?;
        Ok(self.store.read().await?.due().list(sync.id, state, page).await?)
    }

    /// Makes waiting rows due again; says how many.
    pub async fn retry_rows(&self, sync: &str, choice: &RowChoice) -> Result<u64, HubError> {
        let sync = self.find_sync(sync).await?;
        let mut tx = self.store.write().await?;
        let rows = tx.due().retry(sync.id, choice.state, choice.keys.as_deref(), self.clock.now()).await?;
        tx.commit().await?;
        self.signal_mended();
        Ok(rows)
    }

    /// Gives waiting rows up, until they change again; says how many.
    pub async fn drop_rows(&self, sync: &str, choice: &RowChoice) -> Result<u64, HubError> {
        let sync = self.find_sync(sync).await?;
        let mut tx = self.store.write().await?;
        let rows = tx.due().drop_rows(sync.id, choice.state, choice.keys.as_deref()).await?;
        tx.commit().await?;
        Ok(rows)
    }
}
