//! An org in a file, stopped and started again.

use reqwest::StatusCode;
use salesbridge_local_org::{Data, OrgConfig, TokenFormat, start};
use serde_json::json;

use crate::support::{Caller, client, config};

/// Everything is there again: records, custom fields, apps, tokens, the signing key, counters and ids.
#[tokio::test]
async fn a_restarted_org_remembers_everything() {
    let folder = tempfile::tempdir().unwrap();
    let (config, clock) = config();
    let config = OrgConfig { data: Data::File(folder.path().join("org.db")), ..config };
    let caller = Caller::with(config.clone(), clock.clone()).await;
    caller.external_id().await;
    let row = |key: &str| json!({"LastName": "L", "Company": "C", "Key__c": key});
    let first = caller.create("Lead", row("1")).await;
    caller.change_app(|app| app.token_format = TokenFormat::Jwt).await;
    let token = caller.token.clone();
    caller.sign_in(&[]).await;
    let url = format!("{}/id/keys", caller.org.url());
    let keys = caller.client.get(url).send().await.unwrap().text().await.unwrap();
    caller.org.shutdown().await;

    let mut again = Caller::with(config, clock).await;
    assert_eq!(again.default_app().await.token_format, TokenFormat::Jwt);
    let url = format!("{}/id/keys", again.org.url());
    assert_eq!(again.client.get(url).send().await.unwrap().text().await.unwrap(), keys);
    again.token = token;
    assert_eq!(again.column("Id", "SELECT Id FROM Lead WHERE Key__c = '1'").await, [json!(first)]);
    assert_ne!(again.create("Lead", row("2")).await, first);
    let usage = again.send(reqwest::Method::GET, "/limits", None).await;
    assert_eq!(usage.headers()["sforce-limit-info"], "api-usage=5/15000");
}

/// Two orgs have different ids and different secrets; a default app is made once and stays deleted.
#[tokio::test]
async fn a_default_app_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let config = OrgConfig { data: Data::File(folder.path().join("org.db")), ..OrgConfig::default() };
    let org = start(config.clone()).await.unwrap();
    let app = org.control().apps().await.unwrap().remove(0);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &app.consumer_key),
        ("client_secret", &app.consumer_secret),
    ];
    let token = client().post(format!("{}/services/oauth2/token", org.url())).form(&form).send().await.unwrap();
    assert_eq!(token.status(), StatusCode::OK);
    org.control().delete_app(&app.consumer_key).await.unwrap();
    org.shutdown().await;
    let again = start(config).await.unwrap();
    assert!(again.control().apps().await.unwrap().is_empty());
    let other = start(OrgConfig::default()).await.unwrap();
    assert_ne!(other.control().apps().await.unwrap().remove(0).consumer_secret, app.consumer_secret);
}
