//! Up to 200 records created or updated by an external id in one call.

use serde_json::{Map, Value};

use crate::answers::{Fault, RowError};
use crate::org::Work;
use crate::rest::collection_rows::{Done, Repeated, all, folded, known_id, read, take};
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rest::{Call, object};
use crate::rows::{self, Found, Purpose, key_cell};
use crate::schema::{Field, FieldType, Object};

/// `PATCH /composite/sobjects/X/FIELD`.
pub(crate) fn upsert(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    name: &str,
    field: &str,
) -> Result<OperationAnswer, Fault> {
    let mut asked = read(operation)?;
    let object = object(work, name)?;
    let key = object.field(field).filter(|field| field.finds_rows());
    let key = key.ok_or_else(|| Fault::no_row(field))?;
    let text = operation.text()?;
    let keys: Vec<Option<String>> = asked.records.iter_mut().map(|row| take(row, &key.name)).collect();
    let repeated = Repeated::new(keys.iter().flatten().map(|value| folded(key, value)));
    let results = all(work, asked.all_or_none, asked.records.iter().zip(keys), |(row, value)| {
        upsert_one(work, call, &object, key, row, value.as_deref(), &repeated, text)
    })?;
    Ok(OperationAnswer::ok(results))
}

#[expect(clippy::too_many_arguments, reason = "one row of an upsert needs all of them, and only here")]
fn upsert_one(
    work: &Work<'_>,
    call: &Call,
    object: &Object,
    key: &Field,
    row: &Map<String, Value>,
    value: Option<&str>,
    repeated: &Repeated,
    text: &str,
) -> Result<Done, Fault> {
    let Some(value) = value else {
        if key.kind != FieldType::Id {
            let text = format!("{} not specified", key.name);
            return Ok(Err(vec![RowError::on("MISSING_ARGUMENT", text, &[])]));
        }
        let input = rows::parse(object, row, Purpose::Create, Some(key), text)?;
        return Ok(rows::create(work, object, input, &call.user_id)?.map(|id| (id, Some(true))));
    };
    if repeated.has(&folded(key, value)) {
        let text = format!("Duplicate external id specified: {value}");
        return Ok(Err(vec![RowError::on("DUPLICATE_VALUE", text, &[&key.name])]));
    }
    match rows::by_external_id(work, object, &key.name, value)? {
        Found::One(id) => {
            let input = rows::parse(object, row, Purpose::Update, Some(key), text)?;
            Ok(rows::update(work, object, &id, input, &call.user_id)?.map(|id| (id, Some(false))))
        }
        Found::Several(_) => {
            let text = format!("{}: more than one record found for external id field: [{value}]", key.name);
            Ok(Err(vec![RowError::on("DUPLICATE_EXTERNAL_ID", text, &[])]))
        }
        _ if key.kind == FieldType::Id => known_id(work, object, Some(value)).map(|known| known.map(|id| (id, None))),
        _ => {
            let mut input = rows::parse(object, row, Purpose::Create, Some(key), text)?;
            input.values.extend(key_cell(key, value).map(|cell| (key, cell)));
            Ok(rows::create(work, object, input, &call.user_id)?.map(|id| (id, Some(true))))
        }
    }
}
