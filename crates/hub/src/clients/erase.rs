//! Erasing a client for good, as data protection asks: everything we know of it, here and not in Salesforce.
//!
//! A digest of its key stays, so that no import of an old file brings it back.

use std::collections::{HashMap, HashSet};

use salesbridge_model::{Ability, PageRequest, Slug, Sync};
use salesbridge_store::{SyncFilter, Transaction, erased_target};
use salesbridge_sync::CLIENTS_STREAM;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::audit::Deed;
use crate::connections::host_of;
use crate::reconciler::HeldBack;
use crate::{Caller, Hub, HubError};

/// What erasing a client does, or would do.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct EraseReport {
    /// The client's key.
    pub key: String,
    /// Whether it was done; without a confirmation it was not.
    pub erased: bool,
    /// Its records in Salesforce, which stay until somebody deletes them there.
    pub records: Vec<LeftRecord>,
}

/// A record of an erased client that is still in Salesforce.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct LeftRecord {
    /// The sync that wrote it.
    pub sync: Slug,
    /// The connection to its org.
    pub connection: Slug,
    /// Such as `Lead`.
    pub object: String,
    /// Its id.
    pub record_id: String,
    /// Where people see it.
    pub address: String,
}

impl Hub {
    /// Erases a client: itself with its numbers and addresses, its links, its waiting rows, outcomes and notes of runs. Without `confirmed` it only says what
    /// would be left in Salesforce.
    ///
    /// A run that is under way is waited for; a write whose answer is not known yet makes it impossible.
    pub async fn erase_client(&self, caller: &Caller, key: &str, confirmed: bool) -> Result<EraseReport, HubError> {
        caller.may_everywhere(Ability::Administer)?;
        let syncs = self.client_syncs().await?;
        let records = self.left_records(key, &syncs).await?;
        if !confirmed {
            self.find_client(key).await?;
            return Ok(EraseReport { key: key.to_owned(), erased: false, records });
        }
        // An advance that has read the client already would write it down again.
        let held = self.hold_back(&syncs).await?;
        let erased = self.erase_held_back(caller, key, &syncs, &held).await;
        held.let_go().await?;
        erased
    }

    async fn erase_held_back(
        &self,
        caller: &Caller,
        key: &str,
        syncs: &[Sync],
        held: &HeldBack<'_>,
    ) -> Result<EraseReport, HubError> {
        let records = self.left_records(key, syncs).await?;
        let mut tx = self.store.write().await?;
        held.check(&mut *tx).await?;
        for sync in syncs {
            let unsettled = tx.journal().unsettled(sync.id).await?;
            if unsettled.iter().any(|entry| entry.rows.iter().any(|row| row.source_key == key)) {
                return Err(write_under_way(key, sync));
            }
        }
        let digest = self.erasure_digest(key);
        if !tx.clients().erase(key, &digest, self.clock.now()).await? {
            return Err(HubError::NotFound { noun: "client", name: key.to_owned() });
        }
        let deed = Deed::to_client("client.erase", &erased_target(&digest));
        self.record(&mut *tx, caller, deed.is(json!({ "records_left": records.len() }))).await?;
        tx.commit().await?;
        tracing::info!("a client was erased");
        Ok(EraseReport { key: key.to_owned(), erased: true, records })
    }

    /// Lets a key that was erased be used again, for a new client; false when it was not erased.
    pub async fn readmit_client(&self, caller: &Caller, key: &str) -> Result<bool, HubError> {
        caller.may_everywhere(Ability::Administer)?;
        let mut tx = self.store.write().await?;
        let digest = self.erasure_digest(key);
        let readmitted = tx.clients().readmit(&digest).await?;
        if readmitted {
            self.record(&mut *tx, caller, Deed::to_client("client.readmit", &erased_target(&digest))).await?;
        }
        tx.commit().await?;
        Ok(readmitted)
    }

    /// Those of the keys that were erased.
    pub(super) async fn erased_among(
        &self,
        tx: &mut dyn Transaction,
        keys: impl Iterator<Item = &String>,
    ) -> Result<HashSet<String>, HubError> {
        let keys: HashMap<String, &String> = keys.map(|key| (self.erasure_digest(key), key)).collect();
        let digests: Vec<String> = keys.keys().cloned().collect();
        let erased = tx.clients().erased(&digests).await?;
        Ok(erased.iter().filter_map(|digest| keys.get(digest).map(|key| (*key).clone())).collect())
    }

    /// Stands for a key without telling it; other installations have others.
    fn erasure_digest(&self, key: &str) -> String {
        let digest = Sha256::digest(format!("{}\n{key}", self.installation()).as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    async fn client_syncs(&self) -> Result<Vec<Sync>, HubError> {
        let mut page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
        let mut syncs = Vec::new();
        loop {
            let found = self.store.read().await?.syncs().list(&SyncFilter::default(), &page).await?;
            syncs.extend(found.items.into_iter().filter(|sync| sync.stream == CLIENTS_STREAM));
            let Some(next) = found.next else { return Ok(syncs) };
            page.after = Some(next);
        }
    }

    async fn left_records(&self, key: &str, syncs: &[Sync]) -> Result<Vec<LeftRecord>, HubError> {
        let mut records = Vec::new();
        for sync in syncs {
            let connection = self.connection_of(sync).await?;
            let mut tx = self.store.read().await?;
            let links = tx.links().find_many(sync.id, &[key.to_owned()]).await?;
            let domain = host_of(&mut *tx, &connection).await?;
            drop(tx);
            records.extend(links.into_iter().map(|link| LeftRecord {
                sync: sync.name.clone(),
                connection: connection.name.clone(),
                object: sync.object.clone(),
                address: format!("{}/{}", domain.trim_end_matches('/'), link.record_id),
                record_id: link.record_id,
            }));
        }
        Ok(records)
    }
}

/// What somebody is told who would store a client that was erased.
pub(super) const ERASED: &str =
    "this client was erased; `salesbridge client edit KEY --create --readmit` takes the key in again, for a new client";

fn write_under_way(key: &str, sync: &Sync) -> HubError {
    HubError::NotPossible {
        code: "write_under_way",
        message: format!("the answer to a write of the client {key} is not known yet, in the sync {}", sync.name),
        remedy: "Enable the sync and its connection so that the answer is found, then erase again".to_owned(),
    }
}
