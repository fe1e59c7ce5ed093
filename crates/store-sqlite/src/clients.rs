//! The client directory: one JSON document per client, and the lower-case texts a search looks at.

mod erasing;

use std::collections::HashMap;

use async_trait::async_trait;
use salesbridge_model::{Client, Page, PageRequest, Timestamp};
use salesbridge_store::paging;
use salesbridge_store::stored::{Stored, json, micros};
use salesbridge_store::{ClientFilter, ClientRepository, Saved, StoreError};
use sqlx::SqliteConnection;

use crate::failure::failed;
use crate::listing::{self, Listing};
use crate::rows::Rows;

/// Clients per statement; bounds the memory of a big import.
const BATCH: usize = 1_000;

pub(crate) struct SqliteClients<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (String, String);

#[async_trait]
impl ClientRepository for SqliteClients<'_> {
    async fn save(&mut self, clients: &[Client], at: Timestamp) -> Result<Vec<Saved>, StoreError> {
        let mut saved = Vec::with_capacity(clients.len());
        for batch in clients.chunks(BATCH) {
            saved.extend(self.save_batch(batch, at).await?);
        }
        Ok(saved)
    }

    async fn find(&mut self, key: &str) -> Result<Option<Client>, StoreError> {
        sqlx::query_as("SELECT key, document FROM clients WHERE key = ?")
            .bind(key)
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
                "SELECT key, document FROM clients WHERE key > ? AND archived_at IS NULL ORDER BY key LIMIT ?",
            )
            .bind(after),
            None => sqlx::query_as("SELECT key, document FROM clients WHERE archived_at IS NULL ORDER BY key LIMIT ?"),
        }
        .bind(limit)
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
            "UPDATE clients SET archived_at = iif(?2, ?3, NULL) \
             WHERE key IN (SELECT value FROM json_each(?1)) AND (archived_at IS NOT NULL) <> ?2 RETURNING key",
        )
        .bind(json(OPERATION, keys)?)
        .bind(archived)
        .bind(micros(at))
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        self.announce(json(OPERATION, &changed)?, at).await.map_err(failed(OPERATION))?;
        Ok(changed.len() as u64)
    }

    async fn archived(&mut self, keys: &[String]) -> Result<Vec<String>, StoreError> {
        const OPERATION: &str = "clients.archived";
        sqlx::query_scalar(
            "SELECT key FROM clients WHERE archived_at IS NOT NULL \
             AND key IN (SELECT value FROM json_each(?)) ORDER BY key",
        )
        .bind(json(OPERATION, keys)?)
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed(OPERATION))
    }

    async fn erase(&mut self, key: &str, digest: &str, at: Timestamp) -> Result<bool, StoreError> {
        erasing::erase(self.0, key, digest, at).await.map_err(failed("clients.erase"))
    }

    async fn erased(&mut self, digests: &[String]) -> Result<Vec<String>, StoreError> {
        const OPERATION: &str = "clients.erased";
        sqlx::query_scalar(
            "SELECT digest FROM erased_clients WHERE digest IN (SELECT value FROM json_each(?)) ORDER BY digest",
        )
        .bind(json(OPERATION, digests)?)
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed(OPERATION))
    }

    async fn readmit(&mut self, digest: &str) -> Result<bool, StoreError> {
        let forgotten = sqlx::query("DELETE FROM erased_clients WHERE digest = ?")
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
        listing.push(" AND instr(search, ").push_bind(search).push(") > 0");
    }
}

impl SqliteClients<'_> {
    async fn save_batch(&mut self, clients: &[Client], at: Timestamp) -> Result<Vec<Saved>, StoreError> {
        const OPERATION: &str = "clients.save";
        let keys: Vec<String> = clients.iter().map(|client| client.key.clone()).collect();
        let mut stored: HashMap<String, String> = self.stored(&keys).await?.into_iter().collect();
        let (mut saved, mut rows, mut changed) = (Vec::with_capacity(clients.len()), Rows::new(), Vec::new());
        for client in clients {
            let document = json(OPERATION, client)?;
            let what = Saved::compare(client, &document, stored.get(&client.key).map(String::as_str))?;
            saved.push(what);
            if what != Saved::Unchanged {
                let (key, search) = (json(OPERATION, &client.key)?, json(OPERATION, &ClientFilter::searched(client))?);
                rows.push(format_args!("{key},{search},{document}"));
                changed.push(client.key.as_str());
                stored.insert(client.key.clone(), document);
            }
        }
        if !changed.is_empty() {
            self.write(rows.finish(), at).await.map_err(failed(OPERATION))?;
            self.announce(json(OPERATION, &changed)?, at).await.map_err(failed(OPERATION))?;
        }
        Ok(saved)
    }

    async fn stored(&mut self, keys: &[String]) -> Result<Vec<Row>, StoreError> {
        const OPERATION: &str = "clients.find_many";
        sqlx::query_as("SELECT key, document FROM clients WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key")
            .bind(json(OPERATION, keys)?)
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed(OPERATION))
    }

    async fn write(&mut self, rows: String, at: Timestamp) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO clients (key, search, document, created_at, updated_at) \
             SELECT value ->> 0, value ->> 1, value -> 2, ?2, ?2 FROM json_each(?1) WHERE true ORDER BY json_each.key \
             ON CONFLICT (key) DO UPDATE SET \
             search = excluded.search, document = excluded.document, updated_at = excluded.updated_at",
        )
        .bind(rows)
        .bind(micros(at))
        .execute(&mut *self.0)
        .await
        .map(drop)
    }

    async fn announce(&mut self, keys: String, at: Timestamp) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO outbox (stream, source_key, changed_at) \
             SELECT 'clients', value, ?2 FROM json_each(?1) ORDER BY json_each.key",
        )
        .bind(keys)
        .bind(micros(at))
        .execute(&mut *self.0)
        .await
        .map(drop)
    }
}

fn client((key, document): Row) -> Result<Client, StoreError> {
    Stored::new("client", &key).json("document", &document)
}
