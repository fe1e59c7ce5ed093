//! One record with all its fields; ids of other records lead to them.

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::Value;

use crate::answers::Fault;
use crate::org::{Org, Work};
use crate::page::frame::{Page, escaped, in_address, missing, org_name};
use crate::page::records::shown;
use crate::rows;
use crate::schema::{Field, Object};

pub(super) async fn record(
    State(org): State<Org>,
    Path((name, id)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let page = org.read(move |work| {
        let Some(object) = work.schema.object(&name).cloned() else {
            return Ok(missing("This org has no such object"));
        };
        let fields: Vec<&Field> = object.fields.iter().collect();
        let Some(record) = rows::show(work, "v66.0", &object, &id, &fields)? else {
            return Ok(missing("This org has no such record"));
        };
        let title = record.get("Name").map_or_else(|| id.clone(), |name| shown(Some(name)));
        let body = body(work, &object, &title, &record);
        Ok(Page { org: &org_name(work)?, title: &title, here: "", live: None, body }.show())
    });
    page.await
}

fn body(work: &Work<'_>, object: &Object, title: &str, record: &Value) -> String {
    let (mut full, mut empty) = (String::new(), Vec::new());
    for field in &object.fields {
        let text = shown(record.get(&field.name));
        if text.is_empty() {
            empty.push(escaped(&field.name));
        } else {
            let value = linked(work, field, &text);
            full.push_str(&format!(
                "<tr><th scope=row>{}<br><span class=quiet><code>{}</code></span><td>{value}",
                escaped(&field.label),
                escaped(&field.name)
            ));
        }
    }
    let is_deleted = record.get("IsDeleted") == Some(&Value::Bool(true));
    let object_name = escaped(&object.name);
    format!(
        "<h1>{}</h1><p class=quiet><a href='/local-org/page/{object_name}'>{}</a>{}</p><div class=scroll><table class=facts>{full}\
         </table></div><details><summary>{} fields without a value</summary><p><code>{}</code></p></details>",
        escaped(title),
        escaped(&object.label_plural),
        if is_deleted { " · <span class=bad>in the recycle bin</span>" } else { "" },
        empty.len(),
        empty.join("</code>, <code>")
    )
}

/// The text, and for an id of another record the way to it.
fn linked(work: &Work<'_>, field: &Field, text: &str) -> String {
    let target = if field.refers_to.is_empty() { None } else { work.schema.object_of_id(text) };
    match target {
        Some(object) => {
            let place = format!("/local-org/page/{}/{}", in_address(&object.name), in_address(text));
            format!("<a href='{place}'><code>{}</code></a>", escaped(text))
        }
        None => escaped(text),
    }
}
