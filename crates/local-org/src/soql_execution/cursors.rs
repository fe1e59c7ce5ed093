//! Queries whose rows did not fit one page: the ids that are left, under a locator.
//! Kept in memory; they end with the process, as locators end after two days.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use salesbridge_soql::Query;

use crate::ids::checksum;
use crate::soql_execution::asking::Asking;

/// How long a locator lives.
const LIFETIME: TimeDelta = TimeDelta::days(2);
/// The most locators of one user; one more ends the oldest.
const MOST_PER_USER: usize = 10;
/// The most locators of one user into child subqueries: a page may hold one for every parent.
const MOST_NESTED_PER_USER: usize = 2_000;
/// The key prefix of locators.
const PREFIX: &str = "01g";
/// The length of a record id.
const ID_LENGTH: usize = 18;

/// A query part-way through.
pub(crate) struct Cursor {
    pub(crate) locator: String,
    pub(crate) query: Arc<Query>,
    /// The way to the child subquery whose records these are, by number; empty for the query itself.
    pub(crate) child: Vec<usize>,
    pub(crate) ids: RecordIds,
    pub(crate) page_size: usize,
    pub(crate) include_deleted: bool,
    user_id: String,
    made_at: DateTime<Utc>,
    is_nested: bool,
}

/// Many ids, close together.
#[derive(Default)]
pub(crate) struct RecordIds(Vec<u8>);

/// All open cursors, oldest first.
#[derive(Default)]
pub(crate) struct Cursors {
    open: Mutex<VecDeque<Arc<Cursor>>>,
}

impl Cursor {
    pub(crate) fn new(
        asking: &Asking<'_, '_>,
        query: Arc<Query>,
        child: Vec<usize>,
        ids: RecordIds,
        is_nested: bool,
    ) -> Self {
        let (user_id, made_at) = (asking.user_id.to_owned(), asking.work.now);
        let (page_size, include_deleted) = (asking.page_size, asking.include_deleted);
        Self { locator: locator(), query, child, ids, page_size, include_deleted, user_id, made_at, is_nested }
    }
}

impl RecordIds {
    pub(crate) fn push(&mut self, id: &str) {
        if id.len() == ID_LENGTH {
            self.0.extend_from_slice(id.as_bytes());
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len() / ID_LENGTH
    }

    /// The ids from `start` to before `end` as a JSON array.
    pub(crate) fn json(&self, start: usize, end: usize) -> String {
        let bytes = self.0.get(start * ID_LENGTH..end * ID_LENGTH).unwrap_or_default();
        let ids: Vec<_> = bytes.chunks(ID_LENGTH).map(String::from_utf8_lossy).collect();
        serde_json::Value::from(ids).to_string()
    }
}

impl Cursors {
    pub(crate) fn keep(&self, cursor: Cursor) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|known| cursor.made_at - known.made_at < LIFETIME);
        let is_like = |known: &Arc<Cursor>| known.user_id == cursor.user_id && known.is_nested == cursor.is_nested;
        let most = if cursor.is_nested { MOST_NESTED_PER_USER } else { MOST_PER_USER };
        while open.iter().filter(|known| is_like(known)).count() >= most {
            let Some(oldest) = open.iter().position(is_like) else { break };
            open.remove(oldest);
        }
        open.push_back(Arc::new(cursor));
    }

    pub(crate) fn forget(&self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The user's cursor with this locator, if it still lives.
    pub(crate) fn find(&self, locator: &str, user_id: &str, now: DateTime<Utc>) -> Option<Arc<Cursor>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |cursor: &&Arc<Cursor>| cursor.locator == locator && cursor.user_id == user_id;
        open.iter().find(is_it).filter(|cursor| now - cursor.made_at < LIFETIME).cloned()
    }
}

/// A locator nobody can guess. It needs no counter, so that reading takes no turn of the one who writes.
fn locator() -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let random = (0..12).map(|_| char::from(DIGITS[rand::random_range(0..DIGITS.len())]));
    let id: String = PREFIX.chars().chain(random).collect();
    format!("{id}{}", checksum(&id))
}
