//! Who may call, remembered between calls: the database is asked once per token, and again after anything that could
//! change its answer. Refuses to decide.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::oauth::tokens::Digest256;

/// The most tokens remembered; beyond it all are forgotten, which costs a look-up each.
const MOST: usize = 10_000;

/// A caller whose token was good.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) user_id: String,
    /// Until when the answer holds: the token ends then, or has to be extended by use.
    pub(crate) holds_until: DateTime<Utc>,
}

/// The callers remembered.
#[derive(Default)]
pub(crate) struct Sessions {
    generation: AtomicU64,
    callers: Mutex<HashMap<Digest256, (u64, Caller)>>,
}

impl Sessions {
    /// Counts up with everything that could change who may call. Read it before asking the database.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Forgets everyone.
    pub(crate) fn forget(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn find(&self, digest: &Digest256, now: DateTime<Utc>) -> Option<Caller> {
        let callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let (generation, caller) = callers.get(digest)?;
        (*generation == self.generation() && now < caller.holds_until).then(|| caller.clone())
    }

    /// Remembers what the database said in `generation`.
    pub(crate) fn remember(&self, digest: Digest256, generation: u64, caller: Caller) {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.len() >= MOST {
            callers.clear();
        }
        callers.insert(digest, (generation, caller));
    }
}
