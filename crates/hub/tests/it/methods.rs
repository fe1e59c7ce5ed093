//! Every way of signing in, as a connection is made of it: what is asked for, what holds it, and what a whole sync does with it.

use salesbridge_hub::connections::{ConnectionEdit, ConnectionQuery, NewConnection, TestReport};
use salesbridge_hub::{Caller, HubError};
use salesbridge_local_org::{OrgConfig, PermittedUsers};
use salesbridge_model::{PageRequest, Secret};
use serde_json::Value;

use crate::org::Org;
use crate::stage::{Stage, clients, connection_to, person, setting, with_secret, with_setting};

/// A stage whose app insists on PKCE and on its secret in both flows (R13, R14).
async fn strict() -> Stage {
    let stage = Stage::set(OrgConfig::default()).await;
    stage.org.change_app(|_| ()).await;
    stage
}

fn by(method: &str, new: NewConnection) -> NewConnection {
    NewConnection { method: method.to_owned(), ..new }
}

fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().expect("a text").to_owned()
}

/// A connection with a refresh token that a person pasted.
pub(crate) async fn with_refresh_token(org: &Org) -> NewConnection {
    let tokens = org.tokens_of_a_person().await;
    let new = by("refresh_token", connection_to(org, &org.app));
    with_secret(new, "refresh_token", &text(&tokens, "refresh_token"))
}

/// Names of the fields that are refused, in order.
fn refused(outcome: Result<impl std::fmt::Debug, HubError>) -> Vec<String> {
    match outcome.expect_err("a refusal") {
        HubError::Invalid { problems } => problems.into_iter().map(|problem| problem.field).collect(),
        other => vec![other.to_string()],
    }
}

async fn tested(stage: &Stage) -> TestReport {
    stage.hub.test_connection(&Caller::owner(), "acme").await.expect("a report")
}

/// R13, R17, R18, R21: key, secret and refresh token are enough, and go on over two ends of tokens, with rotation and without.
#[tokio::test]
async fn r18_r21_a_pasted_refresh_token_keeps_a_sync_going() {
    for rotation in [false, true] {
        let stage = strict().await;
        stage.org.change_app(|app| app.refresh_rotation = rotation).await;
        stage.save(&clients(2)).await;
        stage.connect(with_refresh_token(&stage.org).await).await;
        assert_eq!(stage.org.count().await, 2);
        for name in ["Stone", "Brown"] {
            stage.org.running.control().expire_tokens().await.expect("ended");
            stage.save(&[person("c0", name)]).await;
            stage.full_run().await;
            assert_eq!(stage.org.lead("c0@example.com").await["LastName"], name, "rotation: {rotation}");
        }
        assert!(tested(&stage).await.passed);
        let shown = stage.hub.connection(&Caller::owner(), "acme").await.expect("it");
        assert_eq!(shown.secrets_set, ["consumer_secret", "refresh_token"]);
    }
}

/// R86: a test before saving may use the pasted token up, where the app rotates; what is saved then is the one that replaced it.
#[tokio::test]
async fn r86_a_token_that_a_test_replaced_is_saved_as_it_is_by_then() {
    let stage = strict().await;
    stage.org.change_app(|app| app.refresh_rotation = true).await;
    let new = with_refresh_token(&stage.org).await;
    for _ in 0..2 {
        assert!(stage.hub.test_new_connection(&Caller::owner(), &new).await.expect("a report").passed);
    }
    stage.save(&clients(1)).await;
    stage.connect(new).await;
    assert_eq!(stage.org.count().await, 1);
}

