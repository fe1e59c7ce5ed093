//! Everything in the file, for a copy into another kind of database.

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};
use salesbridge_store::StoreError;
use salesbridge_store::archive::{ArchiveSource, Cell, Rows, Table};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Column, Row, Sqlite, TypeInfo, ValueRef};

use crate::SqliteStore;
use crate::failure::failed;

struct SqliteArchive {
    inner: sqlx::Transaction<'static, Sqlite>,
}

impl SqliteStore {
    /// One committed state of everything, to be copied.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the file cannot be read.
    pub async fn archive(&self) -> Result<Box<dyn ArchiveSource>, StoreError> {
        let inner = self.readers.begin_with("BEGIN").await.map_err(failed("archive"))?;
        Ok(Box::new(SqliteArchive { inner }))
    }
}

#[async_trait]
impl ArchiveSource for SqliteArchive {
    async fn tables(&mut self) -> Result<Vec<Table>, StoreError> {
        let columns: Vec<(String, String)> = sqlx::query_as(
            "SELECT tables.name, columns.name FROM sqlite_schema AS tables \
             JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table' \
             AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND tables.name <> 'salesbridge_migrations' \
             ORDER BY tables.name, columns.cid",
        )
        .fetch_all(&mut *self.inner)
        .await
        .map_err(failed("archive.tables"))?;
        let mut tables: Vec<Table> = Vec::new();
        for (name, column) in columns {
            match tables.last_mut().filter(|table| table.name == name) {
                Some(table) => table.columns.push(column),
                None => tables.push(Table { name, columns: vec![column] }),
            }
        }
        Ok(tables)
    }

    async fn count(&mut self, table: &Table) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {}", quoted(&table.name))))
            .fetch_one(&mut *self.inner)
            .await
            .map_err(failed("archive.count"))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    fn rows<'s>(&'s mut self, table: &Table) -> Rows<'s> {
        let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
        let statement = format!("SELECT {} FROM {}", columns.join(", "), quoted(&table.name));
        sqlx::query(AssertSqlSafe(statement))
            .fetch(&mut *self.inner)
            .map_err(failed("archive.rows"))
            .map(|row| row.and_then(|row| cells(&row).map_err(failed("archive.rows"))))
            .boxed()
    }

    async fn newest_change(&mut self) -> Result<i64, StoreError> {
        sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox'")
            .fetch_one(&mut *self.inner)
            .await
            .map_err(failed("archive.newest_change"))
    }
}

fn cells(row: &SqliteRow) -> Result<Vec<Cell>, sqlx::Error> {
    row.columns().iter().map(|column| cell(row, column.ordinal())).collect()
}

fn cell(row: &SqliteRow, column: usize) -> Result<Cell, sqlx::Error> {
    let value = row.try_get_raw(column)?;
    if value.is_null() {
        return Ok(Cell::Null);
    }
    // Without type affinity: our tables are STRICT, so what is stored is what the column says.
    let kind = value.type_info().name().to_owned();
    match kind.as_str() {
        "TEXT" => row.try_get_unchecked(column).map(Cell::Text),
        "BLOB" => row.try_get_unchecked(column).map(Cell::Bytes),
        _ => row.try_get_unchecked(column).map(Cell::Integer),
    }
}

/// A name of the schema as an identifier.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
