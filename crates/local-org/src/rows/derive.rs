//! Values the org sets by itself: defaults of a new row, and what follows from other fields.
//! Refuses to check.

use rusqlite::params;
use rusqlite::types::Value as Cell;
use serde_json::Value;

use crate::clock;
use crate::org::Work;
use crate::schema::{Ability, Field, FieldType, Object, Schema};
use crate::storage::table;

/// What a new row gets where its maker said nothing.
pub(crate) fn default_of(schema: &Schema, field: &Field, user_id: &str) -> Option<Cell> {
    if field.name == "OwnerId" {
        return Some(Cell::Text(user_id.to_owned()));
    }
    let written = field.default.as_ref().and_then(|default| match default {
        Value::String(text) => Some(Cell::Text(text.clone())),
        Value::Bool(flag) => Some(Cell::Integer(i64::from(*flag))),
        Value::Number(number) => number.as_f64().map(Cell::Real),
        _ => None,
    });
    let chosen = || schema.picklist_values(field).iter().find(|value| value.default).map(|value| value.value.clone());
    let is_picklist = field.kind == FieldType::Picklist && field.can(Ability::Createable);
    written.or_else(|| if is_picklist { chosen().map(Cell::Text) } else { None })
}

/// The fields that say who touched a row and when.
pub(crate) fn stamps(work: &Work<'_>, object: &Object, user_id: &str, is_new: bool) -> Vec<(String, Cell)> {
    let now = Cell::Text(clock::stamp(work.now));
    let user = Cell::Text(user_id.to_owned());
    let names: &[(&str, &Cell)] = if is_new {
        &[
            ("CreatedDate", &now),
            ("CreatedById", &user),
            ("LastModifiedDate", &now),
            ("LastModifiedById", &user),
            ("SystemModstamp", &now),
        ]
    } else {
        &[("LastModifiedDate", &now), ("LastModifiedById", &user), ("SystemModstamp", &now)]
    };
    let has = |(name, _): &&(&str, &Cell)| object.field(name).is_some();
    names.iter().filter(has).map(|(name, cell)| ((*name).to_owned(), (*cell).clone())).collect()
}

/// Sets what follows from the written fields.
pub(crate) fn follow(work: &Work<'_>, object: &Object, id: &str, written: &[String]) -> rusqlite::Result<()> {
    let has_name_part = written.iter().any(|name| name == "FirstName" || name == "LastName");
    if object.is_person() && has_name_part {
        let sql = format!(
            "UPDATE {} SET \"Name\" = trim(coalesce(\"FirstName\" || ' ', '') || coalesce(\"LastName\", '')) WHERE \"Id\" = ?1",
            table(&object.name)
        );
        work.sql.prepare_cached(&sql)?.execute(params![id])?;
    }
    Ok(())
}
