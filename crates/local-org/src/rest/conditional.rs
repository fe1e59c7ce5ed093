//! Requests that depend on the state of what they ask for: dates for records and describes, tags for accounts.
//! Refuses to carry the requests out.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, Method, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SubsecRound, Utc};
use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};

use crate::answers::Fault;
use crate::clock;
use crate::org::Work;
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rows;
use crate::schema::{Object, Schema};
use crate::storage::table;

/// The only object whose records have tags.
const TAGGED: &str = "Account";
/// Objects whose records describe shows or depends on.
const DESCRIBED: [&str; 3] = ["Profile", "PermissionSet", "RecordType"];
/// The bytes of a tag before they are written as text.
const TAG_BYTES: usize = 20;
/// A date of HTTP.
const HTTP_DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// What tells one state of a thing from another.
pub(super) struct State {
    changed_at: Option<DateTime<Utc>>,
    tag: Option<String>,
}

/// Since when the schema is what it is. A change is dated when somebody first asks after it.
#[derive(Default)]
pub(crate) struct SchemaAge(Mutex<Option<(Arc<Schema>, DateTime<Utc>)>>);

impl SchemaAge {
    fn changed_at(&self, work: &Work<'_>) -> DateTime<Utc> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some((schema, at)) if Arc::ptr_eq(schema, &work.schema) => *at,
            _ => known.insert((Arc::clone(&work.schema), work.now)).1,
        }
    }
}

impl State {
    /// The state of everything the org says about its objects: the schema, and the records that
    /// describe shows. With it, when any of that has changed last.
    pub(super) fn of_schema(work: &Work<'_>) -> Result<(Self, DateTime<Utc>), Fault> {
        let mut changed_at = work.org.schema_age.changed_at(work);
        for name in DESCRIBED {
            let sql = format!("SELECT max(\"SystemModstamp\") FROM {}", table(name));
            let stamp: Option<String> = work.sql.prepare_cached(&sql)?.query_row([], |row| row.get(0))?;
            changed_at = changed_at.max(stamp.as_deref().and_then(clock::read).unwrap_or(changed_at));
        }
        Ok((Self { changed_at: Some(changed_at.trunc_subsecs(0)), tag: None }, changed_at))
    }

    /// The state of a record. It is looked up only where an answer or a condition needs it.
    pub(super) fn of_record(work: &Work<'_>, object: &Object, id: &str) -> Result<Self, Fault> {
        let tag = if object.name == TAGGED { tag(work, object, id)? } else { None };
        Ok(Self { changed_at: changed_at(work, object, id)?, tag })
    }

    /// 304 or 412 where the caller's condition does not hold, nothing where it does.
    pub(super) fn judged(&self, operation: &Operation) -> Result<Option<OperationAnswer>, Fault> {
        let headers = &operation.headers;
        let is_get = operation.method == Method::GET;
        let tags = |name| self.tag.as_ref().and_then(|tag| Some(names(text(headers, name)?, tag)));
        let date = |name| text(headers, name).and_then(read).zip(self.changed_at);
        let is_unmodified = || date(header::IF_UNMODIFIED_SINCE).is_none_or(|(since, changed)| changed <= since);
        if !tags(header::IF_MATCH).unwrap_or_else(is_unmodified) {
            return Err(failed());
        }
        let is_known =
            |_: ()| date(header::IF_MODIFIED_SINCE).is_some_and(|(since, changed)| is_get && changed <= since);
        match tags(header::IF_NONE_MATCH).unwrap_or_else(|| is_known(())) {
            true if is_get => Ok(Some(self.on(OperationAnswer::nothing(StatusCode::NOT_MODIFIED)))),
            true => Err(failed()),
            false => Ok(None),
        }
    }

    /// The answer with the headers that a later condition can name.
    pub(super) fn on(&self, mut answer: OperationAnswer) -> OperationAnswer {
        if let Some(at) = self.changed_at {
            answer = answer.with(header::LAST_MODIFIED, &at.format(HTTP_DATE).to_string());
        }
        match &self.tag {
            Some(tag) => answer.with(header::ETAG, tag),
            None => answer,
        }
    }
}

/// Whether a caller names any condition.
pub(super) fn is_conditional(headers: &HeaderMap) -> bool {
    [header::IF_MATCH, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE, header::IF_UNMODIFIED_SINCE]
        .iter()
        .any(|name| headers.contains_key(name))
}

fn failed() -> Fault {
    let text = "The precondition given in a request header does not hold.";
    Fault::new(StatusCode::PRECONDITION_FAILED, "PRECONDITION_FAILED", text)
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn read(date: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(date.trim()).ok().map(|date| date.with_timezone(&Utc))
}

/// Whether a list of tags names this one; the ending that tells of compression does not count.
fn names(list: &str, tag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").trim_matches('"').trim_end_matches("--gzip").to_owned();
    list.trim() == "*" || list.split(',').any(|known| bare(known) == bare(tag))
}

fn changed_at(work: &Work<'_>, object: &Object, id: &str) -> Result<Option<DateTime<Utc>>, Fault> {
    let known = ["LastModifiedDate", "SystemModstamp", "CreatedDate"];
    let Some(field) = known.iter().find_map(|name| object.field(name)) else { return Ok(None) };
    let sql = format!("SELECT \"{}\" FROM {} WHERE \"Id\" = ?1", field.name, table(&object.name));
    let stored: Option<Option<String>> = work.sql.prepare_cached(&sql)?.query_row([id], |row| row.get(0)).optional()?;
    Ok(stored.flatten().and_then(|stored| clock::read(&stored)))
}

fn tag(work: &Work<'_>, object: &Object, id: &str) -> Result<Option<String>, Fault> {
    let fields: Vec<_> = object.fields.iter().collect();
    let record = rows::show(work, "", object, id, &fields)?;
    Ok(record.map(|record| {
        let digest = Sha256::digest(record.to_string());
        format!("\"{}--gzip\"", STANDARD.encode(&digest[..TAG_BYTES]))
    }))
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn tags_are_found_in_lists() {
        let tag = "\"abc=--gzip\"";
        for list in ["\"abc=--gzip\"", "\"x\", \"abc=--gzip\"", "W/\"abc=\"", "*"] {
            assert!(names(list, tag), "{list}");
        }
        for list in ["\"abd=--gzip\"", "", "\"x\",\"y\""] {
            assert!(!names(list, tag), "{list}");
        }
    }
}
