//! Calls that connections may make.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, OrgAllowance, Timestamp};

use super::transaction::MemoryTransaction;
use crate::{Allowance, AllowanceRepository, StoreError};

pub(super) struct MemoryAllowances<'t>(pub(super) &'t mut MemoryTransaction);

const DAY: i64 = 24 * 3_600;

#[async_trait]
impl AllowanceRepository for MemoryAllowances<'_> {
    async fn grant(
        &mut self,
        connection: ConnectionId,
        wanted: u64,
        ceiling: Option<u64>,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        const OPERATION: &str = "allowances.grant";
        let state = self.0.changed(OPERATION)?;
        state.needs_connection(connection, OPERATION)?;
        let today = Timestamp::from_timestamp(at.timestamp().div_euclid(DAY) * DAY, 0).unwrap_or(at);
        let known = state.allowances.get(&connection).cloned().unwrap_or_else(unused);
        let calls = if known.day >= today { known.calls } else { 0 };
        let granted = ceiling.map_or(wanted, |ceiling| wanted.min(ceiling.saturating_sub(calls)));
        let day = known.day.max(today);
        state.allowances.insert(connection, Allowance { day, calls: calls.saturating_add(granted), ..known });
        Ok(granted)
    }

    async fn remember(&mut self, connection: ConnectionId, said: &OrgAllowance) -> Result<(), StoreError> {
        const OPERATION: &str = "allowances.remember";
        let state = self.0.changed(OPERATION)?;
        state.needs_connection(connection, OPERATION)?;
        let mut known = state.allowances.get(&connection).cloned().unwrap_or_else(unused);
        if known.org.is_none_or(|org| org.told_at <= said.told_at) {
            known.org = Some(*said);
        }
        state.allowances.insert(connection, known);
        Ok(())
    }

    async fn find(&mut self, connection: ConnectionId) -> Result<Option<Allowance>, StoreError> {
        Ok(self.0.seen("allowances.find")?.allowances.get(&connection).cloned())
    }
}

fn unused() -> Allowance {
    Allowance { day: Timestamp::UNIX_EPOCH, calls: 0, org: None }
}
