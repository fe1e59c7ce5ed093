//! Reading the definition of a new job: what both kinds have in common. Refuses to know operations.

use chrono::{DateTime, Utc};

use crate::answers::Fault;
use crate::bulk::faults::invalid_job;
use crate::bulk::jobs::{self, Definition, Delimiter, Job, KEY_PREFIX, Kind, LineEnding, Operation, Progress, State};
use crate::bulk::wire::NewJob;
use crate::org::Work;
use crate::rest::Call;

/// The definition as far as it does not depend on the kind of job.
pub(crate) fn definition(
    new: &NewJob,
    call: &Call,
    operations: &[(&str, Operation)],
    object: String,
) -> Result<Definition, Fault> {
    check_content_type(new)?;
    Ok(Definition {
        operation: operation(new, operations)?,
        object,
        created_by: call.user_id.clone(),
        version: call.version.clone(),
        external_id_field: None,
        assignment_rule: None,
        delimiter: delimiter(new)?,
        line_ending: line_ending(new)?,
        query: None,
    })
}

/// Keeps a new job; answers it. Jobs past their time go at the same moment.
pub(crate) fn keep(work: &Work<'_>, kind: Kind, state: State, definition: Definition) -> Result<Job, Fault> {
    for old in jobs::forget_old(work.sql, work.now)? {
        work.org.bulk.files.remove(&old);
    }
    let job = Job {
        id: work.next_id(KEY_PREFIX),
        kind,
        state,
        created_at: work.now,
        changed_at: work.now,
        finished_at: None,
        definition,
        progress: Progress::default(),
    };
    // An org put back to an earlier state gives out ids again.
    work.org.bulk.files.remove(&job.id);
    jobs::keep(work.sql, &job)?;
    Ok(job)
}

/// The job over, at this moment.
pub(crate) fn finished(mut job: Job, state: State, now: DateTime<Utc>) -> Job {
    job.state = state;
    job.changed_at = now;
    job.finished_at = Some(now);
    job
}

fn operation(new: &NewJob, operations: &[(&str, Operation)]) -> Result<Operation, Fault> {
    let asked = new.operation.as_deref().unwrap_or_default();
    let known = operations.iter().find(|(name, _)| *name == asked).map(|(_, operation)| *operation);
    known.ok_or_else(|| {
        let names: Vec<&str> = operations.iter().map(|(name, _)| *name).collect();
        invalid_job(match asked {
            "" => "Operation is required".to_owned(),
            asked => format!("Unknown operation: {asked}. Allowed are {}", names.join(", ")),
        })
    })
}

fn check_content_type(new: &NewJob) -> Result<(), Fault> {
    match new.content_type.as_deref() {
        None => Ok(()),
        Some(text) if text.eq_ignore_ascii_case("CSV") => Ok(()),
        Some(text) => Err(invalid_job(format!("Unsupported content type: {text}. Only CSV is allowed"))),
    }
}

fn delimiter(new: &NewJob) -> Result<Delimiter, Fault> {
    Ok(match new.column_delimiter.as_deref() {
        None | Some("COMMA") => Delimiter::Comma,
        Some("TAB") => Delimiter::Tab,
        Some("PIPE") => Delimiter::Pipe,
        Some("SEMICOLON") => Delimiter::Semicolon,
        Some("CARET") => Delimiter::Caret,
        Some("BACKQUOTE") => Delimiter::Backquote,
        Some(other) => return Err(invalid_job(format!("Unknown column delimiter: {other}"))),
    })
}

fn line_ending(new: &NewJob) -> Result<LineEnding, Fault> {
    Ok(match new.line_ending.as_deref() {
        None | Some("LF") => LineEnding::Lf,
        Some("CRLF") => LineEnding::Crlf,
        Some(other) => return Err(invalid_job(format!("Unknown line ending: {other}"))),
    })
}
