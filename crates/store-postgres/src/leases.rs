//! Which process does what.

use async_trait::async_trait;
use salesbridge_model::Timestamp;
use salesbridge_store::stored::micros;
use salesbridge_store::{LeaseRepository, StoreError};
use sqlx::PgConnection;

use crate::failure::failed;
use crate::text::{plain, text};

pub(crate) struct PostgresLeases<'t>(pub(crate) &'t mut PgConnection);

#[async_trait]
impl LeaseRepository for PostgresLeases<'_> {
    async fn take(
        &mut self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        sqlx::query_scalar(
            "INSERT INTO leases (name, token, holder, until) VALUES ($1, 1, $2, $4) \
             ON CONFLICT (name) DO UPDATE SET token = leases.token + 1, holder = excluded.holder, until = excluded.until \
             WHERE leases.holder IS NULL OR leases.until <= $3 RETURNING token",
        )
        .bind(text(name))
        .bind(text(holder))
        .bind(micros(now))
        .bind(micros(until))
        .fetch_optional(&mut *self.0)
        .await
        .map_err(failed("leases.take"))
    }

    async fn prolong(&mut self, name: &str, token: i64, until: Timestamp) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE leases SET until = $1 WHERE name = $2 AND token = $3 AND holder IS NOT NULL")
            .bind(micros(until))
            .bind(text(name))
            .bind(token)
            .execute(&mut *self.0)
            .await
            .map_err(failed("leases.prolong"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn give_back(&mut self, name: &str, token: i64) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE leases SET holder = NULL WHERE name = $1 AND token = $2 AND holder IS NOT NULL")
            .bind(text(name))
            .bind(token)
            .execute(&mut *self.0)
            .await
            .map_err(failed("leases.give_back"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn is_current(&mut self, name: &str, token: i64) -> Result<bool, StoreError> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM leases WHERE name = $1 AND token = $2 AND holder IS NOT NULL)")
            .bind(text(name))
            .bind(token)
            .fetch_one(&mut *self.0)
            .await
            .map_err(failed("leases.is_current"))
    }

    async fn holder(&mut self, name: &str, now: Timestamp) -> Result<Option<String>, StoreError> {
        let holder: Option<String> =
            sqlx::query_scalar("SELECT holder FROM leases WHERE name = $1 AND until > $2 AND holder IS NOT NULL")
                .bind(text(name))
                .bind(micros(now))
                .fetch_optional(&mut *self.0)
                .await
                .map_err(failed("leases.holder"))?;
        Ok(holder.map(plain))
    }

    async fn give_all_back(&mut self) -> Result<u64, StoreError> {
        let done = sqlx::query("UPDATE leases SET holder = NULL WHERE holder IS NOT NULL")
            .execute(&mut *self.0)
            .await
            .map_err(failed("leases.give_all_back"))?;
        Ok(done.rows_affected())
    }
}
