//! Enabling, disabling, running and previewing a sync.

use salesbridge_journal::Lease;
use salesbridge_model::{Ability, Connection, Run, Sync};
use salesbridge_sync::Preview;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::SyncDetails;
use crate::audit::Deed;
use crate::{Caller, Hub, HubError, StartNotice};

/// Rows that a preview shows when nothing else is asked.
const PREVIEW_ROWS: usize = 20;

impl Hub {
    /// Enables a sync and asks for its full run. When that makes new records, `confirmed` has to say that a person knows how many.
    pub async fn enable_sync(&self, caller: &Caller, name: &str, confirmed: bool) -> Result<SyncDetails, HubError> {
        let sync = self.find_sync(caller, name, Ability::Run).await?;
        if sync.preset.as_ref().is_some_and(|preset| preset.company.is_empty()) {
            return Err(company_missing(&sync));
        }
        let connection = self.connection_of(&sync).await?;
        if connection.enabled && !sync.enabled && !confirmed {
            self.announce(&sync, &connection).await?;
        }
        let mut tx = self.store.write().await?;
        let Some(mut stored) = tx.syncs().find(sync.id).await? else {
            return Err(HubError::NotFound { noun: "sync", name: name.to_owned() });
        };
        let was = json!(stored);
        let was_sending = stored.enabled && stored.held.is_none();
        stored.enabled = true;
        stored.held = None;
        stored.updated_at = self.clock.now();
        tx.syncs().update(&stored).await?;
        if !was_sending {
            self.queue_full_run(&mut *tx, &stored).await?;
        }
        self.record(&mut *tx, caller, Deed::to_sync("sync.enable", &stored).was(was).is(json!(stored))).await?;
        tx.commit().await?;
        self.signal_mended();
        self.sync_after(sync.id).await
    }

    /// Disables a sync. A batch that was journalled is finished; no other is begun. Its full run ends where it is.
    pub async fn disable_sync(&self, caller: &Caller, name: &str) -> Result<SyncDetails, HubError> {
        let sync = self.find_sync(caller, name, Ability::Run).await?;
        let mut tx = self.store.write().await?;
        let found = tx.syncs().find(sync.id).await?;
        if let Some(mut stored) = found {
            let was = json!(stored);
            stored.enabled = false;
            stored.updated_at = self.clock.now();
            tx.syncs().update(&stored).await?;
            self.record(&mut *tx, caller, Deed::to_sync("sync.disable", &stored).was(was).is(json!(stored))).await?;
        }
        tx.commit().await?;
        self.signal_mended();
        self.sync_after(sync.id).await
    }

    /// Asks for a full run: every row is compared with what was confirmed. Also retries refused rows.
    pub async fn run_sync(&self, caller: &Caller, name: &str) -> Result<Run, HubError> {
        let sync = self.find_sync(caller, name, Ability::Run).await?;
        let details = self.sync_details(sync).await?;
        if !details.sending {
            return Err(not_sending(&details));
        }
        let mut tx = self.store.write().await?;
        let id = self.queue_full_run(&mut *tx, &details.sync).await?;
        let run = tx.runs().find(id).await?;
        self.record(&mut *tx, caller, Deed::to_sync("sync.run", &details.sync).is(json!({ "run": id }))).await?;
        tx.commit().await?;
        self.signal_mended();
        run.ok_or_else(|| HubError::NotFound { noun: "run", name: id.to_string() })
    }

    /// What a full run would do now.
    pub async fn preview_sync(&self, caller: &Caller, name: &str, rows: Option<usize>) -> Result<Preview, HubError> {
        let sync = self.find_sync(caller, name, Ability::Run).await?;
        let connection = self.connection_of(&sync).await?;
        let open = self.open_sync(sync, &connection, CancellationToken::new()).await?;
        Ok(self.engine.preview(&open.job(&Lease::to_look_only()), rows.unwrap_or(PREVIEW_ROWS)).await?)
    }

    async fn announce(&self, sync: &Sync, connection: &Connection) -> Result<(), HubError> {
        let open = self.open_sync(sync.clone(), connection, CancellationToken::new()).await?;
        let creates = self.engine.preview(&open.job(&Lease::to_look_only()), 0).await?.creates;
        if creates == 0 {
            return Ok(());
        }
        let org = self.connector(connection).await?.org().await?;
        Err(HubError::ConfirmationNeeded(Box::new(StartNotice { creates, object: sync.object.clone(), org })))
    }
}

fn company_missing(sync: &Sync) -> HubError {
    HubError::NotPossible {
        code: "company_missing",
        message: format!("the sync {} cannot be enabled while its company is empty", sync.name),
        remedy: "Fill in the company: `salesbridge connection edit NAME --company TEXT`".to_owned(),
    }
}

fn not_sending(details: &SyncDetails) -> HubError {
    let name = &details.sync.name;
    let (message, remedy) = match &details.sync.held {
        Some(held) => (format!("the sync {name} is held: {}", held.reason), held.remedy.clone()),
        None if !details.sync.enabled => {
            (format!("the sync {name} is disabled"), format!("Enable it: `salesbridge sync enable {name}`"))
        }
        None => (
            format!("the connection {} of the sync {name} is disabled or held", details.connection),
            format!("See `salesbridge connection show {}`", details.connection),
        ),
    };
    HubError::NotPossible { code: "sync_not_sending", message, remedy }
}
