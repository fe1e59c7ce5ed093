//! Answers to requests that may be sent twice.

use async_trait::async_trait;
use salesbridge_model::Timestamp;
use salesbridge_store::stored::{Stored, micros};
use salesbridge_store::{IdempotencyRepository, IdempotentAnswer, IdempotentRequest, StoreError};
use sqlx::SqliteConnection;

use crate::failure::failed;

pub(crate) struct SqliteIdempotency<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (Vec<u8>, Option<i64>, Option<String>, Option<Vec<u8>>, i64);

#[async_trait]
impl IdempotencyRepository for SqliteIdempotency<'_> {
    async fn begin(
        &mut self,
        actor: &str,
        key: &str,
        request_hash: &[u8],
        at: Timestamp,
        abandoned_before: Timestamp,
    ) -> Result<Option<IdempotentRequest>, StoreError> {
        const OPERATION: &str = "idempotent_answers.begin";
        let row: Option<Row> = sqlx::query_as(
            "SELECT request_hash, status, content_type, body, created_at FROM idempotent_answers \
             WHERE actor = ?1 AND key = ?2",
        )
        .bind(actor)
        .bind(key)
        .fetch_optional(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        if let Some(row) = row
            && (row.1.is_some() || row.4 >= micros(abandoned_before))
        {
            return request(key, row).map(Some);
        }
        sqlx::query(
            "INSERT INTO idempotent_answers (actor, key, request_hash, created_at) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (actor, key) DO UPDATE SET request_hash = excluded.request_hash, \
             created_at = excluded.created_at",
        )
        .bind(actor)
        .bind(key)
        .bind(request_hash)
        .bind(micros(at))
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(None)
    }

    async fn finish(&mut self, actor: &str, key: &str, answer: &IdempotentAnswer) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE idempotent_answers SET status = ?3, content_type = ?4, body = ?5 \
             WHERE actor = ?1 AND key = ?2 AND status IS NULL",
        )
        .bind(actor)
        .bind(key)
        .bind(i64::from(answer.status))
        .bind(answer.content_type.as_deref())
        .bind(answer.body.as_slice())
        .execute(&mut *self.0)
        .await
        .map_err(failed("idempotent_answers.finish"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn abandon(&mut self, actor: &str, key: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM idempotent_answers WHERE actor = ?1 AND key = ?2 AND status IS NULL")
            .bind(actor)
            .bind(key)
            .execute(&mut *self.0)
            .await
            .map_err(failed("idempotent_answers.abandon"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn prune(&mut self, begun_before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "DELETE FROM idempotent_answers WHERE (actor, key) IN \
             (SELECT actor, key FROM idempotent_answers WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)",
        )
        .bind(micros(begun_before))
        .bind(i64::from(limit))
        .execute(&mut *self.0)
        .await
        .map_err(failed("idempotent_answers.prune"))?;
        Ok(done.rows_affected())
    }
}

fn request(key: &str, (request_hash, status, content_type, body, _): Row) -> Result<IdempotentRequest, StoreError> {
    let Some(status) = status else { return Ok(IdempotentRequest { request_hash, answer: None }) };
    let status = Stored::new("answer to", key).number::<i64>("status", status).map(u16::try_from)?;
    let answer = IdempotentAnswer { status: status.unwrap_or_default(), content_type, body: body.unwrap_or_default() };
    Ok(IdempotentRequest { request_hash, answer: Some(answer) })
}
