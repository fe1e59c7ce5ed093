//! SQLite's failures in the store's words. It decides nothing but which word.

use std::io::ErrorKind as ErrorKindOfSystem;

use salesbridge_store::{MachineTrouble, StoreError};
use sqlx::error::ErrorKind;

/// Names the operation of a failure; broken references and unreadable columns get their own words.
pub(crate) fn failed(operation: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |error| match error {
        sqlx::Error::Database(cause) if cause.kind() == ErrorKind::ForeignKeyViolation => {
            StoreError::Reference { operation }
        }
        sqlx::Error::ColumnDecode { index, source } => {
            StoreError::Corrupt { what: "column", row: format!("{operation}, column {index}"), cause: source }
        }
        other => match trouble_of(&other) {
            Some(trouble) => StoreError::Machine { operation, trouble, cause: Box::new(other) },
            None => StoreError::Database { operation, cause: Box::new(other) },
        },
    }
}

/// As [`failed`], where a unique value may be taken already.
pub(crate) fn failed_or_taken(operation: &'static str, what: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |error| match &error {
        sqlx::Error::Database(cause) if cause.kind() == ErrorKind::UniqueViolation => StoreError::Taken { what },
        _ => failed(operation)(error),
    }
}

/// What SQLite's result code says about the machine (sqlite.org/rescode.html).
fn trouble_of(error: &sqlx::Error) -> Option<MachineTrouble> {
    let error = match error {
        sqlx::Error::Database(error) => error,
        // Those before us in the queue of writers, each of whom waited in vain.
        sqlx::Error::PoolTimedOut => return Some(MachineTrouble::Locked),
        _ => return None,
    };
    let code: i32 = error.code()?.parse().ok()?;
    match (code & 0xff, code) {
        // SQLITE_FULL; SQLITE_IOERR_WRITE is what a limit on the size of a file looks like.
        (13, _) | (_, 778) => Some(MachineTrouble::NoRoom),
        // SQLITE_READONLY
        (8, _) => Some(MachineTrouble::ReadOnly),
        // SQLITE_CORRUPT and SQLITE_NOTADB
        (11 | 26, _) => Some(MachineTrouble::Damaged),
        // SQLITE_BUSY and SQLITE_LOCKED
        (5 | 6, _) => Some(MachineTrouble::Locked),
        _ => None,
    }
}

/// Names the operation on a file that the operating system refused.
pub(crate) fn refused(operation: &'static str, cause: std::io::Error) -> StoreError {
    let trouble = match cause.kind() {
        ErrorKindOfSystem::PermissionDenied | ErrorKindOfSystem::ReadOnlyFilesystem => MachineTrouble::ReadOnly,
        ErrorKindOfSystem::StorageFull | ErrorKindOfSystem::QuotaExceeded | ErrorKindOfSystem::FileTooLarge => {
            MachineTrouble::NoRoom
        }
        _ => return StoreError::Database { operation, cause: Box::new(cause) },
    };
    StoreError::Machine { operation, trouble, cause: Box::new(cause) }
}
