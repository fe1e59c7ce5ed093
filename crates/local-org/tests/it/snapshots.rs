//! The whole org put aside and brought back.

use reqwest::StatusCode;
use salesbridge_local_org::{Data, OrgConfig};
use serde_json::{Value, json};

use crate::support::{Caller, config, error};

async fn names(caller: &Caller) -> Vec<Value> {
    caller.column("Name", "SELECT Name FROM Account ORDER BY Name").await
}

async fn snapshot_names(caller: &Caller) -> Vec<Value> {
    let (_, listed) = caller.get("/local-org/snapshots").await;
    listed.as_array().unwrap().iter().map(|snapshot| snapshot["name"].clone()).collect()
}

async fn with_data(file: Option<&std::path::Path>) -> Caller {
    let (config, clock) = config();
    let data = file.map_or(Data::Memory, |file| Data::File(file.to_owned()));
    Caller::with(OrgConfig { data, ..config }, clock).await
}

/// Everything comes back: records, what was changed and deleted, custom fields, users, apps, tokens, the daily limit.
#[tokio::test]
async fn a_snapshot_brings_everything_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("org.db");
    for file in [None, Some(file.as_path())] {
        let caller = with_data(file).await;
        let account = caller.create("Account", json!({"Name": "Kept"})).await;
        assert_eq!(caller.post("/local-org/snapshots", json!({"name": "before"})).await.0, StatusCode::CREATED);
        caller.delete(&format!("/sobjects/Account/{account}")).await;
        let later = caller.create("Account", json!({"Name": "Later"})).await;
        caller.external_id().await;
        caller.create("Lead", json!({"LastName": "L", "Company": "C", "Key__c": "1"})).await;
        caller.change_app(|app| app.scopes = vec!["id".to_owned()]).await;
        caller.org.control().set_daily_limit(1_000).await.unwrap();
        assert_eq!(caller.post("/local-org/snapshots/before/restore", json!({})).await.0, StatusCode::NO_CONTENT);
        assert_eq!(names(&caller).await, ["Kept"], "{file:?}");
        let (_, lead) = caller.get("/sobjects/Lead/describe").await;
        assert!(!lead["fields"].as_array().unwrap().iter().any(|field| field["name"] == "Key__c"));
        let unknown = error(caller.query("SELECT Key__c FROM Lead").await);
        assert!(unknown.contains("No such column 'Key__c'"), "{unknown}");
        assert_eq!(caller.get("/limits").await.1["DailyApiRequests"]["Max"], 15_000);
        assert!(caller.default_app().await.scopes.contains(&"api".to_owned()));
        let fresh = caller.create("Account", json!({"Name": "New"})).await;
        assert!(fresh != later && fresh != account, "ids are not given out twice");
        assert_eq!(snapshot_names(&caller).await, ["before", "start"]);
        assert_eq!(caller.delete("/local-org/snapshots/before").await.0, StatusCode::NO_CONTENT);
        assert_eq!(caller.delete("/local-org/snapshots/before").await.0, StatusCode::NOT_FOUND);
        let (status, missing) = caller.post("/local-org/snapshots/before/restore", json!({})).await;
        assert_eq!(
            (status, &missing["error"]),
            (StatusCode::BAD_REQUEST, &json!("the local org refused: there is no snapshot 'before'"))
        );
    }
}

/// A reset makes the org new: nothing of a test is left for the next one, tokens and faults included.
#[tokio::test]
async fn a_reset_makes_the_org_new() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("org.db");
    for file in [None, Some(file.as_path())] {
        let mut caller = with_data(file).await;
        caller.create("Account", json!({"Name": "A"})).await;
        caller.post("/local-org/faults", json!({"action": {"delay_ms": 1}})).await;
        assert_eq!(caller.post("/local-org/reset", json!({})).await.0, StatusCode::NO_CONTENT);
        assert_eq!(caller.get("/limits").await.0, StatusCode::UNAUTHORIZED, "{file:?}");
        caller.token = caller.sign_in(&[]).await.1["access_token"].as_str().unwrap().to_owned();
        assert_eq!((names(&caller).await, caller.org.control().faults()), (vec![], vec![]));
        let seen: Vec<String> = caller.org.control().requests().into_iter().map(|request| request.path).collect();
        assert_eq!(seen[0], "/services/data/v66.0/limits");
    }
}

/// Snapshots of an org in a file are there after a restart, and so is its first state.
#[tokio::test]
async fn snapshots_of_a_file_outlive_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("org.db");
    let caller = with_data(Some(&file)).await;
    caller.create("Account", json!({"Name": "A"})).await;
    caller.org.control().take_snapshot("one").await.unwrap();
    caller.org.shutdown().await;
    let caller = with_data(Some(&file)).await;
    caller.create("Account", json!({"Name": "B"})).await;
    assert_eq!(snapshot_names(&caller).await, ["one", "start"]);
    caller.org.control().restore_snapshot("one").await.unwrap();
    let mut caller = caller;
    caller.token = caller.sign_in(&[]).await.1["access_token"].as_str().unwrap().to_owned();
    assert_eq!(names(&caller).await, ["A"]);
    caller.org.control().reset().await.unwrap();
    caller.token = caller.sign_in(&[]).await.1["access_token"].as_str().unwrap().to_owned();
    assert_eq!(names(&caller).await, [json!(null); 0]);
}

#[tokio::test]
async fn bad_names_are_refused() {
    let caller = Caller::new().await;
    for (name, expected) in
        [("../up", "no name for a snapshot"), ("start", "as it was when it was new"), ("", "no name")]
    {
        let (status, body) = caller.post("/local-org/snapshots", json!({"name": name})).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(body["error"].as_str().unwrap().contains(expected), "{body}");
    }
    assert_eq!(caller.delete("/local-org/snapshots/start").await.0, StatusCode::BAD_REQUEST);
}
