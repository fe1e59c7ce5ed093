//! Up to 200 records in one call. The answer is 200 whatever became of the rows; each row has its own result, and
//! results write `statusCode` where single rows write `errorCode`.

use std::collections::HashMap;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::answers::{Fault, RowError, ok};
use crate::ids;
use crate::org::{Org, Work};
use crate::rest::rows::{ObjectPath, named_fields};
use crate::rest::{Call, body, object};
use crate::rows::{self, Found, Purpose, Written, key_cell};
use crate::schema::{Field, FieldType, Object, ObjectAbility};

use std::sync::Arc;

/// The most records of one call that writes.
const MOST_WRITTEN: usize = 200;
/// The most records of one call that reads them by a posted list.
const MOST_READ: usize = 2_000;
/// The most runs of records of one type (the code of its error is unconfirmed).
const MOST_CHUNKS: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Records {
    all_or_none: Option<bool>,
    records: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
pub(crate) struct KeyedPath {
    object: String,
    field: String,
}

#[derive(Deserialize)]
struct Wanted {
    ids: Vec<String>,
    fields: Vec<String>,
}

/// One row done: its id, and for upserts whether it is new.
type Done = Result<(String, Option<bool>), Vec<RowError>>;

pub(crate) async fn create(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    bytes: Bytes,
) -> Result<Response, Fault> {
    let asked = read(&bytes)?;
    let results = org.write(move |work| {
        let objects = objects(work, &asked.records)?;
        let text = body::text(&bytes)?;
        let mut rows = Vec::new();
        for (object, row) in objects.iter().zip(&asked.records) {
            rows.push((object, rows::parse(object, row, Purpose::Create, None, text)?));
        }
        all(work, asked.all_or_none, rows, |(object, input)| {
            if !object.can(ObjectAbility::Createable) {
                return Ok(Err(not_possible("insert", object)));
            }
            Ok(rows::create(work, object, input, &call.user_id)?.map(|id| (id, None)))
        })
    });
    Ok(ok(&results.await?.into()))
}

pub(crate) async fn update(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    bytes: Bytes,
) -> Result<Response, Fault> {
    let mut asked = read(&bytes)?;
    let results = org.write(move |work| {
        let objects = objects(work, &asked.records)?;
        let text = body::text(&bytes)?;
        let keys: Vec<Option<String>> = asked.records.iter_mut().map(take_id).collect();
        let repeated = Repeated::new(keys.iter().flatten().map(|id| ids::normalized(id).unwrap_or_else(|| id.clone())));
        let mut rows = Vec::new();
        for ((object, row), id) in objects.iter().zip(&asked.records).zip(keys) {
            rows.push((object, id, rows::parse(object, row, Purpose::Update, None, text)?));
        }
        all(work, asked.all_or_none, rows, |(object, id, input)| {
            let id = match known_id(work, object, id.as_deref())? {
                Ok(id) => id,
                Err(errors) => return Ok(Err(errors)),
            };
            if repeated.has(&id) {
                return Ok(Err(vec![RowError::on("DUPLICATE_VALUE", format!("Duplicate id in list: {id}"), &[])]));
            }
            Ok(rows::update(work, object, &id, input, &call.user_id)?.map(|id| (id, None)))
        })
    });
    Ok(ok(&results.await?.into()))
}

pub(crate) async fn upsert(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Path(path): Path<KeyedPath>,
    bytes: Bytes,
) -> Result<Response, Fault> {
    let mut asked = read(&bytes)?;
    let results = org.write(move |work| {
        let object = object(work, &path.object)?;
        let key = object.field(&path.field).filter(|field| field.finds_rows());
        let key = key.ok_or_else(|| Fault::no_row(&path.field))?;
        let text = body::text(&bytes)?;
        let keys: Vec<Option<String>> = asked.records.iter_mut().map(|row| take_key(row, key)).collect();
        let repeated = Repeated::new(keys.iter().flatten().map(|value| folded(key, value)));
        all(work, asked.all_or_none, asked.records.iter().zip(keys), |(row, value)| {
            upsert_one(work, &call, &object, key, row, value.as_deref(), &repeated, text)
        })
    });
    Ok(ok(&results.await?.into()))
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

pub(crate) async fn delete(
    State(org): State<Org>,
    Extension(call): Extension<Call>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Fault> {
    let ids: Vec<String> = query.get("ids").map(|ids| ids.split(',').map(str::to_owned).collect()).unwrap_or_default();
    check_number(ids.len(), MOST_WRITTEN)?;
    let all_or_none = query.get("allOrNone").map(|value| value.eq_ignore_ascii_case("true"));
    let results = org.write(move |work| {
        all(work, all_or_none, ids, |id| {
            let Some(normal) = ids::normalized(id.trim()) else { return Ok(Err(vec![malformed(&id)])) };
            let Some(object) = work.schema.object_of_id(&normal) else { return Ok(Err(vec![unknown_id()])) };
            if !object.can(ObjectAbility::Deletable) {
                return Ok(Err(not_possible("delete", object)));
            }
            Ok(rows::delete(work, object, &normal, &call.user_id)?.map(|id| (id, None)))
        })
    });
    Ok(ok(&results.await?.into()))
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

/// Does every row. When one fails and the caller wants all or none, everything is taken back and the good rows say so.
fn all<T>(
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

fn read(bytes: &Bytes) -> Result<Records, Fault> {
    let records: Records = body::read(bytes)?;
    check_number(records.records.len(), MOST_WRITTEN)?;
    Ok(records)
}

fn check_number(number: usize, most: usize) -> Result<(), Fault> {
    if number <= most {
        return Ok(());
    }
    let text = format!("record limit reached. cannot submit more than {most} records into this call");
    Err(Fault::bad_request(RowError::new("EXCEEDED_ID_LIMIT", text)))
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

/// The id of a row to update, when there is such a record.
fn known_id(work: &Work<'_>, object: &Object, id: Option<&str>) -> Result<Written, Fault> {
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

fn take_id(row: &mut Map<String, Value>) -> Option<String> {
    take(row, "Id")
}

fn take_key(row: &mut Map<String, Value>, key: &Field) -> Option<String> {
    take(row, &key.name)
}

/// Takes a value out of a row, whatever the case of its name; null and blank are none.
fn take(row: &mut Map<String, Value>, name: &str) -> Option<String> {
    let found = row.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned()?;
    match row.shift_remove(&found)? {
        Value::Null => None,
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

/// Keys that stand more than once in one call. Each of their rows is refused, as none can be told to be meant.
struct Repeated(HashMap<String, usize>);

impl Repeated {
    fn new(keys: impl Iterator<Item = String>) -> Self {
        let mut counts = HashMap::new();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
        Self(counts)
    }

    fn has(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|&count| count > 1)
    }
}

fn folded(key: &Field, value: &str) -> String {
    let is_exact = key.kind.is_id() || key.can(crate::schema::Ability::CaseSensitive);
    if is_exact { value.to_owned() } else { value.to_lowercase() }
}

fn malformed(id: &str) -> RowError {
    RowError::on("MALFORMED_ID", format!("malformed id {id}"), &["Id"])
}

fn unknown_id() -> RowError {
    RowError::on("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[])
}

fn not_possible(what: &str, object: &Object) -> Vec<RowError> {
    let text = format!("entity type {} does not support {what}", object.name);
    vec![RowError::on("INVALID_TYPE_FOR_OPERATION", text, &[])]
}
