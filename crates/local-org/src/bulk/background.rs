//! Jobs worked on in the background: one task each, some at a time, until they are over or the org stops.
//! Refuses to know what a job does.

use std::sync::Arc;
use std::time::Instant;

use crate::answers::Fault;
use crate::bulk::create::finished;
use crate::bulk::jobs::{self, Job, Kind, Progress, State};
use crate::bulk::{faults, ingest, query};
use crate::org::{Org, OrgState};

/// How the work on a job ended.
pub(crate) enum Ended {
    Complete,
    Failed(String),
    Aborted,
    /// The job was aborted or deleted, or the org stops and goes on with it when it starts again.
    Elsewhere,
}

/// Works on a job that is queued, or was under way when the org stopped.
pub(crate) fn start(org: &Org, job: &Job) {
    org.bulk.queued(&job.id);
    let (org, id, kind) = (Arc::clone(org), job.id.clone(), job.kind);
    let tasks = org.bulk.tasks.clone();
    tasks.spawn(async move {
        let turn = tokio::select! {
            biased;
            () = org.stop.cancelled() => return,
            turn = Arc::clone(&org.bulk.turns).acquire_owned() => turn,
        };
        let done = tokio::task::spawn_blocking(move || run(&org, kind, &id)).await;
        if let Err(error) = done {
            tracing::error!(error = %error, "a bulk job ended early");
        }
        drop(turn);
    });
}

/// What was under way when the org stopped.
pub(crate) fn unfinished(org: &OrgState) -> Result<Vec<Job>, Fault> {
    org.write_now(|work| Ok(jobs::unfinished(work.sql)?))
}

/// Milliseconds since a moment.
pub(crate) fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn run(org: &OrgState, kind: Kind, id: &str) {
    let started = Instant::now();
    let mut told = None;
    let outcome = begun(org, kind, id).and_then(|job| match (job, kind) {
        (None, _) => Ok(Ended::Elsewhere),
        (Some(job), Kind::Ingest) => ingest::worked(org, job),
        (Some(job), Kind::Query) => query::worked(org, job).map(|(ended, progress)| {
            told = Some(progress);
            ended
        }),
    });
    let (state, error) = match outcome {
        Ok(Ended::Elsewhere) => return,
        Ok(Ended::Complete) => (State::JobComplete, None),
        Ok(Ended::Aborted) => (State::Aborted, None),
        Ok(Ended::Failed(error)) => (State::Failed, Some(error)),
        Err(_) => (State::Failed, Some(faults::unexpected())),
    };
    if record_end(org, kind, id, state, error, told, started).is_err() {
        tracing::error!("the end of bulk job {id} could not be recorded");
    }
}

/// Marks the job as being worked on; none when it was aborted or deleted meanwhile.
fn begun(org: &OrgState, kind: Kind, id: &str) -> Result<Option<Job>, Fault> {
    org.write_now(|work| {
        let job = jobs::find(work.sql, kind, id, work.now)?;
        let Some(mut job) = job.filter(|job| matches!(job.state, State::UploadComplete | State::InProgress)) else {
            return Ok(None);
        };
        if job.state == State::UploadComplete {
            job.state = State::InProgress;
            job.changed_at = work.now;
            jobs::keep(work.sql, &job)?;
        }
        Ok(Some(job))
    })
}

fn record_end(
    org: &OrgState,
    kind: Kind,
    id: &str,
    state: State,
    error: Option<String>,
    told: Option<Progress>,
    started: Instant,
) -> Result<(), Fault> {
    org.write_now(|work| {
        let job = jobs::find(work.sql, kind, id, work.now)?;
        let Some(mut job) = job.filter(|job| job.state == State::InProgress) else { return Ok(()) };
        let total_ms = job.progress.total_ms + milliseconds(started);
        if let Some(told) = told {
            job.progress = told;
        }
        job.progress = Progress { error, total_ms, ..job.progress };
        Ok(jobs::keep(work.sql, &finished(job, state, work.now))?)
    })
}
