//! Connected services.

use async_trait::async_trait;
use salesbridge_model::{Page, PageRequest, Service, ServiceId, Slug};
use salesbridge_store::paging;
use salesbridge_store::stored::{Stored, json, micros};
use salesbridge_store::{ServiceRepository, StoreError};
use sqlx::SqliteConnection;

use crate::failure::{failed, failed_or_taken};

pub(crate) struct SqliteServices<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (String, String, String, String, String, String, String, String, i64, i64);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, caption, description, provider, sign_in_host, consumer_key, scopes, created_at, updated_at \
             FROM services ",
            $rest
        )
    };
}

#[async_trait]
impl ServiceRepository for SqliteServices<'_> {
    async fn insert(&mut self, service: &Service) -> Result<(), StoreError> {
        const OPERATION: &str = "services.insert";
        sqlx::query(
            "INSERT INTO services (id, name, caption, description, provider, sign_in_host, consumer_key, scopes, \
             created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )
        .bind(service.id.to_string())
        .bind(service.name.as_str())
        .bind(&service.caption)
        .bind(&service.description)
        .bind(&service.provider)
        .bind(&service.sign_in_host)
        .bind(&service.consumer_key)
        .bind(json(OPERATION, &service.scopes)?)
        .bind(micros(service.created_at))
        .bind(micros(service.updated_at))
        .execute(&mut *self.0)
        .await
        .map_err(failed_or_taken(OPERATION, "service name"))?;
        Ok(())
    }

    async fn find(&mut self, id: ServiceId) -> Result<Option<Service>, StoreError> {
        sqlx::query_as(select!("WHERE id = ?1"))
            .bind(id.to_string())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("services.find"))?
            .map(service)
            .transpose()
    }

    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Service>, StoreError> {
        sqlx::query_as(select!("WHERE name = ?1"))
            .bind(name.as_str())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("services.find_by_name"))?
            .map(service)
            .transpose()
    }

    async fn list(&mut self, page: &PageRequest) -> Result<Page<Service>, StoreError> {
        const OPERATION: &str = "services.list";
        let rows: Vec<Row> = sqlx::query_as(select!("WHERE name > ?1 ORDER BY name LIMIT ?2"))
            .bind(page.after.as_deref().unwrap_or_default())
            .bind(paging::rows_to_read(page))
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed(OPERATION))?;
        let total = sqlx::query_scalar("SELECT count(*) FROM services")
            .fetch_one(&mut *self.0)
            .await
            .map_err(failed(OPERATION))?;
        let items = rows.into_iter().map(service).collect::<Result<Vec<_>, _>>()?;
        Ok(paging::cut(items, page, total, |service| service.name.to_string()))
    }

    async fn update(&mut self, service: &Service) -> Result<bool, StoreError> {
        const OPERATION: &str = "services.update";
        let done = sqlx::query(
            "UPDATE services SET caption = ?2, description = ?3, provider = ?4, sign_in_host = ?5, consumer_key = ?6, \
             scopes = ?7, updated_at = ?8 WHERE id = ?1",
        )
        .bind(service.id.to_string())
        .bind(&service.caption)
        .bind(&service.description)
        .bind(&service.provider)
        .bind(&service.sign_in_host)
        .bind(&service.consumer_key)
        .bind(json(OPERATION, &service.scopes)?)
        .bind(micros(service.updated_at))
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(done.rows_affected() > 0)
    }

    async fn delete(&mut self, id: ServiceId) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM services WHERE id = ?1")
            .bind(id.to_string())
            .execute(&mut *self.0)
            .await
            .map_err(failed("services.delete"))?;
        Ok(done.rows_affected() > 0)
    }
}

fn service(row: Row) -> Result<Service, StoreError> {
    let (id, name, caption, description, provider, sign_in_host, consumer_key, scopes, created_at, updated_at) = row;
    let stored = Stored::new("service", &name);
    Ok(Service {
        id: stored.parse("id", &id)?,
        name: stored.parse("name", &name)?,
        caption,
        description,
        provider,
        sign_in_host,
        consumer_key,
        scopes: stored.json("scopes", &scopes)?,
        created_at: stored.instant("creation time", created_at)?,
        updated_at: stored.instant("update time", updated_at)?,
    })
}
