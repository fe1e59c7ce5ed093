//! What each route answers.

use std::os::unix::fs::PermissionsExt;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::stage::Stage;

const SECRET: &str = "a-consumer-secret-that-nobody-may-see";

fn connection(name: &str) -> String {
    json!({
        "name": name, "secrets": { "consumer_secret": SECRET },
        "settings": { "domain_url": "https://acme.my.salesforce.com/", "consumer_key": "KEY" },
    })
    .to_string()
}

fn is_problem(body: &Value, code: &str) -> bool {
    let texts = ["code", "title", "detail", "remedy"];
    body["code"] == code && texts.iter().all(|key| body[key].as_str().is_some_and(|text| !text.is_empty()))
}

/// R32, R37, R46, R50: what is wrong is told at its field, and a secret goes in and never comes out.
#[tokio::test]
async fn connections_are_made_edited_and_removed_and_never_tell_their_secret() {
    let stage = Stage::set().await;
    let (status, made) = stage.asks(Method::POST, "/connections", connection("acme")).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["secrets_set"], json!(["consumer_secret"]));
    let (status, taken) = stage.asks(Method::POST, "/connections", connection("acme")).await;
    assert!(status == StatusCode::CONFLICT && is_problem(&taken, "name_taken"), "{taken}");
    assert_eq!(taken["fields"][0]["field"], "name");
    let (status, bad) = stage
        .asks(Method::PATCH, "/connections/acme", r#"{"settings":{"domain_url":"http://acme.my.salesforce.com"}}"#)
        .await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && is_problem(&bad, "invalid"), "{bad}");
    assert_eq!(bad["fields"][0]["field"], "settings.domain_url");
    let (status, edited) =
        stage.asks(Method::PATCH, "/connections/acme", r#"{"caption":"Acme","enabled":false}"#).await;
    assert_eq!((status, &edited["caption"], &edited["enabled"]), (StatusCode::OK, &json!("Acme"), &json!(false)));
    let (_, renamed) = stage.asks(Method::PATCH, "/connections/acme", r#"{"name":"other"}"#).await;
    assert!(is_problem(&renamed, "bad_request"), "R46: the name never changes: {renamed}");
    let (_, shown) = stage.gets("/connections/acme").await;
    let (_, listed) = stage.gets("/connections").await;
    for answer in [&made, &taken, &bad, &edited, &renamed, &shown, &listed] {
        assert!(!answer.to_string().contains(SECRET), "R50: {answer}");
    }
    assert_eq!(stage.asks(Method::DELETE, "/connections/acme", "").await.0, StatusCode::NO_CONTENT);
    assert!(is_problem(&stage.gets("/connections/acme").await.1, "not_found"));
}

#[tokio::test]
async fn clients_are_saved_by_key_searched_paged_and_imported() {
    let stage = Stage::set().await;
    for key in ["C-1", "C-2", "C-3"] {
        let client = json!({ "key": key, "last_name": "Miller" }).to_string();
        let (status, saved) = stage.asks(Method::PUT, &format!("/clients/by-key/{key}"), client).await;
        assert_eq!((status, &saved["created"]), (StatusCode::OK, &json!(1)));
    }
    let (_, first) = stage.gets("/clients?limit=2").await;
    assert_eq!((first["items"].as_array().map(Vec::len), &first["total"]), (Some(2), &json!(3)));
    let (_, second) =
        stage.gets(&format!("/clients?limit=2&after={}", first["next"].as_str().expect("a position"))).await;
    assert_eq!((second["items"].as_array().map(Vec::len), &second["next"]), (Some(1), &Value::Null));
    assert_eq!(stage.gets("/clients?q=c-2").await.1["total"], 1);
    let (_, wrong_key) = stage.asks(Method::PUT, "/clients/by-key/C-9", r#"{"key":"C-8"}"#).await;
    assert!(is_problem(&wrong_key, "bad_request"), "{wrong_key}");
    let (_, invalid) = stage.asks(Method::PUT, "/clients/by-key/C-9", r#"{"key":"C-9","email":"ann@"}"#).await;
    assert!(is_problem(&invalid, "invalid") && invalid["fields"][0]["field"] == "email", "{invalid}");
    let (_, report) = stage.asks(Method::POST, "/clients/import", "key,email\nC-4,d@example.com\nC-5,bad@\n").await;
    assert_eq!(
        (&report["read"], &report["created"], &report["refused"]),
        (&json!(2), &json!(1), &json!(1)),
        "{report}"
    );
    let (_, heading) = stage.asks(Method::POST, "/clients/import", "shoe\n44\n").await;
    assert!(is_problem(&heading, "bad_request"), "{heading}");
}

/// Every route there is, asked for what is not there or with what cannot be read: a problem each time, never a fault.
#[tokio::test]
async fn every_route_tells_its_problem() {
    let stage = Stage::set().await;
    let run = "/runs/run_0197c2f0a1b27c3d8e4f5a6b7c8d9e0f";
    let missing = [
        (Method::GET, "/providers/none", ""),
        (Method::GET, "/connections/none", ""),
        (Method::GET, "/connections/none/certificate", ""),
        (Method::GET, "/services/none", ""),
        (Method::PATCH, "/services/none", "{}"),
        (Method::DELETE, "/services/none", ""),
        (Method::PATCH, "/connections/none", "{}"),
        (Method::DELETE, "/connections/none", ""),
        (Method::POST, "/connections/none/test", ""),
        (Method::GET, "/connections/none/objects/Lead/fields", ""),
        (Method::GET, "/clients/by-key/none", ""),
        (Method::GET, "/syncs/none", ""),
        (Method::DELETE, "/syncs/none", ""),
        (Method::POST, "/syncs/none/enable", ""),
        (Method::POST, "/syncs/none/disable", ""),
        (Method::GET, "/syncs/none/preview", ""),
        (Method::GET, "/syncs/none/runs", ""),
        (Method::POST, "/syncs/none/runs", ""),
        (Method::GET, "/syncs/none/due", ""),
        (Method::POST, "/syncs/none/retry", r#"{"state":"refused"}"#),
        (Method::POST, "/syncs/none/drop", r#"{"state":"refused"}"#),
        (Method::GET, run, ""),
        (Method::POST, "/runs/run_0197c2f0a1b27c3d8e4f5a6b7c8d9e0f/cancel", ""),
        (Method::GET, "/runs/run_0197c2f0a1b27c3d8e4f5a6b7c8d9e0f/records", ""),
    ];
    for (method, path, body) in missing {
        let (status, answer) = stage.asks(method.clone(), path, body).await;
        assert!(
            status == StatusCode::NOT_FOUND && is_problem(&answer, "not_found"),
            "{method} {path}: {status} {answer}"
        );
    }
    let unreadable = [
        (Method::POST, "/connections", "{}"),
        (Method::POST, "/connections/test", "[]"),
        (Method::POST, "/syncs", r#"{"name":"x"}"#),
        (Method::GET, "/clients?limit=many", ""),
        (Method::GET, "/syncs/none/due?state=lost", ""),
        (Method::GET, "/runs/12", ""),
    ];
    for (method, path, body) in unreadable {
        let (status, answer) = stage.asks(method.clone(), path, body).await;
        assert!(
            status == StatusCode::BAD_REQUEST && is_problem(&answer, "bad_request"),
            "{method} {path}: {status} {answer}"
        );
    }
    for path in ["/status", "/providers", "/connections", "/clients", "/syncs", "/runs"] {
        assert_eq!(stage.gets(path).await.0, StatusCode::OK, "{path}");
    }
}

/// What is not for any handler is a problem all the same, with a code of its own.
#[tokio::test]
async fn what_no_handler_reads_is_a_problem_with_its_own_code() {
    let stage = Stage::set().await;
    let too_large = format!(r#"{{"keys":["{}"]}}"#, "x".repeat(3 << 20));
    let cases = [
        (Method::GET, "/nowhere", "", StatusCode::NOT_FOUND, "not_found"),
        (Method::PATCH, "/status", "", StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
        (Method::POST, "/connections", "{", StatusCode::BAD_REQUEST, "malformed_json"),
        (Method::GET, "/clients/by-key/%FF", "", StatusCode::BAD_REQUEST, "bad_request"),
        (Method::POST, "/clients/archive", &too_large, StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
    ];
    for (method, path, body, expected, code) in cases {
        let (status, answer) = stage.asks(method.clone(), path, body.to_owned()).await;
        assert!(status == expected && is_problem(&answer, code), "{method} {path}: {status} {answer}");
        assert!(salesbridge_server::CODES.contains(&code), "{code}");
    }
    let unnamed = Request::post("/api/v1/clients/archive").body(Body::from(r#"{"keys":[]}"#)).expect("a request");
    let (status, answer) = stage.sends(unnamed).await;
    assert!(status == StatusCode::UNSUPPORTED_MEDIA_TYPE && is_problem(&answer, "unsupported_media_type"), "{answer}");
    let other = Request::patch("/api/v1/connections").body(Body::empty()).expect("a request");
    let answer = stage.router.clone().oneshot(other).await.expect("an answer");
    assert_eq!(answer.headers().get("allow").and_then(|allow| allow.to_str().ok()), Some("GET,HEAD,POST"));
}

#[tokio::test]
async fn the_definition_in_the_guide_is_understood() {
    let guide = include_str!("../../../../docs/syncs.md");
    let definition = guide.split("```json").nth(1).and_then(|rest| rest.split("```").next()).expect("a definition");
    let stage = Stage::set().await;
    let (status, answer) = stage.asks(Method::POST, "/syncs", definition.to_owned()).await;
    // It was read whole: what is missing is the connection that it names.
    assert!(status == StatusCode::NOT_FOUND && answer["detail"] == "there is no connection named `acme`", "{answer}");
}

/// Only the owner of the data directory may open its socket; a stale one is replaced.
#[tokio::test]
async fn the_socket_is_its_owners_alone() {
    let stage = Stage::set().await;
    let path = stage.folder.join("salesbridge.sock");
    std::fs::write(&path, "left by a process that died").expect("a file");
    let stop = CancellationToken::new();
    let serving = salesbridge_server::serve_socket(&path, stage.router.clone(), stop.clone());
    let looking = async {
        while tokio::net::UnixStream::connect(&path).await.is_err() {
            tokio::task::yield_now().await;
        }
        let mode = std::fs::metadata(&path).expect("the socket").permissions().mode() & 0o777;
        stop.cancel();
        mode
    };
    let (served, mode) = tokio::join!(serving, looking);
    served.expect("it was served");
    assert_eq!(mode, 0o600);
    assert!(!path.exists(), "it is removed at the end");
}
