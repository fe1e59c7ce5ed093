//! SQLite files, opened for reading alone, with an authorizer that lets a statement do nothing but read.

use std::path::Path;

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row, Statement};
use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;

use super::{BATCH, SqlError, SqlRow, SqlRows, rows};

/// Begins to read the rows of a statement.
///
/// # Errors
/// [`SqlError`]: the file does not open, or the statement does more than read.
pub async fn read(file: &Path, statement: &str) -> Result<SqlRows, SqlError> {
    let (file, statement) = (file.to_owned(), statement.to_owned());
    let (begun, begins) = oneshot::channel();
    // SQLite blocks, so the rows are read by a thread of their own, which ends when nobody takes them any more.
    tokio::task::spawn_blocking(move || match open(&file) {
        Ok(connection) => read_all(&connection, &statement, begun),
        Err(error) => drop(begun.send(Err(error))),
    });
    begins.await.unwrap_or_else(|_| Err(SqlError::Open { reason: "the reader ended".to_owned() }))
}

type Begun = oneshot::Sender<Result<SqlRows, SqlError>>;

fn open(file: &Path) -> Result<Connection, SqlError> {
    let failed = |error: rusqlite::Error| SqlError::Open { reason: error.to_string() };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(failed)?;
    connection.authorizer(Some(may_only_read)).map_err(failed)?;
    Ok(connection)
}

/// Attaching another file, loading code, settings and every change are denied (sqlite.org/c3ref/set_authorizer.html).
fn may_only_read(asked: AuthContext<'_>) -> Authorization {
    match asked.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name } if !function_name.eq_ignore_ascii_case("load_extension") => {
            Authorization::Allow
        }
        _ => Authorization::Deny,
    }
}

fn read_all(connection: &Connection, sql: &str, begun: Begun) {
    let mut statement = match prepare(connection, sql) {
        Ok(statement) => statement,
        Err(error) => return drop(begun.send(Err(error))),
    };
    let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let (sender, given) = rows(columns.clone());
    if begun.send(Ok(given)).is_err() {
        return;
    }
    if let Err(error) = send_all(&mut statement, &columns, &sender) {
        drop(sender.blocking_send(Err(error)));
    }
}

fn prepare<'c>(connection: &'c Connection, sql: &str) -> Result<Statement<'c>, SqlError> {
    let statement = connection.prepare(sql).map_err(|error| SqlError::Statement { reason: error.to_string() })?;
    match statement.column_count() {
        0 => Err(SqlError::NoColumns),
        _ if !statement.readonly() => Err(SqlError::Statement { reason: "it does more than read".to_owned() }),
        _ => Ok(statement),
    }
}

fn send_all(
    statement: &mut Statement<'_>,
    columns: &[String],
    sender: &Sender<Result<Vec<SqlRow>, SqlError>>,
) -> Result<(), SqlError> {
    let mut number = 0;
    let broken = |row: u64| move |error: rusqlite::Error| SqlError::BrokenOff { row, reason: error.to_string() };
    let mut found = statement.query([]).map_err(broken(0))?;
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(row) = found.next().map_err(broken(number))? {
        number += 1;
        batch.push(texts(row, columns, number)?);
        if batch.len() == BATCH && sender.blocking_send(Ok(std::mem::take(&mut batch))).is_err() {
            return Ok(());
        }
    }
    drop(sender.blocking_send(Ok(batch)));
    Ok(())
}

fn texts(row: &Row<'_>, columns: &[String], number: u64) -> Result<SqlRow, SqlError> {
    let refuse = |column: &String, kind| SqlError::Value { row: number, column: column.clone(), kind };
    let text = |(position, column): (usize, &String)| match row.get_ref(position) {
        Ok(ValueRef::Null) => Ok(None),
        Ok(ValueRef::Integer(value)) => Ok(Some(value.to_string())),
        Ok(ValueRef::Real(value)) => Ok(Some(value.to_string())),
        Ok(ValueRef::Text(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(_) => Err(refuse(column, "text that is not UTF-8")),
        },
        Ok(ValueRef::Blob(_)) => Err(refuse(column, "a BLOB")),
        Err(error) => Err(SqlError::BrokenOff { row: number, reason: error.to_string() }),
    };
    columns.iter().enumerate().map(text).collect()
}
