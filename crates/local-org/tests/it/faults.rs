//! The org told to misbehave, and callers that hang up.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use salesbridge_local_org::{Data, FaultAction, FaultError, FaultMatch, FaultRule, FaultTime, OrgConfig};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{Caller, config, error};

fn on_create(action: FaultAction, when: FaultTime) -> FaultRule {
    let path_contains = Some("/sobjects/Account".to_owned());
    let matches =
        FaultMatch { method: Some("POST".to_owned()), path_contains, times: Some(1), ..FaultMatch::default() };
    FaultRule { matches, when, action }
}

async fn accounts(caller: &Caller) -> Value {
    caller.query("SELECT COUNT() FROM Account").await.1["totalSize"].clone()
}

#[tokio::test]
async fn an_error_before_the_write_leaves_nothing() {
    let caller = Caller::new().await;
    let busy =
        FaultError { status: 503, code: "SERVER_UNAVAILABLE".to_owned(), message: "Server is too busy".to_owned() };
    caller
        .org
        .control()
        .add_fault(on_create(FaultAction { error: Some(busy), ..FaultAction::default() }, FaultTime::Before));
    let refused = caller.post("/sobjects/Account", json!({"Name": "A"})).await;
    assert_eq!(error(refused), "503 SERVER_UNAVAILABLE Server is too busy");
    assert_eq!(accounts(&caller).await, 0);
    caller.create("Account", json!({"Name": "A"})).await;
}

/// The worst case of a client: the record is there, and nobody said so.
#[tokio::test]
async fn a_connection_dropped_after_the_write_leaves_the_record() {
    let caller = Caller::new().await;
    for (when, expected) in [(FaultTime::Before, 0), (FaultTime::After, 1)] {
        caller
            .org
            .control()
            .add_fault(on_create(FaultAction { drop_connection: true, ..FaultAction::default() }, when));
        let url = format!("{}/services/data/v66.0/sobjects/Account", caller.org.url());
        let sent = caller.client.post(url).bearer_auth(&caller.token).json(&json!({"Name": "A"})).send().await;
        let failure = sent.expect_err("the connection is closed");
        assert!(failure.is_request() && failure.status().is_none(), "{failure:?}");
        assert_eq!(accounts(&caller).await, expected);
    }
}

/// `skip` lets requests through first, `times` bounds those that are broken, and the rule counts.
#[tokio::test]
async fn a_rule_strikes_the_requests_it_names() {
    let caller = Caller::new().await;
    let rule = json!({"match": {"method": "get", "path_contains": "/limits", "skip": 1, "times": 2}, "when": "before",
        "action": {"error": {"status": 500, "code": "UNKNOWN_EXCEPTION", "message": "x"}, "delay_ms": 1}});
    let (status, added) = caller.post("/local-org/faults", rule).await;
    assert_eq!(status, StatusCode::OK);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(caller.get("/limits").await.0.as_u16());
    }
    assert_eq!(statuses, [200, 500, 500, 200]);
    let (_, listed) = caller.get("/local-org/faults").await;
    assert_eq!((&listed[0]["id"], &listed[0]["matched"]), (&added["id"], &json!(4)));
    assert_eq!(caller.delete(&format!("/local-org/faults/{}", added["id"])).await.0, StatusCode::NO_CONTENT);
    assert_eq!(caller.get("/local-org/faults").await.1, json!([]));
}

/// R16: an app that is still propagating is unknown at first and then accepted; the token endpoint errs in OAuth's shape.
#[tokio::test]
async fn a_new_app_can_be_made_to_propagate() {
    let caller = Caller::new().await;
    let error = FaultError {
        status: 400,
        code: "invalid_client_id".to_owned(),
        message: "client identifier invalid".to_owned(),
    };
    let path_contains = Some("/services/oauth2/token".to_owned());
    let matches = FaultMatch { path_contains, times: Some(1), ..FaultMatch::default() };
    let action = FaultAction { error: Some(error), ..FaultAction::default() };
    caller.org.control().add_fault(FaultRule { matches, when: FaultTime::Before, action });
    let expected = json!({"error": "invalid_client_id", "error_description": "client identifier invalid"});
    assert_eq!(caller.sign_in(&[]).await, (StatusCode::BAD_REQUEST, expected));
    assert_eq!(caller.sign_in(&[]).await.0, StatusCode::OK);
}

/// A caller that hangs up does not undo what it began: the record is written, as by a real org.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a test dials the org that it started")]
async fn a_request_is_finished_although_its_caller_hangs_up() {
    let folder = tempfile::tempdir().unwrap();
    let (config, clock) = config();
    let config = OrgConfig { data: Data::File(folder.path().join("org.db")), ..config };
    let caller = Caller::with(config.clone(), clock.clone()).await;
    let wait = FaultAction { delay_ms: 600_000, ..FaultAction::default() };
    caller.org.control().add_fault(on_create(wait, FaultTime::Before));
    caller.org.control().clear_requests();
    let mut stream = TcpStream::connect(caller.org.address()).await.unwrap();
    let request = format!(
        "POST /services/data/v66.0/sobjects/Account HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Length: 12\r\n\r\n{{\"Name\":\"A\"}}",
        caller.token
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let arrived = async {
        while caller.org.control().requests().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), arrived).await.unwrap();
    drop(stream);
    // Shutting down cuts the delay short and waits for what began.
    caller.org.shutdown().await;
    let again = Caller::with(config, clock).await;
    assert_eq!(accounts(&again).await, 1);
}

/// The log shows what came, without secrets.
#[tokio::test]
async fn requests_are_kept_without_secrets() {
    let caller = Caller::new().await;
    caller.create("Account", json!({"Name": "Visible"})).await;
    caller.send(Method::GET, "/query?q=SELECT+Id+FROM+Account", None).await;
    let (_, seen) = caller.get("/local-org/requests").await;
    let lines: Vec<String> =
        seen.as_array().unwrap().iter().map(|r| format!("{} {} {}", r["method"], r["path"], r["status"])).collect();
    assert_eq!(
        lines,
        [
            "\"POST\" \"/services/oauth2/token\" 200",
            "\"POST\" \"/services/data/v66.0/sobjects/Account\" 201",
            "\"GET\" \"/services/data/v66.0/query\" 200",
        ]
    );
    assert_eq!(
        (&seen[1]["body"], &seen[2]["query"]),
        (&json!("{\"Name\":\"Visible\"}"), &json!("q=SELECT+Id+FROM+Account"))
    );
    let text = seen.to_string();
    assert!(!text.contains(&caller.token) && !text.contains(crate::support::SECRET), "{text}");
    assert_eq!(caller.delete("/local-org/requests").await.0, StatusCode::NO_CONTENT);
    assert_eq!(caller.get("/local-org/requests").await.1, json!([]));
}
