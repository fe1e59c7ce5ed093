//! Control over HTTP, pages for people, and who may reach the org at all.

use reqwest::{Method, StatusCode};
use salesbridge_local_org::{OrgConfig, StartError, start};
use serde_json::json;

use crate::support::{Caller, SECRET, answer, config, error};

#[tokio::test]
async fn apps_are_made_changed_and_deleted() {
    let caller = Caller::new().await;
    let run_as = caller.org.control().users().await.unwrap().remove(0).id;
    let (_, app) =
        caller.post("/local-org/apps", json!({"name": "Second", "run_as": run_as, "token_format": "jwt"})).await;
    let (key, secret) = (app["consumer_key"].as_str().unwrap(), app["consumer_secret"].as_str().unwrap());
    assert!(key.starts_with("3MVG9") && key.len() == 85 && secret.len() == 64);
    let (status, token) = caller.sign_in(&[("client_id", key), ("client_secret", secret)]).await;
    assert_eq!((status, &token["token_format"]), (StatusCode::OK, &json!("jwt")));
    let (_, listed) = caller.get("/local-org/apps").await;
    assert_eq!((&listed[1]["name"], &listed[1]["consumer_secret"]), (&json!("Second"), &json!("[masked]")));
    assert_eq!(caller.delete(&format!("/local-org/apps/{key}")).await.0, StatusCode::NO_CONTENT);
    let (_, refused) = caller.sign_in(&[("client_id", key), ("client_secret", secret)]).await;
    assert_eq!(refused["error"], "invalid_client_id");
    assert_eq!(caller.delete(&format!("/local-org/apps/{key}")).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn users_tokens_and_limits_are_changed() {
    let caller = Caller::new().await;
    let (_, users) = caller.get("/local-org/users").await;
    let path = format!("/local-org/users/{}", users[0]["id"].as_str().unwrap());
    assert_eq!(caller.patch(&path, json!({"api_enabled": false})).await.0, StatusCode::NO_CONTENT);
    assert!(error(caller.get("/limits").await).starts_with("403 API_CURRENTLY_DISABLED"));
    assert_eq!(caller.patch(&path, json!({"api_enabled": true})).await.0, StatusCode::NO_CONTENT);
    let limit = caller.send(Method::PUT, "/local-org/daily-limit", Some(json!({"calls": 7}))).await;
    assert_eq!(limit.status(), StatusCode::NO_CONTENT);
    assert_eq!(caller.get("/limits").await.1["DailyApiRequests"], json!({"Max": 7, "Remaining": 6}));
    assert_eq!(caller.post("/local-org/tokens/expire", json!({})).await.0, StatusCode::NO_CONTENT);
    assert!(error(caller.get("/limits").await).starts_with("401 INVALID_SESSION_ID"));
}

#[tokio::test]
async fn records_are_counted() {
    let caller = Caller::new().await;
    caller.create("Lead", json!({"LastName": "L", "Company": "C"})).await;
    let (_, counts) = caller.get("/local-org/counts").await;
    let lead = counts.as_array().unwrap().iter().find(|count| count["object"] == "Lead").unwrap();
    assert_eq!(lead["records"], 1);
    let (_, counts) = caller.get("/limits/recordCount?sObjects=Lead,Nothing,account").await;
    assert_eq!(counts, json!({"sObjects": [{"count": 1, "name": "Lead"}, {"count": 0, "name": "Account"}]}));
}

/// Names other than loopback ones are refused (a page elsewhere could resolve its own name to this machine), and so
/// are requests that a page of another site makes.
#[tokio::test]
async fn other_hosts_and_other_sites_are_refused() {
    let (config, clock) = config();
    let caller = Caller::with(OrgConfig { host_names: vec!["acme.example".to_owned()], ..config }, clock).await;
    let as_host = async |host: &str| {
        let request = caller.client.get(format!("{}/services/data", caller.org.url())).header("Host", host);
        request.send().await.unwrap().status()
    };
    assert_eq!(as_host("evil.example").await, StatusCode::MISDIRECTED_REQUEST);
    for known in ["localhost:1", "127.0.0.1", "[::1]:80", "acme.example"] {
        assert_eq!(as_host(known).await, StatusCode::OK, "{known}");
    }
    let url = format!("{}/local-org/faults", caller.org.url());
    let foreign = caller.client.get(url).header("Origin", "http://evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn addresses_others_can_reach_need_to_be_allowed() {
    let open = OrgConfig { listen: "0.0.0.0:0".parse().unwrap(), ..OrgConfig::default() };
    assert!(matches!(start(open).await, Err(StartError::NotLoopback(_))));
}

/// The page names the org and counts records; what records hold is text, and secrets are masked.
#[tokio::test]
async fn pages_show_the_org_safely() {
    let caller = Caller::new().await;
    caller.create("Lead", json!({"LastName": "<script>alert(1)</script>", "Company": "A & B"})).await;
    let page = async |path: &str| {
        let response = caller.client.get(format!("{}{path}", caller.org.url())).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert!(response.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
        response.text().await.unwrap()
    };
    let overview = page("/").await;
    assert!(overview.contains("Local Org") && overview.contains("/local-org/page/Lead"));
    assert!(!overview.contains(SECRET) && !overview.contains(&caller.token));
    let leads = page("/local-org/page/Lead").await;
    assert!(leads.contains("&lt;script&gt;alert(1)") && leads.contains("A &amp; B") && !leads.contains("<script"));
    let missing = answer(caller.send(Method::GET, "/local-org/page/Nothing", None).await).await;
    assert_eq!(missing.0, StatusCode::NOT_FOUND);
}
