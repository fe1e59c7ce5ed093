//! The lists of what became of a job's rows. Refuses to write records.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use axum::response::Response;

use crate::answers::Fault;
use crate::bulk::csv_rows::{Block, CsvReader, CsvRow};
use crate::bulk::ingest::columns::{Columns, Target};
use crate::bulk::ingest::leftover;
use crate::bulk::ingest::operations::Done;
use crate::bulk::jobs::{Definition, Job, State};
use crate::bulk::{csv_text, download, faults, files::Part};
use crate::org::{Org, OrgState};

/// The first version that names the record of a failed row.
const FAILED_ID_SINCE: &str = "v53.0";

/// One of the three lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Successful,
    Failed,
    Unprocessed,
}

impl List {
    /// By the last segment of its path, in any case.
    pub(super) fn named(segment: &str) -> Option<Self> {
        match segment.to_ascii_lowercase().as_str() {
            "successfulresults" => Some(Self::Successful),
            "failedresults" => Some(Self::Failed),
            "unprocessedrecords" => Some(Self::Unprocessed),
            _ => None,
        }
    }
}

/// A list of a job that is over.
pub(super) async fn list(org: &Org, job: Job, list: List) -> Result<Response, Fault> {
    let org = std::sync::Arc::clone(org);
    let opened = tokio::task::spawn_blocking(move || {
        let head = head(&org, &job, list)?;
        Ok::<_, io::Error>((head, part(&org, &job, list)?))
    });
    match opened.await {
        Ok(Ok((head, part))) => download::csv(head, part).await,
        Ok(Err(error)) => Err(faults::disk(&error)),
        Err(_) => Err(faults::disk(&io::ErrorKind::Interrupted.into())),
    }
}

/// Adds what became of a row to the list it belongs to.
pub(super) fn add(
    lists: (&mut Vec<u8>, &mut Vec<u8>),
    columns: &Columns,
    definition: &Definition,
    row: CsvRow<'_>,
    done: &Done,
) {
    let (delimiter, ending) = (definition.delimiter.byte(), definition.line_ending.bytes());
    let out = match done {
        Done::Written { id, is_new } => {
            csv_text::quoted(lists.0, id.as_bytes());
            lists.0.push(delimiter);
            csv_text::quoted(lists.0, if *is_new { b"true" } else { b"false" });
            lists.0
        }
        Done::Refused { id, errors } => {
            let id = id.as_deref().filter(|_| definition.version.as_str() >= FAILED_ID_SINCE).unwrap_or_default();
            csv_text::quoted(lists.1, id.as_bytes());
            lists.1.push(delimiter);
            let errors: String = errors.iter().map(error_text).collect();
            csv_text::quoted(lists.1, errors.as_bytes());
            lists.1
        }
    };
    for at in 0..columns.targets.len() {
        out.push(delimiter);
        value(out, columns, at, row.value(at));
    }
    out.extend_from_slice(ending);
}

/// A value as it comes back: numbers of fields that hold them in the API's own form.
fn value(out: &mut Vec<u8>, columns: &Columns, at: usize, value: &[u8]) {
    let is_double = match columns.targets.get(at) {
        Some(Target::Field(field)) => columns.is_double(*field),
        _ => false,
    };
    let number = if is_double { std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()) } else { None };
    match number.filter(|number: &f64| number.is_finite()) {
        Some(number) => csv_text::quoted(out, csv_text::double(number).as_bytes()),
        None => csv_text::quoted(out, value),
    }
}

/// `CODE:message:fields --`, every field with a blank behind it.
fn error_text(error: &crate::answers::RowError) -> String {
    let fields: String = error.fields.iter().flatten().map(|field| format!("{field} ")).collect();
    format!("{}:{}:{fields}--", error.code, error.message)
}

fn head(org: &OrgState, job: &Job, list: List) -> io::Result<Vec<u8>> {
    let delimiter = job.definition.delimiter.byte();
    let mut names: Vec<String> = match list {
        List::Successful => vec!["\"sf__Id\"".to_owned(), "\"sf__Created\"".to_owned()],
        List::Failed => vec!["\"sf__Id\"".to_owned(), "\"sf__Error\"".to_owned()],
        List::Unprocessed => Vec::new(),
    };
    names.extend(header(org, job)?);
    let mut head = names.join(&char::from(delimiter).to_string()).into_bytes();
    head.extend_from_slice(job.definition.line_ending.bytes());
    Ok(head)
}

/// The header as uploaded; none when there is no file or it cannot be read.
fn header(org: &OrgState, job: &Job) -> io::Result<Vec<String>> {
    let file = match org.bulk.files.open(&job.id, Part::Upload) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut block = Block::default();
    let read = CsvReader::new(file, job.definition.delimiter.byte(), 0).read(&mut block, 1);
    let names = block.row(0).into_iter().flat_map(|row| row.values().map(text).collect::<Vec<_>>());
    Ok(if read.is_ok() { names.collect() } else { Vec::new() })
}

fn part(org: &OrgState, job: &Job, list: List) -> io::Result<Option<(File, u64, u64)>> {
    let (part, end) = match list {
        List::Successful => (Part::Successes, job.progress.successes_end),
        List::Failed => (Part::Failures, job.progress.failures_end),
        List::Unprocessed if job.state == State::JobComplete || !job.progress.is_uploaded => return Ok(None),
        List::Unprocessed => return leftover::opened(org, job).map(Some),
    };
    if end == 0 { Ok(None) } else { Ok(Some((org.bulk.files.open(&job.id, part)?, 0, end))) }
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A file from a place on.
pub(super) fn from(mut file: File, position: u64) -> io::Result<impl Read> {
    file.seek(SeekFrom::Start(position))?;
    Ok(file)
}
