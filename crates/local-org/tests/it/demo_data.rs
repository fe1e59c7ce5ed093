//! Made-up records: as many as asked for, the same for the same seed, and good by every rule of the org.

use reqwest::StatusCode;
use salesbridge_local_org::{DemoData, DemoSize, OrgConfig};
use serde_json::{Value, json};

use crate::support::{Caller, config};

const OBJECTS: [(&str, u64); 6] =
    [("Account", 50), ("Contact", 100), ("Lead", 60), ("Opportunity", 60), ("Case", 40), ("Task", 90)];

async fn with_demo_data(seed: u64) -> Caller {
    let (config, clock) = config();
    let demo_data = Some(DemoData { size: DemoSize::Small, seed });
    Caller::with(OrgConfig { demo_data, ..config }, clock).await
}

async fn contacts(caller: &Caller) -> Vec<Value> {
    caller.column("Email", "SELECT Email FROM Contact ORDER BY Email").await
}

#[tokio::test]
async fn a_new_org_can_begin_with_records() {
    let caller = with_demo_data(1).await;
    for (object, records) in OBJECTS {
        assert_eq!(caller.query(&format!("SELECT COUNT() FROM {object}")).await.1["totalSize"], records, "{object}");
    }
    let orphans = caller.query("SELECT COUNT() FROM Contact WHERE Account.Name = null").await;
    assert_eq!(orphans.1["totalSize"], 0);
    let emails = contacts(&caller).await;
    assert!(emails.iter().all(|email| email.as_str().unwrap().ends_with(".example.com")), "{emails:?}");
    let wins =
        caller.query("SELECT COUNT() FROM Opportunity WHERE StageName = 'Closed Won' AND CloseDate > TODAY").await;
    assert_eq!(wins.1["totalSize"], 0, "nothing is won in the future");
}

#[tokio::test]
async fn the_same_seed_gives_the_same_values() {
    let (first, second, other) = (with_demo_data(1).await, with_demo_data(1).await, with_demo_data(2).await);
    assert_eq!(contacts(&first).await, contacts(&second).await);
    assert_ne!(contacts(&first).await, contacts(&other).await);
}

/// They belong to the first state of the org, and more can be added at any time.
#[tokio::test]
async fn demo_data_come_on_demand_and_after_a_reset() {
    let mut caller = with_demo_data(1).await;
    let (status, made) = caller.post("/local-org/demo-data", json!({"size": "small", "seed": 9})).await;
    assert_eq!((status, made), (StatusCode::OK, json!({"records": 400})));
    assert_eq!(contacts(&caller).await.len(), 200);
    assert_eq!(caller.post("/local-org/demo-data", json!({"size": "huge"})).await.0, StatusCode::BAD_REQUEST);
    caller.post("/local-org/reset", json!({})).await;
    caller.token = caller.sign_in(&[]).await.1["access_token"].as_str().unwrap().to_owned();
    assert_eq!(contacts(&caller).await.len(), 100);
}
