//! What changed and what was deleted in a span of time: `/sobjects/X/updated` and `/sobjects/X/deleted`.

use axum::http::StatusCode;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::answers::{Fault, RowError};
use crate::clock;
use crate::org::Work;
use crate::rest::object;
use crate::rest::operation::{Operation, OperationAnswer};
use crate::schema::{Object, ObjectAbility};
use crate::storage::table;

/// How far back changes can be asked for.
const UPDATED_HORIZON: TimeDelta = TimeDelta::days(30);
/// How far back deletions can be asked for.
const DELETED_HORIZON: TimeDelta = TimeDelta::days(15);
/// The most ids of an answer.
const MOST: usize = 600_000;

/// A span of time in whole minutes.
struct Span {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

/// `GET /sobjects/X/updated?start=…&end=…`.
pub(super) fn updated(work: &Work<'_>, operation: &Operation, name: &str) -> Result<OperationAnswer, Fault> {
    let (object, span) = asked(work, operation, name, UPDATED_HORIZON)?;
    let ids: Vec<String> = changed(work, &object, &span, "0")?.into_iter().map(|(id, _)| id).collect();
    Ok(OperationAnswer::ok(json!({"ids": ids, "latestDateCovered": covered(work, &span)})))
}

/// `GET /sobjects/X/deleted?start=…&end=…`.
pub(super) fn deleted(work: &Work<'_>, operation: &Operation, name: &str) -> Result<OperationAnswer, Fault> {
    let (object, span) = asked(work, operation, name, DELETED_HORIZON)?;
    let records: Vec<Value> =
        changed(work, &object, &span, "1")?.into_iter().map(|(id, at)| json!({"id": id, "deletedDate": at})).collect();
    Ok(OperationAnswer::ok(json!({
        "deletedRecords": records,
        "earliestDateAvailable": clock::stamp(floored(work.now - DELETED_HORIZON)),
        "latestDateCovered": covered(work, &span),
    })))
}

fn asked(
    work: &Work<'_>,
    operation: &Operation,
    name: &str,
    horizon: TimeDelta,
) -> Result<(std::sync::Arc<Object>, Span), Fault> {
    operation.only_get()?;
    let object = object(work, name)?;
    if !object.can(ObjectAbility::Replicateable) {
        let text = format!("entity type {} is not replicatable", object.name);
        return Err(Fault::bad_request(RowError::new("INVALID_TYPE_FOR_OPERATION", text)));
    }
    let span = Span { start: moment(operation, "start")?, end: moment(operation, "end")? };
    if span.end - span.start < TimeDelta::minutes(1) {
        return Err(no_such_span("endDate must be at least one minute greater than startDate"));
    }
    if span.start < floored(work.now - horizon) {
        return Err(no_such_span("startDate before org replication enabled date"));
    }
    Ok((object, span))
}

/// A time of the query string, its seconds dropped. A `+` that was not encoded arrives as a blank.
fn moment(operation: &Operation, name: &str) -> Result<DateTime<Utc>, Fault> {
    let text = operation.query.get(name).ok_or_else(|| {
        Fault::new(StatusCode::BAD_REQUEST, "MISSING_ARGUMENT", format!("The parameter {name} is missing"))
    })?;
    let read = clock::read(&text.trim().replace(' ', "+"));
    read.map(floored).ok_or_else(|| no_such_span(&format!("{name} is not a date and time: {text}")))
}

fn no_such_span(text: &str) -> Fault {
    Fault::bad_request(RowError::new("INVALID_REPLICATION_DATE", text))
}

fn floored(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::minutes(1)).unwrap_or(at)
}

/// How far the answer reaches: to the end, or to now.
fn covered(work: &Work<'_>, span: &Span) -> String {
    clock::stamp(span.end.min(floored(work.now)))
}

/// The ids of the records changed in the span, each with the moment.
fn changed(work: &Work<'_>, object: &Object, span: &Span, deleted: &str) -> Result<Vec<(String, String)>, Fault> {
    let is_deleted = if object.field("IsDeleted").is_some() { "\"IsDeleted\"" } else { "0" };
    let sql = format!(
        "SELECT \"Id\", \"SystemModstamp\" FROM {} WHERE {is_deleted} = {deleted} AND \"SystemModstamp\" >= ?1
         AND \"SystemModstamp\" < ?2 ORDER BY \"SystemModstamp\", \"Id\" LIMIT {}",
        table(&object.name),
        MOST + 1
    );
    let mut statement = work.sql.prepare_cached(&sql)?;
    let bounds = [clock::stamp(span.start), clock::stamp(span.end)];
    let found: Vec<(String, String)> =
        statement.query_map(bounds, |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    if found.len() > MOST {
        let text = format!("The answer would have more than {MOST} ids");
        return Err(Fault::bad_request(RowError::new("EXCEEDED_ID_LIMIT", text)));
    }
    Ok(found)
}
