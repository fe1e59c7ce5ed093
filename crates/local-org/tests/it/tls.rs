//! The org over https, by its own certificate authority.

use reqwest::{Client, StatusCode};
use salesbridge_local_org::{Data, OrgConfig, RunningOrg, Tls, start};
use serde_json::Value;

use crate::support::{KEY, SECRET, client, config};

#[expect(clippy::disallowed_methods, reason = "the tests are a client of their own")]
fn trusting(authority: &str) -> Client {
    let certificate = reqwest::Certificate::from_pem(authority.as_bytes()).unwrap();
    Client::builder().tls_certs_only([certificate]).build().unwrap()
}

async fn signed_in(client: &Client, org: &RunningOrg) -> Value {
    let form = [("grant_type", "client_credentials"), ("client_id", KEY), ("client_secret", SECRET)];
    let answer = client.post(format!("{}/services/oauth2/token", org.url())).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

/// Every address that the org gives is an https one, by a name that the certificate has.
#[tokio::test]
async fn a_client_that_trusts_the_authority_is_served() {
    let (config, _) = config();
    let org = start(OrgConfig { tls: Tls::InMemory, ..config }).await.unwrap();
    assert!(org.url().starts_with("https://localhost:"), "{}", org.url());
    let client = trusting(org.certificate_authority().unwrap());
    let token = signed_in(&client, &org).await;
    assert_eq!(token["instance_url"], org.url());
    assert!(token["id"].as_str().unwrap().starts_with(org.url()));
    let limits = format!("{}/services/data/v66.0/limits", token["instance_url"].as_str().unwrap());
    let answer = client.get(limits).bearer_auth(token["access_token"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    for name in ["127.0.0.1", "localhost"] {
        let page = client.get(format!("https://{name}:{}/", org.address().port())).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
    }
}

/// Who does not trust it is refused by TLS; who does not speak TLS is told.
#[tokio::test]
async fn others_are_told_apart() {
    let (config, _) = config();
    let org = start(OrgConfig { tls: Tls::InMemory, ..config.clone() }).await.unwrap();
    let other = start(OrgConfig { tls: Tls::InMemory, ..config }).await.unwrap();
    let stranger = trusting(other.certificate_authority().unwrap());
    assert!(stranger.get(org.url()).send().await.unwrap_err().is_connect());
    let plain = client().get(format!("http://{}/", org.address())).send().await.unwrap();
    assert_eq!(plain.status(), StatusCode::BAD_REQUEST);
    assert_eq!(plain.text().await.unwrap(), "This org speaks https: call it by its https URL");
}

/// Trusted once, trusted after every restart; the key is for nobody else.
#[tokio::test]
async fn an_authority_in_a_folder_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (config, _) = config();
    let tls = Tls::InFolder(folder.path().join("tls"));
    let names = vec!["acme.my.salesforce.com".to_owned()];
    let data = Data::File(folder.path().join("org.db"));
    let config = OrgConfig { tls, data, host_names: names, ..config };
    let org = start(config.clone()).await.unwrap();
    let file = org.certificate_authority_file().unwrap().to_owned();
    let authority = std::fs::read_to_string(&file).unwrap();
    org.shutdown().await;
    let again = start(config).await.unwrap();
    assert_eq!(again.certificate_authority(), Some(authority.as_str()));
    signed_in(&trusting(&authority), &again).await;
    let address = again.address();
    let certificate = reqwest::Certificate::from_pem(authority.as_bytes()).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the tests are a client of their own")]
    let by_name =
        Client::builder().tls_certs_only([certificate]).resolve("acme.my.salesforce.com", address).build().unwrap();
    let page = by_name.get(format!("https://acme.my.salesforce.com:{}/", address.port())).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = std::fs::metadata(file.with_file_name("ca-key.pem")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }
}
