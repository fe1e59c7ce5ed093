//! Links: source row ↔ record.

use async_trait::async_trait;
use salesbridge_model::{Link, Page, PageRequest, SyncId};
use salesbridge_store::paging;
use salesbridge_store::stored::{Stored, json, micros};
use salesbridge_store::{LinkRepository, StoreError};
use sqlx::SqliteConnection;

use crate::failure::{failed, failed_or_taken};

pub(crate) struct SqliteLinks<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (String, String, String, String, String, String, i64);

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT sync_id, source_key, record_id, confirmed, state, successors, updated_at FROM links ", $rest)
    };
}

#[async_trait]
impl LinkRepository for SqliteLinks<'_> {
    async fn find_many(&mut self, sync: SyncId, keys: &[String]) -> Result<Vec<Link>, StoreError> {
        const OPERATION: &str = "links.find_many";
        let rows: Vec<Row> = sqlx::query_as(select!(
            "WHERE sync_id = ? AND source_key IN (SELECT value FROM json_each(?)) ORDER BY source_key"
        ))
        .bind(sync.to_string())
        .bind(json(OPERATION, keys)?)
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        rows.into_iter().map(link).collect()
    }

    async fn save(&mut self, links: &[Link]) -> Result<(), StoreError> {
        const OPERATION: &str = "links.save";
        let rows: Vec<_> = links.iter().map(members).collect();
        sqlx::query(
            "INSERT INTO links (sync_id, source_key, record_id, confirmed, state, successors, updated_at) \
             SELECT value ->> 0, value ->> 1, value ->> 2, value -> 3, value ->> 4, value -> 5, value ->> 6 \
             FROM json_each(?) WHERE true ORDER BY json_each.key \
             ON CONFLICT (sync_id, source_key) DO UPDATE SET record_id = excluded.record_id, \
             confirmed = excluded.confirmed, state = excluded.state, \
             successors = excluded.successors, updated_at = excluded.updated_at",
        )
        .bind(json(OPERATION, &rows)?)
        .execute(&mut *self.0)
        .await
        .map_err(failed_or_taken(OPERATION, "record"))?;
        Ok(())
    }

    async fn claimed(&mut self, record_ids: &[String]) -> Result<Vec<String>, StoreError> {
        const OPERATION: &str = "links.claimed";
        sqlx::query_scalar(
            "SELECT DISTINCT record_id FROM links WHERE record_id IN (SELECT value FROM json_each(?)) ORDER BY record_id",
        )
        .bind(json(OPERATION, record_ids)?)
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed(OPERATION))
    }

    async fn remove(&mut self, sync: SyncId, keys: &[String]) -> Result<u64, StoreError> {
        const OPERATION: &str = "links.remove";
        let done =
            sqlx::query("DELETE FROM links WHERE sync_id = ? AND source_key IN (SELECT value FROM json_each(?))")
                .bind(sync.to_string())
                .bind(json(OPERATION, keys)?)
                .execute(&mut *self.0)
                .await
                .map_err(failed(OPERATION))?;
        Ok(done.rows_affected())
    }

    async fn forget_field(&mut self, sync: SyncId, field: &str) -> Result<(), StoreError> {
        const OPERATION: &str = "links.forget_field";
        sqlx::query(
            "UPDATE links SET confirmed = (SELECT json_group_object(key, value) FROM json_each(links.confirmed) \
             WHERE key <> ?2) WHERE sync_id = ?1 AND EXISTS (SELECT 1 FROM json_each(links.confirmed) WHERE key = ?2)",
        )
        .bind(sync.to_string())
        .bind(field)
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(())
    }

    async fn list(&mut self, sync: SyncId, page: &PageRequest) -> Result<Page<Link>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as(select!("WHERE sync_id = ?1 AND source_key > ?2 ORDER BY source_key LIMIT ?3"))
                .bind(sync.to_string())
                .bind(page.after.as_deref().unwrap_or_default())
                .bind(paging::rows_to_read(page))
                .fetch_all(&mut *self.0)
                .await
                .map_err(failed("links.list"))?;
        let total = self.total(sync).await?;
        let items = rows.into_iter().map(link).collect::<Result<Vec<_>, _>>()?;
        Ok(paging::cut(items, page, total, |link| link.source_key.clone()))
    }

    async fn count(&mut self, sync: SyncId) -> Result<u64, StoreError> {
        Ok(u64::try_from(self.total(sync).await?).unwrap_or_default())
    }
}

impl SqliteLinks<'_> {
    async fn total(&mut self, sync: SyncId) -> Result<i64, StoreError> {
        sqlx::query_scalar("SELECT count(*) FROM links WHERE sync_id = ?")
            .bind(sync.to_string())
            .fetch_one(&mut *self.0)
            .await
            .map_err(failed("links.count"))
    }
}

fn members(link: &Link) -> impl serde::Serialize + '_ {
    (
        link.sync_id,
        &link.source_key,
        &link.record_id,
        &link.confirmed,
        link.state,
        &link.successors,
        micros(link.updated_at),
    )
}

fn link((sync_id, source_key, record_id, confirmed, state, successors, updated_at): Row) -> Result<Link, StoreError> {
    let stored = Stored::new("link", &source_key);
    Ok(Link {
        sync_id: stored.parse("sync id", &sync_id)?,
        confirmed: stored.json("confirmed fields", &confirmed)?,
        state: stored.word("state", &state)?,
        successors: stored.json("successors", &successors)?,
        updated_at: stored.instant("update time", updated_at)?,
        record_id,
        source_key,
    })
}
