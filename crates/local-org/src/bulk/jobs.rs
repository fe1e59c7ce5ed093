//! Jobs as the org's database keeps them. What a job is asked never changes; how far it is changes with every
//! transaction of its rows, in that transaction, so that no row is written twice or forgotten.
//! Refuses to know files and HTTP.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

/// The key prefix of jobs.
pub(crate) const KEY_PREFIX: &str = "750";
/// How long a job that is over is kept.
pub(crate) const KEPT_FOR: TimeDelta = TimeDelta::days(7);
/// How long a job takes data.
pub(crate) const OPEN_FOR: TimeDelta = TimeDelta::hours(24);

const COLUMNS: &str = "id, kind, state, created_at, changed_at, finished_at, definition, progress";

/// One job.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) state: State,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) changed_at: DateTime<Utc>,
    pub(crate) finished_at: Option<DateTime<Utc>>,
    pub(crate) definition: Definition,
    pub(crate) progress: Progress,
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ingest,
    Query,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    Open,
    UploadComplete,
    InProgress,
    JobComplete,
    Failed,
    Aborted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Operation {
    Insert,
    Update,
    Upsert,
    Delete,
    HardDelete,
    Query,
    QueryAll,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Delimiter {
    #[default]
    Comma,
    Tab,
    Pipe,
    Semicolon,
    Caret,
    Backquote,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum LineEnding {
    #[default]
    Lf,
    Crlf,
}

/// What the job was asked to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Definition {
    pub(crate) operation: Operation,
    pub(crate) object: String,
    pub(crate) created_by: String,
    /// As in paths: `v66.0`.
    pub(crate) version: String,
    pub(crate) external_id_field: Option<String>,
    pub(crate) assignment_rule: Option<String>,
    pub(crate) delimiter: Delimiter,
    pub(crate) line_ending: LineEnding,
    pub(crate) query: Option<String>,
}

/// How far it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Progress {
    pub(crate) is_uploaded: bool,
    /// Where in the uploaded file the next row begins; 0 before the header is read.
    pub(crate) read_to: u64,
    pub(crate) processed: u64,
    pub(crate) failed: u64,
    /// Batches counted against the day's allowance.
    pub(crate) batches: u64,
    pub(crate) retries: u64,
    pub(crate) total_ms: u64,
    pub(crate) active_ms: u64,
    /// The length of each result file that belongs to committed rows.
    pub(crate) successes_end: u64,
    pub(crate) failures_end: u64,
    pub(crate) error: Option<String>,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Query => "query",
        }
    }
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::UploadComplete => "UploadComplete",
            Self::InProgress => "InProgress",
            Self::JobComplete => "JobComplete",
            Self::Failed => "Failed",
            Self::Aborted => "Aborted",
        }
    }

    /// Whether nothing happens to the job any more.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::JobComplete | Self::Failed | Self::Aborted)
    }

    fn read(text: &str) -> Self {
        let all = [Self::Open, Self::UploadComplete, Self::InProgress, Self::JobComplete, Self::Aborted];
        all.into_iter().find(|state| state.as_str() == text).unwrap_or(Self::Failed)
    }
}

impl Delimiter {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
            Self::Semicolon => b';',
            Self::Caret => b'^',
            Self::Backquote => b'`',
        }
    }
}

impl LineEnding {
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::Crlf => b"\r\n",
        }
    }

    /// As jobs and messages write it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "LF",
            Self::Crlf => "CRLF",
        }
    }
}

/// Makes the table of jobs and the counters of the day's allowances.
pub(crate) fn create_table(sql: &Connection) -> rusqlite::Result<()> {
    sql.execute_batch(
        "CREATE TABLE IF NOT EXISTS bulk_job (
            id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL, finished_at INTEGER, definition TEXT NOT NULL, progress TEXT NOT NULL) STRICT;
         CREATE TABLE IF NOT EXISTS bulk_usage (
            hour INTEGER NOT NULL, what TEXT NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (hour, what)) STRICT;",
    )
}

