//! The org's own database: one table per object, and the tables of what an org keeps beside records.
//! Refuses to know HTTP and rules; it opens, compares text the way the API does, and commits or rolls back.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

/// The name of the collation that ignores case in any script.
pub(crate) const IGNORING_CASE: &str = "ignoring_case";
/// The name of the SQL function that matches a SOQL `LIKE` pattern: `soql_like(pattern, text)`.
pub(crate) const SOQL_LIKE: &str = "soql_like";

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS id_counter (key_prefix TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS app (consumer_key TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS user_right (user_id TEXT PRIMARY KEY, api_enabled INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS token (
    digest BLOB PRIMARY KEY, format TEXT NOT NULL, consumer_key TEXT NOT NULL, user_id TEXT NOT NULL, scopes TEXT NOT NULL,
    issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, lifetime INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS rule (id TEXT PRIMARY KEY, kind TEXT NOT NULL, definition TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS standard_number (field TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS deleted_with (id TEXT PRIMARY KEY, root TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS deleted_with_root ON deleted_with (root);
CREATE TABLE IF NOT EXISTS cleared_reference (
    root TEXT NOT NULL, object TEXT NOT NULL, field TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS cleared_reference_root ON cleared_reference (root);
CREATE TABLE IF NOT EXISTS api_calls (hour INTEGER PRIMARY KEY, calls INTEGER NOT NULL) STRICT;
";

/// The most reader connections kept open beside the writer.
const READERS_KEPT: usize = 8;

/// The database: one writer behind its lock and, where the data is in a file, readers that do not wait for it. A job that
/// began runs to its end on its own thread, whoever waits for it.
pub(crate) struct Storage {
    writer: Mutex<Connection>,
    readers: Option<Readers>,
}

/// Connections that only read, each on a consistent state of its own.
pub(crate) struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Storage {
    /// Opens a file, or memory without one.
    pub(crate) fn open(file: Option<&Path>) -> rusqlite::Result<Self> {
        let writer = match file {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        // A local org loses nothing when its process dies; a power cut may cost it the last moments.
        writer.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8000;
             PRAGMA cache_size = -65536;",
        )?;
        prepare(&writer)?;
        writer.execute_batch(TABLES)?;
        let readers = file.map(|path| Readers { file: path.to_owned(), idle: Mutex::default() });
        Ok(Self { writer: Mutex::new(writer), readers })
    }

    /// The one connection that writes.
    pub(crate) fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection to read from: one of its own where the data is in a file, else the writer.
    pub(crate) fn reader(&self) -> rusqlite::Result<Reader<'_>> {
        match &self.readers {
            None => Ok(Reader::Shared(self.writer())),
            Some(readers) => Ok(Reader::Own(Some(readers.take()?), readers)),
        }
    }
}

/// A connection lent to one reader.
pub(crate) enum Reader<'storage> {
    Shared(MutexGuard<'storage, Connection>),
    Own(Option<Connection>, &'storage Readers),
}

impl Reader<'_> {
    /// The connection; it is there until the reader is dropped.
    pub(crate) fn connection(&mut self) -> rusqlite::Result<&mut Connection> {
        match self {
            Self::Shared(writer) => Ok(writer),
            Self::Own(connection, _) => connection.as_mut().ok_or(rusqlite::Error::InvalidQuery),
        }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Self::Own(connection, readers) = self {
            connection.take().into_iter().for_each(|connection| readers.put_back(connection));
        }
    }
}

impl Readers {
    fn take(&self) -> rusqlite::Result<Connection> {
        if let Some(connection) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(connection);
        }
        let connection = Connection::open(&self.file)?;
        connection.execute_batch("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384; PRAGMA query_only = ON;")?;
        prepare(&connection)?;
        Ok(connection)
    }

    fn put_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < READERS_KEPT {
            idle.push(connection);
        }
    }
}

/// What every connection knows: how the API compares text.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(256);
    connection.execute_batch("PRAGMA busy_timeout = 5000; PRAGMA temp_store = MEMORY;")?;
    crate::soql_execution::register(connection)?;
    connection.create_collation(IGNORING_CASE, compare_ignoring_case)?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(SOQL_LIKE, 2, flags, |call| {
        let (pattern, text): (String, Option<String>) = (call.get(0)?, call.get(1)?);
        Ok(text.map(|text| is_like(&pattern, &text)))
    })
}

/// An identifier between double quotes.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The table of an object's records.
pub(crate) fn table(object: &str) -> String {
    identifier(&format!("record_{object}"))
}

fn compare_ignoring_case(left: &str, right: &str) -> Ordering {
    if left.is_ascii() && right.is_ascii() {
        return left
            .bytes()
            .map(|byte| byte.to_ascii_lowercase())
            .cmp(right.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    folded(left).cmp(folded(right))
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    // Upper case first: `ß` and `SS`, and both small sigmas, meet there.
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

/// Whether `text` matches the pattern: `%` any run, `_` one character, a backslash takes the next one literally.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut steps = Vec::new();
    let mut characters = folded(pattern).peekable();
    while let Some(character) = characters.next() {
        steps.push(match character {
            '%' => Step::Any,
            '_' => Step::One,
            '\\' => characters.next().map_or(Step::Exactly('\\'), Step::Exactly),
            other => Step::Exactly(other),
        });
    }
    let text: Vec<char> = folded(text).collect();
    matches_steps(&steps, &text)
}

#[derive(Clone, Copy, PartialEq)]
enum Step {
    Any,
    One,
    Exactly(char),
}

/// The greedy matcher: on a mismatch the last `%` takes one character more.
fn matches_steps(steps: &[Step], text: &[char]) -> bool {
    let (mut step, mut at) = (0, 0);
    let mut last_any: Option<(usize, usize)> = None;
    while at < text.len() {
        match steps.get(step) {
            Some(Step::Any) => {
                last_any = Some((step, at));
                step += 1;
            }
            Some(Step::One) => (step, at) = (step + 1, at + 1),
            Some(Step::Exactly(character)) if *character == text[at] => (step, at) = (step + 1, at + 1),
            _ => match last_any {
                Some((any, taken)) => {
                    last_any = Some((any, taken + 1));
                    (step, at) = (any + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    steps[step..].iter().all(|step| *step == Step::Any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_compares_without_case_in_any_script() {
        for (left, right) in [("Müller", "MÜLLER"), ("ΟΔΟΣ", "οδος"), ("abc", "ABC"), ("straße", "STRASSE")]
        {
            assert_eq!(compare_ignoring_case(left, right), Ordering::Equal, "{left}");
        }
        assert_eq!(compare_ignoring_case("a", "B"), Ordering::Less);
    }

    #[test]
    fn like_patterns_match_as_soql_says() {
        for (pattern, text) in
            [("A%", "acme"), ("%ME", "Acme"), ("%c%e", "acme"), ("a_me", "ACME"), ("100\\%", "100%"), ("%", "")]
        {
            assert!(is_like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("a_", "a"), ("100\\%", "1000"), ("", "a"), ("%b", "abc")] {
            assert!(!is_like(pattern, text), "{pattern} {text}");
        }
    }
}
