//! Calls counted over the last 24 hours, in hours. Refuses to know which calls count.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

const MILLISECONDS_PER_HOUR: i64 = 3_600_000;
/// Calls leave the count when their hour is this old.
const HOURS: i64 = 24;

/// Counts one call; answers the calls of the last 24 hours, this one included.
pub(crate) fn count_call(sql: &Connection, now: DateTime<Utc>) -> rusqlite::Result<u64> {
    let hour = hour(now);
    let add = "INSERT INTO api_calls (hour, calls) VALUES (?1, 1) ON CONFLICT (hour) DO UPDATE SET calls = calls + 1";
    sql.prepare_cached(add)?.execute(params![hour])?;
    sql.prepare_cached("DELETE FROM api_calls WHERE hour <= ?1")?.execute(params![hour - HOURS])?;
    used(sql, now)
}

/// The calls of the last 24 hours.
pub(crate) fn used(sql: &Connection, now: DateTime<Utc>) -> rusqlite::Result<u64> {
    sql.prepare_cached("SELECT coalesce(sum(calls), 0) FROM api_calls WHERE hour > ?1")?
        .query_row(params![hour(now) - HOURS], |row| row.get(0))
        .map(i64::unsigned_abs)
}

fn hour(now: DateTime<Utc>) -> i64 {
    now.timestamp_millis().div_euclid(MILLISECONDS_PER_HOUR)
}
