//! The org's own database: one table per object, and the tables of what an org keeps beside records.
//! Refuses to know HTTP and rules; it opens, compares text the way the API does, and commits or rolls back.

use std::cmp::Ordering;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, TransactionBehavior};

/// The name of the collation that ignores case in any script.
pub(crate) const IGNORING_CASE: &str = "ignoring_case";
/// The name of the SQL function that matches a SOQL `LIKE` pattern: `soql_like(pattern, text)`.
pub(crate) const SOQL_LIKE: &str = "soql_like";

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS id_counter (key_prefix TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS custom_field (id TEXT PRIMARY KEY, object TEXT NOT NULL, field TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS app (consumer_key TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS user_right (user_id TEXT PRIMARY KEY, api_enabled INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS token (
    digest BLOB PRIMARY KEY, format TEXT NOT NULL, consumer_key TEXT NOT NULL, user_id TEXT NOT NULL, scopes TEXT NOT NULL,
    issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, lifetime INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS api_calls (hour INTEGER PRIMARY KEY, calls INTEGER NOT NULL) STRICT;
";

/// The database behind its one lock. A job that began runs to its end on its own thread, whoever waits for it.
pub(crate) struct Storage {
    connection: Mutex<Connection>,
}

impl Storage {
    /// Opens a file, or memory without one.
    pub(crate) fn open(file: Option<&Path>) -> rusqlite::Result<Self> {
        let connection = match file {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        connection.set_prepared_statement_cache_capacity(256);
        // A local org loses nothing when its process dies; a power cut may cost it the last moments.
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;")?;
        connection.create_collation(IGNORING_CASE, compare_ignoring_case)?;
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        connection.create_scalar_function(SOQL_LIKE, 2, flags, |call| {
            let (pattern, text): (String, Option<String>) = (call.get(0)?, call.get(1)?);
            Ok(text.map(|text| is_like(&pattern, &text)))
        })?;
        connection.execute_batch(TABLES)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Runs `job` in a transaction: committed on `Ok`, rolled back on `Err`.
    pub(crate) fn write<T, E: From<rusqlite::Error>>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let outcome = job(&transaction)?;
        transaction.commit()?;
        Ok(outcome)
    }

    /// Runs `job` on one consistent state; what it writes is dropped.
    pub(crate) fn read<T, E: From<rusqlite::Error>>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        job(&transaction)
    }
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
