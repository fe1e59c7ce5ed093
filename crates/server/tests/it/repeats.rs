//! Requests that are sent twice under one `Idempotency-Key`: carried out once, and nobody else's answer.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::{Extension, Router};
use salesbridge_hub::{ActorKind, Caller, Rights};
use salesbridge_model::{Abilities, Reach};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::stage::Stage;

fn person(id: &str) -> Caller {
    let rights =
        Rights { role: Abilities::all(), reach: Reach::All, grants: Default::default(), scopes: Abilities::all() };
    Caller::new(ActorKind::Person, id, "ann", rights)
}

fn connection(name: &str) -> Value {
    json!({
        "name": name, "settings": { "domain_url": "http://127.0.0.1:1", "consumer_key": "KEY" },
        "secrets": { "consumer_secret": "SECRET" },
        "enabled": false,
    })
}

struct Answer {
    status: StatusCode,
    replayed: bool,
    body: Value,
}

async fn post(stage: &Stage, caller: &Caller, key: &str, path: &str, body: &Value) -> Answer {
    let router: Router = salesbridge_server::router(stage.hub.clone()).layer(Extension(caller.clone()));
    let request = Request::post(format!("/api/v1{path}"))
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_string()))
        .expect("a request");
    let response = router.oneshot(request).await.expect("an answer");
    let (status, replayed) = (response.status(), response.headers().contains_key("idempotency-replayed"));
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    Answer { status, replayed, body: serde_json::from_slice(&bytes).unwrap_or_default() }
}

#[tokio::test]
async fn a_request_is_carried_out_once_and_answered_as_often_as_it_comes() {
    let stage = Stage::set().await;
    let ann = person("per_1");
    let first = post(&stage, &ann, "k1", "/connections", &connection("acme")).await;
    assert!(first.status == StatusCode::CREATED && !first.replayed, "{}", first.body);
    for _ in 0..2 {
        let again = post(&stage, &ann, "k1", "/connections", &connection("acme")).await;
        assert_eq!((again.status, again.replayed, &again.body), (StatusCode::CREATED, true, &first.body));
    }
    let without = post(&stage, &ann, "k2", "/connections", &connection("acme")).await;
    assert_eq!(without.body["code"], "name_taken", "another key is another request");
}

#[tokio::test]
async fn a_key_is_bound_to_who_gave_it_and_to_what_was_asked() {
    let stage = Stage::set().await;
    let (ann, bob) = (person("per_1"), person("per_2"));
    let key = Caller::new(ActorKind::Key, "per_1", "ann", person("per_1").rights().clone());
    assert_eq!(post(&stage, &ann, "k1", "/connections", &connection("acme")).await.status, StatusCode::CREATED);
    for other in [&bob, &key] {
        let stolen = post(&stage, other, "k1", "/connections", &connection("acme")).await;
        assert!(!stolen.replayed && stolen.body["code"] == "name_taken", "{}", stolen.body);
    }
    for (path, body) in [("/connections", connection("other")), ("/connections/test", connection("acme"))] {
        let other = post(&stage, &ann, "k1", path, &body).await;
        let told = (other.status, other.replayed, &other.body["code"]);
        assert_eq!(told, (StatusCode::UNPROCESSABLE_ENTITY, false, &json!("key_of_another_request")), "{path}");
    }
    assert_eq!(stage.gets("/connections/other").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_did_nothing_may_be_sent_again_under_its_key() {
    let stage = Stage::set().await;
    let ann = person("per_1");
    let taken = connection("acme");
    assert_eq!(post(&stage, &ann, "k1", "/connections", &taken).await.status, StatusCode::CREATED);
    assert_eq!(post(&stage, &ann, "k2", "/connections", &taken).await.status, StatusCode::CONFLICT);
    stage.hub.delete_connection(&Caller::owner(), "acme", false).await.expect("removed");
    let again = post(&stage, &ann, "k2", "/connections", &taken).await;
    assert!(again.status == StatusCode::CREATED && !again.replayed, "{}", again.body);
}

#[tokio::test]
async fn two_at_once_are_one() {
    let stage = Stage::set().await;
    let (ann, body) = (person("per_1"), connection("acme"));
    let asking = || post(&stage, &ann, "k1", "/connections", &body);
    let answers = futures::future::join_all((0..6).map(|_| asking())).await;
    let first = answers.iter().filter(|answer| answer.status == StatusCode::CREATED && !answer.replayed).count();
    assert_eq!(first, 1);
    for answer in answers.iter().filter(|answer| answer.status != StatusCode::CREATED) {
        assert_eq!((answer.status, &answer.body["code"]), (StatusCode::CONFLICT, &json!("request_under_way")));
    }
}

/// Whoever goes away in the middle finds the answer when they ask again.
#[tokio::test]
async fn a_caller_who_goes_away_does_not_stop_what_was_begun() {
    let stage = Stage::set().await;
    let (ann, body) = (person("per_1"), connection("acme"));
    let mut asking = Box::pin(post(&stage, &ann, "k1", "/connections", &body));
    while futures::poll!(&mut asking).is_pending() {
        tokio::task::yield_now().await;
        if stage.gets("/connections/acme").await.0 == StatusCode::OK {
            break;
        }
    }
    drop(asking);
    let answer = loop {
        let answer = post(&stage, &ann, "k1", "/connections", &body).await;
        if answer.body["code"] != "request_under_way" {
            break answer;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((answer.status, answer.replayed), (StatusCode::CREATED, true), "{}", answer.body);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let stage = Stage::set().await;
    for (key, path) in [("", "/connections"), (&*"k".repeat(256), "/connections"), ("k1", "/clients/import")] {
        let refused = post(&stage, &person("per_1"), key, path, &connection("acme")).await;
        let told = (refused.status, &refused.body["fields"][0]["field"]);
        assert_eq!(told, (StatusCode::BAD_REQUEST, &json!("Idempotency-Key")), "{path} {key}");
    }
}

/// An answer with a secret in it is never kept: each operation that gives one says so.
#[test]
fn every_operation_whose_answer_holds_a_secret_says_so() {
    let document = crate::document::document();
    for (method, path, operation) in crate::document::operations(&document) {
        if operation["operationId"] == "answer_sign_in" {
            continue; // the sign-in is over by then: its link leads nowhere
        }
        let answers = operation["responses"].as_object().expect("answers");
        let good = answers.iter().filter(|(status, _)| status.starts_with('2'));
        let mut names = Vec::new();
        good.for_each(|(_, answer)| properties(&document, &answer["content"], &mut names, 0));
        let secret = names.iter().any(|(name, schema)| {
            let shown = ["token", "secret", "link", "password"].contains(&name.as_str());
            schema["format"] == "password" || (shown && schema["type"].to_string().contains("string"))
        });
        assert!(!secret || method == "GET" || operation["x-shown-once"] == true, "{method} {path}: {names:?}");
    }
}

/// Every property of what a schema describes, with its own schema.
fn properties(document: &Value, schema: &Value, found: &mut Vec<(String, Value)>, depth: usize) {
    if depth > 12 {
        return;
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return properties(document, &document["components"]["schemas"][name], found, depth + 1);
    }
    match schema {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "properties" {
                    found.extend(member.as_object().into_iter().flatten().map(|(name, of)| (name.clone(), of.clone())));
                }
                properties(document, member, found, depth + 1);
            }
        }
        Value::Array(members) => members.iter().for_each(|member| properties(document, member, found, depth + 1)),
        _ => {}
    }
}
