//! Signing in, seen from the org: where tokens are asked for, where calls go, and what happens when tokens end.

use salesbridge_hub::Caller;
use std::sync::{Arc, Mutex};

use salesbridge_hub::connections::NewConnection;
use salesbridge_local_org::{App, Clock, OrgConfig, TokenFormat};
use salesbridge_model::Timestamp;

use crate::org::Org;
use crate::stage::{Stage, clients, connection_to, person, until};

async fn app(org: &Org, name: &str, scopes: &[&str], callback_url: &str) -> App {
    let app = App {
        name: name.to_owned(),
        consumer_key: String::new(),
        consumer_secret: String::new(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        callback_url: Some(callback_url.to_owned()),
        ..org.app.clone()
    };
    org.running.control().keep_app(app).await.expect("an app")
}

fn named(name: &str, new: NewConnection) -> NewConnection {
    NewConnection { name: name.to_owned(), ..new }
}

/// R1, R3, R4, R5: an address, a key and a secret are enough, with the least scopes and any callback; no browser and no password has a part in it.
#[tokio::test]
async fn a_key_and_a_secret_with_the_least_scopes_serve_a_whole_sync() {
    let wanted = [
        (&["api", "refresh_token", "sfap_api"][..], "https://login.salesforce.com/services/oauth2/success"),
        (&["api", "refresh_token"][..], "https://example.com"),
    ];
    for (scopes, callback_url) in wanted {
        let stage = Stage::set(OrgConfig::default()).await;
        let app = app(&stage.org, "least", scopes, callback_url).await;
        stage.save(&clients(3)).await;
        stage.connect(connection_to(&stage.org, &app)).await;
        assert_eq!(stage.org.count().await, 3, "{scopes:?}");
        let sign_ins: Vec<_> =
            stage.org.sign_ins().into_iter().filter(|seen| seen.body.contains(&app.consumer_key)).collect();
        assert_eq!(sign_ins.len(), 1, "one token serves them all");
        assert!(sign_ins[0].body.contains("grant_type=client_credentials"), "{}", sign_ins[0].body);
    }
}

/// R2: each connection asks its own host for its token, and no other.
#[tokio::test]
async fn r2_two_connections_ask_two_hosts() {
    let stage = Stage::connected(&clients(1)).await;
    let other = Org::start(OrgConfig::default()).await;
    stage
        .hub
        .create_connection(&Caller::owner(), named("other", connection_to(&other, &other.app)))
        .await
        .expect("a connection");
    until("the other org's Lead", async || (other.count().await == 1).then_some(())).await;
    for (org, stranger) in [(&stage.org, &other), (&other, &stage.org)] {
        let bodies: Vec<String> = org.sign_ins().into_iter().map(|seen| seen.body).collect();
        assert!(bodies.iter().any(|body| body.contains(&org.app.consumer_key)));
        assert!(!bodies.iter().any(|body| body.contains(&stranger.app.consumer_key)), "{bodies:?}");
    }
}

/// R6: tokens that are JWTs with an hour to live; the second sync comes after that hour and gets a new one by itself.
#[tokio::test]
async fn r6_a_sync_after_the_tokens_hour_gets_another() {
    let clock = Arc::new(MovableClock::default());
    let stage = Stage::set(OrgConfig { clock: clock.clone(), ..OrgConfig::default() }).await;
    let jwt = App { token_format: TokenFormat::Jwt, token_lifetime_seconds: 3_600, ..stage.org.app.clone() };
    stage.org.running.control().keep_app(jwt).await.expect("the app");
    stage.save(&clients(2)).await;
    stage.connect(connection_to(&stage.org, &stage.org.app)).await;
    let token = stage.org.token_answer().await["access_token"].as_str().expect("a token").to_owned();
    assert!(token.starts_with("eyJ"), "the org gives JWTs");

    clock.advance(chrono::TimeDelta::minutes(61));
    stage.org.forget_requests();
    stage.save(&[person("c0", "Stone")]).await;
    stage.full_run().await;
    assert_eq!(stage.org.sign_ins().len(), 1, "one new token");
    assert_eq!(stage.org.writes().len(), 2, "one call refused for its token, one carried out");
    assert_eq!(stage.org.lead("c0@example.com").await["LastName"], "Stone");
    assert_eq!(stage.org.count().await, 2);
}

/// R10: two apps in one org: one is removed, and only its connection is held.
#[tokio::test]
async fn r10_an_app_that_is_removed_disturbs_no_other() {
    let stage = Stage::connected(&clients(1)).await;
    let second = app(&stage.org, "second", &["api"], "https://example.com").await;
    stage
        .hub
        .create_connection(&Caller::owner(), named("second", connection_to(&stage.org, &second)))
        .await
        .expect("a connection");
    until("the second connection's Lead", async || (stage.org.count().await == 2).then_some(())).await;

    stage.org.running.control().delete_app(&second.consumer_key).await.expect("the app is removed");
    stage.save(&[person("c0", "Stone")]).await;
    until("the first connection's change", async || {
        let leads = stage.org.leads().await.remove("c0@example.com").expect("Leads");
        let names: Vec<_> = leads.iter().map(|lead| lead["LastName"].clone()).collect();
        (names == ["Stone", "Miller"]).then_some(())
    })
    .await;
    let held = until("the second connection to be held", async || {
        stage.hub.connection(&Caller::owner(), "second").await.expect("the connection").connection.held
    })
    .await;
    assert!(!held.remedy.is_empty(), "{held:?}");
    assert_eq!(stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection").connection.held, None);
}

/// R22, R24: calls go to the `instance_url` of an answer that has many more members than are needed.
#[tokio::test]
async fn r22_r24_calls_go_where_the_token_answer_says() {
    let instance_listen = Some("127.0.0.1:0".parse().expect("an address"));
    let stage = Stage::set(OrgConfig { instance_listen, ..OrgConfig::default() }).await;
    let answer = stage.org.token_answer().await;
    for extra in ["signature", "scope", "token_type", "issued_at", "id", "api_instance_url"] {
        assert!(answer.get(extra).is_some(), "{extra}: {answer}");
    }
    stage.org.forget_requests();
    stage.save(&clients(3)).await;
    stage.connect(connection_to(&stage.org, &stage.org.app)).await;
    assert_ne!(stage.org.running.url(), stage.org.running.instance_url());
    for seen in stage.org.running.control().requests() {
        let host = seen.headers.iter().find(|(name, _)| name == "host").map(|(_, host)| format!("http://{host}"));
        let expected = match seen.path.as_str() {
            "/services/oauth2/token" => stage.org.running.url(),
            _ => stage.org.running.instance_url(),
        };
        assert_eq!(host.as_deref(), Some(expected), "{}", seen.path);
    }
    assert_eq!(stage.org.count().await, 3);
}

/// The machine's clock, moved on as far as the test says.
#[derive(Default)]
struct MovableClock(Mutex<chrono::TimeDelta>);

impl MovableClock {
    fn advance(&self, by: chrono::TimeDelta) {
        *self.0.lock().expect("unpoisoned") += by;
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        salesbridge_local_org::SystemClock.now() + *self.0.lock().expect("unpoisoned")
    }
}
