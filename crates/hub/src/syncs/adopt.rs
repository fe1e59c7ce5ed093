//! Adopting records: links from source rows to records that are in Salesforce already, so that a run changes these and makes no second one.
//!
//! From pairs that somebody knows, or by fields whose values match. Nothing is written to Salesforce.

mod deciding;
mod matching;
mod pairs;
mod report;

pub use self::pairs::{Pair, PairsProblem, read_pairs};
pub use self::report::{AdoptReport, AdoptResult, AdoptedRow};

use salesbridge_model::{Ability, Link, Sync};
use salesbridge_store::{DueState, Transaction};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use self::deciding::Decided;
use super::open::OpenSync;
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

/// Rows looked up and linked at once.
const BATCH: usize = 200;

/// Which records are adopted.
#[derive(Clone, Debug)]
pub enum Adoption {
    /// Those that a person names.
    Pairs(Vec<Pair>),
    /// Those whose fields hold the same as the mapped row: all of these fields.
    Matching(Vec<String>),
}

impl Hub {
    /// Links rows of a sync to records that are there, or with `apply` false only says what would be linked. Rows that have a record are left as they are.
    ///
    /// Links are only made while nothing is sent by the sync, so that no run makes a record for the same row meanwhile.
    pub async fn adopt(
        &self,
        caller: &Caller,
        name: &str,
        adoption: Adoption,
        apply: bool,
    ) -> Result<AdoptReport, HubError> {
        let sync = self.find_sync(caller, name, Ability::Edit).await?;
        if apply {
            self.refuse_while_sending(&mut *self.store.read().await?, &sync).await?;
        }
        let connection = self.connection_of(&sync).await?;
        let open = self.open_sync(sync, &connection, CancellationToken::new()).await?;
        let by = apply.then_some(caller);
        match adoption {
            Adoption::Pairs(pairs) => self.adopt_pairs(&open, pairs, by).await,
            Adoption::Matching(fields) => self.adopt_matching(&open, &fields, by).await,
        }
    }

    /// Links what was decided, when somebody wants it done, and adds all of it to the report.
    async fn finish_batch(
        &self,
        open: &OpenSync,
        decided: Vec<Decided>,
        by: Option<&Caller>,
        report: &mut AdoptReport,
    ) -> Result<(), HubError> {
        let links: Vec<Link> = decided.iter().filter_map(|row| row.link.clone()).collect();
        if let Some(caller) = by.filter(|_| !links.is_empty()) {
            self.store_links(caller, open.sync(), &links).await?;
        }
        decided.into_iter().for_each(|row| report.add(row.row));
        Ok(())
    }

    async fn store_links(&self, caller: &Caller, sync: &Sync, links: &[Link]) -> Result<(), HubError> {
        let keys: Vec<String> = links.iter().map(|link| link.source_key.clone()).collect();
        let mut tx = self.store.write().await?;
        self.refuse_while_sending(&mut *tx, sync).await?;
        let unsettled = tx.journal().unsettled(sync.id).await?;
        if unsettled.iter().flat_map(|entry| &entry.rows).any(|row| keys.contains(&row.source_key)) {
            return Err(HubError::NotPossible {
                code: "write_under_way",
                message: format!("the answers to some writes of the sync {} are not known yet", sync.name),
                remedy: "Enable the sync until its answers are found, disable it, and adopt again".to_owned(),
            });
        }
        // A write that was under way when this batch was decided may have ended since.
        let ids: Vec<String> = links.iter().map(|link| link.record_id.clone()).collect();
        if !(tx.links().find_many(sync.id, &keys).await?.is_empty() && tx.links().claimed(&ids).await?.is_empty()) {
            return Err(HubError::NotPossible {
                code: "links_changed",
                message: "links were made while the records were looked up".to_owned(),
                remedy: "Adopt again: what is linked by now stays linked".to_owned(),
            });
        }
        tx.links().save(links).await?;
        // Whether a record was made for them is known now.
        tx.due().retry(sync.id, DueState::Uncertain, Some(&keys), self.clock.now()).await?;
        self.record(&mut *tx, caller, Deed::to_sync("sync.adopt", sync).is(json!({ "linked": links.len() }))).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn refuse_while_sending(&self, tx: &mut dyn Transaction, sync: &Sync) -> Result<(), HubError> {
        let stored = tx.syncs().find(sync.id).await?;
        let connection = tx.connections().find(sync.connection_id).await?;
        let sends = stored.is_some_and(|stored| stored.enabled && stored.held.is_none())
            && connection.is_some_and(|connection| connection.enabled && connection.held.is_none());
        if !sends {
            return Ok(());
        }
        Err(HubError::NotPossible {
            code: "sync_sending",
            message: format!("the sync {} is sending, and could make records for the rows that are adopted", sync.name),
            remedy: format!("Disable it first: `salesbridge sync disable {}`; enable it afterwards", sync.name),
        })
    }
}
