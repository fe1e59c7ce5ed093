//! Calls counted over the last 24 hours, in hours. Refuses to know which calls count.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use crate::org::Work;

const MILLISECONDS_PER_HOUR: i64 = 3_600_000;
/// Calls leave the count when their hour is this old.
const HOURS: i64 = 24;
/// After so many calls the count is written down even when nothing else is.
const WRITTEN_EVERY: u64 = 100;

/// Counts one call more within a call, as long as the limit allows it; answers whether it did.
pub(crate) fn count_another_call(work: &Work<'_>) -> bool {
    work.org.calls.count(1, work.org.daily_limit(), work.now).1
}

/// The calls of the last hours. Counted in memory, written down with whatever else is written and now and then.
#[derive(Default)]
pub(crate) struct CallCounter {
    hours: Mutex<Hours>,
}

#[derive(Default)]
struct Hours {
    calls: BTreeMap<i64, u64>,
    unwritten: u64,
}

impl CallCounter {
    /// Takes over what the database remembers.
    pub(crate) fn load(&self, sql: &Connection) -> rusqlite::Result<()> {
        let mut statement = sql.prepare("SELECT hour, calls FROM api_calls")?;
        let known: Vec<(i64, i64)> =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let mut hours = self.hours.lock().unwrap_or_else(PoisonError::into_inner);
        hours.calls = known.into_iter().map(|(hour, calls)| (hour, calls.unsigned_abs())).collect();
        hours.unwritten = 0;
        Ok(())
    }

    /// Counts calls while the limit allows them; answers the calls of the last 24 hours, these included, and whether they
    /// were allowed.
    pub(crate) fn count(&self, calls: u64, limit: u64, now: DateTime<Utc>) -> (u64, bool) {
        let mut hours = self.hours.lock().unwrap_or_else(PoisonError::into_inner);
        let used = hours.used(now);
        if used >= limit {
            return (used, false);
        }
        *hours.calls.entry(hour(now)).or_default() += calls;
        hours.unwritten += calls;
        (used + calls, true)
    }

    /// The calls of the last 24 hours.
    pub(crate) fn used(&self, now: DateTime<Utc>) -> u64 {
        self.hours.lock().unwrap_or_else(PoisonError::into_inner).used(now)
    }

    /// Whether so much is unwritten that it deserves a transaction of its own.
    pub(crate) fn is_long_unwritten(&self) -> bool {
        self.unwritten() >= WRITTEN_EVERY
    }

    /// Calls counted since the last time they were written down.
    pub(crate) fn unwritten(&self) -> u64 {
        self.hours.lock().unwrap_or_else(PoisonError::into_inner).unwritten
    }

    /// Writes the counts down in the transaction at hand.
    pub(crate) fn keep(&self, sql: &Connection, now: DateTime<Utc>) -> rusqlite::Result<()> {
        let counts: Vec<(i64, u64)> = {
            let mut hours = self.hours.lock().unwrap_or_else(PoisonError::into_inner);
            if hours.unwritten == 0 {
                return Ok(());
            }
            hours.unwritten = 0;
            let first = hour(now) - HOURS;
            hours.calls.retain(|&hour, _| hour > first);
            hours.calls.iter().map(|(&hour, &calls)| (hour, calls)).collect()
        };
        sql.prepare_cached("DELETE FROM api_calls")?.execute([])?;
        for (hour, calls) in counts {
            sql.prepare_cached("INSERT INTO api_calls (hour, calls) VALUES (?1, ?2)")?
                .execute(params![hour, i64::try_from(calls).unwrap_or(i64::MAX)])?;
        }
        Ok(())
    }
}

impl Hours {
    fn used(&self, now: DateTime<Utc>) -> u64 {
        self.calls.range(hour(now) - HOURS + 1..).map(|(_, calls)| calls).sum()
    }
}

fn hour(now: DateTime<Utc>) -> i64 {
    now.timestamp_millis().div_euclid(MILLISECONDS_PER_HOUR)
}
