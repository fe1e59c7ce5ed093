//! The records every org has from its first day: price book, stages and statuses, a group and a queue, and the
//! permission set behind each profile. Refuses to know rules; it writes rows as the facts have them.

use chrono::{DateTime, Utc};
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params, params_from_iter};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::clock;
use crate::config::StartError;
use crate::ids::IdCounters;
use crate::org::{keep_setting, setting};
use crate::schema::{FieldType, Object, Schema};
use crate::storage::{identifier, table};

const RECORDS: &str = include_str!("../objects/standard_records.json");
/// The profile whose users may do everything.
pub(crate) const ADMINISTRATOR: &str = "System Administrator";

#[derive(Deserialize)]
struct Facts {
    records: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    object: String,
    #[serde(flatten)]
    values: Map<String, Value>,
}

/// Who makes the records, and when; and where their ids come from.
struct Maker<'org> {
    ids: &'org IdCounters,
    user: String,
    now: String,
}

/// Makes the standard records of an org that has none yet.
pub(crate) fn first_start(
    sql: &Connection,
    ids: &IdCounters,
    schema: &Schema,
    now: DateTime<Utc>,
) -> Result<(), StartError> {
    if setting(sql, "standard_records")?.is_some() {
        return Ok(());
    }
    let user = setting(sql, "admin_id")?.unwrap_or_default();
    let maker = Maker { ids, user, now: clock::stamp(now) };
    let facts: Facts = serde_json::from_str(RECORDS).map_err(StartError::Facts)?;
    let mut named: Vec<(String, String)> = Vec::new();
    for row in facts.records {
        let Some(object) = schema.object(&row.object) else { continue };
        let cells = row.values.iter().map(|(name, value)| (name.clone(), cell(object, name, value, &named)));
        let id = insert(sql, object, cells.collect(), &maker)?;
        if let Some(name) = row.values.get("DeveloperName").and_then(Value::as_str) {
            named.push((name.to_owned(), id));
        }
    }
    permission_sets(sql, schema, &maker)?;
    Ok(keep_setting(sql, "standard_records", "yes")?)
}

/// A value as it is stored; a reference names an earlier record of the facts.
fn cell(object: &Object, name: &str, value: &Value, named: &[(String, String)]) -> Cell {
    let is_reference = object.field(name).is_some_and(|field| field.kind == FieldType::Reference);
    match value {
        Value::String(text) if is_reference => {
            named.iter().find(|(known, _)| known == text).map_or(Cell::Null, |(_, id)| Cell::Text(id.clone()))
        }
        Value::String(text) => Cell::Text(text.clone()),
        Value::Bool(flag) => Cell::Integer(i64::from(*flag)),
        other => other.as_i64().map_or(Cell::Null, Cell::Integer),
    }
}

/// The permission set each profile owns; the administrator's grants everything.
fn permission_sets(sql: &Connection, schema: &Schema, maker: &Maker<'_>) -> rusqlite::Result<()> {
    let Some(object) = schema.object("PermissionSet") else { return Ok(()) };
    let mut statement = sql.prepare("SELECT \"Id\", \"Name\" FROM \"record_Profile\" ORDER BY \"Id\"")?;
    let profiles: Vec<(String, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let rights: Vec<&str> =
        object.fields.iter().map(|field| field.name.as_str()).filter(|name| name.starts_with("Permissions")).collect();
    for (profile, name) in profiles {
        let own_name = format!("X{profile}");
        let text = |text: &str| Cell::Text(text.to_owned());
        let mut cells = vec![
            ("Name".to_owned(), text(&own_name)),
            ("Label".to_owned(), text(&own_name)),
            ("ProfileId".to_owned(), text(&profile)),
            ("IsOwnedByProfile".to_owned(), Cell::Integer(1)),
            ("Type".to_owned(), text("Profile")),
        ];
        let has = |right: &str| name == ADMINISTRATOR || right == "PermissionsApiEnabled";
        cells.extend(rights.iter().map(|&right| (right.to_owned(), Cell::Integer(i64::from(has(right))))));
        let id = insert(sql, object, cells, maker)?;
        assign(sql, schema, &profile, &id, maker)?;
    }
    Ok(())
}

/// Everyone with the profile has its permission set.
fn assign(
    sql: &Connection,
    schema: &Schema,
    profile: &str,
    permission_set: &str,
    maker: &Maker<'_>,
) -> rusqlite::Result<()> {
    let Some(object) = schema.object("PermissionSetAssignment") else { return Ok(()) };
    let mut statement = sql.prepare("SELECT \"Id\" FROM \"record_User\" WHERE \"ProfileId\" = ?1 ORDER BY \"Id\"")?;
    let users: Vec<String> = statement.query_map(params![profile], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for user in users {
        let cells = vec![
            ("PermissionSetId".to_owned(), Cell::Text(permission_set.to_owned())),
            ("AssigneeId".to_owned(), Cell::Text(user)),
            ("IsActive".to_owned(), Cell::Integer(1)),
        ];
        insert(sql, object, cells, maker)?;
    }
    Ok(())
}

fn insert(
    sql: &Connection,
    object: &Object,
    mut cells: Vec<(String, Cell)>,
    maker: &Maker<'_>,
) -> rusqlite::Result<String> {
    let id = maker.ids.next(&object.key_prefix);
    cells.push(("Id".to_owned(), Cell::Text(id.clone())));
    for field in &object.fields {
        let stamp = match field.name.as_str() {
            "CreatedDate" | "LastModifiedDate" | "SystemModstamp" => &maker.now,
            "CreatedById" | "LastModifiedById" | "OwnerId" => &maker.user,
            _ => continue,
        };
        cells.push((field.name.clone(), Cell::Text(stamp.clone())));
    }
    let columns: Vec<String> = cells.iter().map(|(name, _)| identifier(name)).collect();
    let places = vec!["?"; cells.len()].join(", ");
    let statement = format!("INSERT INTO {} ({}) VALUES ({places})", table(&object.name), columns.join(", "));
    sql.prepare_cached(&statement)?.execute(params_from_iter(cells.into_iter().map(|(_, cell)| cell)))?;
    Ok(id)
}
