//! Every way to misbehave, by control, file and header: what a client sees, and what the org has done meanwhile.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use salesbridge_local_org::{OrgConfig, start};
use serde_json::{Value, json};

use crate::support::{Answer, Caller, KEY, answer, config, error};

async fn add(caller: &Caller, rule: Value) -> u64 {
    let (status, added) = caller.post("/local-org/faults", rule).await;
    assert_eq!(status, StatusCode::OK, "{added}");
    added["id"].as_u64().unwrap()
}

/// Calls with a fault in the header.
async fn with_header(
    caller: &Caller,
    method: Method,
    path: &str,
    fault: &str,
    body: Option<Value>,
) -> reqwest::Response {
    let mut request = caller.client.request(method, format!("{}/services/data/v66.0{path}", caller.org.url()));
    if let Some(body) = body {
        request = request.json(&body);
    }
    request.bearer_auth(&caller.token).header("X-Local-Org-Fault", fault).send().await.unwrap()
}

async fn accounts(caller: &Caller) -> u64 {
    caller.query("SELECT COUNT() FROM Account").await.1["totalSize"].as_u64().unwrap()
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    answers.iter().map(|(status, _)| status.as_u16()).collect()
}

/// Every code that the org knows can be asked for by its name alone, on any call, and comes with its status and text.
#[tokio::test]
async fn every_known_code_can_be_provoked_by_name() {
    let caller = Caller::new().await;
    let (_, codes) = caller.get("/local-org/error-codes").await;
    assert!(codes.as_array().unwrap().len() > 100);
    for known in codes.as_array().unwrap() {
        let (code, status) = (known["code"].as_str().unwrap(), known["status"].as_u64().unwrap());
        let id = add(&caller, json!({"match": {"times": 1}, "action": {"error": code}})).await;
        let (answered, body) = caller.get("/limits").await;
        assert_eq!((u64::from(answered.as_u16()), &body[0]["errorCode"]), (status, &known["code"]));
        assert!(!body[0]["message"].as_str().unwrap().is_empty());
        caller.delete(&format!("/local-org/faults/{id}")).await;
    }
}

