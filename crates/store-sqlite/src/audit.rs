//! What was done, by whom, from where.

use async_trait::async_trait;
use salesbridge_model::{AuditEntry, Page, PageRequest, Timestamp};
use salesbridge_store::paging;
use salesbridge_store::stored::{Stored, json_or_null, micros, word};
use salesbridge_store::{AuditFilter, AuditRepository, StoreError};
use sqlx::SqliteConnection;

use crate::failure::failed;

pub(crate) struct SqliteAudit<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (
    i64,
    i64,
    String,
    String,
    String,
    Option<String>,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sequence, at, actor_kind, actor_id, actor_name, address, action, noun, target_id, target_name, \
             connection_id, before, after, request_id FROM audit ",
            $rest
        )
    };
}

/// What both statements of a list ask for.
macro_rules! filter {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "WHERE (?1 IS NULL OR actor_id = ?1 OR actor_name = ?1) \
             AND (?2 IS NULL OR action = ?2) AND (?3 IS NULL OR noun = ?3) \
             AND (?4 IS NULL OR target_id = ?4 OR target_name = ?4) \
             AND (?5 IS NULL OR connection_id = ?5) AND at >= ?6 AND at < ?7",
            $after
        )
    };
}

#[async_trait]
impl AuditRepository for SqliteAudit<'_> {
    async fn append(&mut self, entry: &AuditEntry) -> Result<i64, StoreError> {
        const OPERATION: &str = "audit.append";
        sqlx::query_scalar(
            "INSERT INTO audit (sequence, at, actor_kind, actor_id, actor_name, address, action, noun, target_id, \
             target_name, connection_id, before, after, request_id) \
             VALUES ((SELECT coalesce(max(sequence), 0) + 1 FROM audit), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, \
             ?11, ?12, ?13) RETURNING sequence",
        )
        .bind(micros(entry.at))
        .bind(word(OPERATION, entry.actor_kind)?)
        .bind(&entry.actor_id)
        .bind(&entry.actor_name)
        .bind(entry.address.as_deref())
        .bind(&entry.action)
        .bind(&entry.noun)
        .bind(entry.target_id.as_deref())
        .bind(entry.target_name.as_deref())
        .bind(entry.connection_id.map(|id| id.to_string()))
        .bind(json_or_null(OPERATION, entry.before.as_ref())?)
        .bind(json_or_null(OPERATION, entry.after.as_ref())?)
        .bind(entry.request_id.as_deref())
        .fetch_one(&mut *self.0)
        .await
        .map_err(failed(OPERATION))
    }

    async fn find(&mut self, sequence: i64) -> Result<Option<AuditEntry>, StoreError> {
        sqlx::query_as(select!("WHERE sequence = ?1"))
            .bind(sequence)
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("audit.find"))?
            .map(entry)
            .transpose()
    }

    async fn list(&mut self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEntry>, StoreError> {
        const OPERATION: &str = "audit.list";
        let since = filter.since.map_or(i64::MIN, micros);
        let until = filter.until.map_or(i64::MAX, micros);
        let after: Option<i64> = page.after.as_ref().map(|after| after.parse().unwrap_or(i64::MAX));
        let rows: Vec<Row> = sqlx::query_as(filter!(
            "SELECT sequence, at, actor_kind, actor_id, actor_name, address, action, noun, target_id, target_name, \
             connection_id, before, after, request_id FROM audit ",
            " AND sequence < ?8 ORDER BY sequence DESC LIMIT ?9"
        ))
        .bind(filter.actor.as_deref())
        .bind(filter.action.as_deref())
        .bind(filter.noun.as_deref())
        .bind(filter.target.as_deref())
        .bind(filter.connection.map(|connection| connection.to_string()))
        .bind(since)
        .bind(until)
        .bind(after.unwrap_or(i64::MAX))
        .bind(paging::rows_to_read(page))
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        let total = sqlx::query_scalar(filter!("SELECT count(*) FROM audit ", ""))
            .bind(filter.actor.as_deref())
            .bind(filter.action.as_deref())
            .bind(filter.noun.as_deref())
            .bind(filter.target.as_deref())
            .bind(filter.connection.map(|connection| connection.to_string()))
            .bind(since)
            .bind(until)
            .fetch_one(&mut *self.0)
            .await
            .map_err(failed(OPERATION))?;
        let items = rows.into_iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        Ok(paging::cut(items, page, total, |entry| entry.sequence.to_string()))
    }

    async fn prune(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "DELETE FROM audit WHERE sequence IN (SELECT sequence FROM audit WHERE at < ?1 \
             AND sequence < (SELECT max(sequence) FROM audit) ORDER BY sequence LIMIT ?2)",
        )
        .bind(micros(before))
        .bind(i64::from(limit))
        .execute(&mut *self.0)
        .await
        .map_err(failed("audit.prune"))?;
        Ok(done.rows_affected())
    }
}

fn entry(row: Row) -> Result<AuditEntry, StoreError> {
    let (
        sequence,
        at,
        actor_kind,
        actor_id,
        actor_name,
        address,
        action,
        noun,
        target_id,
        target_name,
        connection_id,
        before,
        after,
        request_id,
    ) = row;
    let key = sequence.to_string();
    let stored = Stored::new("audit entry", &key);
    Ok(AuditEntry {
        sequence,
        at: stored.instant("time", at)?,
        actor_kind: stored.word("kind of actor", &actor_kind)?,
        actor_id,
        actor_name,
        address,
        action,
        noun,
        target_id,
        target_name,
        connection_id: connection_id.map(|id| stored.parse("connection id", &id)).transpose()?,
        before: stored.json_or_none("values before", before.as_deref())?,
        after: stored.json_or_none("values after", after.as_deref())?,
        request_id,
    })
}
