//! What a batch came to: kept with its run, and counted for metrics.

use salesbridge_connector_kit::RowAnswer;
use salesbridge_model::{OutcomeKind, Run, Timestamp};
use salesbridge_store::{JournalEntry, TimelineBatch};

use crate::engine::Job;
use crate::settle::RowEnd;

/// What a batch came to, for people who look at its run.
pub(crate) fn batch(entry: &JournalEntry, ends: &[RowEnd], calls: u64, now: Timestamp) -> TimelineBatch {
    TimelineBatch {
        at: now,
        rows: u32::try_from(entry.rows.len()).unwrap_or(u32::MAX),
        calls: u32::try_from(calls).unwrap_or(u32::MAX),
        took_milliseconds: (now - entry.created_at).num_milliseconds().try_into().unwrap_or_default(),
        result: result(ends),
    }
}

/// Such as `198 written, 2 refused`.
fn result(ends: &[RowEnd]) -> String {
    const WORDS: [&str; 6] = ["written", "refused", "put off", "gone", "not sent", "uncertain"];
    let mut counts = [0_usize; WORDS.len()];
    for end in ends {
        let word = match end {
            RowEnd::Answered(RowAnswer::Created { .. } | RowAnswer::Updated { .. }) => 0,
            RowEnd::Answered(RowAnswer::Refused(_)) => 1,
            RowEnd::Answered(RowAnswer::Deferred { .. } | RowAnswer::Contended { .. }) => 2,
            RowEnd::Answered(RowAnswer::Gone(_) | RowAnswer::Converted { .. }) => 3,
            RowEnd::NotSent | RowEnd::SendAgain => 4,
            RowEnd::Uncertain(_) => 5,
        };
        counts[word] += 1;
    }
    let told = counts.iter().zip(WORDS).filter(|(count, _)| **count > 0);
    told.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

/// Counts the calls that a write, or the search for one, has cost.
pub(crate) fn count_calls(job: &Job<'_>, ends: &[RowEnd], calls: u64) {
    let answered = ends.iter().any(|end| matches!(end, RowEnd::Answered(_)));
    let result = if answered { "answered" } else { "not_answered" };
    let connection = job.sync.connection_id.to_string();
    metrics::counter!("salesbridge_calls_total", "connection" => connection, "result" => result).increment(calls);
}

/// Counts a row that came to an end.
pub(crate) fn count_row(job: &Job<'_>, kind: OutcomeKind) {
    let sync = job.sync.name.to_string();
    metrics::counter!("salesbridge_rows_total", "sync" => sync, "outcome" => kind.as_str()).increment(1);
}

/// Counts a run that ended.
pub(crate) fn count_run(run: &Run) {
    let Some(finished_at) = run.finished_at else { return };
    let seconds = (finished_at - run.created_at).to_std().unwrap_or_default().as_secs_f64();
    metrics::histogram!("salesbridge_run_seconds").record(seconds);
}
