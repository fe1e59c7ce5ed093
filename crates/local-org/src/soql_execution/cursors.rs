//! Queries whose rows did not fit one page: the ids that are left, under a locator.
//! Kept in memory; they end with the process, as locators end after two days.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use salesbridge_soql::Query;

/// How long a locator lives.
const LIFETIME: TimeDelta = TimeDelta::days(2);
/// The most locators of one user; one more ends the oldest.
const MOST_PER_USER: usize = 10;

/// A query part-way through.
pub(crate) struct Cursor {
    pub(crate) locator: String,
    pub(crate) user_id: String,
    pub(crate) made_at: DateTime<Utc>,
    pub(crate) query: Query,
    pub(crate) ids: Vec<String>,
    pub(crate) page_size: usize,
}

/// All open cursors, oldest first.
#[derive(Default)]
pub(crate) struct Cursors {
    open: Mutex<VecDeque<Arc<Cursor>>>,
}

impl Cursors {
    pub(crate) fn keep(&self, cursor: Cursor) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|known| cursor.made_at - known.made_at < LIFETIME);
        let is_own = |known: &Arc<Cursor>| known.user_id == cursor.user_id;
        while open.iter().filter(|known| is_own(known)).count() >= MOST_PER_USER {
            let Some(oldest) = open.iter().position(is_own) else { break };
            open.remove(oldest);
        }
        open.push_back(Arc::new(cursor));
    }

    /// The user's cursor with this locator, if it still lives.
    pub(crate) fn find(&self, locator: &str, user_id: &str, now: DateTime<Utc>) -> Option<Arc<Cursor>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |cursor: &&Arc<Cursor>| cursor.locator == locator && cursor.user_id == user_id;
        open.iter().find(is_it).filter(|cursor| now - cursor.made_at < LIFETIME).cloned()
    }
}