#[tokio::test]
async fn a_fault_has_the_shape_of_the_api_it_strikes() {
    let caller = Caller::new().await;
    add(&caller, json!({"match": {"path": "/services/oauth2/token"}, "action": {"error": "rate_limit_exceeded"}}))
        .await;
    let expected = json!({"error": "rate_limit_exceeded", "error_description": "login rate exceeded"});
    assert_eq!(caller.sign_in(&[]).await, (StatusCode::BAD_REQUEST, expected));
    add(&caller, json!({"match": {"path": "/services/Soap/*"}, "action": {"error": "PASSWORD_LOCKOUT"}})).await;
    let soap = caller.send(Method::POST, "/services/Soap/u/60.0", None).await;
    assert_eq!(soap.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = soap.text().await.unwrap();
    assert!(
        body.contains("<faultcode>sf:PASSWORD_LOCKOUT</faultcode>") && body.contains("<sf:exceptionCode>"),
        "{body}"
    );
    add(&caller, json!({"match": {"method": "DELETE"}, "action": {"error": "UNABLE_TO_LOCK_ROW"}})).await;
    let locked =
        "400 UNABLE_TO_LOCK_ROW unable to obtain exclusive access to this record or 1 records: 001000000000001AAA";
    assert_eq!(error(caller.delete("/sobjects/Account/001000000000001AAA").await), locked);
}

/// Rules look at all of a request: its object, its caller, a header, its body.
#[tokio::test]
async fn rules_choose_their_requests() {
    let caller = Caller::new().await;
    let user = caller.org.control().users().await.unwrap().remove(0);
    let busy = json!({"error": "SERVER_UNAVAILABLE"});
    for (matches, struck) in [
        (json!({"object": "Account"}), true),
        (json!({"object": "Contact"}), false),
        (json!({"user": user.username}), true),
        (json!({"user": user.id}), true),
        (json!({"user": "005000000000000AAA"}), false),
        (json!({"app": KEY}), true),
        (json!({"app": "another"}), false),
        (json!({"header": "authorization: Bearer"}), true),
        (json!({"header": "x-absent"}), false),
        (json!({"body_contains": "Special"}), true),
        (json!({"body_contains": "Ordinary"}), false),
        (json!({"path": "/services/data/*/sobjects/Account"}), true),
        (json!({"path": "/services/data/*/sobjects"}), false),
    ] {
        add(&caller, json!({"match": matches, "action": busy})).await;
        let (status, _) = caller.post("/sobjects/Account", json!({"Name": "Special"})).await;
        assert_eq!(status.as_u16() == 503, struck, "{matches}");
        caller.delete("/local-org/faults").await;
    }
}

/// The same seed breaks the same requests, another seed others, and the rule tells how many.
#[tokio::test]
async fn chance_is_repeatable() {
    let mut runs = Vec::new();
    for seed in [3, 3, 4] {
        let caller = Caller::new().await;
        let matches = json!({"path_contains": "/limits", "probability": 0.4, "seed": seed});
        add(&caller, json!({"match": matches, "action": {"error": "UNKNOWN_EXCEPTION"}})).await;
        let mut answers = Vec::new();
        for _ in 0..30 {
            answers.push(caller.get("/limits").await);
        }
        let run = statuses(&answers);
        let broken = run.iter().filter(|&&status| status == 500).count();
        assert!((5..20).contains(&broken), "{run:?}");
        let (_, listed) = caller.get("/local-org/faults").await;
        assert_eq!((&listed[0]["matched"], &listed[0]["struck"]), (&json!(30), &json!(broken)));
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn a_rule_can_end_by_itself() {
    let caller = Caller::new().await;
    add(&caller, json!({"match": {"for_ms": 5000}, "action": {"error": "SERVER_UNAVAILABLE"}})).await;
    assert_eq!(caller.get("/limits").await.0, StatusCode::SERVICE_UNAVAILABLE);
    caller.clock.advance(TimeDelta::seconds(5));
    assert_eq!(caller.get("/limits").await.0, StatusCode::OK);
}

/// Rules add up: one slows, another breaks.
#[tokio::test]
async fn latency_comes_before_the_error_of_another_rule() {
    let caller = Caller::new().await;
    add(
        &caller,
        json!({"match": {"path_contains": "/limits"}, "action": {"latency": {"uniform": {"from": 60, "to": 80}}}}),
    )
    .await;
    add(&caller, json!({"match": {"path_contains": "/limits"}, "action": {"error": "SERVER_UNAVAILABLE"}})).await;
    let began = Instant::now();
    assert_eq!(caller.get("/limits").await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert!(began.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn what_comes_too_fast_is_refused() {
    let caller = Caller::new().await;
    add(&caller, json!({"match": {"path_contains": "/limits"}, "action": {"throttle": {"requests_per_second": 2}}}))
        .await;
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(caller.get("/limits").await);
    }
    assert_eq!(statuses(&answers), [200, 200, 403]);
    let expected = "403 REQUEST_LIMIT_EXCEEDED ConcurrentRequests (Concurrent API Requests) Limit exceeded.";
    assert_eq!(error(answers.remove(2)), expected);
    caller.clock.advance(TimeDelta::seconds(1));
    assert_eq!(caller.get("/limits").await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_comes_at_the_same_time_is_refused() {
    let caller = Caller::new().await;
    add(&caller, json!({"match": {"path_contains": "/limits"}, "action": {"throttle": {"concurrent": 1}}})).await;
    add(&caller, json!({"match": {"path_contains": "/limits", "times": 1}, "action": {"delay_ms": 300}})).await;
    let slow = caller.get("/limits");
    let second = async {
        while caller.org.control().faults().iter().all(|fault| fault.matched == 0) {
            tokio::task::yield_now().await;
        }
        caller.get("/limits").await
    };
    let (slow, second) = tokio::join!(slow, second);
    assert_eq!((slow.0, second.0), (StatusCode::OK, StatusCode::FORBIDDEN));
    assert_eq!(caller.get("/limits").await.0, StatusCode::OK, "the first one is no longer under way");
}

/// Tokens end in the middle of a run: every third call finds its own gone.
#[tokio::test]
async fn tokens_end_while_a_client_works() {
    let mut caller = Caller::new().await;
    add(&caller, json!({"match": {"path_contains": "/limits", "every": 3}, "action": {"end_tokens": "presented"}}))
        .await;
    let mut seen = Vec::new();
    for _ in 0..6 {
        let (status, body) = caller.get("/limits").await;
        seen.push(status.as_u16());
        if status == StatusCode::UNAUTHORIZED {
            assert_eq!(body[0]["errorCode"], "INVALID_SESSION_ID");
            caller.token = caller.sign_in(&[]).await.1["access_token"].as_str().unwrap().to_owned();
        }
    }
    assert_eq!(seen, [200, 200, 401, 200, 200, 401]);
    let user = caller.org.control().users().await.unwrap().remove(0);
    caller.delete("/local-org/faults").await;
    let expired = caller.post("/local-org/tokens/expire", json!({"user": user.username})).await;
    assert_eq!((expired.0, caller.get("/limits").await.0), (StatusCode::NO_CONTENT, StatusCode::UNAUTHORIZED));
    let unknown = caller.post("/local-org/tokens/expire", json!({"user": "nobody@example.com"})).await;
    assert_eq!(unknown.0, StatusCode::BAD_REQUEST);
}

/// Rows inside a call are refused one by one; the others are written.
#[tokio::test]
async fn rows_inside_a_call_are_refused() {
    let caller = Caller::new().await;
    let parent = caller.create("Account", json!({"Name": "Parent"})).await;
    let rows = json!({"error": "UNABLE_TO_LOCK_ROW", "object": "Contact", "every": 3});
    add(&caller, json!({"action": {"rows": rows}})).await;
    let contacts: Vec<Value> = (0..6)
        .map(|n| json!({"attributes": {"type": "Contact"}, "LastName": format!("L{n}"), "AccountId": parent}))
        .collect();
    let (status, results) = caller.post("/composite/sobjects", json!({"allOrNone": false, "records": contacts})).await;
    assert_eq!(status, StatusCode::OK);
    let outcomes: Vec<bool> = results.as_array().unwrap().iter().map(|row| row["success"] == true).collect();
    assert_eq!(outcomes, [true, true, false, true, true, false]);
    let expected = format!("unable to obtain exclusive access to this record or 1 records: {parent}");
    let refused = &results[2]["errors"][0];
    assert_eq!((&refused["statusCode"], &refused["message"]), (&json!("UNABLE_TO_LOCK_ROW"), &json!(expected)));
    assert_eq!(caller.query("SELECT COUNT() FROM Contact").await.1["totalSize"], 4);
    let (_, listed) = caller.get("/local-org/faults").await;
    assert_eq!(listed[0]["rows_refused"], 2);
}

/// A record that somebody else holds: it and its children cannot be written for a while.
#[tokio::test]
async fn a_locked_record_refuses_its_own_and_its_childrens_writes() {
    let caller = Caller::new().await;
    let locked = caller.create("Account", json!({"Name": "Locked"})).await;
    let free = caller.create("Account", json!({"Name": "Free"})).await;
    let rows = json!({"error": "UNABLE_TO_LOCK_ROW", "ids": [locked]});
    add(&caller, json!({"match": {"for_ms": 2000}, "action": {"rows": rows}})).await;
    let text =
        format!("400 UNABLE_TO_LOCK_ROW unable to obtain exclusive access to this record or 1 records: {locked}");
    assert_eq!(error(caller.patch(&format!("/sobjects/Account/{locked}"), json!({"Name": "B"})).await), text);
    assert_eq!(error(caller.post("/sobjects/Contact", json!({"LastName": "L", "AccountId": locked})).await), text);
    assert_eq!(error(caller.delete(&format!("/sobjects/Account/{locked}")).await), text);
    caller.create("Contact", json!({"LastName": "L", "AccountId": free})).await;
    caller.clock.advance(TimeDelta::seconds(2));
    assert_eq!(caller.delete(&format!("/sobjects/Account/{locked}")).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn limits_can_be_used_up() {
    let caller = Caller::new().await;
    for limit in ["DailyBulkApiBatches", "DataStorageMB"] {
        add(&caller, json!({"action": {"exhaust": limit}})).await;
        assert_eq!(caller.get("/limits").await.1[limit]["Remaining"], 0);
    }
    let full = error(caller.post("/sobjects/Account", json!({"Name": "A"})).await);
    assert_eq!(full, "400 STORAGE_LIMIT_EXCEEDED storage limit exceeded");
    assert_eq!(accounts(&caller).await, 0);
    let job = caller.post("/jobs/ingest", json!({"object": "Account", "operation": "insert"})).await;
    assert_eq!((job.0, &job.1[0]["errorCode"]), (StatusCode::BAD_REQUEST, &json!("ExceededQuota")));
    add(&caller, json!({"action": {"exhaust": "DailyApiRequests"}})).await;
    assert_eq!(error(caller.get("/limits").await), "403 REQUEST_LIMIT_EXCEEDED TotalRequests Limit exceeded.");
}

/// Edges answer HTML, sometimes with status 200.
#[tokio::test]
async fn maintenance_is_a_page_in_html() {
    let caller = Caller::new().await;
    for status in [503, 200] {
        let response = with_header(&caller, Method::GET, "/limits", &format!("maintenance={status}"), None).await;
        assert_eq!(response.status().as_u16(), status);
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
        assert!(response.text().await.unwrap().contains("maintenance"));
    }
}

/// A body that ends too early is an error of reading, whether its length was announced or not; the work was done.
#[tokio::test]
async fn bodies_can_be_cut_short() {
    let caller = Caller::new().await;
    for (fault, has_length) in [("truncate=10", false), ("truncate_length=10", true)] {
        let before = accounts(&caller).await;
        let response = with_header(&caller, Method::POST, "/sobjects/Account", fault, Some(json!({"Name": "A"}))).await;
        assert_eq!(
            (response.status(), response.headers().contains_key("content-length")),
            (StatusCode::CREATED, has_length)
        );
        let failure = response.bytes().await.expect_err("the body ends early");
        assert!(failure.is_body() || failure.is_decode(), "{failure:?}");
        assert_eq!(accounts(&caller).await, before + 1);
    }
}

#[tokio::test]
async fn bodies_can_be_slow() {
    let caller = Caller::new().await;
    let whole = caller.get("/limits").await.1;
    let length = whole.to_string().len();
    let began = Instant::now();
    let fault = format!("slow={}", length * 4);
    let response = with_header(&caller, Method::GET, "/limits", &fault, None).await;
    let slow: Value = response.json().await.unwrap();
    assert_eq!(slow["DataStorageMB"], whole["DataStorageMB"]);
    assert!(began.elapsed() >= Duration::from_millis(200), "{:?}", began.elapsed());
}

/// The header is for one request: before or after the write.
#[tokio::test]
async fn a_header_breaks_the_request_it_comes_with() {
    let caller = Caller::new().await;
    for (fault, written) in [("error=UNABLE_TO_LOCK_ROW", 0), ("error=UNKNOWN_EXCEPTION; when=after", 1)] {
        let response = with_header(&caller, Method::POST, "/sobjects/Account", fault, Some(json!({"Name": "A"}))).await;
        assert!(response.status().as_u16() >= 400);
        assert_eq!(accounts(&caller).await, written);
    }
    let rows = [
        json!({"attributes": {"type": "Account"}, "Name": "A"}),
        json!({"attributes": {"type": "Account"}, "Name": "B"}),
    ];
    let body = Some(json!({"records": rows}));
    let fault = "rows=UNABLE_TO_LOCK_ROW; rows_every=2";
    let (_, results) = answer(with_header(&caller, Method::POST, "/composite/sobjects", fault, body).await).await;
    assert_eq!((&results[0]["success"], &results[1]["success"]), (&json!(true), &json!(false)));
    let misspelt = with_header(&caller, Method::GET, "/limits", "eror=NOT_FOUND", None).await;
    assert_eq!(misspelt.status(), StatusCode::BAD_REQUEST);
    assert!(misspelt.text().await.unwrap().starts_with("x-local-org-fault: 'eror' is not understood"));
}

/// The Date header can lie for chosen answers, and the whole org's clock can be off.
#[tokio::test]
async fn clocks_can_be_off() {
    let caller = Caller::new().await;
    let skewed = with_header(&caller, Method::GET, "/limits", "skew=-3600", None).await;
    assert_eq!(skewed.headers()["date"], "Mon, 23 Nov 2026 09:00:00 GMT");
    let set = caller.send(Method::PUT, "/local-org/clock", Some(json!({"offset_seconds": 600}))).await;
    assert_eq!(set.status(), StatusCode::NO_CONTENT);
    let response = caller.send(Method::GET, "/limits", None).await;
    assert_eq!(response.headers()["date"], "Mon, 23 Nov 2026 10:10:00 GMT");
    caller.create("Account", json!({"Name": "A"})).await;
    assert_eq!(caller.column("CreatedDate", "SELECT CreatedDate FROM Account").await, ["2026-11-23T10:10:00.000+0000"]);
}

#[tokio::test]
async fn bad_rules_are_refused_with_a_reason() {
    let caller = Caller::new().await;
    for (rule, expected) in [
        (json!({"action": {"error": "NO_SUCH_CODE"}}), "the code 'NO_SUCH_CODE' is not known"),
        (json!({"match": {"pth": "x"}, "action": {"delay_ms": 1}}), "unknown field `pth`"),
        (json!({"match": {"probability": 2}, "action": {"delay_ms": 1}}), "match.probability"),
        (json!({"action": {}}), "action says nothing to do"),
    ] {
        let (status, body) = caller.post("/local-org/faults", rule).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(body["error"].as_str().unwrap().contains(expected), "{body}");
    }
    assert_eq!(caller.get("/local-org/faults").await.1, json!([]));
}

/// Rules from a file are on from the start and come back on demand; a file that is wrong is told before the org starts.
#[tokio::test]
async fn rules_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("faults.toml");
    std::fs::write(&file, "[[fault]]\nmatch.path_contains = \"/limits\"\naction.error = \"QUERY_TIMEOUT\"\n").unwrap();
    let (config, clock) = config();
    let config = OrgConfig { faults_file: Some(file.clone()), ..config };
    let caller = Caller::with(config.clone(), clock).await;
    assert_eq!(error(caller.get("/limits").await), "400 QUERY_TIMEOUT Your query request was running for too long.");
    caller.delete("/local-org/faults").await;
    assert_eq!(caller.get("/limits").await.0, StatusCode::OK);
    assert_eq!(caller.post("/local-org/faults/reload", json!({})).await.0, StatusCode::NO_CONTENT);
    assert_eq!(caller.get("/limits").await.0, StatusCode::BAD_REQUEST);
    std::fs::write(&file, "[[fault]]\naction.eror = 1\n").unwrap();
    let (status, body) = caller.post("/local-org/faults/reload", json!({})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(body["error"].as_str().unwrap().contains("line 2"), "{body}");
    assert_eq!(caller.org.control().faults().len(), 1, "the rules stay as they were");
    let refused = start(config).await.unwrap_err().to_string();
    assert!(refused.contains("faults.toml") && refused.contains("unknown field `eror`"), "{refused}");
}
