//! What changed and what was deleted in a span of time.

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, error};

async fn asked(caller: &Caller, what: &str, start: &str, end: &str) -> Answer {
    let encode = |text: &str| text.replace(':', "%3A").replace('+', "%2B");
    caller.get(&format!("/sobjects/Account/{what}?start={}&end={}", encode(start), encode(end))).await
}

/// The clock of the tests stands at 10:00:00 on the 23rd of November 2026. Seconds do not count.
#[tokio::test]
async fn changes_and_deletions_are_listed_by_minute() {
    let caller = Caller::new().await;
    caller.clock.advance(TimeDelta::seconds(30));
    let first = caller.create("Account", json!({"Name": "A"})).await;
    caller.clock.advance(TimeDelta::minutes(1));
    let second = caller.create("Account", json!({"Name": "B"})).await;
    caller.clock.advance(TimeDelta::minutes(1));
    caller.delete(&format!("/sobjects/Account/{second}")).await;

    let (status, body) = asked(&caller, "updated", "2026-11-23T10:00:59Z", "2026-11-23T10:01:00+00:00").await;
    let expected = json!({"ids": [first], "latestDateCovered": "2026-11-23T10:01:00.000+0000"});
    assert_eq!((status, body), (StatusCode::OK, expected));
    let (_, body) = asked(&caller, "updated", "2026-11-23T09:00:00Z", "2026-11-23T12:00:00Z").await;
    assert_eq!((&body["ids"], &body["latestDateCovered"]), (&json!([first]), &json!("2026-11-23T10:02:00.000+0000")));

    let (_, body) = asked(&caller, "deleted", "2026-11-23T10:02:00Z", "2026-11-23T10:03:00Z").await;
    let deleted = json!([{"id": second, "deletedDate": "2026-11-23T10:02:30.000+0000"}]);
    assert_eq!(body["deletedRecords"], deleted);
    assert_eq!(body["earliestDateAvailable"], "2026-11-08T10:02:00.000+0000");
    let (_, none) = asked(&caller, "deleted", "2026-11-23T10:00:00Z", "2026-11-23T10:02:00Z").await;
    assert_eq!(none["deletedRecords"], json!([]));
}

#[tokio::test]
async fn spans_that_cannot_be_answered_are_refused() {
    let caller = Caller::new().await;
    for (what, start, end) in [
        ("updated", "2026-11-23T09:00:10Z", "2026-11-23T09:00:50Z"),
        ("updated", "2026-11-23T09:10:00Z", "2026-11-23T09:00:00Z"),
        ("updated", "2026-10-23T09:00:00Z", "2026-11-23T09:00:00Z"),
        ("deleted", "2026-11-07T09:00:00Z", "2026-11-23T09:00:00Z"),
        ("deleted", "yesterday", "2026-11-23T09:00:00Z"),
    ] {
        let refused = error(asked(&caller, what, start, end).await);
        assert!(refused.starts_with("400 INVALID_REPLICATION_DATE"), "{refused}");
    }
    assert!(error(caller.get("/sobjects/Account/updated").await).starts_with("400 MISSING_ARGUMENT"));
    let unknown = caller.get("/sobjects/Nothing/updated?start=2026-11-23T09:00:00Z&end=2026-11-23T09:05:00Z").await;
    assert_eq!(error(unknown), "404 NOT_FOUND The requested resource does not exist");
}

#[tokio::test]
async fn recent_records_come_newest_first() {
    let caller = Caller::new().await;
    caller.clock.advance(TimeDelta::seconds(1));
    let account = caller.create("Account", json!({"Name": "Acme"})).await;
    caller.clock.advance(TimeDelta::seconds(1));
    let lead = caller.create("Lead", json!({"LastName": "Ada", "Company": "C"})).await;
    let (status, body) = caller.get("/recent?limit=2").await;
    let expected = json!([
        {"attributes": {"type": "Lead", "url": format!("/services/data/v66.0/sobjects/Lead/{lead}")}, "Id": lead, "Name": "Ada"},
        {"attributes": {"type": "Account", "url": format!("/services/data/v66.0/sobjects/Account/{account}")}, "Id": account, "Name": "Acme"},
    ]);
    assert_eq!((status, body), (StatusCode::OK, expected));
    assert_eq!(caller.get("/recent?limit=0").await.1, json!([]));
}

#[tokio::test]
async fn the_resource_map_leads_to_answers() {
    let caller = Caller::new().await;
    let (_, map) = caller.get("").await;
    let map = map.as_object().unwrap();
    assert!(map["identity"].as_str().unwrap().starts_with("http://"));
    for key in [
        "sobjects",
        "tabs",
        "theme",
        "appMenu",
        "compactLayouts",
        "quickActions",
        "actions",
        "recent",
        "limits",
        "composite",
    ] {
        let (status, body) = caller.get(map[key].as_str().unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{key}: {body}");
    }
    let off = caller.get(map["chatter"].as_str().unwrap()).await;
    assert!(error(off).starts_with("403 FUNCTIONALITY_NOT_ENABLED"));
    let (_, layouts) = caller.get("/compactLayouts?q=account,Nothing").await;
    assert_eq!(layouts["Account"]["fieldItems"][0]["label"], "Account Name");
    assert_eq!(layouts.as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn every_limit_has_a_maximum_and_a_rest() {
    let caller = Caller::new().await;
    let (_, limits) = caller.get("/limits").await;
    let limits = limits.as_object().unwrap();
    assert_eq!(limits.len(), 54);
    assert!(limits.values().all(|limit| limit["Max"].is_u64() && limit["Remaining"].is_u64()));
    let used = |limit: &Value| limit["Max"].as_u64().unwrap() - limit["Remaining"].as_u64().unwrap();
    assert_eq!((used(&limits["DailyApiRequests"]), used(&limits["DailyBulkApiBatches"])), (1, 0));
}
