//! What was done, by whom, from where.

use async_trait::async_trait;
use salesbridge_model::{AuditEntry, ConnectionId, Page, PageRequest, Timestamp};

use crate::StoreError;
use crate::paging::{Order, SortField};

/// Which entries are wanted. Empty finds all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Id of the person or key that did it, or its name.
    pub actor: Option<String>,
    /// What was done, such as `connection.edit`.
    pub action: Option<String>,
    /// Kind of thing it was done to.
    pub noun: Option<String>,
    /// Id of that thing, or its name.
    pub target: Option<String>,
    /// The connection it belongs to.
    pub connection: Option<ConnectionId>,
    /// Not before this instant.
    pub since: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// In which order.
    pub order: Order<AuditField>,
}

/// What the entries may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditField {
    /// When it was done: their numbers grow with time.
    At,
}

impl SortField for AuditField {
    const FIELDS: &'static [(&'static str, Self)] = &[("at", Self::At)];
    const FALLING: bool = true;
}

impl AuditFilter {
    /// For implementations: the filter of the store in memory, which the others say in SQL.
    pub fn wants(&self, entry: &AuditEntry) -> bool {
        let is = |wanted: &Option<String>, values: [Option<&str>; 2]| {
            wanted.as_deref().is_none_or(|wanted| values.contains(&Some(wanted)))
        };
        is(&self.actor, [Some(&entry.actor_id), Some(&entry.actor_name)])
            && is(&self.action, [Some(&entry.action), None])
            && is(&self.noun, [Some(&entry.noun), None])
            && is(&self.target, [entry.target_id.as_deref(), entry.target_name.as_deref()])
            && self.connection.is_none_or(|connection| entry.connection_id == Some(connection))
            && self.since.is_none_or(|since| entry.at >= since)
            && self.until.is_none_or(|until| entry.at < until)
    }
}

/// What was done. It is added to, never changed; the database itself refuses that.
#[async_trait]
pub trait AuditRepository: Send {
    /// Adds an entry with the number after the newest one, which it gives back; the entry's own is passed over.
    async fn append(&mut self, entry: &AuditEntry) -> Result<i64, StoreError>;

    /// The one with this number.
    async fn find(&mut self, sequence: i64) -> Result<Option<AuditEntry>, StoreError>;

    /// A page of those that pass the filter, newest first unless it says otherwise.
    async fn list(&mut self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEntry>, StoreError>;

    /// Removes at most `limit` entries from before an instant, the oldest first, but never the newest one; says how many.
    async fn prune(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
