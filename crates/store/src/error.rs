//! What can go wrong with the store.

use crate::MachineTrouble;

/// What can go wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database could not be opened, read or written.
    #[error("the database failed during {operation}")]
    Database {
        /// What was being done, such as `links.save`.
        operation: &'static str,
        /// The database's own error.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The machine keeps the database from being used, for now.
    #[error("{trouble}")]
    Machine {
        /// What was being done.
        operation: &'static str,
        /// In which way.
        trouble: MachineTrouble,
        /// The database's own error.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A unique value is taken already.
    #[error("{what} is taken already")]
    Taken {
        /// Which value, such as `connection name`.
        what: &'static str,
    },
    /// A row refers to one that does not exist, or is still referred to.
    #[error("{operation} would leave a row that refers to nothing")]
    Reference {
        /// What was being done.
        operation: &'static str,
    },
    /// A stored value does not have the form it was written in.
    #[error("the stored {what} of {row} cannot be read")]
    Corrupt {
        /// Which value.
        what: &'static str,
        /// Of which row.
        row: String,
        /// Why.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database was written by a newer version of the program.
    #[error("the database has schema version {found}, newer than this program's {known}; install the newer program")]
    NewerSchema {
        /// Version in the database.
        found: i64,
        /// Newest version this program knows.
        known: i64,
    },
}
