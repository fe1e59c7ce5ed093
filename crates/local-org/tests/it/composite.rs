//! `/composite`: parts that lean on each other's answers, in one transaction or each for itself.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

const BASE: &str = "/services/data/v66.0";

fn part(method: &str, path: &str, reference_id: &str, body: Value) -> Value {
    let url = if path.starts_with("/services") { path.to_owned() } else { format!("{BASE}{path}") };
    let mut part = json!({"method": method, "url": url, "referenceId": reference_id});
    if !body.is_null() {
        part["body"] = body;
    }
    part
}

async fn composite(caller: &Caller, all_or_none: bool, parts: Value) -> Vec<Value> {
    let (status, body) = caller.post("/composite", json!({"allOrNone": all_or_none, "compositeRequest": parts})).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body["compositeResponse"].as_array().unwrap().clone()
}

fn statuses(parts: &[Value]) -> Vec<u64> {
    parts.iter().map(|part| part["httpStatusCode"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn parts_lean_on_the_answers_before_them() {
    let caller = Caller::new().await;
    let parts = json!([
        part("POST", "/sobjects/Account", "acme", json!({"Name": "Acme & Sons", "BillingCity": "Berlin"})),
        part("GET", "/sobjects/Account/@{acme.id}?fields=Name,Phone,BillingAddress", "read", Value::Null),
        part(
            "POST",
            "/sobjects/Contact",
            "ada",
            json!({"LastName": "of @{read.Name}", "AccountId": "@{acme.id}", "MailingCity": "@{read.BillingAddress.city}", "Phone": "@{read.Phone}"})
        ),
        part("GET", "/query?q=SELECT+Id,Name+FROM+Contact+WHERE+AccountId+=+'@{acme.id}'", "found", Value::Null),
        part("PATCH", "/sobjects/Contact/@{found.records[0].Id}", "change", json!({"FirstName": "Ada"})),
        part("DELETE", "/sobjects/Contact/@{ada.id}", "gone", Value::Null),
    ]);
    let answers = composite(&caller, true, parts).await;
    assert_eq!(statuses(&answers), [201, 200, 201, 200, 204, 204], "{answers:?}");
    let id = answers[0]["body"]["id"].as_str().unwrap();
    assert_eq!(answers[0]["body"], json!({"id": id, "success": true, "errors": []}));
    assert_eq!(answers[0]["httpHeaders"], json!({"Location": format!("{BASE}/sobjects/Account/{id}")}));
    assert_eq!(answers[3]["body"]["records"][0]["Name"], "of Acme & Sons");
    assert_eq!((&answers[4]["body"], &answers[4]["referenceId"]), (&Value::Null, &json!("change")));
    let contact = caller.query("SELECT Id FROM Contact").await.1;
    assert_eq!(contact["totalSize"], 0);
}

/// `@{x.Id}` is not `@{x.id}`, and what leans on a part that failed is not tried.
#[tokio::test]
async fn a_reference_that_leads_nowhere_halts_its_part_alone() {
    let caller = Caller::new().await;
    let parts = json!([
        part("POST", "/sobjects/Account", "a", json!({"Name": "Acme"})),
        part("POST", "/sobjects/Contact", "case", json!({"LastName": "B", "AccountId": "@{a.Id}"})),
        part("POST", "/sobjects/Contact", "bad", json!({"FirstName": "C"})),
        part("GET", "/sobjects/Contact/@{bad.id}", "after", Value::Null),
        part("POST", "/sobjects/Contact", "good", json!({"LastName": "D", "AccountId": "@{a.id}"})),
    ]);
    let answers = composite(&caller, false, parts).await;
    assert_eq!(statuses(&answers), [201, 400, 400, 400, 201], "{answers:?}");
    let text = "Invalid reference specified. No value for a.Id found in a.";
    assert_eq!(answers[1]["body"], json!([{"message": text, "errorCode": "PROCESSING_HALTED"}]));
    let missing = json!([{"message": "Required fields are missing: [LastName]", "errorCode": "REQUIRED_FIELD_MISSING", "fields": ["LastName"]}]);
    assert_eq!(answers[2]["body"], missing);
    assert_eq!(answers[3]["body"][0]["errorCode"], "PROCESSING_HALTED");
    assert_eq!(caller.column("LastName", "SELECT LastName FROM Contact").await, ["D"]);
}

#[tokio::test]
async fn all_or_none_takes_everything_back() {
    let caller = Caller::new().await;
    let parts = json!([
        part("POST", "/sobjects/Account", "a", json!({"Name": "Acme"})),
        part("POST", "/sobjects/Contact", "bad", json!({"FirstName": "C"})),
        part("POST", "/sobjects/Account", "b", json!({"Name": "Zenith"})),
    ]);
    let answers = composite(&caller, true, parts).await;
    assert_eq!(statuses(&answers), [400, 400, 400]);
    let text = "The transaction was rolled back since another operation in the same transaction failed.";
    let rolled_back = json!([{"message": text, "errorCode": "PROCESSING_HALTED"}]);
    assert_eq!((&answers[0]["body"], &answers[2]["body"]), (&rolled_back, &rolled_back));
    assert_eq!(answers[1]["body"][0]["errorCode"], "REQUIRED_FIELD_MISSING");
    assert_eq!(caller.query("SELECT COUNT() FROM Account").await.1["totalSize"], 0);
}

/// The outer word counts: a collection with a bad row keeps its own answer and takes the others with it.
#[tokio::test]
async fn a_collection_with_a_bad_row_fails_the_call_that_is_all_or_none() {
    let caller = Caller::new().await;
    let records = json!({"allOrNone": true, "records": [
        {"attributes": {"type": "Account"}, "Name": "A"}, {"attributes": {"type": "Account"}}]});
    let parts = json!([
        part("POST", "/sobjects/Account", "a", json!({"Name": "Acme"})),
        part("POST", "/composite/sobjects", "many", records),
    ]);
    let answers = composite(&caller, true, parts.clone()).await;
    assert_eq!(statuses(&answers), [400, 200]);
    assert_eq!((&answers[1]["body"][0]["success"], &answers[1]["body"][1]["success"]), (&json!(true), &json!(false)));
    assert_eq!(caller.query("SELECT COUNT() FROM Account").await.1["totalSize"], 0);

    let answers = composite(&caller, false, parts).await;
    assert_eq!(statuses(&answers), [201, 200]);
    let code = &answers[1]["body"][0]["errors"][0]["statusCode"];
    assert_eq!(code, "ALL_OR_NONE_OPERATION_ROLLED_BACK");
    assert_eq!(caller.column("Name", "SELECT Name FROM Account").await, ["Acme"]);
}

/// A reference to a null is null since v52; before, it is no value.
#[tokio::test]
async fn nulls_and_reference_ids_changed_in_version_52() {
    let caller = Caller::new().await;
    let id = caller.create("Account", json!({"Name": "Acme"})).await;
    let old = |path: &str| format!("/services/data/v51.0{path}");
    let parts = json!([
        part("GET", &format!("/sobjects/Account/{id}?fields=Phone"), "a", Value::Null),
        part("POST", "/sobjects/Account", "b", json!({"Name": "B", "Phone": "@{a.Phone}"})),
    ]);
    assert_eq!(statuses(&composite(&caller, false, parts.clone()).await), [200, 201]);
    let (_, body) = caller.post(&old("/composite"), json!({"compositeRequest": parts})).await;
    assert_eq!(body["compositeResponse"][1]["body"][0]["errorCode"], "PROCESSING_HALTED");

    let parts = json!([
        part("POST", "/sobjects/Account", "a-b", json!({"Name": "C"})),
        part("GET", "/sobjects/Account/@{a-b.id}", "c", Value::Null),
    ]);
    let (status, _) = caller.post("/composite", json!({"compositeRequest": parts})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (status, body) = caller.post(&old("/composite"), json!({"compositeRequest": parts})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(statuses(body["compositeResponse"].as_array().unwrap()), [201, 400]);
}

#[tokio::test]
async fn calls_that_are_too_large_or_ill_made_are_refused_as_a_whole() {
    let caller = Caller::new().await;
    let many: Vec<Value> =
        (0..26).map(|at| part("GET", "/sobjects/Account/x", &format!("r{at}"), Value::Null)).collect();
    let queries: Vec<Value> =
        (0..6).map(|at| part("GET", "/query?q=SELECT+Id+FROM+Lead", &format!("r{at}"), Value::Null)).collect();
    let twice = json!([part("GET", "/sobjects", "a", Value::Null), part("GET", "/sobjects", "a", Value::Null)]);
    let lower = json!([part("get", "/sobjects", "a", Value::Null)]);
    let mut header = part("GET", "/sobjects", "a", Value::Null);
    header["httpHeaders"] = json!({"Authorization": "Bearer x"});
    for parts in [json!(many), json!(queries), twice, lower, json!([header]), json!([])] {
        let refused = caller.post("/composite", json!({"compositeRequest": parts})).await;
        assert!(error(refused).starts_with("400 "), "{parts}");
    }
    for body in [json!({}), json!([]), json!({"compositeRequest": 1}), json!({"compositeRequest": [1]})] {
        assert!(error(caller.post("/composite", body).await).starts_with("400 JSON_PARSER_ERROR"));
    }
}

#[tokio::test]
async fn parts_may_not_ask_for_everything() {
    let caller = Caller::new().await;
    let parts = json!([
        part("POST", "/composite", "a", json!({"compositeRequest": []})),
        part("GET", "/limits", "b", Value::Null),
        part("GET", "sobjects/Account", "c", Value::Null),
        part("GET", "/services/data/v99.0/sobjects", "d", Value::Null),
        part("GET", "/sobjects/Account/describe", "e", Value::Null),
    ]);
    let answers = composite(&caller, false, parts).await;
    assert_eq!(statuses(&answers), [400, 400, 404, 404, 200], "{answers:?}");
    assert!(answers.iter().take(4).all(|answer| answer["body"].is_array()), "errors are arrays");
}

#[tokio::test]
async fn the_resource_says_what_is_below_it() {
    let caller = Caller::new().await;
    let (status, map) = caller.get("/composite").await;
    let at = |name: &str| format!("{BASE}/composite/{name}");
    let expected = json!({"tree": at("tree"), "batch": at("batch"), "sobjects": at("sobjects"), "graph": at("graph")});
    assert_eq!((status, map), (StatusCode::OK, expected));
    assert_eq!(caller.get("/services/data/v49.0/composite").await.1.get("graph"), None);
}
