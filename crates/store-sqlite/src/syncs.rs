//! Syncs, with their positions in the outbox.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, Page, PageRequest, Slug, Sync, SyncId};
use salesbridge_store::stored::{Stored, json, json_or_null, micros};
use salesbridge_store::{StoreError, SyncFilter, SyncRepository};
use sqlx::SqliteConnection;

use crate::failure::{failed, failed_or_taken};

pub(crate) struct SqliteSyncs<'t>(pub(crate) &'t mut SqliteConnection);

type Row =
    (String, String, String, String, String, Option<String>, String, String, String, bool, Option<String>, i64, i64);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, connection_id, stream, object, preset, mapping, options, left_out, enabled, held, \
             created_at, updated_at FROM syncs ",
            $rest
        )
    };
}

#[async_trait]
impl SyncRepository for SqliteSyncs<'_> {
    async fn insert(&mut self, sync: &Sync) -> Result<(), StoreError> {
        const OPERATION: &str = "syncs.insert";
        sqlx::query(
            "INSERT INTO syncs (id, name, connection_id, stream, object, preset, mapping, options, left_out, enabled, \
             held, created_at, updated_at, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, \
             (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox'))",
        )
        .bind(sync.id.to_string())
        .bind(sync.name.as_str())
        .bind(sync.connection_id.to_string())
        .bind(&sync.stream)
        .bind(&sync.object)
        .bind(json_or_null(OPERATION, sync.preset.as_ref())?)
        .bind(json(OPERATION, &sync.mapping)?)
        .bind(json(OPERATION, &sync.options)?)
        .bind(json(OPERATION, &sync.left_out)?)
        .bind(sync.enabled)
        .bind(json_or_null(OPERATION, sync.held.as_ref())?)
        .bind(micros(sync.created_at))
        .bind(micros(sync.updated_at))
        .execute(&mut *self.0)
        .await
        .map_err(failed_or_taken(OPERATION, "sync name"))?;
        Ok(())
    }

    async fn find(&mut self, id: SyncId) -> Result<Option<Sync>, StoreError> {
        sqlx::query_as(select!("WHERE id = ?"))
            .bind(id.to_string())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("syncs.find"))?
            .map(sync)
            .transpose()
    }

    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Sync>, StoreError> {
        sqlx::query_as(select!("WHERE name = ?"))
            .bind(name.as_str())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("syncs.find_by_name"))?
            .map(sync)
            .transpose()
    }

    async fn list(&mut self, filter: &SyncFilter, page: &PageRequest) -> Result<Page<Sync>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as(select!("ORDER BY name")).fetch_all(&mut *self.0).await.map_err(failed("syncs.list"))?;
        Ok(filter.page(rows.into_iter().map(sync).collect::<Result<_, _>>()?, page))
    }

    async fn of_connection(&mut self, connection: ConnectionId) -> Result<Vec<Sync>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(select!("WHERE connection_id = ? ORDER BY name"))
            .bind(connection.to_string())
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed("syncs.of_connection"))?;
        rows.into_iter().map(sync).collect()
    }

    async fn update(&mut self, sync: &Sync) -> Result<bool, StoreError> {
        const OPERATION: &str = "syncs.update";
        let done = sqlx::query(
            "UPDATE syncs SET stream = ?2, object = ?3, preset = ?4, mapping = ?5, options = ?6, left_out = ?7, \
             enabled = ?8, held = ?9, updated_at = ?10 WHERE id = ?1",
        )
        .bind(sync.id.to_string())
        .bind(&sync.stream)
        .bind(&sync.object)
        .bind(json_or_null(OPERATION, sync.preset.as_ref())?)
        .bind(json(OPERATION, &sync.mapping)?)
        .bind(json(OPERATION, &sync.options)?)
        .bind(json(OPERATION, &sync.left_out)?)
        .bind(sync.enabled)
        .bind(json_or_null(OPERATION, sync.held.as_ref())?)
        .bind(micros(sync.updated_at))
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(done.rows_affected() > 0)
    }

    async fn delete(&mut self, id: SyncId) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM syncs WHERE id = ?")
            .bind(id.to_string())
            .execute(&mut *self.0)
            .await
            .map_err(failed("syncs.delete"))?;
        Ok(done.rows_affected() > 0)
    }
}

fn sync(row: Row) -> Result<Sync, StoreError> {
    let (
        id,
        name,
        connection_id,
        stream,
        object,
        preset,
        mapping,
        options,
        left_out,
        enabled,
        held,
        created_at,
        updated_at,
    ) = row;
    let stored = Stored::new("sync", &name);
    Ok(Sync {
        id: stored.parse("id", &id)?,
        name: stored.parse("name", &name)?,
        connection_id: stored.parse("connection id", &connection_id)?,
        stream,
        object,
        preset: stored.json_or_none("preset", preset.as_deref())?,
        mapping: stored.json("mapping", &mapping)?,
        options: stored.json("options", &options)?,
        left_out: stored.json("left out fields", &left_out)?,
        enabled,
        held: stored.json_or_none("hold", held.as_deref())?,
        created_at: stored.instant("creation time", created_at)?,
        updated_at: stored.instant("update time", updated_at)?,
    })
}
