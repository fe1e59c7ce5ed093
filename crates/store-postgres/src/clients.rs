//! The client directory: one JSON document per client, and the lower-case texts a search looks at.

mod erasing;

use std::collections::HashMap;

use async_trait::async_trait;
use salesbridge_model::{Client, Page, PageRequest, Timestamp};
use salesbridge_store::paging;
use salesbridge_store::stored::{Stored, json, micros};
use salesbridge_store::{ClientFilter, ClientRepository, Saved, StoreError};
use sqlx::PgConnection;

use crate::failure::failed;
use crate::listing::{self, Listing};
use crate::text::{plain, text, texts};
use crate::waves::waves;

/// Clients per statement; bounds the memory of a big import.
const BATCH: usize = 1_000;

pub(crate) struct PostgresClients<'t>(pub(crate) &'t mut PgConnection);

type Row = (String, String);

#[async_trait]
impl ClientRepository for PostgresClients<'_> {
    async fn save(&mut self, clients: &[Client], at: Timestamp) -> Result<Vec<Saved>, StoreError> {
        let mut saved = Vec::with_capacity(clients.len());
        for batch in clients.chunks(BATCH) {
            saved.extend(self.save_batch(batch, at).await?);
        }
        Ok(saved)
    }

    async fn find(&mut self, key: &str) -> Result<Option<Client>, StoreError> {
        sqlx::query_as("SELECT key, document FROM clients WHERE key = $1")
            .bind(text(key))
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("clients.find"))?
            .map(client)
            .transpose()
    }

    async fn find_many(&mut self, keys: &[String]) -> Result<Vec<Client>, StoreError> {
        self.stored(keys).await?.into_iter().map(client).collect()
    }

    async fn after(&mut self, after: Option<&str>, limit: u32) -> Result<Vec<Client>, StoreError> {
        let rows: Vec<Row> = match after {
            Some(after) => sqlx::query_as(
                "SELECT key, document FROM clients WHERE key > $1 AND archived_at IS NULL ORDER BY key LIMIT $2",
            )
            .bind(text(after)),
            None => sqlx::query_as("SELECT key, document FROM clients WHERE archived_at IS NULL ORDER BY key LIMIT $1"),
        }
        .bind(i64::from(limit))
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed("clients.after"))?;
        rows.into_iter().map(client).collect()
    }

    async fn list(&mut self, filter: &ClientFilter, page: &PageRequest) -> Result<Page<Client>, StoreError> {
        const OPERATION: &str = "clients.list";
        let mut listing = Listing::new("SELECT key, document FROM clients WHERE true");
        wanted(&mut listing, filter);
        listing::page(&mut listing, "key", filter.order, page);
        let rows = listing.build_query_as::<Row>().fetch_all(&mut *self.0).await.map_err(failed(OPERATION))?;
        let mut counting = Listing::new("SELECT count(*) FROM clients WHERE true");
        wanted(&mut counting, filter);
        let total = counting.build_query_scalar().fetch_one(&mut *self.0).await.map_err(failed(OPERATION))?;
        let items = rows.into_iter().map(client).collect::<Result<Vec<_>, _>>()?;
        Ok(paging::cut(items, page, total, |client| client.key.clone()))
    }

    async fn count(&mut self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM clients WHERE archived_at IS NULL")
            .fetch_one(&mut *self.0)
            .await
            .map_err(failed("clients.count"))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    async fn set_archived(&mut self, keys: &[String], archived: bool, at: Timestamp) -> Result<u64, StoreError> {
        const OPERATION: &str = "clients.set_archived";
        let changed: Vec<String> = sqlx::query_scalar(
            "UPDATE clients SET archived_at = CASE WHEN $2 THEN $3::bigint END \
             WHERE key = ANY($1) AND (archived_at IS NOT NULL) <> $2 RETURNING key",
        )
        .bind(texts(keys))
        .bind(archived)
        .bind(micros(at))
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        let changed: Vec<String> = changed.into_iter().map(plain).collect();
        let announced: Vec<&str> = changed.iter().map(String::as_str).collect();
        self.announce(&announced, at).await.map_err(failed(OPERATION))?;
        Ok(changed.len() as u64)
    }

    async fn archived(&mut self, keys: &[String]) -> Result<Vec<String>, StoreError> {
        let archived: Vec<String> =
            sqlx::query_scalar("SELECT key FROM clients WHERE archived_at IS NOT NULL AND key = ANY($1) ORDER BY key")
                .bind(texts(keys))
                .fetch_all(&mut *self.0)
                .await
                .map_err(failed("clients.archived"))?;
        Ok(archived.into_iter().map(plain).collect())
    }

    async fn erase(&mut self, key: &str, digest: &str, at: Timestamp) -> Result<bool, StoreError> {
        erasing::erase(self.0, key, digest, at).await.map_err(failed("clients.erase"))
    }

    async fn erased(&mut self, digests: &[String]) -> Result<Vec<String>, StoreError> {
        sqlx::query_scalar("SELECT digest FROM erased_clients WHERE digest = ANY($1) ORDER BY digest")
            .bind(digests)
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed("clients.erased"))
    }

    async fn readmit(&mut self, digest: &str) -> Result<bool, StoreError> {
        let forgotten = sqlx::query("DELETE FROM erased_clients WHERE digest = $1")
            .bind(digest)
            .execute(&mut *self.0)
            .await
            .map_err(failed("clients.readmit"))?;
        Ok(forgotten.rows_affected() > 0)
    }
}