/// R19, R20: both tokens, the instance URL, key and secret; each of the five is missed by its name.
#[tokio::test]
async fn r19_r20_pasted_tokens_are_five_fields_and_none_may_be_empty() {
    let stage = strict().await;
    let tokens = stage.org.tokens_of_a_person().await;
    let mut new = by("tokens", connection_to(&stage.org, &stage.org.app));
    new.settings.remove("domain_url");
    for name in ["access_token", "refresh_token"] {
        new = with_secret(new, name, &text(&tokens, name));
    }
    new = with_setting(new, "instance_url", &text(&tokens, "instance_url"));
    for field in ["access_token", "refresh_token", "consumer_secret"] {
        let empty = with_secret(new.clone(), field, " ");
        let told = refused(stage.hub.create_connection(&Caller::owner(), empty).await);
        assert_eq!(told, [format!("secrets.{field}")]);
    }
    for field in ["instance_url", "consumer_key"] {
        let empty = with_setting(new.clone(), field, "");
        let told = refused(stage.hub.create_connection(&Caller::owner(), empty).await);
        assert_eq!(told, [format!("settings.{field}")]);
    }
    let elsewhere = with_setting(new.clone(), "instance_url", "https://example.com");
    assert_eq!(refused(stage.hub.create_connection(&Caller::owner(), elsewhere).await), ["settings.instance_url"]);
    stage.save(&clients(2)).await;
    stage.connect(new).await;
    assert_eq!(stage.org.count().await, 2);
}

/// A key pair is made with the connection; once its certificate is with the app, and the user approved, it signs in, and no secret is shared.
#[tokio::test]
async fn a_connection_makes_its_own_key_for_assertions() {
    let stage = strict().await;
    stage.save(&clients(1)).await;
    let mut new = by("jwt_bearer", connection_to(&stage.org, &stage.org.app));
    new.secrets.clear();
    let told = refused(stage.hub.test_new_connection(&Caller::owner(), &new).await);
    assert_eq!(told, ["secrets.private_key"], "there is no key before it is saved");
    let told = refused(stage.hub.create_connection(&Caller::owner(), new.clone()).await);
    assert_eq!(told, ["settings.username"]);
    let new = with_setting(new, "username", &stage.org.username().await);
    let made = stage.hub.create_connection(&Caller::owner(), new).await.expect("a connection");
    assert_eq!(made.secrets_set, ["private_key"]);
    let certificate = made.connection.settings["certificate"].clone();
    assert!(certificate.starts_with("-----BEGIN CERTIFICATE-----"));
    assert_eq!(stage.hub.certificate(&Caller::owner(), "acme").await.expect("a certificate"), certificate);
    assert!(!tested(&stage).await.passed, "the app does not have it yet");

    let user = stage.org.call(reqwest::Method::GET, "query?q=SELECT+ProfileId+FROM+User", None).await;
    let profile = text(&user["records"][0], "ProfileId");
    let approve = |certificate: String| {
        stage.org.change_app(move |app| {
            app.certificate = Some(certificate);
            app.permitted_users = PermittedUsers::AdminApproved;
            app.approved_profiles = vec![profile.clone()];
        })
    };
    approve(certificate.clone()).await;
    let report = tested(&stage).await;
    assert!(report.passed, "{report:?}");
    stage.settled("the first sync", |sync| sync.figures.links == 1).await;

    // Taking the key away makes another, and the org refuses it until it has that one's certificate.
    let anew = ConnectionEdit { secrets: [("private_key".to_owned(), None)].into(), ..ConnectionEdit::default() };
    let edited = stage.hub.edit_connection(&Caller::owner(), "acme", anew).await.expect("an edit");
    assert_ne!(edited.connection.settings["certificate"], certificate);
    assert!(!tested(&stage).await.passed);
    let unusable = Some(Secret::new("-----BEGIN PRIVATE KEY-----".to_owned()));
    let unusable =
        ConnectionEdit { secrets: [("private_key".to_owned(), unusable)].into(), ..ConnectionEdit::default() };
    assert_eq!(refused(stage.hub.edit_connection(&Caller::owner(), "acme", unusable).await), ["secrets.private_key"]);
}

