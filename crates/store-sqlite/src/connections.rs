//! Connections.

use async_trait::async_trait;
use salesbridge_model::{Connection, ConnectionId, Page, PageRequest, ServiceId, Slug};
use salesbridge_store::stored::{Stored, json, json_or_null, micros};
use salesbridge_store::{ConnectionFilter, ConnectionRepository, StoreError};
use sqlx::SqliteConnection;

use crate::failure::{failed, failed_or_taken};

pub(crate) struct SqliteConnections<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (
    String,
    String,
    String,
    String,
    String,
    Option<String>,
    String,
    String,
    String,
    bool,
    Option<String>,
    Option<String>,
    Option<String>,
    i64,
    i64,
);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, caption, description, tags, service_id, provider, method, settings, enabled, \
             held, health, org, created_at, updated_at FROM connections ",
            $rest
        )
    };
}

#[async_trait]
impl ConnectionRepository for SqliteConnections<'_> {
    async fn insert(&mut self, connection: &Connection) -> Result<(), StoreError> {
        const OPERATION: &str = "connections.insert";
        sqlx::query(
            "INSERT INTO connections \
             (id, name, caption, description, tags, service_id, provider, method, settings, enabled, \
             held, health, org, created_at, updated_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )
        .bind(connection.id.to_string())
        .bind(connection.name.as_str())
        .bind(&connection.caption)
        .bind(&connection.description)
        .bind(json(OPERATION, &connection.tags)?)
        .bind(connection.service_id.map(|id| id.to_string()))
        .bind(&connection.provider)
        .bind(&connection.method)
        .bind(json(OPERATION, &connection.settings)?)
        .bind(connection.enabled)
        .bind(json_or_null(OPERATION, connection.held.as_ref())?)
        .bind(json_or_null(OPERATION, connection.health.as_ref())?)
        .bind(json_or_null(OPERATION, connection.org.as_ref())?)
        .bind(micros(connection.created_at))
        .bind(micros(connection.updated_at))
        .execute(&mut *self.0)
        .await
        .map_err(failed_or_taken(OPERATION, "connection name"))?;
        Ok(())
    }

    async fn find(&mut self, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
        sqlx::query_as(select!("WHERE id = ?"))
            .bind(id.to_string())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("connections.find"))?
            .map(connection)
            .transpose()
    }

    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Connection>, StoreError> {
        sqlx::query_as(select!("WHERE name = ?"))
            .bind(name.as_str())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("connections.find_by_name"))?
            .map(connection)
            .transpose()
    }

    async fn list(&mut self, filter: &ConnectionFilter, page: &PageRequest) -> Result<Page<Connection>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(select!("ORDER BY name"))
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed("connections.list"))?;
        Ok(filter.page(rows.into_iter().map(connection).collect::<Result<_, _>>()?, page))
    }

    async fn of_service(&mut self, service: ServiceId) -> Result<Vec<Connection>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(select!("WHERE service_id = ?1 ORDER BY name"))
            .bind(service.to_string())
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed("connections.of_service"))?;
        rows.into_iter().map(connection).collect()
    }

    async fn update(&mut self, connection: &Connection) -> Result<bool, StoreError> {
        const OPERATION: &str = "connections.update";
        let done = sqlx::query(
            "UPDATE connections SET caption = ?2, description = ?3, tags = ?4, service_id = ?5, provider = ?6, \
             method = ?7, settings = ?8, enabled = ?9, held = ?10, health = ?11, org = ?12, updated_at = ?13 \
             WHERE id = ?1",
        )
        .bind(connection.id.to_string())
        .bind(&connection.caption)
        .bind(&connection.description)
        .bind(json(OPERATION, &connection.tags)?)
        .bind(connection.service_id.map(|id| id.to_string()))
        .bind(&connection.provider)
        .bind(&connection.method)
        .bind(json(OPERATION, &connection.settings)?)
        .bind(connection.enabled)
        .bind(json_or_null(OPERATION, connection.held.as_ref())?)
        .bind(json_or_null(OPERATION, connection.health.as_ref())?)
        .bind(json_or_null(OPERATION, connection.org.as_ref())?)
        .bind(micros(connection.updated_at))
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(done.rows_affected() > 0)
    }

    async fn delete(&mut self, id: ConnectionId) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM connections WHERE id = ?")
            .bind(id.to_string())
            .execute(&mut *self.0)
            .await
            .map_err(failed("connections.delete"))?;
        Ok(done.rows_affected() > 0)
    }
}

fn connection(row: Row) -> Result<Connection, StoreError> {
    let (
        id,
        name,
        caption,
        description,
        tags,
        service_id,
        provider,
        method,
        settings,
        enabled,
        held,
        health,
        org,
        created_at,
        updated_at,
    ) = row;
    let stored = Stored::new("connection", &name);
    Ok(Connection {
        id: stored.parse("id", &id)?,
        name: stored.parse("name", &name)?,
        caption,
        description,
        tags: stored.json("tags", &tags)?,
        service_id: service_id.map(|id| stored.parse("service id", &id)).transpose()?,
        provider,
        method,
        settings: stored.json("settings", &settings)?,
        enabled,
        held: stored.json_or_none("hold", held.as_deref())?,
        health: stored.json_or_none("health", health.as_deref())?,
        org: stored.json_or_none("org", org.as_deref())?,
        created_at: stored.instant("creation time", created_at)?,
        updated_at: stored.instant("update time", updated_at)?,
    })
}
