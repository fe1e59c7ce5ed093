//! Links: source row ↔ record.

use async_trait::async_trait;
use salesbridge_model::{Link, Page, PageRequest, SyncId};
use salesbridge_store::paging;
use salesbridge_store::stored::{Stored, json, micros, word};
use salesbridge_store::{LinkRepository, StoreError};
use sqlx::PgConnection;

use crate::failure::{failed, failed_or_taken};
use crate::text::{plain, text, texts};
use crate::waves::waves;

pub(crate) struct PostgresLinks<'t>(pub(crate) &'t mut PgConnection);

type Row = (String, String, String, String, String, String, i64);

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT sync_id, source_key, record_id, confirmed, state, successors, updated_at FROM links ", $rest)
    };
}

#[async_trait]
impl LinkRepository for PostgresLinks<'_> {
    async fn find_many(&mut self, sync: SyncId, keys: &[String]) -> Result<Vec<Link>, StoreError> {
        const OPERATION: &str = "links.find_many";
        let rows: Vec<Row> = sqlx::query_as(select!("WHERE sync_id = $1 AND source_key = ANY($2) ORDER BY source_key"))
            .bind(sync.to_string())
            .bind(texts(keys))
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed(OPERATION))?;
        rows.into_iter().map(link).collect()
    }

    async fn save(&mut self, links: &[Link]) -> Result<(), StoreError> {
        const OPERATION: &str = "links.save";
        for wave in waves(links, |link| (link.sync_id, &link.source_key)) {
            self.save_wave(OPERATION, wave).await?;
        }
        Ok(())
    }

    async fn claimed(&mut self, record_ids: &[String]) -> Result<Vec<String>, StoreError> {
        const OPERATION: &str = "links.claimed";
        sqlx::query_scalar("SELECT DISTINCT record_id FROM links WHERE record_id = ANY($1) ORDER BY record_id")
            .bind(texts(record_ids))
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed(OPERATION))
    }

    async fn remove(&mut self, sync: SyncId, keys: &[String]) -> Result<u64, StoreError> {
        let done = sqlx::query("DELETE FROM links WHERE sync_id = $1 AND source_key = ANY($2)")
            .bind(sync.to_string())
            .bind(texts(keys))
            .execute(&mut *self.0)
            .await
            .map_err(failed("links.remove"))?;
        Ok(done.rows_affected())
    }

    async fn forget_field(&mut self, sync: SyncId, field: &str) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE links SET confirmed = (confirmed::jsonb - $2::text)::text \
             WHERE sync_id = $1 AND jsonb_exists(confirmed::jsonb, $2)",
        )
        .bind(sync.to_string())
        .bind(field)
        .execute(&mut *self.0)
        .await
        .map_err(failed("links.forget_field"))?;
        Ok(())
    }

    async fn list(&mut self, sync: SyncId, page: &PageRequest) -> Result<Page<Link>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as(select!("WHERE sync_id = $1 AND source_key > $2 ORDER BY source_key LIMIT $3"))
                .bind(sync.to_string())
                .bind(text(page.after.as_deref().unwrap_or_default()))
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

impl PostgresLinks<'_> {
    async fn save_wave(&mut self, operation: &'static str, links: &[Link]) -> Result<(), StoreError> {
        let confirmed = links.iter().map(|link| json(operation, &link.confirmed)).collect::<Result<Vec<_>, _>>()?;
        let successors = links.iter().map(|link| json(operation, &link.successors)).collect::<Result<Vec<_>, _>>()?;
        let states = links.iter().map(|link| word(operation, link.state)).collect::<Result<Vec<_>, _>>()?;
        sqlx::query(
            "INSERT INTO links (sync_id, source_key, record_id, confirmed, state, successors, updated_at) \
             SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[]) \
             ON CONFLICT (sync_id, source_key) DO UPDATE SET record_id = excluded.record_id, \
             confirmed = excluded.confirmed, state = excluded.state, successors = excluded.successors, \
             updated_at = excluded.updated_at",
        )
        .bind(links.iter().map(|link| link.sync_id.to_string()).collect::<Vec<_>>())
        .bind(links.iter().map(|link| text(&link.source_key)).collect::<Vec<_>>())
        .bind(links.iter().map(|link| text(&link.record_id)).collect::<Vec<_>>())
        .bind(confirmed)
        .bind(states)
        .bind(successors)
        .bind(links.iter().map(|link| micros(link.updated_at)).collect::<Vec<_>>())
        .execute(&mut *self.0)
        .await
        .map_err(failed_or_taken(operation, "record"))?;
        Ok(())
    }

    async fn total(&mut self, sync: SyncId) -> Result<i64, StoreError> {
        sqlx::query_scalar("SELECT count(*) FROM links WHERE sync_id = $1")
            .bind(sync.to_string())
            .fetch_one(&mut *self.0)
            .await
            .map_err(failed("links.count"))
    }
}

fn link((sync_id, source_key, record_id, confirmed, state, successors, updated_at): Row) -> Result<Link, StoreError> {
    let stored = Stored::new("link", &source_key);
    Ok(Link {
        sync_id: stored.parse("sync id", &sync_id)?,
        confirmed: stored.json("confirmed fields", &confirmed)?,
        state: stored.word("state", &state)?,
        successors: stored.json("successors", &successors)?,
        updated_at: stored.instant("update time", updated_at)?,
        record_id: plain(record_id),
        source_key: plain(source_key),
    })
}
