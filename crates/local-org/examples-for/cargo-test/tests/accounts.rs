//! Tests of code that talks to Salesforce, each against an org of its own: one starts in milliseconds.

use salesbridge_local_org::{FaultAction, FaultError, FaultRule, OrgConfig, RunningOrg, start};
use serde_json::{Value, json};

struct Session {
    org: RunningOrg,
    http: reqwest::Client,
    token: String,
}

impl Session {
    async fn new() -> Self {
        let org = start(OrgConfig::default()).await.unwrap();
        let app = org.control().apps().await.unwrap().remove(0);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", app.consumer_key.as_str()),
            ("client_secret", app.consumer_secret.as_str()),
        ];
        let http = reqwest::Client::new();
        let answer = http.post(format!("{}/services/oauth2/token", org.url())).form(&form).send().await.unwrap();
        let token = answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned();
        Self { org, http, token }
    }

    async fn create(&self, name: &str) -> (u16, Value) {
        let url = format!("{}/services/data/v66.0/sobjects/Account", self.org.instance_url());
        let answer = self.http.post(url).bearer_auth(&self.token).json(&json!({"Name": name})).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn names(&self) -> Vec<Value> {
        let url = format!("{}/services/data/v66.0/query", self.org.instance_url());
        let asked = self.http.get(url).query(&[("q", "SELECT Name FROM Account")]).bearer_auth(&self.token);
        let answer: Value = asked.send().await.unwrap().json().await.unwrap();
        answer["records"].as_array().unwrap().iter().map(|record| record["Name"].clone()).collect()
    }
}

#[tokio::test]
async fn a_record_comes_back() {
    let session = Session::new().await;
    assert_eq!(session.create("Acme").await.0, 201);
    assert_eq!(session.names().await, ["Acme"]);
}

#[tokio::test]
async fn a_reset_ends_every_session() {
    let session = Session::new().await;
    assert_eq!(session.create("Acme").await.0, 201);
    session.org.control().reset().await.unwrap();
    assert_eq!(session.create("Acme").await.0, 401);
}

#[tokio::test]
async fn a_locked_row_is_told_and_not_written() {
    let session = Session::new().await;
    let action = FaultAction { error: FaultError::of_code("UNABLE_TO_LOCK_ROW"), ..FaultAction::default() };
    let fault = session.org.control().add_fault(FaultRule { action, ..FaultRule::default() });
    let (status, errors) = session.create("Acme").await;
    assert_eq!((status, &errors[0]["errorCode"]), (400, &json!("UNABLE_TO_LOCK_ROW")));
    session.org.control().remove_fault(fault);
    assert_eq!(session.names().await, Vec::<Value>::new());
}
