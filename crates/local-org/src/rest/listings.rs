//! Small resources that user interfaces ask for: tabs, theme, apps, compact layouts, quick actions, invocable actions.
//! The org has no settings for them, so they follow from its objects. Refuses to know records.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::answers::Fault;
use crate::org::Work;
use crate::rest::Call;
use crate::rest::operation::{Operation, OperationAnswer};
use crate::schema::{Object, ObjectAbility};

/// Keys of the resource map whose features this org has.
pub(super) const PRESENT: [&str; 17] = [
    "actions",
    "appMenu",
    "compactLayouts",
    "composite",
    "jobs",
    "limits",
    "parameterizedSearch",
    "query",
    "queryAll",
    "quickActions",
    "recent",
    "search",
    "sobjects",
    "support",
    "tabs",
    "theme",
    "tooling",
];
/// Keys of the resource map whose features are off. Some of the names are unconfirmed.
pub(super) const OFF: [&str; 29] = [
    "analytics",
    "async-queries",
    "chatter",
    "commerce",
    "connect",
    "consent",
    "contact-tracing",
    "dedupe",
    "domino",
    "eclair",
    "emailConnect",
    "event",
    "fingerprint",
    "folders",
    "iot",
    "jsonxform",
    "knowledgeManagement",
    "licensing",
    "localizedvalue",
    "metadata",
    "mobile",
    "nouns",
    "payments",
    "prechatForms",
    "process",
    "serviceTemplates",
    "smartdatadiscovery",
    "tokenizer",
    "wave",
];
/// The colour of every tab (unconfirmed, as no source tells more than the shape).
const COLOR: &str = "1797C0";

/// Answers what is listed here; nothing for other paths.
pub(super) fn answered(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    path: &[&str],
) -> Option<Result<OperationAnswer, Fault>> {
    let base = format!("/services/data/{}", call.version);
    let body = match path {
        ["tabs"] => work.schema.objects().filter(has_tab).map(|object| tab(&base, object)).collect(),
        ["theme"] => json!({"themeItems": work.schema.objects().filter(has_tab).map(theme).collect::<Vec<_>>()}),
        ["appMenu"] => {
            json!({"AppSwitcher": format!("{base}/appMenu/AppSwitcher"), "Salesforce1": format!("{base}/appMenu/Salesforce1")})
        }
        ["appMenu", "AppSwitcher" | "Salesforce1"] => json!({"appMenuItems": []}),
        ["compactLayouts"] => compact_layouts(work, operation.query.get("q").unwrap_or_default()),
        ["quickActions"] => json!([]),
        ["actions"] => {
            json!({"standard": format!("{base}/actions/standard"), "custom": format!("{base}/actions/custom")})
        }
        ["actions", "standard"] => json!({"actions": [convert_lead(&base)]}),
        ["actions", "custom"] => json!({}),
        ["support"] => json!({"knowledgeArticles": format!("{base}/support/knowledgeArticles")}),
        [key, ..] if OFF.contains(key) => return Some(Err(is_off())),
        _ => return None,
    };
    Some(operation.only_get().map(|()| OperationAnswer::ok(body)))
}

/// The one invocable action of this org.
fn convert_lead(base: &str) -> Value {
    json!({"label": "Convert Lead", "name": "convertLead", "type": "CONVERTLEAD", "url": format!("{base}/actions/standard/convertLead")})
}

fn is_off() -> Fault {
    let text = "This feature is not currently enabled for this user.";
    Fault::new(StatusCode::FORBIDDEN, "FUNCTIONALITY_NOT_ENABLED", text)
}

fn has_tab(object: &&Arc<Object>) -> bool {
    object.can(ObjectAbility::Layoutable) && object.can(ObjectAbility::MruEnabled)
}

fn tab(base: &str, object: &Arc<Object>) -> Value {
    json!({
        "colors": [color()], "custom": object.name.ends_with("__c"), "iconUrl": null, "icons": [],
        "label": object.label_plural, "miniIconUrl": null, "name": format!("standard-{}", object.name),
        "sobjectName": object.name, "url": format!("{base}/sobjects/{}", object.name),
    })
}

fn theme(object: &Arc<Object>) -> Value {
    json!({"colors": [color()], "icons": [], "name": object.name})
}

fn color() -> Value {
    json!({"color": COLOR, "context": "primary", "theme": "theme4"})
}

/// The layout that objects have from the start: their name alone. Unknown names are left out.
fn compact_layouts(work: &Work<'_>, names: &str) -> Value {
    let objects = names.split(',').filter_map(|name| work.schema.object(name.trim()));
    let layouts: Map<String, Value> = objects
        .map(|object| {
            let fields: Vec<Value> =
                object.name_field().into_iter().map(|field| layout_item(&field.name, &field.label)).collect();
            let layout = json!({
                "actions": [], "fieldItems": fields, "id": null, "imageItems": [], "label": "System Default",
                "name": "SYSTEM", "objectType": object.name,
            });
            (object.name.clone(), layout)
        })
        .collect();
    layouts.into()
}

fn layout_item(name: &str, label: &str) -> Value {
    json!({
        "editableForNew": false, "editableForUpdate": false, "label": label, "placeholder": false, "required": false,
        "layoutComponents": [{"components": [], "details": {"name": name, "label": label}, "displayLines": 1, "tabOrder": 0,
            "type": "Field", "value": name}],
    })
}
