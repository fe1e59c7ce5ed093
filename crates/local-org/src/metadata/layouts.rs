//! Rows of `Layout`: the one page layout that each object has here.

use serde_json::{Value, json};

use crate::clock;
use crate::ids;
use crate::metadata::{Rows, durable_id};
use crate::org::{Work, setting};
use crate::schema::{Object, ObjectAbility};

/// The key prefix of layouts.
const KEY_PREFIX: &str = "00h";

pub(super) fn rows(work: &Work<'_>) -> Rows {
    let admin = setting(work.sql, "admin_id")?;
    let now = clock::stamp(work.now);
    let row = |object: &std::sync::Arc<Object>| {
        json!({
            "Id": layout_id(object), "EntityDefinitionId": durable_id(object), "TableEnumOrId": durable_id(object),
            "Name": format!("{} Layout", object.label), "LayoutType": "Standard", "ManageableState": "unmanaged",
            "CreatedDate": now, "CreatedById": admin, "LastModifiedDate": now, "LastModifiedById": admin,
            "SystemModstamp": now,
        })
    };
    let layouts: Vec<Value> =
        work.schema.objects().filter(|object| object.can(ObjectAbility::Layoutable)).map(row).collect();
    Ok(layouts)
}

/// The id of an object's layout: made of its key prefix, so that it is the same whenever it is asked for.
pub(crate) fn layout_id(object: &Object) -> String {
    let id = format!("{KEY_PREFIX}000000000{:0>3}", object.key_prefix);
    format!("{id}{}", ids::checksum(&id))
}
