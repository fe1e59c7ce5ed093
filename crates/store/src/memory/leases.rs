//! Which process does what.

use async_trait::async_trait;
use salesbridge_model::Timestamp;

use super::state::StoredLease;
use super::transaction::MemoryTransaction;
use crate::{LeaseRepository, StoreError};

pub(super) struct MemoryLeases<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl LeaseRepository for MemoryLeases<'_> {
    async fn take(
        &mut self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let state = self.0.changed("leases.take")?;
        let before = state.leases.get(name);
        if before.is_some_and(|lease| lease.holder.is_some() && lease.until > now) {
            return Ok(None);
        }
        let token = before.map_or(0, |lease| lease.token) + 1;
        state.leases.insert(name.to_owned(), StoredLease { token, holder: Some(holder.to_owned()), until });
        Ok(Some(token))
    }

    async fn prolong(&mut self, name: &str, token: i64, until: Timestamp) -> Result<bool, StoreError> {
        self.change_current("leases.prolong", name, token, |lease| lease.until = until)
    }

    async fn give_back(&mut self, name: &str, token: i64) -> Result<bool, StoreError> {
        self.change_current("leases.give_back", name, token, |lease| lease.holder = None)
    }

    async fn is_current(&mut self, name: &str, token: i64) -> Result<bool, StoreError> {
        let lease = self.0.seen("leases.is_current")?.leases.get(name);
        Ok(lease.is_some_and(|lease| lease.is_current(token)))
    }

    async fn holder(&mut self, name: &str, now: Timestamp) -> Result<Option<String>, StoreError> {
        let lease = self.0.seen("leases.holder")?.leases.get(name);
        Ok(lease.filter(|lease| lease.until > now).and_then(|lease| lease.holder.clone()))
    }

    async fn give_all_back(&mut self) -> Result<u64, StoreError> {
        let state = self.0.changed("leases.give_all_back")?;
        let held = |(name, lease): (&String, &StoredLease)| lease.holder.as_ref().map(|_| name.clone());
        let held: Vec<String> = state.leases.entries().filter_map(held).collect();
        for name in &held {
            if let Some(lease) = state.leases.edit(name.as_str()) {
                lease.holder = None;
            }
        }
        Ok(held.len() as u64)
    }
}

impl MemoryLeases<'_> {
    fn change_current(
        &mut self,
        operation: &'static str,
        name: &str,
        token: i64,
        change: impl FnOnce(&mut StoredLease),
    ) -> Result<bool, StoreError> {
        let state = self.0.changed(operation)?;
        let Some(lease) = state.leases.edit(name).filter(|lease| lease.is_current(token)) else { return Ok(false) };
        change(lease);
        Ok(true)
    }
}
