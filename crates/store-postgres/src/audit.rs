//! What was done, by whom, from where.

use async_trait::async_trait;
use salesbridge_model::{AuditEntry, Page, PageRequest, Timestamp};
use salesbridge_store::paging;
use salesbridge_store::stored::{Stored, json_or_null, micros, word};
use salesbridge_store::{AuditFilter, AuditRepository, StoreError};
use sqlx::PgConnection;

use crate::failure::failed;
use crate::listing::{self, Listing};
use crate::text::{plain, text, text_or_null};

pub(crate) struct PostgresAudit<'t>(pub(crate) &'t mut PgConnection);

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

#[async_trait]
impl AuditRepository for PostgresAudit<'_> {
    async fn append(&mut self, entry: &AuditEntry) -> Result<i64, StoreError> {
        const OPERATION: &str = "audit.append";
        sqlx::query_scalar(
            "INSERT INTO audit (sequence, at, actor_kind, actor_id, actor_name, address, action, noun, target_id, \
             target_name, connection_id, before, after, request_id) \
             VALUES ((SELECT coalesce(max(sequence), 0) + 1 FROM audit), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
             $11, $12, $13) RETURNING sequence",
        )
        .bind(micros(entry.at))
        .bind(word(OPERATION, entry.actor_kind)?)
        .bind(text(&entry.actor_id))
        .bind(text(&entry.actor_name))
        .bind(text_or_null(entry.address.as_deref()))
        .bind(text(&entry.action))
        .bind(text(&entry.noun))
        .bind(text_or_null(entry.target_id.as_deref()))
        .bind(text_or_null(entry.target_name.as_deref()))
        .bind(entry.connection_id.map(|id| id.to_string()))
        .bind(json_or_null(OPERATION, entry.before.as_ref())?)
        .bind(json_or_null(OPERATION, entry.after.as_ref())?)
        .bind(text_or_null(entry.request_id.as_deref()))
        .fetch_one(&mut *self.0)
        .await
        .map_err(failed(OPERATION))
    }

    async fn find(&mut self, sequence: i64) -> Result<Option<AuditEntry>, StoreError> {
        sqlx::query_as(select!("WHERE sequence = $1"))
            .bind(sequence)
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("audit.find"))?
            .map(entry)
            .transpose()
    }

    async fn list(&mut self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEntry>, StoreError> {
        const OPERATION: &str = "audit.list";
        let mut listing = Listing::new(select!("WHERE true"));
        wanted(&mut listing, filter);
        // A position that is none begins at the beginning.
        if let Some(after) = page.after.as_ref().and_then(|after| after.parse::<i64>().ok()) {
            listing.push(format_args!(" AND sequence {} ", filter.order.after())).push_bind(after);
        }
        listing::order_and_limit(&mut listing, "sequence", filter.order, page);
        let rows = listing.build_query_as::<Row>().fetch_all(&mut *self.0).await.map_err(failed(OPERATION))?;
        let mut counting = Listing::new("SELECT count(*) FROM audit WHERE true");
        wanted(&mut counting, filter);
        let total = counting.build_query_scalar().fetch_one(&mut *self.0).await.map_err(failed(OPERATION))?;
        let items = rows.into_iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        Ok(paging::cut(items, page, total, |entry| entry.sequence.to_string()))
    }

    async fn prune(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "DELETE FROM audit WHERE sequence IN (SELECT sequence FROM audit WHERE at < $1 \
             AND sequence < (SELECT max(sequence) FROM audit) ORDER BY sequence LIMIT $2)",
        )
        .bind(micros(before))
        .bind(i64::from(limit))
        .execute(&mut *self.0)
        .await
        .map_err(failed("audit.prune"))?;
        Ok(done.rows_affected())
    }
}

fn wanted(listing: &mut Listing, filter: &AuditFilter) {
    let either = |listing: &mut Listing, columns: [&str; 2], value: Option<&str>| {
        if let Some(value) = value {
            let value = text(value).into_owned();
            let [one, other] = columns;
            listing.push(format_args!(" AND ({one} = ")).push_bind(value.clone());
            listing.push(format_args!(" OR {other} = ")).push_bind(value).push(")");
        }
    };
    either(listing, ["actor_id", "actor_name"], filter.actor.as_deref());
    either(listing, ["target_id", "target_name"], filter.target.as_deref());
    listing::equal(listing, "action", filter.action.as_deref());
    listing::equal(listing, "noun", filter.noun.as_deref());
    listing::equal(listing, "connection_id", filter.connection.map(|connection| connection.to_string()));
    if let Some(since) = filter.since {
        listing.push(" AND at >= ").push_bind(micros(since));
    }
    if let Some(until) = filter.until {
        listing.push(" AND at < ").push_bind(micros(until));
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
        actor_id: plain(actor_id),
        actor_name: plain(actor_name),
        address: address.map(plain),
        action: plain(action),
        noun: plain(noun),
        target_id: target_id.map(plain),
        target_name: target_name.map(plain),
        connection_id: connection_id.map(|id| stored.parse("connection id", &id)).transpose()?,
        before: stored.json_or_none("values before", before.as_deref())?,
        after: stored.json_or_none("values after", after.as_deref())?,
        request_id: request_id.map(plain),
    })
}
