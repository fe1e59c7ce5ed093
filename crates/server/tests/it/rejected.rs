//! Every field of every body and every parameter of the description, given something that it cannot be: what a person is told then.
//!
//! The sentences stand in `tests/rejected.txt`, to be read. To renew it:
//! `SALESBRIDGE_TEST_WRITE_REJECTED=1 cargo nextest run -p salesbridge-server every_field_has_a_rejected_example`.

use std::fmt::Write;
use std::path::Path;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Map, Value, json};

use crate::abilities::{Scene, body};
use crate::document::{document, operations};

/// Words of a parser that people do not speak.
const NOT_FOR_PEOPLE: [&str; 11] = [
    "NOT NAMED",
    "NOT REFUSED",
    "expected",
    "invalid type",
    "struct",
    "variant",
    "deserialize",
    " line ",
    "sequence",
    "(all)",
    "untagged",
];

#[tokio::test]
async fn every_field_has_a_rejected_example() {
    let (scene, document) = (Scene::set().await, document());
    let mut told = String::new();
    for (method, path, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().expect("a name");
            let schema = resolved(&document, &parameter["schema"]);
            match parameter["in"].as_str() {
                Some("query") => {
                    for query in
                        [bad_word(&schema).map(|word| format!("{name}={word}")), Some(format!("{name}=a&{name}=b"))]
                    {
                        let Some(query) = query else { continue };
                        let at = format!("{}?{query}", scene.filled(&path));
                        let answer = send(&scene, &method, &at, &operation, None).await;
                        tell(&mut told, &format!("{method} {path}?{query}"), Some(name), &answer);
                    }
                }
                // These may be any text: an org knows its objects, and a client that is not there has no records.
                Some("path") if name == "object" || path.ends_with("/links") => {}
                Some("path") => {
                    let at = path.replace(&format!("{{{name}}}"), "No%20Such");
                    let answer = send(&scene, &method, &scene.filled(&at), &operation, None).await;
                    tell(&mut told, &format!("{method} {path} with {name} `No Such`"), None, &answer);
                }
                _ => {} // headers have tests of their own
            }
        }
        let schema = resolved(&document, &operation["requestBody"]["content"]["application/json"]["schema"]);
        for (field, bad) in fields(&document, &schema, 0) {
            let id = operation["operationId"].as_str().expect("an id");
            let mut whole: Value = serde_json::from_str(&body(id)).unwrap_or_else(|_| json!({}));
            merge(&mut whole, &bad);
            let answer = send(&scene, &method, &scene.filled(&path), &operation, Some(whole)).await;
            tell(&mut told, &format!("{method} {path} {bad}"), Some(&field), &answer);
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rejected.txt");
    if std::env::var_os("SALESBRIDGE_TEST_WRITE_REJECTED").is_some() {
        std::fs::write(&file, &told).expect("written");
    }
    let stored = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = told.lines().zip(stored.lines().chain(std::iter::repeat(""))).find(|(is, was)| is != was);
    assert!(
        told == stored,
        "what people are told has changed, or a field is new: {differs:?}; read it, then renew tests/rejected.txt as rejected.rs says"
    );
    let odd = |line: &&str| {
        NOT_FOR_PEOPLE.iter().any(|word| line.rsplit(" → ").next().is_some_and(|told| told.contains(word)))
    };
    let odd: Vec<&str> = told.lines().filter(odd).collect();
    assert!(odd.is_empty(), "these are no sentences for people:\n{}", odd.join("\n"));
}

async fn send(scene: &Scene, method: &str, at: &str, operation: &Value, whole: Option<Value>) -> (u16, Value) {
    let id = operation["operationId"].as_str().unwrap_or_default();
    let text = whole.map_or_else(|| body(id), |whole| whole.to_string());
    let request = Request::builder().method(method).uri(at).header("content-type", "application/json");
    let (status, answer) = scene.network.stage.sends(request.body(Body::from(text)).expect("a request")).await;
    (status.as_u16(), answer)
}

/// Notes what was told, and that it was a refusal which names the field.
fn tell(told: &mut String, asked: &str, field: Option<&str>, (status, answer): &(u16, Value)) {
    if !(400..500).contains(status) {
        writeln!(told, "{asked} → {status} → NOT REFUSED: {answer}").expect("written");
        return;
    }
    let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
    let sentence = match field {
        Some(field) => {
            let named = answer["fields"][0]["field"].as_str().unwrap_or_default();
            // Of an object that lacks what it needs, another field may be named.
            let parent = |field: &str| field.rsplit_once('.').map(|(parent, _)| parent.to_owned());
            if named != field && (parent(field).is_none() || parent(named) != parent(field)) {
                writeln!(told, "{asked} → {status} → NOT NAMED: {field}: {answer}").expect("written");
                return;
            }
            format!("{named} {}", answer["fields"][0]["message"].as_str().unwrap_or_default())
        }
        None => text("detail"),
    };
    writeln!(told, "{asked} → {status} {} → {sentence}", text("code")).expect("written");
}

fn resolved(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return resolved(document, &document["components"]["schemas"][name]);
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        let others = schema[choice].as_array().into_iter().flatten().find(|other| other["type"] != "null");
        if let Some(other) = others.filter(|_| schema["properties"].is_null()) {
            return resolved(document, other);
        }
    }
    schema.clone()
}

fn is(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)))
}

/// A word that a parameter cannot be; none when it may be any text.
fn bad_word(schema: &Value) -> Option<&'static str> {
    if is(schema, "integer") {
        Some("many")
    } else if is(schema, "boolean") {
        Some("perhaps")
    } else if schema["format"] == "date-time" {
        Some("yesterday")
    } else {
        schema["enum"].is_array().then_some("colour")
    }
}

/// Something that a field cannot be.
fn bad_value(schema: &Value) -> Value {
    if schema["enum"].is_array() {
        json!("colour")
    } else if schema["format"] == "date-time" {
        json!("yesterday")
    } else if is(schema, "string") {
        json!(7)
    } else if is(schema, "integer") || is(schema, "number") {
        json!("many")
    } else if is(schema, "boolean") {
        json!("perhaps")
    } else {
        json!("text")
    }
}

/// Every field of a body, with a body that has something wrong there.
fn fields(document: &Value, schema: &Value, depth: usize) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let property = resolved(document, property);
        let alone = |value: Value| Value::Object(Map::from_iter([(name.clone(), value)]));
        found.push((name.clone(), alone(bad_value(&property))));
        if depth > 1 {
            continue;
        }
        let items = resolved(document, &property["items"]);
        let inner = fields(document, &property, depth + 1).into_iter();
        found.extend(inner.map(|(field, bad)| (format!("{name}.{field}"), alone(bad))));
        let inner = fields(document, &items, depth + 1).into_iter();
        found.extend(inner.map(|(field, bad)| (format!("{name}[0].{field}"), alone(json!([bad])))));
    }
    found
}

/// Puts the members of one object into another, in place of those it has.
fn merge(whole: &mut Value, part: &Value) {
    if let (Some(whole), Some(part)) = (whole.as_object_mut(), part.as_object()) {
        whole.extend(part.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}
