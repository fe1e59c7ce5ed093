//! What both kinds of jobs do alike once they are there: being looked at, aborted and deleted.

use crate::answers::Fault;
use crate::bulk::create::finished;
use crate::bulk::faults::{already_completed, invalid_job, not_terminated};
use crate::bulk::jobs::{self, Job, Kind, State};
use crate::ids;
use crate::org::{Org, Work};

/// The job a path names, by an id of 15 or 18 characters.
pub(crate) fn job(work: &Work<'_>, kind: Kind, id: &str) -> Result<Job, Fault> {
    let id = ids::normalized(id).ok_or_else(|| invalid_job(format!("Invalid job id: {id}")))?;
    jobs::find(work.sql, kind, &id, work.now)?.ok_or_else(Fault::no_resource)
}

/// As [`job`], read in a transaction of its own.
pub(crate) async fn found(org: &Org, kind: Kind, id: String) -> Result<Job, Fault> {
    org.read(move |work| job(work, kind, &id)).await
}

/// Ends a job that is not over. Rows already written stay.
pub(crate) fn abort(work: &Work<'_>, job: Job) -> Result<Job, Fault> {
    if job.state.is_final() {
        return Err(already_completed());
    }
    let aborted = finished(job, State::Aborted, work.now);
    jobs::keep(work.sql, &aborted)?;
    work.org.bulk.abort(&aborted.id);
    Ok(aborted)
}

/// Deletes a job and its files.
pub(crate) async fn delete(org: &Org, kind: Kind, id: String) -> Result<(), Fault> {
    let deleted = org.write(move |work| {
        let job = job(work, kind, &id)?;
        let is_queued = kind == Kind::Ingest && job.state == State::UploadComplete;
        if !is_queued && !work.org.bulk.shown(&job).is_final() {
            return Err(not_terminated());
        }
        jobs::forget(work.sql, &job.id)?;
        Ok(job.id)
    });
    let id = deleted.await?;
    let org = std::sync::Arc::clone(org);
    let removed = tokio::task::spawn_blocking(move || org.bulk.files.remove(&id)).await;
    if let Err(error) = removed {
        tracing::warn!(error = %error, "the files of a deleted bulk job were not removed");
    }
    Ok(())
}
