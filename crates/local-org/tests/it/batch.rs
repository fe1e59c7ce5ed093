//! `/composite/batch`: parts that know nothing of each other.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

fn get(url: &str) -> Value {
    json!({"method": "GET", "url": url})
}

fn create(row: Value) -> Value {
    json!({"method": "POST", "url": "v66.0/sobjects/account", "richInput": row})
}

#[tokio::test]
async fn each_part_is_kept_or_refused_alone() {
    let caller = Caller::new().await;
    let parts = json!([
        create(json!({"Name": "A"})),
        create(json!({})),
        create(json!({"Name": "B"})),
        get("v60.0/query?q=SELECT+Name+FROM+Account+ORDER+BY+Name"),
        get("v66.0/limits")
    ]);
    let (status, body) = caller.post("/composite/batch", json!({"batchRequests": parts})).await;
    assert_eq!((status, &body["hasErrors"]), (StatusCode::OK, &json!(true)));
    let results = body["results"].as_array().unwrap();
    let statuses: Vec<_> = results.iter().map(|result| result["statusCode"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 400, 201, 200, 200]);
    assert_eq!(results[1]["result"][0]["errorCode"], "REQUIRED_FIELD_MISSING");
    assert_eq!(results[3]["result"]["totalSize"], 2);
    let url = results[3]["result"]["records"][0]["attributes"]["url"].as_str().unwrap();
    assert!(url.starts_with("/services/data/v60.0/"), "each part speaks its own version");
}

#[tokio::test]
async fn a_part_without_an_answer_has_a_null_result() {
    let caller = Caller::new().await;
    let id = caller.create("Account", json!({"Name": "A"})).await;
    let parts = json!([{"method": "PATCH", "url": format!("v66.0/sobjects/account/{id}"), "richInput": {"Name": "N"}}]);
    let answer = caller.post("/composite/batch", json!({"haltOnError": true, "batchRequests": parts})).await;
    assert_eq!(answer.1, json!({"hasErrors": false, "results": [{"statusCode": 204, "result": null}]}));
    assert_eq!(caller.column("Name", "SELECT Name FROM Account").await, ["N"]);
}

#[tokio::test]
async fn a_batch_that_halts_says_so_for_the_rest() {
    let caller = Caller::new().await;
    let parts = json!([create(json!({"Name": "A"})), create(json!({})), create(json!({"Name": "B"}))]);
    let (_, body) = caller.post("/composite/batch", json!({"haltOnError": true, "batchRequests": parts})).await;
    assert_eq!(body["results"][2]["statusCode"], 412);
    assert_eq!(body["results"][2]["result"][0]["errorCode"], "BATCH_PROCESSING_HALTED");
    assert_eq!(caller.column("Name", "SELECT Name FROM Account").await, ["A"], "what was done stays done");
}

/// Every part is a call of its own in the count, and over the limit it is refused like one.
#[tokio::test]
async fn every_part_counts() {
    let caller = Caller::new().await;
    let used = |body: Value| body["DailyApiRequests"]["Remaining"].as_u64().unwrap();
    let before = used(caller.get("/limits").await.1);
    let parts = json!({"batchRequests": [get("v66.0/limits"), get("v66.0/limits"), get("v66.0/limits")]});
    caller.post("/composite/batch", parts.clone()).await;
    assert_eq!(before - used(caller.get("/limits").await.1), 4, "three parts and this call");
    let max = 15_000 - used(caller.get("/limits").await.1) + 2;
    caller.send(reqwest::Method::PUT, "/local-org/daily-limit", Some(json!({"calls": max}))).await;
    let (_, body) = caller.post("/composite/batch", parts).await;
    let statuses: Vec<_> = body["results"].as_array().unwrap().iter().map(|r| r["statusCode"].clone()).collect();
    assert_eq!(statuses, [200, 200, 403], "{body}");
    assert_eq!(body["results"][2]["result"][0]["errorCode"], "REQUEST_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn parts_ask_in_versions_up_to_that_of_the_call_and_batches_do_not_nest() {
    let caller = Caller::new().await;
    let parts = json!([get("v67.0/limits"), get("v33.0/limits"), get("v12.0/limits"), get("limits"),
        {"method": "POST", "url": "v66.0/composite/batch", "richInput": {"batchRequests": []}}, get("v34.0/limits")]);
    let (_, body) = caller.post("/composite/batch", json!({"batchRequests": parts})).await;
    let statuses: Vec<_> = body["results"].as_array().unwrap().iter().map(|r| r["statusCode"].clone()).collect();
    assert_eq!(statuses, [400, 400, 410, 404, 400, 200], "{body}");
    let many: Vec<Value> = (0..26).map(|_| get("v66.0/limits")).collect();
    assert!(error(caller.post("/composite/batch", json!({"batchRequests": many})).await).starts_with("400 "));
    let refused = caller.get("/composite/batch").await;
    assert_eq!(error(refused), "405 METHOD_NOT_ALLOWED HTTP Method 'GET' not allowed. Allowed are POST");
}
