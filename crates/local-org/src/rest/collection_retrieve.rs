//! Many records by their ids in one call; null where there is none.

use axum::http::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::answers::Fault;
use crate::org::Work;
use crate::rest::collection_rows::check_number;
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rest::rows::named_fields;
use crate::rest::{Call, object};
use crate::rows::{self, Found};

/// The most records of one call.
const MOST_READ: usize = 2_000;

#[derive(Deserialize)]
struct Wanted {
    ids: Vec<String>,
    fields: Vec<String>,
}

/// `GET` with lists in the query string, or `POST` with lists in the body.
pub(crate) fn retrieve(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    name: &str,
) -> Result<OperationAnswer, Fault> {
    let object = object(work, name)?;
    let wanted = wanted(operation)?;
    check_number(wanted.ids.len(), MOST_READ)?;
    let fields = named_fields(&object, wanted.fields.iter().map(String::as_str))?;
    let show = |id: &String| -> Result<Value, Fault> {
        Ok(match rows::by_id(work, &object, id)? {
            Found::One(id) => rows::show(work, &call.version, &object, &id, &fields)?.unwrap_or(Value::Null),
            _ => Value::Null,
        })
    };
    let records = wanted.ids.iter().map(show).collect::<Result<Vec<Value>, Fault>>()?;
    Ok(OperationAnswer::ok(records))
}

fn wanted(operation: &Operation) -> Result<Wanted, Fault> {
    if operation.method == Method::POST {
        return operation.read();
    }
    let list = |name: &str| {
        let text = operation.query.get(name).unwrap_or_default();
        text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    Ok(Wanted { ids: list("ids"), fields: list("fields") })
}
