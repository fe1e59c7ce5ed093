//! Clients from a file or a query, row by row: what each heading means is in `columns`, what each cell may hold in `cells`.
//!
//! It stores nothing, and knows neither where the bytes come from nor what the directory holds already.

mod cells;
mod columns;
mod json_lines;
#[cfg(test)]
mod json_lines_tests;
mod repeats;
#[cfg(test)]
mod tests;

use std::io::{BufRead, BufReader, Chain, Cursor, Read};
use std::sync::Arc;

use csv::ByteRecord;
use salesbridge_model::{Client, ClientProblem, Timestamp};

use self::cells::Draft;
use self::columns::Column;
use self::repeats::Repeats;

pub use self::columns::{Covered, KNOWN_HEADINGS};
pub use self::json_lines::{JsonLines, read_clients_json_lines};

/// Bytes that are looked at to find the delimiter.
const LONGEST_BEGINNING: u64 = 64 * 1024;

/// Why no row of a file can be read.
#[derive(Debug, thiserror::Error)]
pub enum HeadingProblem {
    /// The heading could not be read.
    #[error("the heading cannot be read")]
    Unreadable {
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// There is no line with text.
    #[error("the file has no heading line; known headings: {KNOWN_HEADINGS}")]
    Missing,
    /// Headings that mean nothing to us; reading on would lose their columns silently.
    #[error("unknown headings: {}; known headings: {KNOWN_HEADINGS}", unknown.join(", "))]
    Unknown {
        /// Those, as written in the file.
        unknown: Vec<String>,
    },
    /// Two headings mean the same column.
    #[error("the heading `{heading}` is there twice")]
    Twice {
        /// The second of the two, as written in the file.
        heading: String,
    },
    /// No column holds the firm's own keys.
    #[error("the heading `key` is missing; known headings: {KNOWN_HEADINGS}")]
    NoKey,
}

/// A client that was read, and which parts of it the row tells about; all when absent. The others stay as the directory has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadClient {
    /// Line on which its row begins, counted from 1; 0 when there are no lines.
    pub line: u64,
    /// The client.
    pub client: Client,
    /// What the row tells about.
    pub covered: Option<Arc<Covered>>,
}

/// A row that was not taken, and why. Reading goes on after it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct RowProblem {
    /// Line of the file on which the row begins, counted from 1.
    pub line: u64,
    /// The row's key, as far as it could be read.
    pub key: Option<String>,
    /// What is wrong with it, by heading or field.
    pub problems: Vec<ClientProblem>,
}

/// A key that an earlier row of the same file had too. Both rows are read; saved in order, the later one wins.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct RepeatedKey {
    /// The key.
    pub key: String,
    /// Line of the earlier row.
    pub earlier: u64,
    /// Line of the later row, which wins.
    pub later: u64,
}

/// Reads the heading, then gives the clients one by one. UTF-8 with or without byte order mark; comma, semicolon or tab, whichever the
/// heading has most of; headings in any order and case. `now` is taken for a phone or address without `updated_at`.
///
/// # Errors
/// [`HeadingProblem`], before any row is read.
pub fn read_clients_csv<R: Read>(reader: R, now: Timestamp) -> Result<ClientRows<R>, HeadingProblem> {
    let mut reader = BufReader::new(reader);
    let beginning = beginning(&mut reader).map_err(|cause| HeadingProblem::Unreadable { cause })?;
    let delimiter = delimiter_of(&beginning);
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(Cursor::new(beginning).chain(reader));
    let mut record = ByteRecord::new();
    if !rows.read_byte_record(&mut record).map_err(|error| HeadingProblem::Unreadable { cause: error.into() })? {
        return Err(HeadingProblem::Missing);
    }
    Ok(ClientRows {
        columns: columns::of_heading(&record)?,
        rows,
        record,
        now,
        repeats: Repeats::default(),
        broken_off: false,
    })
}

/// Whether a file or query with these headings could be imported.
///
/// # Errors
/// [`HeadingProblem`], as it would end the import before any row is read.
pub fn check_headings(headings: &[String]) -> Result<(), HeadingProblem> {
    columns::of_heading(&ByteRecord::from(headings.to_vec())).map(drop)
}

/// The clients of a file, in its order; a row that is not taken is an `Err`, after which the next one follows.
pub struct ClientRows<R> {
    columns: Vec<Column>,
    rows: csv::Reader<Chain<Cursor<Vec<u8>>, BufReader<R>>>,
    record: ByteRecord,
    now: Timestamp,
    repeats: Repeats,
    broken_off: bool,
}

impl<R> ClientRows<R> {
    /// The first thousand repeated keys among the good rows read so far. Only repeats of the first million keys are noticed.
    pub fn repeated(&self) -> &[RepeatedKey] {
        self.repeats.described()
    }

    /// Line on which the newest row begins.
    pub fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// Which parts of a client the file tells about.
    pub fn covered(&self) -> Covered {
        Covered::of(&self.columns)
    }

    /// How many good rows so far had the key of an earlier one.
    pub fn repeats(&self) -> u64 {
        self.repeats.count()
    }

    fn client(&self, line: u64) -> Result<Client, RowProblem> {
        let draft = Draft::read(&self.columns, &self.record, self.now);
        draft.finish().map_err(|(key, problems)| RowProblem { line, key, problems })
    }
}

impl<R: Read> Iterator for ClientRows<R> {
    type Item = Result<Client, RowProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken_off {
            return None;
        }
        match self.rows.read_byte_record(&mut self.record) {
            Ok(false) => None,
            Ok(true) => {
                let line = self.record.position().map_or(0, csv::Position::line);
                let row = self.client(line);
                if let Ok(client) = &row {
                    self.repeats.note(&client.key, line);
                }
                Some(row)
            }
            Err(error) => {
                self.broken_off = true;
                let message = format!("cannot be read on: {error}; the rows from here on were not read");
                let problem = ClientProblem { field: "file".to_owned(), message };
                Some(Err(RowProblem { line: self.rows.position().line(), key: None, problems: vec![problem] }))
            }
        }
    }
}

/// The first line with text and the blank ones before it.
fn beginning(reader: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let (mut reader, mut beginning) = (reader.take(LONGEST_BEGINNING), Vec::new());
    while reader.read_until(b'\n', &mut beginning)? > 0 && beginning.trim_ascii().is_empty() {}
    Ok(beginning)
}

/// The one of comma, semicolon and tab that the heading has most of. No heading has one of them in its name.
fn delimiter_of(beginning: &[u8]) -> u8 {
    // Old files end their lines with a carriage return alone.
    let heading = beginning.trim_ascii_start().split(|byte| *byte == b'\r').next().unwrap_or_default();
    let count = |delimiter: u8| heading.iter().filter(|byte| **byte == delimiter).count();
    // The last of equals wins, so that the comma is the choice for a heading of one column.
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}
