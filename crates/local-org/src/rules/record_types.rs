//! Record types: an object has the field once it has a type, and a record has a type of its own object.
//! Refuses to know describe.

use rusqlite::Connection;
use rusqlite::types::Value as Cell;

use crate::answers::RowError;
use crate::org::{keep_setting, setting};
use crate::rows::Saving;
use crate::rules::look_up::{self, flag};
use crate::schema::{Ability, Field, Schema, tables};

/// The type of records without one of the org's own types.
pub(crate) const MASTER: &str = "012000000000000AAA";
/// The name of the field.
pub(crate) const FIELD: &str = "RecordTypeId";

/// Where the org keeps which objects have types, between commas.
const SETTING: &str = "objects_with_record_types";

/// The same schema with the field on an object; nothing when it is there, or when there is no such object.
pub(crate) fn with_field(schema: &Schema, object: &str) -> Option<Schema> {
    let known = schema.object(object)?;
    let like = schema.object("Account")?.field("ParentId")?;
    known.field(FIELD).is_none().then(|| schema.with_standard_field(&known.name, field(like)))
}

/// A type speaks of an object, and no other type of it has its name.
pub(super) fn complete_type(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if !saving.is_new() {
        return Ok(());
    }
    if !saving.gives("IsActive") {
        saving.set("IsActive", Cell::Integer(1));
    }
    let Some(object) = saving.text("SobjectType").map(str::to_owned) else { return Ok(()) };
    let Some(known) = saving.work.schema.object(&object) else {
        let text = format!("SObject Type Name: bad value for restricted picklist field: {object}");
        saving.errors.push(RowError::on("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, &["SobjectType"]));
        return Ok(());
    };
    saving.set("SobjectType", Cell::Text(known.name.clone()));
    let name = saving.text("DeveloperName").unwrap_or_default();
    let sql = "SELECT count(*) FROM \"record_RecordType\" WHERE \"SobjectType\" = ?1 AND \"DeveloperName\" = ?2";
    let taken: i64 = saving.work.sql.prepare_cached(sql)?.query_row([&known.name, name], |row| row.get(0))?;
    if taken > 0 {
        let text = format!("The Record Type Name you entered is already in use: {name}");
        saving.errors.push(RowError::on("DUPLICATE_DEVELOPER_NAME", text, &["DeveloperName"]));
    }
    Ok(())
}

/// The first type of an object gives it the field.
pub(super) fn after_save(saving: &Saving<'_, '_>) -> Result<(), rusqlite::Error> {
    let work = saving.work;
    let Some(object) = saving.text("SobjectType") else { return Ok(()) };
    let Some(schema) = with_field(&work.coming_schema(), object) else { return Ok(()) };
    let kept = setting(work.sql, SETTING)?.unwrap_or_default();
    if !kept.split(',').any(|known| known == object) {
        keep_setting(work.sql, SETTING, &format!("{kept},{object}"))?;
    }
    if let Some((object, field)) = schema.object(object).and_then(|object| Some((object, object.field(FIELD)?))) {
        tables::add_column_once(work.sql, object, field)?;
    }
    work.publish(schema);
    Ok(())
}

/// The objects that have types.
pub(super) fn typed_objects(sql: &Connection) -> rusqlite::Result<Vec<String>> {
    let kept = setting(sql, SETTING)?.unwrap_or_default();
    Ok(kept.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// A type of another object, or one that is not active, is no type for the row.
pub(super) fn complete(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if saving.object.field(FIELD).is_none() {
        return Ok(());
    }
    let Some(id) = saving.text(FIELD).map(str::to_owned) else {
        saving.set(FIELD, Cell::Text(MASTER.to_owned()));
        return Ok(());
    };
    if id == MASTER || !saving.changes(FIELD) {
        return Ok(());
    }
    let found = look_up::by_id(saving.work, "RecordType", &id, ["SobjectType", "IsActive"])?;
    let fits = found.is_some_and(|[object, is_active]| {
        look_up::text(&object) == Some(saving.object.name.as_str()) && flag(&is_active)
    });
    if !fits {
        let text = format!("Record Type ID: this ID value isn't valid for the user: {id}");
        saving.errors.push(RowError::on("INVALID_CROSS_REFERENCE_KEY", text, &[FIELD]));
    }
    Ok(())
}

/// As another lookup is described, but for what it leads to.
fn field(like: &Field) -> Field {
    let mut can = like.can.clone();
    can.retain(|ability| *ability != Ability::Permissionable);
    can.push(Ability::Defaulted);
    Field {
        name: FIELD.to_owned(),
        label: "Record Type ID".to_owned(),
        can,
        relationship: Some("RecordType".to_owned()),
        refers_to: vec!["RecordType".to_owned()],
        ..like.clone()
    }
}
