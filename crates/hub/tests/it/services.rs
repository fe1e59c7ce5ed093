//! Connected services: one app registration for several connections.

use salesbridge_hub::connections::{ConnectionEdit, NewConnection};
use salesbridge_hub::services::{NewService, ServiceEdit};
use salesbridge_hub::{ActorKind, Caller, HubError, Rights};
use salesbridge_local_org::OrgConfig;
use salesbridge_model::{Abilities, Ability, Reach, Secret};
use serde_json::json;

use crate::org::Org;
use crate::stage::{Stage, clients, connection_to, until, with_secret};

pub(crate) fn service(org: &Org) -> NewService {
    let new = json!({ "name": "shared", "consumer_key": org.app.consumer_key, "sign_in_host": org.running.url() });
    let mut new: NewService = serde_json::from_value(new).expect("a service");
    new.consumer_secret = Some(Secret::new(org.app.consumer_secret.clone()));
    new
}

/// A connection that has its app from the service, and nothing of its own.
fn using(new: NewConnection, name: &str) -> NewConnection {
    let (settings, secrets) = Default::default();
    NewConnection { name: name.to_owned(), service: Some("shared".to_owned()), settings, secrets, ..new }
}

async fn with_service() -> Stage {
    let stage = Stage::set(OrgConfig::default()).await;
    let made = stage.hub.create_service(&Caller::owner(), service(&stage.org)).await.expect("a service");
    assert_eq!((made.secrets_set.len(), made.service.scopes.join(" ").as_str()), (1, "api refresh_token web"), "R12");
    stage
}

fn secret(text: &str) -> ServiceEdit {
    ServiceEdit { consumer_secret: Some(Secret::new(text.to_owned())), ..ServiceEdit::default() }
}

/// Connections without a key, secret or address of their own sign in with those of their service.
#[tokio::test]
async fn a_service_gives_its_connections_their_app() {
    let stage = with_service().await;
    stage.save(&clients(2)).await;
    stage.connect(using(connection_to(&stage.org, &stage.org.app), "acme")).await;
    assert_eq!(stage.org.count().await, 2);
    let shown = stage.hub.connection(&Caller::owner(), "acme").await.expect("it");
    assert_eq!((shown.service.as_ref().map(|name| name.as_str()), shown.secrets_set.len()), (Some("shared"), 0));
    let listed = stage.hub.services(&Caller::owner()).await.expect("services");
    assert_eq!((listed.total, listed.items[0].used_by[0].as_str()), (1, "acme"));

    let own_key = connection_to(&stage.org, &stage.org.app).settings.remove("consumer_key").expect("a key");
    let mut both = using(connection_to(&stage.org, &stage.org.app), "both");
    both.settings.insert("consumer_key".to_owned(), own_key);
    let refused = stage.hub.create_connection(&Caller::owner(), both).await;
    assert!(matches!(&refused, Err(HubError::Invalid { problems }) if problems[0].field == "settings.consumer_key"));
    let unknown =
        NewConnection { service: Some("other".to_owned()), ..using(connection_to(&stage.org, &stage.org.app), "x") };
    let refused = stage.hub.create_connection(&Caller::owner(), unknown).await;
    assert!(matches!(&refused, Err(HubError::Invalid { problems }) if problems[0].field == "service"));
}

/// A secret that was rotated in Salesforce is entered once: every connection is opened anew, and goes on where it was held.
#[tokio::test]
async fn an_edit_of_a_service_mends_every_connection_that_uses_it() {
    let stage = with_service().await;
    stage.save(&clients(1)).await;
    for name in ["acme", "other"] {
        let new = using(connection_to(&stage.org, &stage.org.app), name);
        stage.hub.create_connection(&Caller::owner(), new).await.expect("a connection");
    }
    until("both first syncs", async || (stage.org.count().await == 2).then_some(())).await;
    let held = async |name: &str| stage.hub.connection(&Caller::owner(), name).await.expect("it").connection.held;

    let wrong = stage.hub.edit_service(&Caller::owner(), "shared", secret("wrong")).await.expect("an edit");
    assert_eq!(wrong.used_by.len(), 2);
    stage.org.running.control().expire_tokens().await.expect("ended");
    stage.save(&clients(2)).await;
    for name in ["acme", "other"] {
        until("the connection to be held", async || held(name).await).await;
    }
    stage.hub.edit_service(&Caller::owner(), "shared", secret(&stage.org.app.consumer_secret)).await.expect("an edit");
    until("what waited", async || (stage.org.count().await == 4).then_some(())).await;
    assert_eq!((held("acme").await, held("other").await), (None, None));
}

