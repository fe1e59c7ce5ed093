//! What all collection calls have in common: reading up to 200 rows, doing each, and a result per row. Results write
//! `statusCode` where single rows write `errorCode`.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::answers::{Fault, RowError};
use crate::ids;
use crate::org::Work;
use crate::rest::operation::Operation;
use crate::rows::{self, Found, Written};
use crate::schema::{Ability, Field, Object};

/// The most records of one call that writes.
pub(super) const MOST_WRITTEN: usize = 200;

/// The body of a call that writes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Records {
    pub(super) all_or_none: Option<bool>,
    pub(super) records: Vec<Map<String, Value>>,
}

/// One row done: its id, and for upserts whether it is new.
pub(super) type Done = Result<(String, Option<bool>), Vec<RowError>>;

/// Does every row. When one fails and the caller wants all or none, everything is taken back and the good rows say so.
pub(super) fn all<T>(
    work: &Work<'_>,
    all_or_none: Option<bool>,
    rows: impl IntoIterator<Item = T>,
    one: impl Fn(T) -> Result<Done, Fault>,
) -> Result<Vec<Value>, Fault> {
    work.attempt(|| {
        let done: Vec<Done> = rows.into_iter().map(one).collect::<Result<_, _>>()?;
        let is_kept = !all_or_none.unwrap_or(false) || done.iter().all(Result::is_ok);
        Ok((done.into_iter().map(|row| result(row, is_kept)).collect(), is_kept))
    })
}

fn result(done: Done, is_kept: bool) -> Value {
    match done {
        Ok((id, None)) if is_kept => json!({"id": id, "success": true, "errors": []}),
        Ok((id, Some(created))) if is_kept => json!({"id": id, "success": true, "errors": [], "created": created}),
        Ok(_) => json!({"success": false, "errors": [rolled_back().in_result()]}),
        Err(errors) => {
            json!({"success": false, "errors": errors.iter().map(RowError::in_result).collect::<Vec<_>>()})
        }
    }
}

fn rolled_back() -> RowError {
    let text = "Record rolled back because not all records were valid and the request was using AllOrNone header";
    RowError::on("ALL_OR_NONE_OPERATION_ROLLED_BACK", text, &[])
}

pub(super) fn read(operation: &Operation) -> Result<Records, Fault> {
    let records: Records = operation.read()?;
    check_number(records.records.len(), MOST_WRITTEN)?;
    Ok(records)
}

pub(super) fn check_number(number: usize, most: usize) -> Result<(), Fault> {
    if number <= most {
        return Ok(());
    }
    let text = format!("record limit reached. cannot submit more than {most} records into this call");
    Err(Fault::bad_request(RowError::new("EXCEEDED_ID_LIMIT", text)))
}

/// The id of a row to update, when there is such a record.
pub(super) fn known_id(work: &Work<'_>, object: &Object, id: Option<&str>) -> Result<Written, Fault> {
    let Some(id) = id else {
        let error = RowError::on("MISSING_ARGUMENT", "Id not specified in an update call", &["Id"]);
        return Ok(Err(vec![error]));
    };
    if ids::normalized(id).is_none() {
        return Ok(Err(vec![malformed(id)]));
    }
    Ok(match rows::by_id(work, object, id)? {
        Found::One(id) => Ok(id),
        Found::Deleted => Err(vec![RowError::on("ENTITY_IS_DELETED", "entity is deleted", &[])]),
        _ => Err(vec![unknown_id()]),
    })
}

/// Takes a value out of a row, whatever the case of its name; null and blank are none.
pub(super) fn take(row: &mut Map<String, Value>, name: &str) -> Option<String> {
    let found = row.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned()?;
    match row.shift_remove(&found)? {
        Value::Null => None,
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

/// Keys that stand more than once in one call. Each of their rows is refused, as none can be told to be meant.
pub(super) struct Repeated(HashMap<String, usize>);

impl Repeated {
    pub(super) fn new(keys: impl Iterator<Item = String>) -> Self {
        let mut counts = HashMap::new();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
        Self(counts)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|&count| count > 1)
    }
}

pub(super) fn folded(key: &Field, value: &str) -> String {
    let is_exact = key.kind.is_id() || key.can(Ability::CaseSensitive);
    if is_exact { value.to_owned() } else { value.to_lowercase() }
}

pub(super) fn malformed(id: &str) -> RowError {
    RowError::on("MALFORMED_ID", format!("malformed id {id}"), &["Id"])
}

pub(super) fn unknown_id() -> RowError {
    RowError::on("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[])
}

pub(super) fn not_possible(what: &str, object: &Object) -> Vec<RowError> {
    let text = format!("entity type {} does not support {what}", object.name);
    vec![RowError::on("INVALID_TYPE_FOR_OPERATION", text, &[])]
}
