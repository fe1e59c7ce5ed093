//! What was done, by whom, from where.

use async_trait::async_trait;
use salesbridge_model::{AuditEntry, Page, PageRequest, Timestamp};

use super::paging::cut;
use super::transaction::MemoryTransaction;
use crate::{AuditFilter, AuditRepository, StoreError};

pub(super) struct MemoryAudit<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl AuditRepository for MemoryAudit<'_> {
    async fn append(&mut self, entry: &AuditEntry) -> Result<i64, StoreError> {
        let state = self.0.changed("audit.append")?;
        let sequence = state.audit.rows().next_back().map_or(0, |newest| newest.sequence) + 1;
        state.audit.insert(sequence, AuditEntry { sequence, ..entry.clone() });
        Ok(sequence)
    }

    async fn find(&mut self, sequence: i64) -> Result<Option<AuditEntry>, StoreError> {
        Ok(self.0.seen("audit.find")?.audit.get(&sequence).cloned())
    }

    async fn list(&mut self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEntry>, StoreError> {
        let state = self.0.seen("audit.list")?;
        let mut rows: Vec<&AuditEntry> = state.audit.rows().filter(|entry| filter.wants(entry)).collect();
        if filter.order.descending {
            rows.reverse();
        }
        let position = |entry: &AuditEntry| entry.sequence.to_string();
        let comes_after = |position: &str, after: &str| match (position.parse::<i64>(), after.parse::<i64>()) {
            (Ok(position), Ok(after)) if filter.order.descending => position < after,
            (Ok(position), Ok(after)) => position > after,
            _ => true,
        };
        Ok(cut(&rows, page, position, comes_after))
    }

    async fn prune(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let state = self.0.changed("audit.prune")?;
        let newest = state.audit.rows().next_back().map_or(0, |newest| newest.sequence);
        let old = state.audit.rows().filter(|entry| entry.at < before && entry.sequence < newest);
        let doomed: Vec<i64> = old.take(limit as usize).map(|entry| entry.sequence).collect();
        Ok(state.audit.retain(|sequence, _| !doomed.contains(sequence)))
    }
}
