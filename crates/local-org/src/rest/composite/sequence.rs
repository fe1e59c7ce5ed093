//! Parts run one after the other, each in reach of the answers before it; with all or none, one failure takes
//! everything back. Refuses to know what a part may ask for.

use axum::http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use crate::answers::{Fault, RowError};
use crate::org::Work;
use crate::rest::composite::ill_made;
use crate::rest::composite::references::Answers;
use crate::rest::composite::subrequest::{Place, Subrequest, is_legal, ready};
use crate::rest::operation::{AnswerBody, OperationAnswer};
use crate::rest::{Call, dispatch};

/// How one part was answered.
pub(super) struct Done {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
    /// Whether it takes its siblings with it when they are all or none.
    has_failed: bool,
}

/// Runs the parts; answers them as the API writes them, and whether all succeeded.
pub(super) fn run(
    work: &Work<'_>,
    call: &Call,
    requests: &[Subrequest],
    all_or_none: bool,
    place: Place,
) -> Result<(Vec<Value>, bool), Fault> {
    work.attempt(|| {
        let mut answers = Answers::new(&call.version);
        let mut done: Vec<Option<Done>> = Vec::with_capacity(requests.len());
        for request in requests {
            let one = one(work, call, request, &answers, all_or_none, place)?;
            if !one.has_failed && is_legal(&request.reference_id) {
                answers.keep(&request.reference_id, one.body.clone());
            }
            let ends = all_or_none && one.has_failed;
            done.push(Some(one));
            if ends {
                break;
            }
        }
        let all_good = done.iter().flatten().all(|one| !one.has_failed);
        let is_kept = all_good || !all_or_none;
        done.resize_with(requests.len(), || None);
        let shown = requests.iter().zip(done).map(|(request, done)| {
            let done = done.filter(|done| is_kept || done.has_failed).unwrap_or_else(rolled_back);
            done.shown(&request.reference_id)
        });
        Ok(((shown.collect(), all_good), is_kept))
    })
}

/// All parts of a sequence that never began.
pub(super) fn not_begun(requests: &[Subrequest], text: &str) -> Vec<Value> {
    requests.iter().map(|request| halted(text).shown(&request.reference_id)).collect()
}

fn one(
    work: &Work<'_>,
    call: &Call,
    request: &Subrequest,
    answers: &Answers<'_>,
    all_or_none: bool,
    place: Place,
) -> Result<Done, Fault> {
    let filled = answers.in_url(&request.url).and_then(|url| {
        let body = request.body.as_ref().map(|body| answers.in_body(body)).transpose()?;
        Ok((url, body))
    });
    let (url, body) = match filled {
        Ok(filled) => filled,
        Err(no_value) => return Ok(halted(&no_value.0)),
    };
    let is_whole = all_or_none && request.is_collection();
    let (url, body) = if is_whole { row_by_row(url, body) } else { (url, body) };
    let ready = match ready(request, &url, body.as_ref(), place) {
        Ok(ready) => ready,
        Err(fault) => return Ok(Done::new(fault.into(), false)),
    };
    let call = Call { version: ready.version, ..call.clone() };
    work.attempt(|| {
        let mut answer = dispatch::run(work, &call, &ready.operation).unwrap_or_else(OperationAnswer::from);
        if matches!(answer.body, AnswerBody::Bytes(..)) {
            answer = ill_made("The content of a file is not supported in a subrequest.").into();
        }
        let done = Done::new(answer, is_whole);
        let is_kept = done.status.as_u16() < 300;
        Ok((done, is_kept))
    })
}

/// A collection inside a call that is all or none: the call's word counts, so the rows are answered one by one.
fn row_by_row(url: String, body: Option<Value>) -> (String, Option<Value>) {
    let url = url.replace("allOrNone=true", "allOrNone=false");
    let body = body.map(|mut body| {
        if let Some(map) = body.as_object_mut() {
            map.insert("allOrNone".to_owned(), false.into());
        }
        body
    });
    (url, body)
}

impl Done {
    fn new(answer: OperationAnswer, is_whole: bool) -> Self {
        let (status, headers) = (answer.status, answer.headers.clone());
        let body = answer.into_json();
        let has_bad_row = || body.as_array().is_some_and(|rows| rows.iter().any(|row| row["success"] == false));
        let has_failed = status.is_client_error()
            || status.is_server_error()
            || status == StatusCode::MULTIPLE_CHOICES
            || (is_whole && has_bad_row());
        Self { status, headers, body, has_failed }
    }

    fn shown(self, reference_id: &str) -> Value {
        let headers: Map<String, Value> = self
            .headers
            .iter()
            .filter_map(|(name, value)| Some((header_name(name.as_str()), value.to_str().ok()?.into())))
            .collect();
        json!({
            "body": self.body, "httpHeaders": headers, "httpStatusCode": self.status.as_u16(),
            "referenceId": reference_id,
        })
    }
}

fn rolled_back() -> Done {
    halted("The transaction was rolled back since another operation in the same transaction failed.")
}

fn halted(text: &str) -> Done {
    Done::new(Fault::bad_request(RowError::new("PROCESSING_HALTED", text)).into(), false)
}

/// `last-modified` as `Last-Modified`.
fn header_name(name: &str) -> String {
    if name == "etag" {
        return "ETag".to_owned();
    }
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join("-")
}
