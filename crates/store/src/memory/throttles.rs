//! Failed sign-ins, counted by who or where they came from.

use async_trait::async_trait;
use salesbridge_model::Timestamp;

use super::transaction::MemoryTransaction;
use crate::{SignInThrottle, StoreError, ThrottleRepository};

pub(super) struct MemoryThrottles<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl ThrottleRepository for MemoryThrottles<'_> {
    async fn find(&mut self, key: &str) -> Result<Option<SignInThrottle>, StoreError> {
        Ok(self.0.seen("throttles.find")?.throttles.get(key).cloned())
    }

    async fn save(&mut self, key: &str, throttle: &SignInThrottle) -> Result<(), StoreError> {
        self.0.changed("throttles.save")?.throttles.insert(key.to_owned(), throttle.clone());
        Ok(())
    }

    async fn forget(&mut self, key: &str) -> Result<bool, StoreError> {
        Ok(self.0.changed("throttles.forget")?.throttles.remove(key))
    }

    async fn prune(&mut self, began_before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let state = self.0.changed("throttles.prune")?;
        let old = state.throttles.entries().filter(|(_, throttle)| throttle.window_began_at < began_before);
        let doomed: Vec<String> = old.take(limit as usize).map(|(key, _)| key.clone()).collect();
        Ok(state.throttles.retain(|key, _| !doomed.contains(key)))
    }
}
