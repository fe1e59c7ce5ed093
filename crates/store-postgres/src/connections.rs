//! Connections.

use async_trait::async_trait;
use salesbridge_model::{Connection, ConnectionId, Page, PageRequest, Slug};
use salesbridge_store::paging;
use salesbridge_store::stored::{Stored, json, json_or_null, micros};
use salesbridge_store::{ConnectionRepository, StoreError};
use sqlx::PgConnection;

use crate::failure::{failed, failed_or_taken};
use crate::text::{plain, text};

pub(crate) struct PgConnections<'t>(pub(crate) &'t mut PgConnection);

type Row = (String, String, String, String, String, String, bool, Option<String>, Option<String>, i64, i64);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, caption, provider, method, settings, enabled, held, org, created_at, updated_at \
             FROM connections ",
            $rest
        )
    };
}

#[async_trait]
impl ConnectionRepository for PgConnections<'_> {
    async fn insert(&mut self, connection: &Connection) -> Result<(), StoreError> {
        const OPERATION: &str = "connections.insert";
        sqlx::query(
            "INSERT INTO connections \
             (id, name, caption, provider, method, settings, enabled, held, org, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(connection.id.to_string())
        .bind(connection.name.as_str())
        .bind(text(&connection.caption))
        .bind(text(&connection.provider))
        .bind(text(&connection.method))
        .bind(json(OPERATION, &connection.settings)?)
        .bind(connection.enabled)
        .bind(json_or_null(OPERATION, connection.held.as_ref())?)
        .bind(json_or_null(OPERATION, connection.org.as_ref())?)
        .bind(micros(connection.created_at))
        .bind(micros(connection.updated_at))
        .execute(&mut *self.0)
        .await
        .map_err(failed_or_taken(OPERATION, "connection name"))?;
        Ok(())
    }

    async fn find(&mut self, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
        sqlx::query_as(select!("WHERE id = $1"))
            .bind(id.to_string())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("connections.find"))?
            .map(connection)
            .transpose()
    }

    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Connection>, StoreError> {
        sqlx::query_as(select!("WHERE name = $1"))
            .bind(name.as_str())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("connections.find_by_name"))?
            .map(connection)
            .transpose()
    }

    async fn list(&mut self, page: &PageRequest) -> Result<Page<Connection>, StoreError> {
        const OPERATION: &str = "connections.list";
        let rows: Vec<Row> = sqlx::query_as(select!("WHERE name > $1 ORDER BY name LIMIT $2"))
            .bind(text(page.after.as_deref().unwrap_or_default()))
            .bind(paging::rows_to_read(page))
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed(OPERATION))?;
        let total = sqlx::query_scalar("SELECT count(*) FROM connections")
            .fetch_one(&mut *self.0)
            .await
            .map_err(failed(OPERATION))?;
        let items = rows.into_iter().map(connection).collect::<Result<Vec<_>, _>>()?;
        Ok(paging::cut(items, page, total, |connection| connection.name.to_string()))
    }

    async fn update(&mut self, connection: &Connection) -> Result<bool, StoreError> {
        const OPERATION: &str = "connections.update";
        let done = sqlx::query(
            "UPDATE connections SET caption = $2, provider = $3, method = $4, settings = $5, enabled = $6, \
             held = $7, org = $8, updated_at = $9 WHERE id = $1",
        )
        .bind(connection.id.to_string())
        .bind(text(&connection.caption))
        .bind(text(&connection.provider))
        .bind(text(&connection.method))
        .bind(json(OPERATION, &connection.settings)?)
        .bind(connection.enabled)
        .bind(json_or_null(OPERATION, connection.held.as_ref())?)
        .bind(json_or_null(OPERATION, connection.org.as_ref())?)
        .bind(micros(connection.updated_at))
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(done.rows_affected() > 0)
    }

    async fn delete(&mut self, id: ConnectionId) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM connections WHERE id = $1")
            .bind(id.to_string())
            .execute(&mut *self.0)
            .await
            .map_err(failed("connections.delete"))?;
        Ok(done.rows_affected() > 0)
    }
}

fn connection(row: Row) -> Result<Connection, StoreError> {
    let (id, name, caption, provider, method, settings, enabled, held, org, created_at, updated_at) = row;
    let stored = Stored::new("connection", &name);
    Ok(Connection {
        id: stored.parse("id", &id)?,
        name: stored.parse("name", &name)?,
        caption: plain(caption),
        provider: plain(provider),
        method: plain(method),
        settings: stored.json("settings", &settings)?,
        enabled,
        held: stored.json_or_none("hold", held.as_deref())?,
        org: stored.json_or_none("org", org.as_deref())?,
        created_at: stored.instant("creation time", created_at)?,
        updated_at: stored.instant("update time", updated_at)?,
    })
}