/// A way that needs a person is saved and shown, and held with its remedy until somebody has signed in.
#[tokio::test]
async fn a_connection_waits_for_its_person() {
    let stage = strict().await;
    stage.save(&clients(1)).await;
    for method in ["authorization_code", "device"] {
        let mut new = by(method, connection_to(&stage.org, &stage.org.app));
        new.name = method.replace('_', "-");
        let unconfirmed = NewConnection { confirmed: false, ..new.clone() };
        let told = stage.hub.create_connection(&Caller::owner(), unconfirmed).await.expect_err("a refusal");
        let HubError::NotPossible { code: "not_signed_in", remedy, .. } = told else { panic!("{told:?}") };
        assert!(remedy.contains(&format!("connection sign-in {}", new.name)), "{remedy}");
        let made = stage.hub.create_connection(&Caller::owner(), new.clone()).await.expect("a connection");
        let held = made.connection.held.expect("held");
        assert_eq!(held.code, "oauth.not_signed_in");
        assert_eq!(held.remedy, format!("Sign in: `salesbridge connection sign-in {}`", new.name));
        let enable = ConnectionEdit { enabled: Some(true), confirmed: true, ..ConnectionEdit::default() };
        let enabled = stage.hub.edit_connection(&Caller::owner(), &new.name, enable).await.expect("an edit");
        assert_eq!(enabled.connection.held.map(|held| held.code).as_deref(), Some("oauth.not_signed_in"));
        let report = stage.hub.test_connection(&Caller::owner(), &new.name).await.expect("a report");
        let failed = report.checks.iter().find(|check| check.code.as_deref() == Some("oauth.not_signed_in"));
        assert!(!report.passed && failed.is_some(), "{report:?}");
    }
    assert_eq!(stage.org.count().await, 0);
}

/// Another way of signing in asks for its own fields, keeps what both have, and forgets the rest; a provider or method that is not known is named.
#[tokio::test]
async fn the_way_of_signing_in_may_be_changed() {
    let stage = Stage::connected(&clients(1)).await;
    stage.org.change_app(|_| ()).await;
    let owner = Caller::owner();
    let another = |method: &str| ConnectionEdit { method: Some(method.to_owned()), ..ConnectionEdit::default() };
    assert_eq!(refused(stage.hub.edit_connection(&owner, "acme", another("password")).await), ["method"]);
    assert_eq!(
        refused(stage.hub.edit_connection(&owner, "acme", another("refresh_token")).await),
        ["secrets.refresh_token"]
    );
    let new = with_refresh_token(&stage.org).await;
    let secrets = new.secrets.into_iter().map(|(name, secret)| (name, Some(secret))).collect();
    let edit = ConnectionEdit { secrets, ..another("refresh_token") };
    let edited = stage.hub.edit_connection(&owner, "acme", edit).await.expect("an edit");
    assert_eq!(edited.secrets_set, ["consumer_secret", "refresh_token"]);
    assert!(tested(&stage).await.passed);

    // The refresh token is one of this app, so that nobody has to sign in again; with another app somebody has to.
    let edited = stage.hub.edit_connection(&owner, "acme", another("authorization_code")).await.expect("an edit");
    assert_eq!((edited.connection.held, edited.secrets_set.len()), (None, 2));
    let edited = stage.hub.edit_connection(&owner, "acme", setting("consumer_key", "OTHER")).await.expect("an edit");
    assert_eq!((edited.connection.held.is_some(), edited.secrets_set), (true, vec!["consumer_secret".to_owned()]));

    let key = ConnectionEdit {
        settings: setting("consumer_key", &stage.org.app.consumer_key).settings,
        ..another("client_credentials")
    };
    let edited = stage.hub.edit_connection(&owner, "acme", key).await.expect("an edit");
    assert_eq!((edited.connection.held, edited.secrets_set), (None, vec!["consumer_secret".to_owned()]));
    assert!(tested(&stage).await.passed);
    let unknown = NewConnection { provider: "sugar".to_owned(), ..connection_to(&stage.org, &stage.org.app) };
    assert_eq!(refused(stage.hub.create_connection(&owner, unknown).await), ["provider"]);
}