fn wanted(listing: &mut Listing, filter: &ClientFilter) {
    listing.push(if filter.archived { " AND archived_at IS NOT NULL" } else { " AND archived_at IS NULL" });
    let search = filter.wanted();
    if !search.is_empty() {
        listing.push(" AND strpos(search, ").push_bind(text(&search).into_owned()).push(") > 0");
    }
}

impl PostgresClients<'_> {
    async fn save_batch(&mut self, clients: &[Client], at: Timestamp) -> Result<Vec<Saved>, StoreError> {
        const OPERATION: &str = "clients.save";
        let keys: Vec<String> = clients.iter().map(|client| client.key.clone()).collect();
        let mut stored: HashMap<String, String> =
            self.stored(&keys).await?.into_iter().map(|(key, document)| (plain(key), document)).collect();
        let (mut saved, mut changed) = (Vec::with_capacity(clients.len()), Vec::new());
        for client in clients {
            let document = json(OPERATION, client)?;
            let what = Saved::compare(client, &document, stored.get(&client.key).map(String::as_str))?;
            saved.push(what);
            if what != Saved::Unchanged {
                stored.insert(client.key.clone(), document.clone());
                changed.push(Changed { key: &client.key, search: ClientFilter::searched(client), document });
            }
        }
        for wave in waves(&changed, |client| client.key) {
            self.write(wave, at).await.map_err(failed(OPERATION))?;
        }
        if !changed.is_empty() {
            let keys: Vec<&str> = changed.iter().map(|client| client.key).collect();
            self.announce(&keys, at).await.map_err(failed(OPERATION))?;
        }
        Ok(saved)
    }

    async fn stored(&mut self, keys: &[String]) -> Result<Vec<Row>, StoreError> {
        const OPERATION: &str = "clients.find_many";
        sqlx::query_as("SELECT key, document FROM clients WHERE key = ANY($1) ORDER BY key")
            .bind(texts(keys))
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed(OPERATION))
    }

    async fn write(&mut self, rows: &[Changed<'_>], at: Timestamp) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO clients (key, search, document, created_at, updated_at) \
             SELECT key, search, document, $4, $4 FROM unnest($1::text[], $2::text[], $3::text[]) \
             AS changed (key, search, document) ON CONFLICT (key) DO UPDATE SET \
             search = excluded.search, document = excluded.document, updated_at = excluded.updated_at",
        )
        .bind(rows.iter().map(|row| text(row.key)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| text(&row.search)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.document.as_str()).collect::<Vec<_>>())
        .bind(micros(at))
        .execute(&mut *self.0)
        .await
        .map(drop)
    }

    /// Numbers the changes on from the newest one. A counter of our own, not a sequence of PostgreSQL: that would leave a gap behind every
    /// transaction that is dropped, and would tell a reader of changes that are not committed.
    async fn announce(&mut self, keys: &[&str], at: Timestamp) -> Result<(), sqlx::Error> {
        sqlx::query(
            "WITH counted AS (UPDATE outbox_newest SET newest = newest + cardinality($1::text[]) RETURNING newest) \
             INSERT INTO outbox (sequence, stream, source_key, changed_at) \
             SELECT newest - cardinality($1::text[]) + number, 'clients', key, $2 \
             FROM counted, unnest($1::text[]) WITH ORDINALITY AS changed (key, number)",
        )
        .bind(keys.iter().map(|key| text(key)).collect::<Vec<_>>())
        .bind(micros(at))
        .execute(&mut *self.0)
        .await
        .map(drop)
    }
}

/// A client that is new or differs.
struct Changed<'c> {
    key: &'c str,
    search: String,
    document: String,
}

fn client((key, document): Row) -> Result<Client, StoreError> {
    Stored::new("client", &key).json("document", &document)
}