/// The job with this id, unless it is past its time.
pub(crate) fn find(sql: &Connection, kind: Kind, id: &str, now: DateTime<Utc>) -> rusqlite::Result<Option<Job>> {
    let query = format!("SELECT {COLUMNS} FROM bulk_job WHERE id = ?1 AND kind = ?2");
    let found = sql.prepare_cached(&query)?.query_row(params![id, kind.as_str()], read).optional()?;
    Ok(found.filter(|job| job.finished_at.is_none_or(|at| now - at < KEPT_FOR)))
}

/// Jobs after `after` in the order of their ids, at most `most`.
pub(crate) fn list(
    sql: &Connection,
    kinds: &[Kind],
    after: &str,
    most: usize,
    now: DateTime<Utc>,
) -> rusqlite::Result<Vec<Job>> {
    let query = format!(
        "SELECT {COLUMNS} FROM bulk_job WHERE id > ?1 AND instr(?2, kind) > 0 AND (finished_at IS NULL OR finished_at > ?3)
         ORDER BY id LIMIT ?4"
    );
    let kinds: String = kinds.iter().map(|kind| kind.as_str()).collect();
    let oldest = (now - KEPT_FOR).timestamp_millis();
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    sql.prepare_cached(&query)?.query_map(params![after, kinds, oldest, most], read)?.collect()
}

/// The jobs that were under way when the process before this one ended.
pub(crate) fn unfinished(sql: &Connection) -> rusqlite::Result<Vec<Job>> {
    let query = format!("SELECT {COLUMNS} FROM bulk_job WHERE state IN ('UploadComplete', 'InProgress') ORDER BY id");
    sql.prepare(&query)?.query_map([], read)?.collect()
}

/// Keeps a job, new or changed.
pub(crate) fn keep(sql: &Connection, job: &Job) -> rusqlite::Result<()> {
    let statement = "INSERT INTO bulk_job (id, kind, state, created_at, changed_at, finished_at, definition, progress)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (id) DO UPDATE SET state = ?3, changed_at = ?5, finished_at = ?6, progress = ?8";
    let (definition, progress) = (text(&job.definition)?, text(&job.progress)?);
    sql.prepare_cached(statement)?
        .execute(params![
            job.id,
            job.kind.as_str(),
            job.state.as_str(),
            job.created_at.timestamp_millis(),
            job.changed_at.timestamp_millis(),
            job.finished_at.map(|at| at.timestamp_millis()),
            definition,
            progress
        ])
        .map(drop)
}

pub(crate) fn forget(sql: &Connection, id: &str) -> rusqlite::Result<()> {
    sql.prepare_cached("DELETE FROM bulk_job WHERE id = ?1")?.execute([id]).map(drop)
}

/// Forgets the jobs that are past their time; answers their ids.
pub(crate) fn forget_old(sql: &Connection, now: DateTime<Utc>) -> rusqlite::Result<Vec<String>> {
    let oldest = (now - KEPT_FOR).timestamp_millis();
    sql.prepare_cached("DELETE FROM bulk_job WHERE finished_at <= ?1 RETURNING id")?
        .query_map([oldest], |row| row.get(0))?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Job> {
    let time = |at: usize| -> rusqlite::Result<Option<DateTime<Utc>>> {
        Ok(row.get::<_, Option<i64>>(at)?.and_then(DateTime::from_timestamp_millis))
    };
    let (kind, state): (String, String) = (row.get(1)?, row.get(2)?);
    Ok(Job {
        id: row.get(0)?,
        kind: if kind == Kind::Query.as_str() { Kind::Query } else { Kind::Ingest },
        state: State::read(&state),
        created_at: time(3)?.unwrap_or_default(),
        changed_at: time(4)?.unwrap_or_default(),
        finished_at: time(5)?,
        definition: parsed(&row.get::<_, String>(6)?)?,
        progress: parsed(&row.get::<_, String>(7)?)?,
    })
}

fn text(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
