//! What bulk jobs took of the org's daily allowances, counted in hours of the last 24. Refuses to know who took it.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::answers::Fault;
use crate::org::Work;

/// Query jobs of 24 hours.
const QUERY_JOBS_PER_DAY: u64 = 10_000;
/// Megabytes of query results of 24 hours.
const RESULT_MEGABYTES_PER_DAY: u64 = 976_562;

const MILLISECONDS_PER_HOUR: i64 = 3_600_000;
const HOURS: i64 = 24;
const MEGABYTE: u64 = 1_048_576;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allowance {
    Batches,
    QueryJobs,
    ResultBytes,
}

/// What is left of one allowance, as `/limits` writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Left {
    max: u64,
    remaining: u64,
}

impl Left {
    pub(crate) fn is_none(self) -> bool {
        self.remaining == 0
    }
}

/// What is left of all of them.
pub(crate) struct AllLeft {
    pub(crate) batches: Left,
    pub(crate) query_jobs: Left,
    pub(crate) result_megabytes: Left,
}

impl Allowance {
    /// Its name in `/limits`.
    fn limit(self) -> &'static str {
        match self {
            Self::Batches => "DailyBulkApiBatches",
            Self::QueryJobs => "DailyBulkV2QueryJobs",
            Self::ResultBytes => "DailyBulkV2QueryFileStorageMB",
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Batches => "batches",
            Self::QueryJobs => "query_jobs",
            Self::ResultBytes => "result_bytes",
        }
    }
}

/// Adds to what was taken.
pub(crate) fn take(sql: &Connection, what: Allowance, amount: u64, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let add = "INSERT INTO bulk_usage (hour, what, used) VALUES (?1, ?2, ?3)
               ON CONFLICT (hour, what) DO UPDATE SET used = used + ?3";
    let amount = i64::try_from(amount).unwrap_or(i64::MAX);
    sql.prepare_cached(add)?.execute(params![hour(now), what.as_str(), amount])?;
    sql.prepare_cached("DELETE FROM bulk_usage WHERE hour <= ?1")?.execute([hour(now) - HOURS]).map(drop)
}

/// What was taken in the last 24 hours.
fn taken(sql: &Connection, what: Allowance, now: DateTime<Utc>) -> rusqlite::Result<u64> {
    sql.prepare_cached("SELECT coalesce(sum(used), 0) FROM bulk_usage WHERE hour > ?1 AND what = ?2")?
        .query_row(params![hour(now) - HOURS, what.as_str()], |row| row.get(0))
        .map(i64::unsigned_abs)
}

/// What is left of the day.
pub(crate) fn left(work: &Work<'_>) -> Result<AllLeft, Fault> {
    let exhausted = work.org.faults.exhausted(work.now);
    let left = |what: Allowance, max: u64, unit: u64| -> Result<Left, Fault> {
        let taken = taken(work.sql, what, work.now)?.div_ceil(unit);
        let is_exhausted = exhausted.iter().any(|name| name == what.limit());
        Ok(Left { max, remaining: if is_exhausted { 0 } else { max.saturating_sub(taken) } })
    };
    Ok(AllLeft {
        batches: left(Allowance::Batches, work.org.config.bulk.daily_batches, 1)?,
        query_jobs: left(Allowance::QueryJobs, QUERY_JOBS_PER_DAY, 1)?,
        result_megabytes: left(Allowance::ResultBytes, RESULT_MEGABYTES_PER_DAY, MEGABYTE)?,
    })
}

fn hour(now: DateTime<Utc>) -> i64 {
    now.timestamp_millis().div_euclid(MILLISECONDS_PER_HOUR)
}
