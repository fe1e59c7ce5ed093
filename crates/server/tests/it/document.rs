//! The API's own description.

use std::collections::BTreeSet;
use std::path::Path;

use axum::http::StatusCode;
use serde_json::Value;

use crate::stage::Stage;

/// The description as it is made from the code.
pub(crate) fn document() -> Value {
    serde_json::from_str(salesbridge_server::openapi_document()).expect("JSON")
}

/// Every operation, with its method and its path.
pub(crate) fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            found.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    found
}

/// The description in `docs` is that of the code. To renew it: `SALESBRIDGE_TEST_WRITE_OPENAPI=1 cargo nextest run -p salesbridge-server the_description_in_docs`.
#[test]
fn the_description_in_docs_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if std::env::var_os("SALESBRIDGE_TEST_WRITE_OPENAPI").is_some() {
        std::fs::write(&path, salesbridge_server::openapi_document()).expect("written");
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == salesbridge_server::openapi_document(),
        "the API has changed, or its description; look whether it should, then renew docs/openapi.json: \
         `SALESBRIDGE_TEST_WRITE_OPENAPI=1 cargo nextest run -p salesbridge-server the_description_in_docs`"
    );
}

#[tokio::test]
async fn the_description_is_served() {
    let stage = Stage::set().await;
    let (status, served) = stage.gets("/openapi.json").await;
    assert_eq!((status, &served), (StatusCode::OK, &document()));
}

/// Every operation says who it is for and what can go wrong, and every reference leads somewhere.
#[test]
fn every_operation_is_described_whole() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let text = |key: &str| operation[key].as_str().unwrap_or_default().to_owned();
        assert!(ids.insert(text("operationId")), "{method} {path}: its id is another one's too");
        assert!(!text("summary").is_empty(), "{method} {path}: it has no summary");
        let abilities = ["public", "none", "see", "run", "edit", "raw", "administer"];
        assert!(abilities.contains(&text("x-ability").as_str()), "{method} {path}: {}", text("x-ability"));
        let open = operation["security"] == serde_json::json!([{}]);
        assert_eq!(open, text("x-ability") == "public", "{method} {path}: {}", operation["security"]);
        for status in ["400", "401", "403", "503", "default"] {
            let schema = &operation["responses"][status]["content"]["application/problem+json"]["schema"];
            assert_eq!(schema["$ref"], "#/components/schemas/Problem", "{method} {path} {status}");
        }
        let has_path = path.contains('{');
        assert!(!has_path || path.contains("{key}") || !operation["responses"]["404"].is_null(), "{method} {path}");
        let written = path.matches('{').count();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        assert_eq!(parameters.iter().filter(|parameter| parameter["in"] == "path").count(), written, "{method} {path}");
    }
    let text = salesbridge_server::openapi_document();
    for reference in text.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(!document["components"]["schemas"][reference].is_null(), "{reference} is not described");
    }
    assert!(!text.contains("[`"), "a link to a Rust item leads nowhere here");
}
