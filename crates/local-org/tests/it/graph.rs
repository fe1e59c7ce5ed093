//! `/composite/graph`: sequences of row operations, each kept or taken back as a whole.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

fn post(object: &str, reference_id: &str, body: Value) -> Value {
    let url = format!("/services/data/v66.0/sobjects/{object}");
    json!({"method": "POST", "url": url, "referenceId": reference_id, "body": body})
}

fn graph(id: &str, parts: Value) -> Value {
    json!({"graphId": id, "compositeRequest": parts})
}

#[tokio::test]
async fn graphs_stand_and_fall_alone() {
    let caller = Caller::new().await;
    let good = json!([
        post("Account", "a", json!({"Name": "A"})),
        post("Contact", "c", json!({"LastName": "C", "AccountId": "@{a.id}"}))
    ]);
    let bad =
        json!([post("Account", "a", json!({"Name": "B"})), post("Contact", "c", json!({"AccountId": "@{a.id}"}))]);
    let body = json!({"graphs": [graph("g1", bad), graph("g2", good)]});
    let (status, body) = caller.post("/composite/graph", body).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let graphs = &body["graphs"];
    assert_eq!((&graphs[0]["graphId"], &graphs[0]["isSuccessful"]), (&json!("g1"), &json!(false)));
    let failed = &graphs[0]["graphResponse"]["compositeResponse"];
    assert_eq!(
        (&failed[0]["httpStatusCode"], &failed[0]["body"][0]["errorCode"]),
        (&json!(400), &json!("PROCESSING_HALTED"))
    );
    assert_eq!(failed[1]["body"][0]["errorCode"], "REQUIRED_FIELD_MISSING");
    assert_eq!(graphs[1]["isSuccessful"], true);
    assert_eq!(caller.column("Name", "SELECT Name FROM Account").await, ["A"]);
}

#[tokio::test]
async fn after_fourteen_failures_the_rest_is_not_begun() {
    let caller = Caller::new().await;
    let bad = |at: usize| graph(&format!("g{at}"), json!([post("Account", "a", json!({}))]));
    let mut graphs: Vec<Value> = (0..14).map(bad).collect();
    graphs.push(graph("last", json!([post("Account", "a", json!({"Name": "Late"}))])));
    let (_, body) = caller.post("/composite/graph", json!({"graphs": graphs})).await;
    let last = &body["graphs"][14];
    assert_eq!(last["isSuccessful"], false);
    assert_eq!(last["graphResponse"]["compositeResponse"][0]["body"][0]["errorCode"], "PROCESSING_HALTED");
    assert_eq!(caller.query("SELECT COUNT() FROM Account").await.1["totalSize"], 0);
}

#[tokio::test]
async fn graphs_have_limits_and_hold_rows_only() {
    let caller = Caller::new().await;
    let many: Vec<Value> =
        (0..76).map(|at| graph(&format!("g{at}"), json!([post("Account", "a", json!({"Name": "A"}))]))).collect();
    let nodes: Vec<Value> = (0..501).map(|at| post("Account", &format!("r{at}"), json!({"Name": "A"}))).collect();
    let chain: Vec<Value> = (0..16)
        .map(|at| match at {
            0 => post("Account", "r0", json!({"Name": "A"})),
            _ => post("Account", &format!("r{at}"), json!({"Name": "A", "ParentId": format!("@{{r{}.id}}", at - 1)})),
        })
        .collect();
    let fifteen = chain[..15].to_vec();
    for graphs in [json!(many), json!([graph("g", json!(nodes))]), json!([graph("g", json!(chain))]), json!([])] {
        assert!(error(caller.post("/composite/graph", json!({"graphs": graphs})).await).starts_with("400 "));
    }
    let (_, body) = caller.post("/composite/graph", json!({"graphs": [graph("g", json!(fifteen))]})).await;
    assert_eq!(body["graphs"][0]["isSuccessful"], true, "{body}");
    let query =
        json!([{"method": "GET", "url": "/services/data/v66.0/query?q=SELECT+Id+FROM+Lead", "referenceId": "q"}]);
    let (_, body) = caller.post("/composite/graph", json!({"graphs": [graph("g", query)]})).await;
    assert_eq!(body["graphs"][0]["isSuccessful"], false);
    let old = caller.post("/services/data/v49.0/composite/graph", json!({"graphs": []})).await;
    assert_eq!(error(old), "404 NOT_FOUND The requested resource does not exist");
}
