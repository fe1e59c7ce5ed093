//! An org and a caller who has signed in to it.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::{Client, Method, Response, StatusCode};
use salesbridge_local_org::{App, Clock, Credentials, OrgConfig, RunningOrg, start};
use serde_json::{Value, json};

pub(crate) const KEY: &str = "3MVG9test";
pub(crate) const SECRET: &str = "TESTSECRET";

/// A clock that stands still until it is moved.
pub(crate) struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-11-23T10:00:00.250Z".parse().unwrap())))
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// A running org with a signed-in caller.
pub(crate) struct Caller {
    pub(crate) org: RunningOrg,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) client: Client,
    pub(crate) token: String,
}

/// A status and a JSON body, null when the body is empty.
pub(crate) type Answer = (StatusCode, Value);

pub(crate) fn config() -> (OrgConfig, Arc<ManualClock>) {
    let clock = ManualClock::new();
    let default_app = Some(Credentials { consumer_key: KEY.to_owned(), consumer_secret: SECRET.to_owned() });
    (OrgConfig { default_app, clock: Arc::clone(&clock) as Arc<dyn Clock>, ..OrgConfig::default() }, clock)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests are a client of their own; the product's is not to be trusted here"
)]
pub(crate) fn client() -> Client {
    Client::builder().no_gzip().build().unwrap()
}

impl Caller {
    pub(crate) async fn new() -> Self {
        let (config, clock) = config();
        Self::with(config, clock).await
    }

    pub(crate) async fn with(config: OrgConfig, clock: Arc<ManualClock>) -> Self {
        let mut caller = Self { org: start(config).await.unwrap(), clock, client: client(), token: String::new() };
        caller.token = caller.sign_in(&[]).await.1["access_token"].as_str().unwrap().to_owned();
        caller
    }

    /// Asks for a token by client credentials; fields given replace those of the default app, empty ones are left out.
    pub(crate) async fn sign_in(&self, fields: &[(&str, &str)]) -> Answer {
        let mut form = vec![("grant_type", "client_credentials"), ("client_id", KEY), ("client_secret", SECRET)];
        form.retain(|(name, _)| !fields.iter().any(|(replaced, _)| replaced == name));
        form.extend(fields.iter().filter(|(_, value)| !value.is_empty()));
        let url = format!("{}/services/oauth2/token", self.org.url());
        answer(self.client.post(url).form(&form).send().await.unwrap()).await
    }

    /// Calls a path under `/services/data/v66.0`, or any path that starts with `/services` or `/local-org`.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let base = if path.starts_with("/services") || path.starts_with("/local-org") || path.starts_with("/id/") {
            String::new()
        } else {
            "/services/data/v66.0".to_owned()
        };
        let mut request = self.client.request(method, format!("{}{base}{path}", self.org.url()));
        request = request.bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.send(Method::GET, path, None).await).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        answer(self.send(Method::POST, path, Some(body)).await).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        answer(self.send(Method::PATCH, path, Some(body)).await).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        answer(self.send(Method::DELETE, path, None).await).await
    }

    /// Creates a record that must be accepted.
    pub(crate) async fn create(&self, object: &str, fields: Value) -> String {
        let (status, body) = self.post(&format!("/sobjects/{object}"), fields).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    /// Runs a query, whatever comes of it.
    pub(crate) async fn query(&self, soql: &str) -> Answer {
        let url = format!("{}/services/data/v66.0/query", self.org.url());
        answer(self.client.get(url).bearer_auth(&self.token).query(&[("q", soql)]).send().await.unwrap()).await
    }

    /// The values of one key in the records of a query that must run.
    pub(crate) async fn column(&self, key: &str, soql: &str) -> Vec<Value> {
        let (status, body) = self.query(soql).await;
        assert_eq!(status, StatusCode::OK, "{soql}: {body}");
        body["records"].as_array().unwrap().iter().map(|record| record[key].clone()).collect()
    }

    /// Creates a custom field that must be accepted; answers its id.
    pub(crate) async fn custom_field(&self, full_name: &str, metadata: Value) -> String {
        let body = json!({"FullName": full_name, "Metadata": metadata});
        let (status, body) = self.post("/tooling/sobjects/CustomField", body).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    /// A unique external id on Lead, as a sync would ask for.
    pub(crate) async fn external_id(&self) -> String {
        let metadata = json!({"label": "Key", "type": "Text", "length": 64, "externalId": true, "unique": true});
        self.custom_field("Lead.Key__c", metadata).await
    }

    pub(crate) async fn default_app(&self) -> App {
        self.org.control().apps().await.unwrap().remove(0)
    }

    pub(crate) async fn change_app(&self, change: impl FnOnce(&mut App)) {
        let mut app = self.default_app().await;
        change(&mut app);
        self.org.control().keep_app(app).await.unwrap();
    }
}

pub(crate) async fn answer(response: Response) -> Answer {
    let status = response.status();
    let text = response.text().await.unwrap();
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
    (status, body)
}

/// The one error of an answer as `status code message`.
pub(crate) fn error((status, body): Answer) -> String {
    let errors = body.as_array().unwrap_or_else(|| panic!("not an error: {status} {body}"));
    assert_eq!(errors.len(), 1, "{body}");
    let text = |key: &str| errors[0][key].as_str().unwrap_or_default().to_owned();
    format!("{} {} {}", status.as_u16(), text("errorCode"), text("message"))
}
