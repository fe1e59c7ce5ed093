//! A file that arrives: written to disk as it comes. Refuses to read it.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use tokio::io::AsyncWriteExt;

use crate::answers::Fault;
use crate::bulk::change;
use crate::bulk::faults;
use crate::bulk::jobs::{self, Job, Kind, OPEN_FOR, State};
use crate::org::{Org, Work};

/// The most bytes of a file: 150 MB after the conversion to base64, which makes four of three.
const LARGEST: usize = 150 * 1024 * 1024 / 4 * 3;
/// How much is gathered before it is written.
const PIECE: usize = 256 * 1024;

/// Takes the one file of a job.
pub(super) async fn upload(org: &Org, id: String, headers: &HeaderMap, body: Body) -> Result<(), Fault> {
    check_type(headers)?;
    let job = org.read({
        let id = id.clone();
        move |work| takes_data(work, &id)
    });
    let job = job.await?;
    let unnamed = org.bulk.files.unnamed(&job.id).map_err(|error| faults::disk(&error))?;
    let file = unnamed.reopen().map_err(|error| faults::disk(&error))?;
    receive(body, tokio::fs::File::from_std(file)).await?;
    org.write(move |work| {
        let mut job = takes_data(work, &id)?;
        work.org.bulk.files.keep(&job.id, unnamed).map_err(|error| faults::disk(&error))?;
        job.progress.is_uploaded = true;
        Ok(jobs::keep(work.sql, &job)?)
    })
    .await
}

/// The job, when it is still waiting for its file.
pub(super) fn takes_data(work: &Work<'_>, id: &str) -> Result<Job, Fault> {
    let job = change::job(work, Kind::Ingest, id)?;
    if job.state != State::Open {
        let text = format!("Job is not open: it is in state {}", job.state.as_str());
        return Err(faults::invalid_state(text));
    }
    check_open(work, &job)?;
    if job.progress.is_uploaded {
        return Err(faults::invalid_state("Data was already uploaded to this job: only one upload is allowed"));
    }
    Ok(job)
}

/// A job takes data and is queued within a day of its making.
pub(super) fn check_open(work: &Work<'_>, job: &Job) -> Result<(), Fault> {
    if work.now - job.created_at < OPEN_FOR {
        return Ok(());
    }
    Err(faults::invalid_state("The job has been open for more than 24 hours and takes no more data"))
}

fn check_type(headers: &HeaderMap) -> Result<(), Fault> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_csv = given.is_none_or(|given| {
        given.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("text/csv"))
    });
    if is_csv {
        return Ok(());
    }
    let text = format!("Content-Type header specified in HTTP request is not supported: {}", given.unwrap_or_default());
    Err(Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", text))
}

async fn receive(mut body: Body, mut file: tokio::fs::File) -> Result<(), Fault> {
    let mut size = 0;
    let mut gathered = Vec::with_capacity(2 * PIECE);
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Err(faults::broken_upload()) };
        let Ok(data) = frame.into_data() else { continue };
        size += data.len();
        if size > LARGEST {
            return Err(faults::too_large());
        }
        gathered.extend_from_slice(&data);
        if gathered.len() >= PIECE {
            file.write_all(&gathered).await.map_err(|error| faults::disk(&error))?;
            gathered.clear();
        }
    }
    file.write_all(&gathered).await.map_err(|error| faults::disk(&error))?;
    file.flush().await.map_err(|error| faults::disk(&error))
}
