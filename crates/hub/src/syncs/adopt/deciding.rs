//! Whether a row may have a record, and what the record is known to hold once it has.

use std::collections::{HashMap, HashSet};

use salesbridge_connectors::salesforce::FoundRecord;
use salesbridge_model::{Link, LinkState, SyncId, Timestamp};
use salesbridge_sync::{MappedBatch, confirmed_fields};

use super::{AdoptResult, AdoptedRow};
use crate::syncs::open::OpenSync;
use crate::{Hub, HubError};

/// What was decided of a row, and its link if it gets one.
pub(super) struct Decided {
    pub(super) row: AdoptedRow,
    pub(super) link: Option<Link>,
}

/// What is known before a batch is decided.
pub(super) struct Deciding {
    sync: SyncId,
    now: Timestamp,
    links: HashMap<String, Link>,
    claimed: HashSet<String>,
}

impl Deciding {
    pub(super) async fn begin(
        hub: &Hub,
        open: &OpenSync,
        keys: &[String],
        record_ids: Vec<String>,
    ) -> Result<Self, HubError> {
        let sync = open.sync().id;
        let mut tx = hub.store.read().await?;
        let links = tx.links().find_many(sync, keys).await?;
        let claimed = tx.links().claimed(&record_ids).await?;
        Ok(Self {
            sync,
            now: hub.clock.now(),
            links: links.into_iter().map(|link| (link.source_key.clone(), link)).collect(),
            claimed: claimed.into_iter().collect(),
        })
    }

    /// The link that a row has already.
    pub(super) fn link(&self, key: &str) -> Option<&Link> {
        self.links.get(key)
    }

    /// Decides whether a mapped row gets a record. Fields that hold what the row would write are known from then on, so that a run sends the others alone.
    pub(super) fn row(&self, line: Option<u64>, mapped: &MappedBatch, row: usize, record: &FoundRecord) -> Decided {
        let key = &mapped.keys[row];
        let ids = vec![record.id().to_owned()];
        match self.links.get(key) {
            Some(link) if link.record_id == record.id() => {
                return decided(line, key, AdoptResult::Already, ids, "the row has this record already".to_owned());
            }
            Some(link) => {
                return refused(line, key, ids, format!("the row has the record {} already", link.record_id));
            }
            None if self.claimed.contains(record.id()) => {
                return refused(line, key, ids, "another row has this record already".to_owned());
            }
            None => {}
        }
        let link = Link {
            sync_id: self.sync,
            source_key: key.clone(),
            record_id: record.id().to_owned(),
            confirmed: confirmed_fields(&mapped.cells, row, |field, cell| record.holds(field, cell)),
            state: LinkState::Active,
            successors: Vec::new(),
            updated_at: self.now,
        };
        Decided { link: Some(link), ..decided(line, key, AdoptResult::Linked, ids, String::new()) }
    }
}

/// A row that is not linked.
pub(super) fn decided(
    line: Option<u64>,
    key: &str,
    result: AdoptResult,
    record_ids: Vec<String>,
    message: String,
) -> Decided {
    Decided { row: AdoptedRow { line, key: key.to_owned(), result, record_ids, message }, link: None }
}

/// A row that cannot be linked.
pub(super) fn refused(line: Option<u64>, key: &str, record_ids: Vec<String>, message: String) -> Decided {
    decided(line, key, AdoptResult::Refused, record_ids, message)
}
