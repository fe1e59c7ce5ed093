//! Where the org under test is, which `cargo xtask clients` has started, and what no Salesforce has: its control.

use force::auth::ClientCredentials;
use force::client::{ForceClient, ForceClientBuilder};
use serde_json::{Value, json};

/// The password of a new org's administrator.
pub const PASSWORD: &str = "local-org-password";
/// The security token of a new org's administrator.
pub const SECURITY_TOKEN: &str = "LOCALORGSECURITYTOKEN";

/// What the caller was told about the org.
///
/// # Panics
/// Nobody told.
pub fn told(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask clients`"))
}

/// Where the org is.
pub fn url() -> String {
    told("LOCAL_ORG_URL")
}

/// A client that has signed in by client credentials.
///
/// # Panics
/// It could not.
pub async fn client() -> ForceClient<ClientCredentials> {
    let credentials =
        ClientCredentials::new_my_domain(told("LOCAL_ORG_CONSUMER_KEY"), told("LOCAL_ORG_CONSUMER_SECRET"), url());
    ForceClientBuilder::new().authenticate(credentials).build().await.expect("a signed-in client")
}

/// Asks the org's control.
///
/// # Panics
/// It refused.
pub async fn control(method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
    let mut request = reqwest::Client::new().request(method, format!("{}/local-org{path}", url()));
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.expect("an answer").error_for_status().expect("a success");
    answer.json().await.unwrap_or_default()
}

/// The administrator, as control shows users.
pub async fn admin() -> Value {
    control(reqwest::Method::GET, "/users", None).await[0].clone()
}

/// A text that no other test has.
pub fn mark(test: &str) -> String {
    format!("{test}-{}", std::process::id())
}

/// Custom fields are made through the tooling API.
pub fn external_id(full_name: &str) -> Value {
    let metadata = json!({"label": "Key", "type": "Text", "length": 64, "externalId": true, "unique": true});
    json!({"FullName": full_name, "Metadata": metadata})
}
