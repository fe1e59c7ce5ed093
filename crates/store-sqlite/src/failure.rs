//! SQLite's failures in the store's words. It decides nothing but which word.

use salesbridge_store::StoreError;
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
        other => StoreError::Database { operation, cause: Box::new(other) },
    }
}

/// As [`failed`], where a unique value may be taken already.
pub(crate) fn failed_or_taken(operation: &'static str, what: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |error| match &error {
        sqlx::Error::Database(cause) if cause.kind() == ErrorKind::UniqueViolation => StoreError::Taken { what },
        _ => failed(operation)(error),
    }
}
