//! Calls that connections may make. Writes come one at a time, so what is read here is still so when it is written.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, OrgAllowance, Timestamp};
use salesbridge_store::stored::{Stored, micros, number};
use salesbridge_store::{Allowance, AllowanceRepository, StoreError};
use sqlx::PgConnection;

use crate::failure::failed;

pub(crate) struct PostgresAllowances<'t>(pub(crate) &'t mut PgConnection);

const DAY: i64 = 24 * 3_600 * 1_000_000;

type Row = (i64, i64, Option<i64>, Option<i64>, Option<i64>);

#[async_trait]
impl AllowanceRepository for PostgresAllowances<'_> {
    async fn grant(
        &mut self,
        connection: ConnectionId,
        wanted: u64,
        ceiling: Option<u64>,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let known = self.find(connection).await?;
        let today = micros(at).div_euclid(DAY) * DAY;
        // A clock that was set back goes on counting the later day.
        let (day, calls) =
            known.map(|known| (micros(known.day), known.calls)).filter(|(day, _)| *day >= today).unwrap_or((today, 0));
        let granted = ceiling.map_or(wanted, |ceiling| wanted.min(ceiling.saturating_sub(calls)));
        sqlx::query(
            "INSERT INTO allowances (connection_id, day, calls) VALUES ($1, $2, $3) \
             ON CONFLICT (connection_id) DO UPDATE SET day = excluded.day, calls = excluded.calls",
        )
        .bind(connection.to_string())
        .bind(day)
        .bind(number(calls.saturating_add(granted)))
        .execute(&mut *self.0)
        .await
        .map_err(failed("allowances.grant"))?;
        Ok(granted)
    }

    async fn remember(&mut self, connection: ConnectionId, said: &OrgAllowance) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO allowances (connection_id, day, calls, org_used, org_allowed, org_told_at) \
             VALUES ($1, 0, 0, $2, $3, $4) ON CONFLICT (connection_id) DO UPDATE SET org_used = excluded.org_used, \
             org_allowed = excluded.org_allowed, org_told_at = excluded.org_told_at \
             WHERE allowances.org_told_at IS NULL OR allowances.org_told_at <= excluded.org_told_at",
        )
        .bind(connection.to_string())
        .bind(number(said.used))
        .bind(number(said.allowed))
        .bind(micros(said.told_at))
        .execute(&mut *self.0)
        .await
        .map_err(failed("allowances.remember"))?;
        Ok(())
    }

    async fn find(&mut self, connection: ConnectionId) -> Result<Option<Allowance>, StoreError> {
        let key = connection.to_string();
        let found: Option<Row> = sqlx::query_as(
            "SELECT day, calls, org_used, org_allowed, org_told_at FROM allowances WHERE connection_id = $1",
        )
        .bind(&key)
        .fetch_optional(&mut *self.0)
        .await
        .map_err(failed("allowances.find"))?;
        found.map(|row| allowance(&Stored::new("allowance", &key), row)).transpose()
    }
}

fn allowance(stored: &Stored<'_>, (day, calls, used, allowed, told_at): Row) -> Result<Allowance, StoreError> {
    let org = match (used, allowed, stored.instant_or_none("org_told_at", told_at)?) {
        (Some(used), Some(allowed), Some(told_at)) => Some(OrgAllowance {
            used: stored.number("org_used", used)?,
            allowed: stored.number("org_allowed", allowed)?,
            told_at,
        }),
        _ => None,
    };
    Ok(Allowance { day: stored.instant("day", day)?, calls: stored.number("calls", calls)?, org })
}
