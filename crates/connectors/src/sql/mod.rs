//! Reading the rows of a query from other people's databases. Nothing is ever written there.

pub mod postgres;
pub mod sqlite;

use tokio::sync::mpsc::{Receiver, Sender, channel};

/// One row: the text of each value as the database writes it, `None` where there is none.
pub type SqlRow = Vec<Option<String>>;

/// Rows handed on at once.
const BATCH: usize = 500;
/// Batches read ahead; memory holds these and no more.
const BATCHES_AHEAD: usize = 2;

/// The rows of a query, read as they are asked for.
pub struct SqlRows {
    columns: Vec<String>,
    batches: Receiver<Result<Vec<SqlRow>, SqlError>>,
}

impl SqlRows {
    /// Names of the columns, in the order of each row's values.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The next rows; `None` at the end.
    ///
    /// # Errors
    /// What ended the reading; nothing follows it.
    pub async fn next(&mut self) -> Option<Result<Vec<SqlRow>, SqlError>> {
        self.batches.recv().await
    }
}

/// A query that could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// The database did not open, or let nobody in.
    #[error("the database cannot be opened: {reason}")]
    Open {
        /// The database's own words, without its address.
        reason: String,
    },
    /// The statement is none that only reads, or the database does not understand it.
    #[error("the statement cannot be run: {reason}")]
    Statement {
        /// The database's own words.
        reason: String,
    },
    /// The statement gives no columns.
    #[error("the statement gives no rows; expected is one SELECT")]
    NoColumns,
    /// A value that is no text, number or time.
    #[error(
        "row {row}, column {column}: the value is {kind}, which cannot be imported; convert or leave it out in the statement"
    )]
    Value {
        /// Counted from 1.
        row: u64,
        /// The column.
        column: String,
        /// What it is.
        kind: &'static str,
    },
    /// It broke off.
    #[error("the rows could not be read on after row {row}: {reason}")]
    BrokenOff {
        /// The last row that was read; 0 when there was none.
        row: u64,
        /// The database's own words.
        reason: String,
    },
}

fn rows(columns: Vec<String>) -> (Sender<Result<Vec<SqlRow>, SqlError>>, SqlRows) {
    let (sender, batches) = channel(BATCHES_AHEAD);
    (sender, SqlRows { columns, batches })
}
