//! Rows of `RelationshipDomain`: one for each child relationship between objects that are here.

use serde_json::{Value, json};

use crate::metadata::{Rows, durable_id, fields};
use crate::org::Work;

#[expect(clippy::unnecessary_wraps, reason = "one of several makers of rows, some of which read and may fail")]
pub(super) fn rows(work: &Work<'_>) -> Rows {
    let mut rows: Vec<Value> = Vec::new();
    for parent in work.schema.objects() {
        for known in &parent.children {
            let Some(child) = work.schema.object(&known.object) else { continue };
            let Some(field) = child.field(&known.field) else { continue };
            let durable = format!("{}.{}", durable_id(parent), fields::durable(child, field));
            rows.push(json!({
                "Id": durable, "DurableId": durable, "ChildSobjectId": durable_id(child),
                "ParentSobjectId": durable_id(parent), "FieldId": fields::durable(child, field),
                "RelationshipName": known.relationship, "IsCascadeDelete": known.cascade_delete,
                "IsRestrictedDelete": known.restricted_delete,
            }));
        }
    }
    Ok(rows)
}
