//! Copies of the database file, and a look at one, whoever has it open: for backups and for whoever asks whether all is well.

use std::path::Path;

use salesbridge_store::StoreError;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::failure::failed;
use crate::{BUSY, SqliteStore, migrations};

/// What a look at a database file found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReport {
    /// Version of its schema; 0 when it has none of ours.
    pub schema: i64,
    /// What SQLite finds wrong with it; empty when all is well.
    pub problems: Vec<String>,
}

impl SqliteStore {
    /// The newest schema that this program knows.
    pub fn newest_schema() -> i64 {
        migrations::newest()
    }

    /// Writes a consistent copy of the database to a file that is empty or missing, while others go on reading and writing.
    ///
    /// # Errors
    /// [`StoreError::Database`] when either file cannot be used, or the disk is full.
    pub async fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<(), StoreError> {
        const OPERATION: &str = "copy";
        let mut connection = look(from.as_ref()).await.map_err(failed(OPERATION))?;
        sqlx::query("VACUUM INTO ?")
            .bind(to.as_ref().to_string_lossy().into_owned())
            .execute(&mut connection)
            .await
            .map_err(failed(OPERATION))?;
        connection.close().await.map_err(failed(OPERATION))
    }

    /// Looks at a database file without changing it; `thoroughly` reads every page and compares the indexes with their tables.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the file cannot be read or is no SQLite database.
    pub async fn inspect(path: impl AsRef<Path>, thoroughly: bool) -> Result<FileReport, StoreError> {
        const OPERATION: &str = "inspect";
        let mut connection = look(path.as_ref()).await.map_err(failed(OPERATION))?;
        let schema = migrations::found(&mut connection).await.map_err(failed(OPERATION))?.unwrap_or_default();
        let check = if thoroughly { "PRAGMA integrity_check(20)" } else { "PRAGMA quick_check(20)" };
        let mut problems: Vec<String> =
            sqlx::query_scalar(check).fetch_all(&mut connection).await.map_err(failed(OPERATION))?;
        problems.retain(|problem| problem != "ok");
        connection.close().await.map_err(failed(OPERATION))?;
        Ok(FileReport { schema, problems })
    }
}

/// A connection that changes nothing.
async fn look(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY);
    options.disable_statement_logging().connect().await
}
