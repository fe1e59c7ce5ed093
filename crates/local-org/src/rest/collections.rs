//! Up to 200 records created, updated or deleted in one call. The answer is 200 whatever became of the rows.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::answers::{Fault, RowError};
use crate::ids;
use crate::org::Work;
use crate::rest::Call;
use crate::rest::collection_rows::{
    MOST_WRITTEN, Repeated, all, check_number, known_id, malformed, not_possible, read, take, unknown_id,
};
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rows::{self, Purpose};
use crate::schema::{Object, ObjectAbility};

/// The most runs of records of one type (the code of its error is unconfirmed).
const MOST_CHUNKS: usize = 10;

pub(crate) fn create(work: &Work<'_>, call: &Call, operation: &Operation) -> Result<OperationAnswer, Fault> {
    let asked = read(operation)?;
    let objects = objects(work, &asked.records)?;
    let text = operation.text()?;
    let mut rows = Vec::new();
    for (object, row) in objects.iter().zip(&asked.records) {
        rows.push((object, rows::parse(object, row, Purpose::Create, None, text)?));
    }
    let results = all(work, asked.all_or_none, rows, |(object, input)| {
        if !object.can(ObjectAbility::Createable) {
            return Ok(Err(not_possible("insert", object)));
        }
        Ok(rows::create(work, object, input, &call.user_id)?.map(|id| (id, None)))
    })?;
    Ok(OperationAnswer::ok(results))
}

pub(crate) fn update(work: &Work<'_>, call: &Call, operation: &Operation) -> Result<OperationAnswer, Fault> {
    let mut asked = read(operation)?;
    let objects = objects(work, &asked.records)?;
    let text = operation.text()?;
    let keys: Vec<Option<String>> = asked.records.iter_mut().map(|row| take(row, "Id")).collect();
    let repeated = Repeated::new(keys.iter().flatten().map(|id| ids::normalized(id).unwrap_or_else(|| id.clone())));
    let mut rows = Vec::new();
    for ((object, row), id) in objects.iter().zip(&asked.records).zip(keys) {
        rows.push((object, id, rows::parse(object, row, Purpose::Update, None, text)?));
    }
    let results = all(work, asked.all_or_none, rows, |(object, id, input)| {
        let id = match known_id(work, object, id.as_deref())? {
            Ok(id) => id,
            Err(errors) => return Ok(Err(errors)),
        };
        if repeated.has(&id) {
            return Ok(Err(vec![RowError::on("DUPLICATE_VALUE", format!("Duplicate id in list: {id}"), &[])]));
        }
        Ok(rows::update(work, object, &id, input, &call.user_id)?.map(|id| (id, None)))
    })?;
    Ok(OperationAnswer::ok(results))
}

pub(crate) fn delete(work: &Work<'_>, call: &Call, operation: &Operation) -> Result<OperationAnswer, Fault> {
    let ids: Vec<String> =
        operation.query.get("ids").map(|ids| ids.split(',').map(str::to_owned).collect()).unwrap_or_default();
    check_number(ids.len(), MOST_WRITTEN)?;
    let all_or_none = operation.query.get("allOrNone").map(|value| value.eq_ignore_ascii_case("true"));
    let results = all(work, all_or_none, ids, |id| {
        let Some(normal) = ids::normalized(id.trim()) else { return Ok(Err(vec![malformed(&id)])) };
        let Some(object) = work.schema.object_of_id(&normal) else { return Ok(Err(vec![unknown_id()])) };
        if !object.can(ObjectAbility::Deletable) {
            return Ok(Err(not_possible("delete", object)));
        }
        Ok(rows::delete(work, object, &normal, &call.user_id)?.map(|id| (id, None)))
    })?;
    Ok(OperationAnswer::ok(results))
}

/// The object of each row, from its `attributes.type`.
fn objects(work: &Work<'_>, rows: &[Map<String, Value>]) -> Result<Vec<Arc<Object>>, Fault> {
    let mut objects: Vec<Arc<Object>> = Vec::new();
    let mut chunks = 0;
    for row in rows {
        let name = row.get("attributes").and_then(|attributes| attributes.get("type")).and_then(Value::as_str);
        let object = name.and_then(|name| work.schema.object(name)).ok_or_else(|| {
            let text = format!("sObject type '{}' is not supported.", name.unwrap_or_default());
            Fault::bad_request(RowError::new("INVALID_TYPE", text))
        })?;
        chunks += usize::from(objects.last().is_none_or(|last| last.name != object.name));
        objects.push(Arc::clone(object));
    }
    if chunks > MOST_CHUNKS {
        let text =
            "Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking.";
        return Err(Fault::bad_request(RowError::new("LIMIT_EXCEEDED", text)));
    }
    Ok(objects)
}
