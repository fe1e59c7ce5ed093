//! Takes in everything that another kind of database holds, by COPY.

use async_trait::async_trait;
use futures::StreamExt;
use salesbridge_store::StoreError;
use salesbridge_store::archive::{ArchiveTarget, Cell, Rows, Table};
use sqlx::postgres::{PgConnection, PgCopyIn};
use sqlx::{AssertSqlSafe, Postgres};

use crate::PostgresStore;
use crate::failure::failed;
use crate::text::text;

/// Bytes per message to the server; bounds the memory.
const MESSAGE: usize = 256 * 1024;

struct PostgresArchive {
    inner: sqlx::Transaction<'static, Postgres>,
}

impl PostgresStore {
    /// A write transaction that takes a copy in.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the server cannot be reached.
    pub async fn archive(&self) -> Result<Box<dyn ArchiveTarget>, StoreError> {
        Ok(Box::new(PostgresArchive { inner: self.begin_writing().await? }))
    }
}

#[async_trait]
impl ArchiveTarget for PostgresArchive {
    async fn tables(&mut self) -> Result<Vec<Table>, StoreError> {
        let mut tables = tables(&mut self.inner).await?;
        let references = references(&mut self.inner).await?;
        let mut ordered: Vec<Table> = Vec::with_capacity(tables.len());
        while !tables.is_empty() {
            let waits = |table: &Table| {
                let mut needed = references.iter().filter(|(from, to)| *from == table.name && *to != table.name);
                needed.any(|(_, to)| !ordered.iter().any(|done| done.name == *to))
            };
            let (waiting, next): (Vec<_>, Vec<_>) = tables.into_iter().partition(waits);
            if next.is_empty() {
                // Tables that refer to each other in a circle; ours do not.
                ordered.extend(waiting);
                break;
            }
            ordered.extend(next);
            tables = waiting;
        }
        Ok(ordered)
    }

    async fn count(&mut self, table: &Table) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {}", quoted(&table.name))))
            .fetch_one(&mut *self.inner)
            .await
            .map_err(failed("archive.count"))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    async fn take_in(&mut self, table: &Table, mut rows: Rows<'_>) -> Result<(), StoreError> {
        let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
        let statement = format!("COPY {} ({}) FROM STDIN", quoted(&table.name), columns.join(", "));
        let mut copy = self.inner.copy_in_raw(&statement).await.map_err(failed("archive.take_in"))?;
        match send_all(&mut copy, &mut rows).await {
            Ok(()) => copy.finish().await.map(drop).map_err(failed("archive.take_in")),
            Err(error) => {
                // The transaction is lost either way; the first error is the one that says why.
                drop(copy.abort("the source failed").await);
                Err(error)
            }
        }
    }

    async fn set_newest_change(&mut self, sequence: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE outbox_newest SET newest = $1")
            .bind(sequence)
            .execute(&mut *self.inner)
            .await
            .map(drop)
            .map_err(failed("archive.set_newest_change"))
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.inner.commit().await.map_err(failed("commit"))
    }
}

/// Every table of ours, by name. The counter of changes is no table of rows, and has its own way across.
async fn tables(connection: &mut PgConnection) -> Result<Vec<Table>, StoreError> {
    let tables: Vec<(String, Vec<String>)> = sqlx::query_as(
        "SELECT table_name::text, array_agg(column_name::text ORDER BY ordinal_position) \
         FROM information_schema.tables JOIN information_schema.columns USING (table_schema, table_name) \
         WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' \
         AND table_name NOT IN ('salesbridge_migrations', 'outbox_newest') GROUP BY table_name ORDER BY table_name",
    )
    .fetch_all(connection)
    .await
    .map_err(failed("archive.tables"))?;
    Ok(tables.into_iter().map(|(name, columns)| Table { name, columns }).collect())
}

/// Which table refers to which.
async fn references(connection: &mut PgConnection) -> Result<Vec<(String, String)>, StoreError> {
    sqlx::query_as(
        "SELECT origin.relname::text, target.relname::text FROM pg_constraint \
         JOIN pg_class AS origin ON origin.oid = conrelid JOIN pg_class AS target ON target.oid = confrelid \
         WHERE contype = 'f' AND connamespace = current_schema()::regnamespace",
    )
    .fetch_all(connection)
    .await
    .map_err(failed("archive.tables"))
}

async fn send_all(copy: &mut PgCopyIn<&mut PgConnection>, rows: &mut Rows<'_>) -> Result<(), StoreError> {
    let mut message = Vec::with_capacity(MESSAGE);
    while let Some(row) = rows.next().await {
        write_row(&mut message, &row?);
        if message.len() >= MESSAGE {
            copy.send(message.as_slice()).await.map_err(failed("archive.take_in"))?;
            message.clear();
        }
    }
    copy.send(message.as_slice()).await.map(drop).map_err(failed("archive.take_in"))
}

/// A row in COPY's text format (postgresql.org/docs/current/sql-copy.html, "Text Format").
fn write_row(message: &mut Vec<u8>, row: &[Cell]) {
    for (number, cell) in row.iter().enumerate() {
        if number > 0 {
            message.push(b'\t');
        }
        match cell {
            Cell::Null => message.extend_from_slice(b"\\N"),
            Cell::Integer(number) => message.extend_from_slice(number.to_string().as_bytes()),
            Cell::Text(plain) => text(plain).bytes().for_each(|byte| write_byte(message, byte)),
            Cell::Bytes(bytes) => {
                message.extend_from_slice(b"\\\\x");
                bytes.iter().for_each(|byte| message.extend_from_slice(format!("{byte:02x}").as_bytes()));
            }
        }
    }
    message.push(b'\n');
}

fn write_byte(message: &mut Vec<u8>, byte: u8) {
    match byte {
        b'\\' => message.extend_from_slice(b"\\\\"),
        b'\t' => message.extend_from_slice(b"\\t"),
        b'\n' => message.extend_from_slice(b"\\n"),
        b'\r' => message.extend_from_slice(b"\\r"),
        other => message.push(other),
    }
}

/// A name of the schema as an identifier.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
