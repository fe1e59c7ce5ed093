//! The resources of jobs that load.

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Path, Request, State as FromState};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use crate::answers::Fault;
use crate::bulk::change::{self, found};
use crate::bulk::faults::{self, invalid_job, no_results_yet};
use crate::bulk::ingest::definition::checked;
use crate::bulk::ingest::results::List;
use crate::bulk::ingest::{results, upload};
use crate::bulk::jobs::{self, Job, Kind, State};
use crate::bulk::wire::{self, Change, Detail, JobPath, NewJob, PartPath};
use crate::bulk::{INGEST_SINCE, since};
use crate::bulk::{background, create};
use crate::org::{Org, Work};
use crate::rest::{Call, body};

/// The most characters of data that can come with a new job.
const MOST_WITH_JOB: usize = 100_000;

/// A new job, as JSON, or in parts together with its data.
pub(in crate::bulk) async fn create(
    FromState(org): FromState<Org>,
    Extension(call): Extension<Call>,
    request: Request,
) -> Result<Response, Fault> {
    since(&call, INGEST_SINCE)?;
    let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if given.is_some_and(|given| given.to_ascii_lowercase().starts_with("multipart/form-data")) {
        return create_with_data(&org, call, request).await;
    }
    let new: NewJob = body::read(&collected(request).await?)?;
    let job = org.write(move |work| made(work, &call, &new, State::Open)).await?;
    Ok(wire::answer(&wire::job(&job, State::Open, Detail::Created)))
}

async fn create_with_data(org: &Org, call: Call, request: Request) -> Result<Response, Fault> {
    let (new, data) = parts(request).await?;
    let job = org.write(move |work| {
        let mut job = made(work, &call, &new, State::UploadComplete)?;
        let files = &work.org.bulk.files;
        let kept = files.unnamed(&job.id).and_then(|mut file| {
            std::io::Write::write_all(&mut file, data.as_bytes())?;
            files.keep(&job.id, file)
        });
        kept.map_err(|error| faults::disk(&error))?;
        job.progress.is_uploaded = true;
        jobs::keep(work.sql, &job)?;
        Ok(job)
    });
    let job = job.await?;
    background::start(org, &job);
    Ok(wire::answer(&wire::job(&job, job.state, Detail::Created)))
}

pub(in crate::bulk) async fn info(
    FromState(org): FromState<Org>,
    Extension(_): Extension<Call>,
    Path(path): Path<JobPath>,
) -> Result<Response, Fault> {
    let job = found(&org, Kind::Ingest, path.id).await?;
    let state = org.bulk.polled(&job);
    Ok(wire::answer(&wire::job(&job, state, Detail::Full)))
}

/// Queues a job or aborts it.
pub(in crate::bulk) async fn change(
    FromState(org): FromState<Org>,
    Extension(_): Extension<Call>,
    Path(path): Path<JobPath>,
    bytes: Bytes,
) -> Result<Response, Fault> {
    let change: Change = body::read(&bytes)?;
    let job = match change.state.as_deref() {
        Some("UploadComplete") => {
            let job = org.write(move |work| queued(work, &path.id)).await?;
            background::start(&org, &job);
            job
        }
        Some("Aborted") => {
            org.write(move |work| change::abort(work, change::job(work, Kind::Ingest, &path.id)?)).await?
        }
        other => {
            let text = format!("Unknown or not allowed state: {}", other.unwrap_or("none"));
            return Err(faults::invalid_state(text));
        }
    };
    Ok(wire::answer(&wire::job(&job, job.state, Detail::Changed)))
}

pub(in crate::bulk) async fn delete(
    FromState(org): FromState<Org>,
    Extension(_): Extension<Call>,
    Path(path): Path<JobPath>,
) -> Result<StatusCode, Fault> {
    change::delete(&org, Kind::Ingest, path.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The file of a job.
pub(in crate::bulk) async fn upload(
    FromState(org): FromState<Org>,
    Extension(_): Extension<Call>,
    Path(path): Path<PartPath>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Fault> {
    if !path.part.eq_ignore_ascii_case("batches") {
        return Err(Fault::no_resource());
    }
    upload::upload(&org, path.id, &headers, body).await?;
    Ok(StatusCode::CREATED)
}

/// A list of results.
pub(in crate::bulk) async fn part(
    FromState(org): FromState<Org>,
    Extension(_): Extension<Call>,
    Path(path): Path<PartPath>,
) -> Result<Response, Fault> {
    let list = List::named(&path.part).ok_or_else(Fault::no_resource)?;
    let job = found(&org, Kind::Ingest, path.id).await?;
    let shown = org.bulk.shown(&job);
    if !shown.is_final() {
        return Err(no_results_yet(shown.as_str()));
    }
    results::list(&org, job, list).await
}

fn made(work: &Work<'_>, call: &Call, new: &NewJob, state: State) -> Result<Job, Fault> {
    let definition = checked(work, call, new)?;
    create::keep(work, Kind::Ingest, state, definition)
}

fn queued(work: &Work<'_>, id: &str) -> Result<Job, Fault> {
    let mut job = change::job(work, Kind::Ingest, id)?;
    if job.state != State::Open {
        let text = format!("Job cannot be queued: it is in state {}", work.org.bulk.shown(&job).as_str());
        return Err(faults::invalid_state(text));
    }
    upload::check_open(work, &job)?;
    job.state = State::UploadComplete;
    job.changed_at = work.now;
    jobs::keep(work.sql, &job)?;
    Ok(job)
}

async fn collected(request: Request) -> Result<Bytes, Fault> {
    Bytes::from_request(request, &()).await.map_err(|_| Fault::unreadable("The request body could not be read"))
}

/// The definition and the data of a request in parts.
async fn parts(request: Request) -> Result<(NewJob, String), Fault> {
    let unreadable = |_| Fault::unreadable("The parts of the request could not be read");
    let mut multipart =
        Multipart::from_request(request, &()).await.map_err(|error| Fault::unreadable(error.body_text()))?;
    let (mut new, mut data) = (None, None);
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        match field.name().unwrap_or_default() {
            "job" => new = Some(body::read(&field.bytes().await.map_err(unreadable)?)?),
            "content" => {
                let bytes = field.bytes().await.map_err(unreadable)?;
                data = Some(String::from_utf8_lossy(&bytes).into_owned());
            }
            _ => {}
        }
    }
    let new = new.ok_or_else(|| invalid_job("The part named job is missing"))?;
    let data: String = data.ok_or_else(|| invalid_job("The part named content is missing"))?;
    if data.chars().count() > MOST_WITH_JOB {
        let text = format!("The data of a multipart request exceeds the maximum of {MOST_WITH_JOB} characters");
        return Err(invalid_job(text));
    }
    Ok((new, data))
}
