//! Rows of a sync that wait: look, retry, drop.

use salesbridge_model::{Ability, ConfirmedFields, LinkState, Page, PageRequest, Sync};
use salesbridge_store::{DueFilter, DueRow, DueState, Transaction};
use serde_json::json;

use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

/// Which waiting rows are meant.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowChoice {
    /// In which state.
    pub state: DueState,
    /// Those with these keys; all in that state when absent.
    #[serde(default)]
    pub keys: Option<Vec<String>>,
    /// When retrying: make another record for rows whose record was deleted.
    #[serde(default)]
    pub anew: bool,
}

impl Hub {
    /// A page of the rows that are to be sent, or wait.
    pub async fn due_rows(
        &self,
        caller: &Caller,
        sync: &str,
        filter: &DueFilter,
        page: &PageRequest,
    ) -> Result<Page<DueRow>, HubError> {
        let sync = self.find_sync(caller, sync, Ability::See).await?;
        Ok(self.store.read().await?.due().list(sync.id, filter, page).await?)
    }

    /// Makes waiting rows due again; says how many. A row whose record was deleted is written to that record again, in case somebody has restored
    /// it, or gets another one when that is asked for.
    pub async fn retry_rows(&self, caller: &Caller, sync: &str, choice: &RowChoice) -> Result<u64, HubError> {
        let sync = self.find_sync(caller, sync, Ability::Run).await?;
        let mut tx = self.store.write().await?;
        self.mend_links(&mut *tx, &sync, choice).await?;
        let rows = tx.due().retry(sync.id, choice.state, choice.keys.as_deref(), self.clock.now()).await?;
        let told = json!({ "state": choice.state, "anew": choice.anew, "rows": rows });
        self.record(&mut *tx, caller, Deed::to_sync("sync.retry", &sync).is(told)).await?;
        tx.commit().await?;
        self.signal_mended();
        Ok(rows)
    }

    async fn mend_links(&self, tx: &mut dyn Transaction, sync: &Sync, choice: &RowChoice) -> Result<(), HubError> {
        let mut page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
        loop {
            let waiting = tx.due().list(sync.id, &DueFilter::of(choice.state), &page).await?;
            let is_meant = |row: &DueRow| choice.keys.as_ref().is_none_or(|keys| keys.contains(&row.source_key));
            let keys: Vec<String> = waiting.items.into_iter().filter(is_meant).map(|row| row.source_key).collect();
            let mut broken = tx.links().find_many(sync.id, &keys).await?;
            broken.retain(|link| link.state == LinkState::Broken);
            if choice.anew {
                let keys: Vec<String> = broken.into_iter().map(|link| link.source_key).collect();
                tx.links().remove(sync.id, &keys).await?;
            } else {
                for link in &mut broken {
                    link.state = LinkState::Active;
                    link.confirmed = ConfirmedFields::default();
                }
                tx.links().save(&broken).await?;
            }
            match waiting.next {
                Some(next) => page.after = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Gives waiting rows up, until they change again; says how many.
    pub async fn drop_rows(&self, caller: &Caller, sync: &str, choice: &RowChoice) -> Result<u64, HubError> {
        let sync = self.find_sync(caller, sync, Ability::Run).await?;
        let mut tx = self.store.write().await?;
        let rows = tx.due().drop_rows(sync.id, choice.state, choice.keys.as_deref()).await?;
        let told = json!({ "state": choice.state, "rows": rows });
        self.record(&mut *tx, caller, Deed::to_sync("sync.drop", &sync).is(told)).await?;
        tx.commit().await?;
        Ok(rows)
    }
}
