//! Records touched last. This org does not watch who looks at what: the last to be changed count as the last used.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::answers::Fault;
use crate::org::Work;
use crate::rest::Call;
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rows::record_url;
use crate::schema::{Object, ObjectAbility};
use crate::storage::{identifier, table};

/// The most records of an answer, and as many when the caller names no number.
const MOST: usize = 200;

/// `GET /recent`.
pub(super) fn recent(work: &Work<'_>, call: &Call, operation: &Operation) -> Result<OperationAnswer, Fault> {
    operation.only_get()?;
    let limit = operation.query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(MOST).min(MOST);
    let mut found: Vec<(String, Value)> = Vec::new();
    let remembered =
        |object: &&Arc<Object>| object.can(ObjectAbility::MruEnabled) && object.field("LastModifiedDate").is_some();
    for object in work.schema.objects().filter(remembered) {
        found.extend(newest(work, call, object, limit)?);
    }
    found.sort_by(|(left, _), (right, _)| right.cmp(left));
    let records: Vec<Value> = found.into_iter().take(limit).map(|(_, record)| record).collect();
    Ok(OperationAnswer::ok(records))
}

/// The newest records of one object, each after the moment and the id that order it.
fn newest(work: &Work<'_>, call: &Call, object: &Object, limit: usize) -> Result<Vec<(String, Value)>, Fault> {
    let name = object.name_field().map_or("Id", |field| field.name.as_str());
    let sql = format!(
        "SELECT \"LastModifiedDate\", \"Id\", {} FROM {} WHERE {} ORDER BY \"LastModifiedDate\" DESC, \"Id\" DESC LIMIT ?1",
        identifier(name),
        table(&object.name),
        object.is_live_sql()
    );
    let mut statement = work.sql.prepare_cached(&sql)?;
    let shown = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        let (at, id, shown): (String, String, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let url = record_url(&call.version, &object.name, &id);
        let mut record = Map::new();
        record.insert("attributes".to_owned(), json!({"type": object.name, "url": url}));
        record.insert("Id".to_owned(), id.clone().into());
        record.insert(name.to_owned(), shown.into());
        Ok((format!("{at}{id}"), record.into()))
    })?;
    Ok(shown.collect::<Result<_, _>>()?)
}
