//! JSON answers as XML: a key is an element, a list repeats its element, `attributes` are attributes. Refuses to know
//! resources beyond the names of their outermost elements.

use axum::http::StatusCode;
use quick_xml::escape::escape;
use serde_json::{Map, Value};

/// The whole document.
pub(super) fn document(value: &Value, status: StatusCode) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned();
    match value {
        Value::Array(items) => {
            let (list, item) = list_names(status);
            text.push_str(&format!("<{list}>"));
            items.iter().for_each(|value| element(&mut text, item, value));
            text.push_str(&format!("</{list}>"));
        }
        Value::Object(map) => element(&mut text, &root_name(map), value),
        plain => element(&mut text, "Result", plain),
    }
    text
}

fn list_names(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        status if status.is_client_error() || status.is_server_error() => ("Errors", "Error"),
        _ => ("Results", "Result"),
    }
}

/// Records are named after their object, the rows of a query and a describe after what they are.
fn root_name(map: &Map<String, Value>) -> String {
    let object = map.get("attributes").and_then(|attributes| attributes.get("type")?.as_str());
    match object {
        Some(object) => object.to_owned(),
        None if map.contains_key("totalSize") => "QueryResult".to_owned(),
        None if map.contains_key("sobjects") => "DescribeGlobal".to_owned(),
        None if map.contains_key("fields") && map.contains_key("keyPrefix") => "DescribeSObject".to_owned(),
        None => "Result".to_owned(),
    }
}

fn element(text: &mut String, name: &str, value: &Value) {
    let name = element_name(name);
    match value {
        Value::Array(items) => items.iter().for_each(|item| element(text, &name, item)),
        Value::Null => text
            .push_str(&format!("<{name} xsi:nil=\"true\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"/>")),
        Value::Object(map) => {
            text.push_str(&format!("<{name}"));
            if let Some(Value::Object(attributes)) = map.get("attributes") {
                for (key, value) in attributes {
                    text.push_str(&format!(" {}=\"{}\"", element_name(key), escape(plain(value))));
                }
            }
            text.push('>');
            map.iter().filter(|(key, _)| *key != "attributes").for_each(|(key, value)| element(text, key, value));
            text.push_str(&format!("</{name}>"));
        }
        simple => text.push_str(&format!("<{name}>{}</{name}>", escape(plain(simple)))),
    }
}

/// Text without the characters that XML cannot carry.
fn plain(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.chars().filter(|&c| !c.is_control() || matches!(c, '\t' | '\n' | '\r')).collect()
}

/// A key as a name of XML: what may not stand in one becomes an underscore.
fn element_name(key: &str) -> String {
    let clean: String =
        key.chars().map(|c| if c.is_ascii_alphanumeric() || "_-.".contains(c) { c } else { '_' }).collect();
    if clean.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        clean
    } else {
        format!("_{clean}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn records_lists_and_errors_are_written_as_elements() {
        let record =
            json!({"attributes": {"type": "Account", "url": "/a?b&c"}, "Name": "A <& B", "Phone": null, "n": [1, 2]});
        let text = document(&record, StatusCode::OK);
        assert!(
            text.contains("<Account type=\"Account\" url=\"/a?b&amp;c\"><Name>A &lt;&amp; B</Name><Phone xsi:nil"),
            "{text}"
        );
        assert!(text.ends_with("<n>1</n><n>2</n></Account>"), "{text}");
        let errors = document(&json!([{"errorCode": "X", "message": "m"}]), StatusCode::NOT_FOUND);
        assert!(errors.ends_with("<Errors><Error><errorCode>X</errorCode><message>m</message></Error></Errors>"));
        assert!(document(&json!({"1 a": true}), StatusCode::OK).ends_with("<Result><_1_a>true</_1_a></Result>"));
    }
}
