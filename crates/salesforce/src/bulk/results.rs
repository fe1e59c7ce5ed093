//! What became of the rows of a job, read as it arrives.

use salesbridge_egress::Response;

use super::csv_rows::{CsvRow, CsvRows};
use crate::ApiError;

/// The lists of a job that is over. A row is in one of them; beyond a day's allowance of batches it is in none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IngestList {
    /// Rows that were written.
    Successful,
    /// Rows that were refused.
    Failed,
    /// Rows that a job did not come to before it ended early.
    Unprocessed,
}

impl IngestList {
    pub(super) fn name(self) -> &'static str {
        match self {
            IngestList::Successful => "successfulResults",
            IngestList::Failed => "failedResults",
            IngestList::Unprocessed => "unprocessedrecords",
        }
    }

    /// The columns that stand before those of the file.
    fn own_columns(self) -> &'static [&'static str] {
        match self {
            IngestList::Successful => &["sf__Id", "sf__Created"],
            IngestList::Failed => &["sf__Id", "sf__Error"],
            IngestList::Unprocessed => &[],
        }
    }
}

/// One list, row by row.
pub struct IngestRows {
    rows: CsvRows,
    own: &'static [&'static str],
    columns: Vec<String>,
}

/// One row of a list.
#[derive(Clone, Copy, Debug)]
pub struct IngestRow<'a> {
    row: CsvRow<'a>,
    own: usize,
}

impl<'a> IngestRow<'a> {
    /// The id of the record, as Salesforce writes it; empty where there is none.
    pub fn record_id(self) -> &'a [u8] {
        if self.own == 0 { &[] } else { self.row.value(0) }
    }

    /// Whether the record was made: of a row that was written.
    pub fn is_created(self) -> bool {
        self.own > 0 && self.row.value(1).eq_ignore_ascii_case(b"true")
    }

    /// Why the row was refused: of a row that was.
    pub fn error(self) -> std::borrow::Cow<'a, str> {
        if self.own == 0 { "".into() } else { self.row.text(1) }
    }

    /// What was uploaded in a column of the file, by its place in [`IngestRows::columns`]. Numbers may be written in another way.
    pub fn value(self, column: usize) -> &'a [u8] {
        self.row.value(self.own + column)
    }
}

impl IngestRows {
    /// Reads the header, which says that this is the list that was asked for. An empty answer is an empty list.
    pub(super) async fn begin(response: Response, list: IngestList) -> Result<Self, ApiError> {
        let (mut rows, own) = (CsvRows::new(response), list.own_columns());
        let mut columns = Vec::new();
        if let Some(header) = rows.next().await? {
            let is_right = header.len() >= own.len()
                && own.iter().enumerate().all(|(column, name)| header.text(column).eq_ignore_ascii_case(name));
            if !is_right {
                return Err(ApiError::Unreadable { expected: "the results of a job" });
            }
            columns.extend((own.len()..header.len()).map(|column| header.text(column).into_owned()));
        }
        Ok(Self { rows, own, columns })
    }

    /// The columns of the file, as they were uploaded.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The next row; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<IngestRow<'_>>, ApiError> {
        let (own, expected) = (self.own.len(), self.own.len() + self.columns.len());
        match self.rows.next().await? {
            None => Ok(None),
            Some(row) if row.len() == expected => Ok(Some(IngestRow { row, own })),
            Some(_) => Err(ApiError::Unreadable { expected: "as many values as columns" }),
        }
    }
}
