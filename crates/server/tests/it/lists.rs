//! Lists, alike everywhere: pages, order, filters, and what is refused.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::document::{document, operations};
use crate::stage::Stage;

async fn with_connections() -> Stage {
    let stage = Stage::set().await;
    for (name, caption) in [("a", "Zebra"), ("b", "Acme"), ("c", "acme too")] {
        let new = json!({
            "name": name, "caption": caption, "settings": { "domain_url": "http://127.0.0.1:1", "consumer_key": "KEY" },
            "secrets": { "consumer_secret": "SECRET" }, "company": (name == "a").then_some("Acme"), "enabled": false,
        });
        let (status, made) = stage.asks(Method::POST, "/connections", new.to_string()).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
    }
    stage
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().map(|item| item["name"].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn a_list_is_filtered_sorted_and_paged() {
    let stage = with_connections().await;
    for (query, expected) in [
        ("", vec!["a", "b", "c"]),
        ("?sort=-name", vec!["c", "b", "a"]),
        ("?sort=caption", vec!["b", "a", "c"]),
        ("?q=ACME", vec!["b", "c"]),
        ("?q=acme&sort=-caption", vec!["c", "b"]),
        ("?enabled=true", vec![]),
        ("?health=unknown&held=false&provider=salesforce&method=client_credentials", vec!["a", "b", "c"]),
        ("?tag=none", vec![]),
    ] {
        let (status, page) = stage.gets(&format!("/connections{query}")).await;
        assert_eq!(status, StatusCode::OK, "{query}: {page}");
        assert_eq!((names(&page), &page["total"]), (expected.clone(), &json!(expected.len())), "{query}");
    }
    let (_, one) = stage.gets("/connections?sort=-caption&limit=2").await;
    assert_eq!((names(&one), &one["total"]), (vec!["c", "a"], &json!(3)));
    let next = one["next"].as_str().expect("a position").replace(' ', "%20");
    let (_, two) = stage.gets(&format!("/connections?sort=-caption&limit=2&after={next}")).await;
    assert_eq!((names(&two), &two["next"]), (vec!["b"], &Value::Null));
    assert_eq!(names(&stage.gets("/syncs?connection=a&object=Lead").await.1), ["a-leads"]);
    assert_eq!(stage.gets("/runs?sync=a-leads&state=failed").await.1["total"], 0);
    assert_eq!(stage.gets("/runs?connection=nobody").await.0, StatusCode::NOT_FOUND);
    assert_eq!(stage.gets("/connections?service=nobody").await.0, StatusCode::NOT_FOUND);
}

/// Every list of the description, so that a new one is like the others.
#[tokio::test]
async fn every_list_has_the_same_parameters_answers_and_refusals() {
    let stage = with_connections().await;
    let mut lists = 0;
    for (method, path, operation) in operations(&document()) {
        let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
        if method != "GET" || !answer.as_str().is_some_and(|name| name.contains("/Page_")) {
            continue;
        }
        let parameters: Vec<&str> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "query")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        if parameters.is_empty() {
            continue; // short lists are one page
        }
        lists += 1;
        for needed in ["limit", "after", "sort"] {
            assert!(parameters.contains(&needed), "{path} has no {needed}");
        }
        let path = path.replace("/api/v1", "").replace("{name}", "a-leads").replace("{key}", "C-1");
        let path = path.replace("{id}", "run_0197c2f0a1b27c3d8e4f5a6b7c8d9e0f");
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=501", "limit"),
            ("limit=-1", "limit"),
            ("limit=many", "limit"),
            ("limit=", "limit"),
            ("sort=colour", "sort"),
            ("sort=", "sort"),
            ("colour=red", "colour"),
        ] {
            let (status, problem) = stage.gets(&format!("{path}?{query}")).await;
            let told = (status, &problem["code"], &problem["fields"][0]["field"]);
            assert_eq!(
                told,
                (StatusCode::BAD_REQUEST, &json!("bad_request"), &json!(field)),
                "{path}?{query}: {problem}"
            );
        }
    }
    assert!(lists >= 7, "{lists} lists");
}

#[tokio::test]
async fn what_an_operation_does_not_have_is_refused_with_what_it_has() {
    let stage = Stage::set().await;
    let (_, problem) = stage.gets("/clients?search=x").await;
    let told = problem["detail"].as_str().expect("a sentence");
    assert_eq!(told, "`search` is not a parameter of this operation; it has: q, archived, sort, after, limit");
    let (status, problem) = stage.gets("/status?x=1").await;
    assert_eq!(
        (status, &problem["fields"][0]["message"]),
        (StatusCode::BAD_REQUEST, &json!("is not a parameter of this operation; it has none"))
    );
}
