//! Rows of `PicklistValueInfo`: one for each value of each picklist.

use serde_json::{Value, json};

use crate::metadata::{Rows, fields};
use crate::org::Work;

#[expect(clippy::unnecessary_wraps, reason = "one of several makers of rows, some of which read and may fail")]
pub(super) fn rows(work: &Work<'_>) -> Rows {
    let mut rows: Vec<Value> = Vec::new();
    for object in work.schema.objects() {
        for field in &object.fields {
            let particle = fields::durable(object, field);
            let values = work.schema.picklist_values(field).iter().enumerate();
            rows.extend(values.map(|(at, value)| {
                let durable = format!("{particle}.{at}");
                json!({
                    "Id": durable, "DurableId": durable, "Value": value.value, "Label": value.label,
                    "IsActive": value.active, "IsDefaultValue": value.default, "EntityParticleId": particle,
                })
            }));
        }
    }
    Ok(rows)
}
