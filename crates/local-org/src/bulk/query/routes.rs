//! The resources of jobs that query.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, Query, State as FromState};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use crate::answers::{Fault, ok};
use crate::bulk::change::{self, found};
use crate::bulk::faults::{self, api_error, no_results_yet};
use crate::bulk::jobs::{Job, Kind, State};
use crate::bulk::query::definition::checked;
use crate::bulk::query::pages::{self, PAGE, Page, locator, row_of};
use crate::bulk::wire::{self, Change, Detail, JobPath, NewJob, PartPath};
use crate::bulk::{QUERY_SINCE, RESULT_PAGES_SINCE, background, create, download, since};
use crate::org::Org;
use crate::rest::{Call, body};

/// Pages that one list of pages names.
const PAGES_NAMED: usize = 5;

type Parameters = Query<HashMap<String, String>>;

pub(in crate::bulk) async fn create(
    FromState(org): FromState<Org>,
    Extension(call): Extension<Call>,
    bytes: Bytes,
) -> Result<Response, Fault> {
    since(&call, QUERY_SINCE)?;
    let new: NewJob = body::read(&bytes)?;
    let job = org.write(move |work| {
        let definition = checked(work, &call, &new)?;
        create::keep(work, Kind::Query, State::UploadComplete, definition)
    });
    let job = job.await?;
    background::start(&org, &job);
    Ok(wire::answer(&wire::job(&job, job.state, Detail::Created)))
}

pub(in crate::bulk) async fn info(
    FromState(org): FromState<Org>,
    Extension(_): Extension<Call>,
    Path(path): Path<JobPath>,
) -> Result<Response, Fault> {
    let job = found(&org, Kind::Query, path.id).await?;
    let state = org.bulk.polled(&job);
    Ok(wire::answer(&wire::job(&job, state, Detail::Full)))
}

pub(in crate::bulk) async fn change(
    FromState(org): FromState<Org>,
    Extension(_): Extension<Call>,
    Path(path): Path<JobPath>,
    bytes: Bytes,
) -> Result<Response, Fault> {
    let change: Change = body::read(&bytes)?;
    if change.state.as_deref() != Some("Aborted") {
        let text = format!("Unknown or not allowed state: {}", change.state.as_deref().unwrap_or("none"));
        return Err(faults::invalid_state(text));
    }
    let job = org.write(move |work| change::abort(work, change::job(work, Kind::Query, &path.id)?)).await?;
    Ok(wire::answer(&wire::job(&job, job.state, Detail::Changed)))
}

pub(in crate::bulk) async fn delete(
    FromState(org): FromState<Org>,
    Extension(_): Extension<Call>,
    Path(path): Path<JobPath>,
) -> Result<StatusCode, Fault> {
    change::delete(&org, Kind::Query, path.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A page of the results, or the list of pages.
pub(in crate::bulk) async fn part(
    FromState(org): FromState<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<PartPath>,
    Query(parameters): Parameters,
) -> Result<Response, Fault> {
    let is_list = path.part.eq_ignore_ascii_case("resultPages");
    if is_list {
        since(&call, RESULT_PAGES_SINCE)?;
    } else if !path.part.eq_ignore_ascii_case("results") {
        return Err(Fault::no_resource());
    }
    let job = found(&org, Kind::Query, path.id).await?;
    check_readable(&org, &call, &job)?;
    let first = first_row(&parameters, &job)?;
    if is_list {
        return Ok(ok(&named_pages(&job, first)));
    }
    results(&org, job, first, most_rows(&parameters)?).await
}

fn check_readable(org: &Org, call: &Call, job: &Job) -> Result<(), Fault> {
    let shown = org.bulk.shown(job);
    if shown != State::JobComplete {
        return Err(no_results_yet(shown.as_str()));
    }
    if call.version != job.definition.version {
        return Err(faults::other_version(&job.definition.version));
    }
    Ok(())
}

async fn results(org: &Org, job: Job, first: u64, most: u64) -> Result<Response, Fault> {
    let org = Arc::clone(org);
    let opened = tokio::task::spawn_blocking(move || pages::page(&org, &job, first, most));
    let Page { head, part, rows, next } = match opened.await {
        Ok(opened) => opened.map_err(|error| faults::disk(&error))?,
        Err(_) => return Err(faults::disk(&std::io::ErrorKind::Interrupted.into())),
    };
    let mut response = download::csv(head, Some(part)).await?;
    // The last page says so in words.
    let next = next.map_or_else(|| "null".to_owned(), locator);
    response.headers_mut().insert("sforce-numberofrecords", HeaderValue::from(rows));
    if let Ok(next) = HeaderValue::from_str(&next) {
        response.headers_mut().insert("sforce-locator", next);
    }
    Ok(response)
}

fn named_pages(job: &Job, first: u64) -> Value {
    let base = format!("/services/data/{}/jobs/query/{}", job.definition.version, job.id);
    let step = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let mut starts = (first..job.progress.processed.max(first + 1)).step_by(step);
    let pages: Vec<Value> = starts
        .by_ref()
        .take(PAGES_NAMED)
        .map(|row| json!({"resultUrl": format!("{base}/results?locator={}", locator(row))}))
        .collect();
    let next = starts.next().map(|row| format!("{base}/resultpages?locator={}", locator(row)));
    json!({"resultPages": pages, "nextRecordsUrl": next, "done": next.is_none()})
}

fn first_row(parameters: &HashMap<String, String>, job: &Job) -> Result<u64, Fault> {
    let Some(given) = parameters.get("locator").filter(|given| !given.is_empty()) else { return Ok(0) };
    let row = row_of(given).filter(|&row| row == 0 || row < job.progress.processed);
    row.ok_or_else(|| api_error(format!("Invalid locator: {given}")))
}

fn most_rows(parameters: &HashMap<String, String>) -> Result<u64, Fault> {
    let Some(given) = parameters.get("maxRecords").filter(|given| !given.is_empty()) else { return Ok(PAGE) };
    let most = given.parse().ok().filter(|&most| most > 0);
    most.ok_or_else(|| api_error(format!("Invalid maxRecords: {given}")))
}