/// Another app has not let anybody in: people sign in again.
#[tokio::test]
async fn another_app_ends_the_sign_ins_of_people() {
    let stage = with_service().await;
    stage.org.change_app(|_| ()).await;
    let tokens = stage.org.tokens_of_a_person().await;
    let token = tokens["refresh_token"].as_str().expect("a token");
    let mut new = with_secret(using(connection_to(&stage.org, &stage.org.app), "acme"), "refresh_token", token);
    (new.method, new.company) = ("refresh_token".to_owned(), None);
    stage.hub.create_connection(&Caller::owner(), new).await.expect("a connection");
    let by_person = ConnectionEdit { method: Some("authorization_code".to_owned()), ..ConnectionEdit::default() };
    let edited = stage.hub.edit_connection(&Caller::owner(), "acme", by_person).await.expect("an edit");
    assert_eq!((edited.connection.held, edited.secrets_set.len()), (None, 1));
    assert!(stage.hub.test_connection(&Caller::owner(), "acme").await.expect("a report").passed);

    let caption = ServiceEdit { caption: Some("Ours".to_owned()), ..ServiceEdit::default() };
    stage.hub.edit_service(&Caller::owner(), "shared", caption).await.expect("an edit");
    assert_eq!(stage.hub.connection(&Caller::owner(), "acme").await.expect("it").connection.held, None);
    let other = ServiceEdit { consumer_key: Some("OTHER".to_owned()), ..ServiceEdit::default() };
    stage.hub.edit_service(&Caller::owner(), "shared", other).await.expect("an edit");
    let after = stage.hub.connection(&Caller::owner(), "acme").await.expect("it");
    assert_eq!(after.connection.held.map(|held| held.code).as_deref(), Some("oauth.not_signed_in"));
    assert!(after.secrets_set.is_empty());
}

/// R32, R46 for services: the name is unique and stays; what is wrong is told at its field. One that is used is not removed, and names only what one sees.
#[tokio::test]
async fn a_service_is_kept_while_it_is_used_and_hides_who_is_hidden() {
    let stage = with_service().await;
    let owner = Caller::owner();
    let taken = stage.hub.create_service(&owner, service(&stage.org)).await;
    assert!(matches!(taken, Err(HubError::NameTaken { noun: "service", .. })), "{taken:?}");
    let mut bad = service(&stage.org);
    (bad.name, bad.sign_in_host, bad.consumer_key) =
        ("bad".to_owned(), "https://example.com".to_owned(), String::new());
    let refused = stage.hub.create_service(&owner, bad).await.expect_err("a refusal");
    let told: Vec<String> = match refused {
        HubError::Invalid { problems } => problems.into_iter().map(|problem| problem.field).collect(),
        other => vec![other.to_string()],
    };
    assert_eq!(told, ["sign_in_host", "consumer_key"]);

    let new = |name: &str| NewConnection { company: None, ..using(connection_to(&stage.org, &stage.org.app), name) };
    stage.hub.create_connection(&owner, new("seen")).await.expect("a connection");
    let hidden = stage.hub.create_connection(&owner, new("hidden")).await.expect("a connection").connection.id;
    let rights = Rights {
        role: [Ability::See, Ability::Edit].into_iter().collect(),
        reach: Reach::All,
        grants: [(hidden, Abilities::default())].into(),
        scopes: Abilities::all(),
    };
    let ann = Caller::new(ActorKind::Person, "per_1", "ann", rights);
    let shown = stage.hub.service(&ann, "shared").await.expect("it");
    assert_eq!((shown.used_by.len(), shown.used_by_others), (1, 1));
    let kept = stage.hub.delete_service(&ann, "shared").await.expect_err("it is used").to_string();
    assert_eq!(kept, "the service shared is used by these connections: seen, one that you may not see");
    for name in ["seen", "hidden"] {
        stage.hub.delete_connection(&owner, name, false).await.expect("no connection");
    }
    stage.hub.delete_service(&owner, "shared").await.expect("no service");
    assert!(matches!(stage.hub.service(&owner, "shared").await, Err(HubError::NotFound { .. })));
}

/// A connection that syncs use is removed with them only when somebody says so, having read which they are.
#[tokio::test]
async fn a_connection_goes_with_its_syncs_when_that_is_said() {
    let stage = Stage::connected(&clients(1)).await;
    let owner = Caller::owner();
    let refused = stage.hub.delete_connection(&owner, "acme", false).await.expect_err("it is used");
    let HubError::NotPossible { code: "connection_in_use", message, remedy } = refused else { panic!("{refused:?}") };
    assert!(
        message.ends_with("is used by syncs that would stop: acme-leads") && remedy.contains("--force"),
        "{message}"
    );
    stage.hub.delete_connection(&owner, "acme", true).await.expect("gone");
    assert!(matches!(stage.hub.connection(&owner, "acme").await, Err(HubError::NotFound { .. })));
    assert!(matches!(stage.hub.sync(&owner, "acme-leads").await, Err(HubError::NotFound { .. })));
    assert_eq!(stage.org.count().await, 1, "records stay");
}