/// What a connection is for and what it is grouped by are kept with it.
#[tokio::test]
async fn a_connection_has_a_description_and_tags() {
    let stage = Stage::set(OrgConfig::default()).await;
    let new = NewConnection {
        description: " Sales in Europe ".to_owned(),
        tags: ["sales", " eu ", "sales", ""].map(str::to_owned).into(),
        company: None,
        ..connection_to(&stage.org, &stage.org.app)
    };
    let made = stage.hub.create_connection(&Caller::owner(), new).await.expect("a connection").connection;
    assert_eq!((made.description.as_str(), made.tags.join(" ").as_str()), ("Sales in Europe", "sales eu"));
    let edit = ConnectionEdit { tags: Some(vec!["x".repeat(51)]), ..ConnectionEdit::default() };
    assert_eq!(refused(stage.hub.edit_connection(&Caller::owner(), "acme", edit).await), ["tags"]);
    let edit = ConnectionEdit { tags: Some(Vec::new()), description: Some(String::new()), ..ConnectionEdit::default() };
    let edited = stage.hub.edit_connection(&Caller::owner(), "acme", edit).await.expect("an edit").connection;
    assert_eq!((edited.description.as_str(), edited.tags.len()), ("", 0));
}

/// R23: where a person signs in may be a page that all orgs share, the org's own address, an instance, or an address of the org's pages.
#[tokio::test]
async fn r23_where_one_signs_in_may_be_said_in_several_ways() {
    let stage = Stage::set(OrgConfig::default()).await;
    let hosts = [
        "https://login.salesforce.com",
        "https://test.salesforce.com/",
        "sandbox",
        "https://ap15.salesforce.com",
        "https://acme.my.salesforce.com",
        "https://acme.lightning.force.com/lightning/page/home",
    ];
    let new = |host: &str| {
        let new = by("authorization_code", connection_to(&stage.org, &stage.org.app));
        NewConnection { company: None, ..with_setting(new, "domain_url", host) }
    };
    for (number, host) in hosts.iter().enumerate() {
        let named = NewConnection { name: format!("host-{number}"), ..new(host) };
        stage.hub.create_connection(&Caller::owner(), named).await.expect(host);
    }
    for host in ["https://example.com", "https://help.salesforce.com", "http://login.salesforce.com"] {
        let told = refused(stage.hub.create_connection(&Caller::owner(), new(host)).await);
        assert_eq!(told, ["settings.domain_url"], "{host}");
    }
}

/// R27: an app that all users may authorize themselves lets in whom no administrator approved.
#[tokio::test]
async fn r27_an_app_that_all_may_authorize_works_for_any_user() {
    let stage = Stage::set(OrgConfig::default()).await;
    stage.org.change_app(|app| app.permitted_users = PermittedUsers::SelfAuthorize).await;
    stage.save(&clients(1)).await;
    stage.connect(with_refresh_token(&stage.org).await).await;
    assert_eq!(stage.org.count().await, 1);
}

/// R33, R35: a connection that was made is in the list, by its caption.
#[tokio::test]
async fn r33_r35_what_was_made_is_listed_by_its_caption() {
    let stage = Stage::set(OrgConfig::default()).await;
    let new = NewConnection {
        caption: Some("Our \"main\" org".to_owned()),
        company: None,
        ..connection_to(&stage.org, &stage.org.app)
    };
    stage.hub.create_connection(&Caller::owner(), new).await.expect("a connection");
    let (query, page) = (ConnectionQuery::default(), PageRequest::default());
    let listed = stage.hub.connections(&Caller::owner(), &query, &page).await.expect("a list");
    let captions: Vec<_> = listed.items.iter().map(|details| details.connection.caption.as_str()).collect();
    assert_eq!(captions, ["Our \"main\" org"]);
}
