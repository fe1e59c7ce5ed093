//! Permissions to fields and objects: what they are for exists, one permission brings others, and each is given once.
//! Refuses to grant: everybody may read and write everything here.

use rusqlite::types::Value as Cell;
use rusqlite::{OptionalExtension, params};

use crate::answers::RowError;
use crate::rows::Saving;
use crate::rules::look_up::flag;
use crate::schema::Ability;
use crate::storage::table;

/// A permission and those it depends on.
type Dependency = (&'static str, &'static [&'static str]);

const OF_FIELDS: [Dependency; 1] = [("PermissionsEdit", &["PermissionsRead"])];
const OF_OBJECTS: [Dependency; 5] = [
    ("PermissionsCreate", &["PermissionsRead"]),
    ("PermissionsEdit", &["PermissionsRead"]),
    ("PermissionsDelete", &["PermissionsRead", "PermissionsEdit"]),
    ("PermissionsViewAllRecords", &["PermissionsRead"]),
    (
        "PermissionsModifyAllRecords",
        &["PermissionsRead", "PermissionsEdit", "PermissionsDelete", "PermissionsViewAllRecords"],
    ),
];

pub(super) fn complete_field(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if saving.is_new() {
        name_object(saving);
        name_field(saving);
        check_once(saving, "Field")?;
    }
    check_dependencies(saving, &OF_FIELDS);
    Ok(())
}

pub(super) fn complete_object(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if saving.is_new() {
        name_object(saving);
        check_once(saving, "SobjectType")?;
    }
    check_dependencies(saving, &OF_OBJECTS);
    Ok(())
}

/// The object in its described case.
fn name_object(saving: &mut Saving<'_, '_>) {
    let Some(asked) = saving.text("SobjectType").map(str::to_owned) else { return };
    match saving.work.schema.object(&asked).filter(|object| object.is_data()) {
        Some(object) => saving.set("SobjectType", Cell::Text(object.name.clone())),
        None => saving.errors.push(bad_value(saving, "SobjectType", &asked)),
    }
}

/// `Object.Field`, of the same object, and one whose reading can be permitted.
fn name_field(saving: &mut Saving<'_, '_>) {
    let (Some(asked), Some(object)) = (saving.text("Field").map(str::to_owned), saving.text("SobjectType")) else {
        return;
    };
    let object = saving.work.schema.object(object);
    let named = asked.split_once('.').zip(object).filter(|((name, _), object)| name.eq_ignore_ascii_case(&object.name));
    let field = named.and_then(|((_, field), object)| Some((object, object.field(field)?)));
    match field.filter(|(_, field)| field.can(Ability::Permissionable)) {
        Some((object, field)) => saving.set("Field", Cell::Text(format!("{}.{}", object.name, field.name))),
        None => saving.errors.push(bad_value(saving, "Field", &asked)),
    }
}

fn bad_value(saving: &Saving<'_, '_>, name: &str, asked: &str) -> RowError {
    let label = saving.object.field(name).map_or(name, |field| field.label.as_str());
    let text = format!("{label}: bad value for restricted picklist field: {asked}");
    RowError::on("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, &[name])
}

fn check_dependencies(saving: &mut Saving<'_, '_>, dependencies: &[Dependency]) {
    let label = |saving: &Saving<'_, '_>, name: &str| {
        saving.object.field(name).map_or_else(|| name.to_owned(), |field| field.label.clone())
    };
    for (name, needed) in dependencies.iter().filter(|(name, _)| flag(saving.cell(name))).collect::<Vec<_>>() {
        let missing: Vec<String> =
            needed.iter().filter(|name| !flag(saving.cell(name))).map(|name| label(saving, name)).collect();
        if !missing.is_empty() {
            let text = format!("Permission {} depends on permission(s): {}", label(saving, name), missing.join(", "));
            saving.errors.push(RowError::on("FIELD_INTEGRITY_EXCEPTION", text, &[name]));
        }
    }
}

/// A parent has one row for each field or object.
fn check_once(saving: &mut Saving<'_, '_>, key: &str) -> rusqlite::Result<()> {
    let (Some(parent), Some(value)) = (saving.text("ParentId"), saving.text(key)) else { return Ok(()) };
    let sql = format!("SELECT \"Id\" FROM {} WHERE \"ParentId\" = ?1 AND \"{key}\" = ?2", table(&saving.object.name));
    let known: Option<String> =
        saving.work.sql.prepare_cached(&sql)?.query_row(params![parent, value], |row| row.get(0)).optional()?;
    if let Some(id) = known {
        let text = format!("duplicate value found: <unknown> duplicates value on record with id: {id}");
        saving.errors.push(RowError::on("DUPLICATE_VALUE", text, &[]));
    }
    Ok(())
}
