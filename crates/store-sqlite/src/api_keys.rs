//! API keys.

use async_trait::async_trait;
use salesbridge_model::{ApiKey, ApiKeyId, Page, PageRequest, PersonId, Timestamp};
use salesbridge_store::paging;
use salesbridge_store::stored::{Stored, json, micros};
use salesbridge_store::{ApiKeyFilter, ApiKeyRepository, StoreError};
use sqlx::SqliteConnection;

use crate::failure::{failed, failed_or_taken};
use crate::listing::{self, Listing};

pub(crate) struct SqliteApiKeys<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (String, String, String, String, String, i64, Option<i64>, Option<i64>, Option<i64>);

#[async_trait]
impl ApiKeyRepository for SqliteApiKeys<'_> {
    async fn insert(&mut self, key: &ApiKey, hash: &[u8]) -> Result<(), StoreError> {
        const OPERATION: &str = "api_keys.insert";
        sqlx::query(
            "INSERT INTO api_keys (id, person_id, name, prefix, hash, scopes, created_at, expires_at, last_used_at, \
             revoked_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )
        .bind(key.id.to_string())
        .bind(key.person_id.to_string())
        .bind(&key.name)
        .bind(&key.prefix)
        .bind(hash)
        .bind(json(OPERATION, &key.scopes)?)
        .bind(micros(key.created_at))
        .bind(key.expires_at.map(micros))
        .bind(key.last_used_at.map(micros))
        .bind(key.revoked_at.map(micros))
        .execute(&mut *self.0)
        .await
        .map_err(failed_or_taken(OPERATION, "API key"))?;
        Ok(())
    }

    async fn find(&mut self, id: ApiKeyId) -> Result<Option<(ApiKey, Vec<u8>)>, StoreError> {
        const OPERATION: &str = "api_keys.find";
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, person_id, name, prefix, scopes, created_at, expires_at, last_used_at, revoked_at \
             FROM api_keys WHERE id = ?1",
        )
        .bind(id.to_string())
        .fetch_optional(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        let Some(row) = row else { return Ok(None) };
        let hash = sqlx::query_scalar("SELECT hash FROM api_keys WHERE id = ?1")
            .bind(id.to_string())
            .fetch_one(&mut *self.0)
            .await
            .map_err(failed(OPERATION))?;
        Ok(Some((key(row)?, hash)))
    }

    async fn list(&mut self, filter: &ApiKeyFilter, page: &PageRequest) -> Result<Page<ApiKey>, StoreError> {
        let mut listing = Listing::new(
            "SELECT id, person_id, name, prefix, scopes, created_at, expires_at, last_used_at, revoked_at \
             FROM api_keys WHERE true",
        );
        listing::equal(&mut listing, "person_id", filter.person.map(|id| id.to_string()));
        listing::page(&mut listing, "id", filter.order, page);
        let rows = listing.build_query_as::<Row>().fetch_all(&mut *self.0).await.map_err(failed(LIST))?;
        let mut counting = Listing::new("SELECT count(*) FROM api_keys WHERE true");
        listing::equal(&mut counting, "person_id", filter.person.map(|id| id.to_string()));
        let total = counting.build_query_scalar().fetch_one(&mut *self.0).await.map_err(failed(LIST))?;
        let items = rows.into_iter().map(key).collect::<Result<Vec<_>, _>>()?;
        Ok(paging::cut(items, page, total, |key| key.id.to_string()))
    }

    async fn touch(&mut self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1")
            .bind(id.to_string())
            .bind(micros(at))
            .execute(&mut *self.0)
            .await
            .map_err(failed("api_keys.touch"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn revoke(&mut self, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE api_keys SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")
            .bind(id.to_string())
            .bind(micros(at))
            .execute(&mut *self.0)
            .await
            .map_err(failed("api_keys.revoke"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn revoke_of(&mut self, person: PersonId, at: Timestamp) -> Result<u64, StoreError> {
        let done = sqlx::query("UPDATE api_keys SET revoked_at = ?2 WHERE person_id = ?1 AND revoked_at IS NULL")
            .bind(person.to_string())
            .bind(micros(at))
            .execute(&mut *self.0)
            .await
            .map_err(failed("api_keys.revoke_of"))?;
        Ok(done.rows_affected())
    }
}

fn key(row: Row) -> Result<ApiKey, StoreError> {
    let (id, person_id, name, prefix, scopes, created_at, expires_at, last_used_at, revoked_at) = row;
    let stored = Stored::new("API key", &id);
    Ok(ApiKey {
        id: stored.parse("id", &id)?,
        person_id: stored.parse("person id", &person_id)?,
        name,
        prefix,
        scopes: stored.json("scopes", &scopes)?,
        created_at: stored.instant("creation time", created_at)?,
        expires_at: stored.instant_or_none("end", expires_at)?,
        last_used_at: stored.instant_or_none("time of last use", last_used_at)?,
        revoked_at: stored.instant_or_none("time of revocation", revoked_at)?,
    })
}

const LIST: &str = "api_keys.list";
