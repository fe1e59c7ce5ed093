//! Failed sign-ins, counted by who or where they came from.

use async_trait::async_trait;
use salesbridge_model::Timestamp;
use salesbridge_store::stored::{Stored, micros};
use salesbridge_store::{SignInThrottle, StoreError, ThrottleRepository};
use sqlx::PgConnection;

use crate::failure::failed;

pub(crate) struct PostgresThrottles<'t>(pub(crate) &'t mut PgConnection);

#[async_trait]
impl ThrottleRepository for PostgresThrottles<'_> {
    async fn find(&mut self, key: &str) -> Result<Option<SignInThrottle>, StoreError> {
        let row: Option<(i64, i64, Option<i64>)> =
            sqlx::query_as("SELECT failures, window_began_at, blocked_until FROM sign_in_throttles WHERE key = $1")
                .bind(key)
                .fetch_optional(&mut *self.0)
                .await
                .map_err(failed("throttles.find"))?;
        let Some((failures, window_began_at, blocked_until)) = row else { return Ok(None) };
        let stored = Stored::new("failed sign-ins of", key);
        Ok(Some(SignInThrottle {
            failures: stored.number("number of failures", failures)?,
            window_began_at: stored.instant("beginning", window_began_at)?,
            blocked_until: stored.instant_or_none("end", blocked_until)?,
        }))
    }

    async fn save(&mut self, key: &str, throttle: &SignInThrottle) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO sign_in_throttles (key, failures, window_began_at, blocked_until) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, window_began_at = excluded.window_began_at, \
             blocked_until = excluded.blocked_until",
        )
        .bind(key)
        .bind(i64::from(throttle.failures))
        .bind(micros(throttle.window_began_at))
        .bind(throttle.blocked_until.map(micros))
        .execute(&mut *self.0)
        .await
        .map_err(failed("throttles.save"))?;
        Ok(())
    }

    async fn forget(&mut self, key: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM sign_in_throttles WHERE key = $1")
            .bind(key)
            .execute(&mut *self.0)
            .await
            .map_err(failed("throttles.forget"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn prune(&mut self, began_before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "DELETE FROM sign_in_throttles WHERE key IN \
             (SELECT key FROM sign_in_throttles WHERE window_began_at < $1 LIMIT $2)",
        )
        .bind(micros(began_before))
        .bind(i64::from(limit))
        .execute(&mut *self.0)
        .await
        .map_err(failed("throttles.prune"))?;
        Ok(done.rows_affected())
    }
}
