//! Many records by their ids in one call; null where there is none.

use std::collections::HashMap;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

use crate::answers::{Fault, ok};
use crate::org::Org;
use crate::rest::collection_rows::check_number;
use crate::rest::rows::{ObjectPath, named_fields};
use crate::rest::{Call, body, object};
use crate::rows::{self, Found};

/// The most records of one call.
const MOST_READ: usize = 2_000;

#[derive(Deserialize)]
struct Wanted {
    ids: Vec<String>,
    fields: Vec<String>,
}

pub(crate) async fn retrieve(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<ObjectPath>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Fault> {
    let list = |name: &str| {
        let text = query.get(name).map(String::as_str).unwrap_or_default();
        text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    retrieved(&org, call, path.object, Wanted { ids: list("ids"), fields: list("fields") }).await
}

pub(crate) async fn retrieve_posted(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<ObjectPath>,
    bytes: Bytes,
) -> Result<Response, Fault> {
    retrieved(&org, call, path.object, body::read(&bytes)?).await
}

async fn retrieved(org: &Org, call: Call, name: String, wanted: Wanted) -> Result<Response, Fault> {
    check_number(wanted.ids.len(), MOST_READ)?;
    let records = org.read(move |work| {
        let object = object(work, &name)?;
        let fields = named_fields(&object, wanted.fields.iter().map(String::as_str))?;
        let show = |id: &String| -> Result<Value, Fault> {
            Ok(match rows::by_id(work, &object, id)? {
                Found::One(id) => rows::show(work, &call.version, &object, &id, &fields)?.unwrap_or(Value::Null),
                _ => Value::Null,
            })
        };
        wanted.ids.iter().map(show).collect::<Result<Vec<Value>, Fault>>()
    });
    Ok(ok(&records.await?.into()))
}
