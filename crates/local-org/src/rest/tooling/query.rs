//! Queries of the Tooling API: those of the data API on other objects, with answers that say a little more.

use serde_json::{Map, Value};

use crate::answers::{Fault, RowError};
use crate::org::Work;
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rest::{Call, query};

/// What can be asked for of one row at a time.
const ONE_ROW_ONLY: [&str; 2] = ["Metadata", "FullName"];

pub(super) fn first_page(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    include_deleted: bool,
) -> Result<OperationAnswer, Fault> {
    let answer = query::first_page_answer(&work.for_tooling(), call, &operation.query, include_deleted)?;
    let entity = operation.query.get("q").and_then(|text| salesbridge_soql::parse(text).ok());
    let entity = entity.map(|query| query.from.object.as_str().to_owned());
    let entity = entity.and_then(|name| work.schema.for_tooling().object(&name).map(|object| object.name.clone()));
    completed(call, answer, entity)
}

pub(super) fn next_page(work: &Work<'_>, call: &Call, locator: &str) -> Result<OperationAnswer, Fault> {
    completed(call, query::next_page_answer(&work.for_tooling(), call, locator)?, None)
}

/// The answer with the keys that only this API has, in its order.
fn completed(call: &Call, answer: Value, entity: Option<String>) -> Result<OperationAnswer, Fault> {
    let Value::Object(mut answer) = answer else { return Ok(OperationAnswer::ok(answer)) };
    let mut records = answer.remove("records").unwrap_or_default();
    check_one_row(&records)?;
    let size = records.as_array().map_or(0, Vec::len);
    for record in records.as_array_mut().into_iter().flatten() {
        complete_record(call, record);
    }
    let next =
        answer.get("nextRecordsUrl").and_then(Value::as_str).map(|url| url.replacen("/query/", "/tooling/query/", 1));
    let locator = next.as_deref().and_then(|url| url.rsplit('/').next()).map(str::to_owned);
    let first = records.get(0).and_then(|record| record["attributes"]["type"].as_str()).map(str::to_owned);
    let mut complete = Map::new();
    complete.insert("size".to_owned(), size.into());
    complete.insert("totalSize".to_owned(), answer.get("totalSize").cloned().unwrap_or_default());
    complete.insert("done".to_owned(), answer.get("done").cloned().unwrap_or_default());
    complete.extend(next.map(|next| ("nextRecordsUrl".to_owned(), next.into())));
    complete.insert("queryLocator".to_owned(), locator.into());
    complete.insert("entityTypeName".to_owned(), entity.or(first).into());
    complete.insert("records".to_owned(), records);
    Ok(OperationAnswer::ok(complete))
}

fn check_one_row(records: &Value) -> Result<(), Fault> {
    let rows = records.as_array().map_or(&[][..], Vec::as_slice);
    let has_whole = rows.first().is_some_and(|row| ONE_ROW_ONLY.iter().any(|key| row.get(key).is_some()));
    if rows.len() > 1 && has_whole {
        let text = format!(
            "When retrieving results with Metadata or FullName fields, the query qualificatio must specify no more than one \
             row for retrieval. Result size: {}",
            rows.len()
        );
        return Err(Fault::bad_request(RowError::new("MALFORMED_QUERY", text)));
    }
    Ok(())
}

/// Paths lead back into this API, also those of parents; metadata is a structure, not text.
pub(super) fn complete_record(call: &Call, record: &mut Value) {
    let Some(record) = record.as_object_mut() else { return };
    if let Some(Value::String(url)) = record.get_mut("attributes").and_then(|attributes| attributes.get_mut("url")) {
        let base = format!("/services/data/{}/", call.version);
        *url = url.replacen(&format!("{base}sobjects/"), &format!("{base}tooling/sobjects/"), 1);
    }
    if let Some(Value::String(text)) = record.get("Metadata") {
        let metadata = serde_json::from_str(text).unwrap_or_default();
        record.insert("Metadata".to_owned(), metadata);
    }
    for value in record.values_mut().filter(|value| value.get("attributes").is_some()) {
        complete_record(call, value);
    }
}
