//! PostgreSQL: one statement, through a cursor, in a transaction that may only read and ends at a time limit.

mod way;

use std::str::FromStr;
use std::time::Duration;

use salesbridge_model::Secret;
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Connection, Executor, PgConnection, Row, SqlSafeStr, Statement};
use sqlx::{TypeInfo, ValueRef};
use tokio::sync::mpsc::Sender;
use tokio_util::task::TaskTracker;

use super::{SqlError, SqlRow, SqlRows, rows};

/// Begins to read the rows of a statement. `url` is like `postgres://reader@host/database`; each step of the reading may take `limit`.
///
/// # Errors
/// [`SqlError`]: the database does not let us in, or the statement does more than read. The URL is in none of them.
pub async fn read(url: &Secret<String>, statement: &str, limit: Duration) -> Result<SqlRows, SqlError> {
    let mut connection = open(url, limit).await?;
    let columns = begin(&mut connection, statement).await?;
    let (sender, given) = rows(columns.clone());
    TaskTracker::new().spawn(async move {
        if let Err(error) = send_all(&mut connection, &columns, &sender).await {
            drop(sender.send(Err(error)).await);
        }
        drop(connection.close().await);
    });
    Ok(given)
}

async fn open(url: &Secret<String>, limit: Duration) -> Result<PgConnection, SqlError> {
    let options = PgConnectOptions::from_str(url.expose()).map_err(|_| SqlError::Open {
        reason: "its address cannot be read; expected is one such as postgres://reader@host/database".to_owned(),
    })?;
    let limit = limit.as_millis().to_string();
    let settings = [
        ("default_transaction_read_only", "on"),
        ("statement_timeout", limit.as_str()),
        ("idle_in_transaction_session_timeout", "0"),
        ("TimeZone", "UTC"),
        ("DateStyle", "ISO"),
    ];
    let options = options.application_name("salesbridge import").options(settings).disable_statement_logging();
    let (options, _folder) = way::dialled(options).await?;
    options.connect().await.map_err(|error| SqlError::Open { reason: words(&error) })
}

/// Opens the cursor; the names of its columns.
async fn begin(connection: &mut PgConnection, statement: &str) -> Result<Vec<String>, SqlError> {
    let refused = |error: sqlx::Error| SqlError::Statement { reason: words(&error) };
    connection.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY").await.map_err(refused)?;
    // The extended protocol takes one statement and no more, so none can end the transaction.
    let text = AssertSqlSafe(statement.trim().trim_end_matches(';').to_owned()).into_sql_str();
    let prepared = (&mut *connection).prepare(text).await.map_err(refused)?;
    let columns: Vec<String> = prepared.columns().iter().map(|column| column.name().to_owned()).collect();
    if columns.is_empty() {
        return Err(SqlError::NoColumns);
    }
    let declare = format!("DECLARE import NO SCROLL CURSOR FOR {}", statement.trim().trim_end_matches(';'));
    sqlx::query(AssertSqlSafe(declare)).persistent(false).execute(connection).await.map_err(refused)?;
    Ok(columns)
}

async fn send_all(
    connection: &mut PgConnection,
    columns: &[String],
    sender: &Sender<Result<Vec<SqlRow>, SqlError>>,
) -> Result<(), SqlError> {
    let mut number = 0;
    loop {
        // The simple protocol gives every value as the text that PostgreSQL itself writes.
        let fetched = sqlx::raw_sql("FETCH FORWARD 500 FROM import").fetch_all(&mut *connection).await;
        let fetched = fetched.map_err(|error| SqlError::BrokenOff { row: number, reason: words(&error) })?;
        let at_end = fetched.is_empty();
        let mut batch = Vec::with_capacity(fetched.len());
        for row in &fetched {
            number += 1;
            batch.push(texts(row, columns, number)?);
        }
        if at_end || sender.send(Ok(batch)).await.is_err() {
            return Ok(());
        }
    }
}

fn texts(row: &PgRow, columns: &[String], number: u64) -> Result<SqlRow, SqlError> {
    let text = |(position, column): (usize, &String)| {
        let unreadable = |reason: String| SqlError::BrokenOff { row: number, reason };
        let value = row.try_get_raw(position).map_err(|error| unreadable(words(&error)))?;
        if value.is_null() {
            return Ok(None);
        }
        let kind = value.type_info().name().to_owned();
        let refuse = |kind| SqlError::Value { row: number, column: column.clone(), kind };
        let text = value.as_str().map_err(|_| refuse("text that is not UTF-8"))?;
        match kind.as_str() {
            "BYTEA" => Err(refuse("bytes (bytea)")),
            "BOOL" => Ok(Some(if text == "t" { "true" } else { "false" }.to_owned())),
            _ => Ok(Some(text.to_owned())),
        }
    };
    columns.iter().enumerate().map(text).collect()
}

/// The database's own words where there are some: other errors could name the address.
fn words(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(told) => told.message().to_owned(),
        sqlx::Error::Io(cause) => cause.kind().to_string(),
        sqlx::Error::Tls(_) => "no encrypted connection could be made".to_owned(),
        _ => "the connection failed".to_owned(),
    }
}
