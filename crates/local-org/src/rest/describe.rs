//! What the org says about its objects: all of them, one in short, one in full. Refuses to know how an object is written down.

use serde_json::{Map, Value, json};

use crate::answers::Fault;
use crate::org::Work;
use crate::rest::describe_object::{Place, described, entry};
use crate::rest::object as named_object;
use crate::rows;
use crate::schema::Object;
use crate::storage::{identifier, table};

/// The most recent records shown.
const RECENT: u32 = 10;

pub(super) fn global(work: &Work<'_>, place: &Place<'_>) -> Value {
    let entries: Vec<Value> = work.schema.objects().map(|object| entry(place, object).into()).collect();
    json!({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": entries})
}

pub(super) fn basic(work: &Work<'_>, place: &Place<'_>, name: &str) -> Result<Value, Fault> {
    let object = named_object(work, name)?;
    let recent = recent(work, place, &object)?;
    Ok(json!({"objectDescribe": entry(place, &object), "recentItems": recent}))
}

pub(super) fn object(work: &Work<'_>, place: &Place<'_>, name: &str) -> Result<Value, Fault> {
    let object = named_object(work, name)?;
    described(work, place, &object)
}

fn recent(work: &Work<'_>, place: &Place<'_>, object: &Object) -> Result<Vec<Value>, Fault> {
    if object.field("LastModifiedDate").is_none() {
        return Ok(Vec::new());
    }
    let name = object.name_field().map(|field| field.name.clone()).unwrap_or_else(|| "Id".to_owned());
    let sql = format!(
        "SELECT \"Id\", {} FROM {} WHERE {} ORDER BY \"LastModifiedDate\" DESC, \"Id\" DESC LIMIT {RECENT}",
        identifier(&name),
        table(&object.name),
        object.is_live_sql()
    );
    let mut statement = work.sql.prepare_cached(&sql)?;
    let shown = statement.query_map([], |row| {
        let (id, shown): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        let url = rows::record_url(place.version, &object.name, &id);
        let mut item = Map::new();
        item.insert("attributes".to_owned(), json!({"type": object.name, "url": url}));
        item.insert("Id".to_owned(), id.into());
        item.insert(name.clone(), shown.into());
        Ok(Value::from(item))
    })?;
    Ok(shown.collect::<Result<_, _>>()?)
}
