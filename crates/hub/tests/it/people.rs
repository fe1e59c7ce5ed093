//! People through the use cases: every change leaves one entry without a secret, what changes nothing leaves none, and what let somebody in can be asked
//! again.

use std::collections::BTreeMap;
use std::time::Duration;

use salesbridge_hub::api_keys::NewKey;
use salesbridge_hub::people::{NewPerson, PasswordChange, PersonEdit, SignIn, Whose};
use salesbridge_hub::{ActorKind, AuditQuery, Caller, Credential, Origin, Rights};
use salesbridge_local_org::OrgConfig;
use salesbridge_model::{Abilities, Ability, AuditEntry, PageRequest, Reach, Role, Secret};

use crate::stage::{Stage, connection_to};

const PASSWORD: &str = "seven loose words";
const OTHER: &str = "eight new loose words";

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn new(name: &str, role: Role) -> NewPerson {
    NewPerson { name: name.to_owned(), full_name: None, role, reach: Reach::All, password: Some(secret(PASSWORD)) }
}

fn key(name: &str) -> NewKey {
    let scopes = [Ability::See].into_iter().collect();
    NewKey { name: name.to_owned(), person: None, scopes, days: None, never_expires: false }
}

fn sign_in(name: &str, password: &str) -> SignIn {
    SignIn { name: name.to_owned(), password: secret(password), user_agent: None, earlier: None }
}

fn root() -> Caller {
    let grants = BTreeMap::new();
    let rights = Rights { role: Abilities::all(), reach: Reach::All, grants, scopes: Abilities::all() };
    Caller::new(ActorKind::Person, "per_root", "root", rights)
}

async fn entries(stage: &Stage) -> Vec<AuditEntry> {
    let all = PageRequest { after: None, limit: Some(1000) };
    let query = AuditQuery::default();
    let mut entries = stage.hub.audit(&Caller::owner(), &query, &all).await.expect("the log").items;
    entries.reverse();
    entries
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_changes_people_leaves_an_entry_without_a_secret() {
    let stage = Stage::set(OrgConfig::default()).await;
    let (hub, root, nowhere) = (&stage.hub, root(), Origin::default());
    let mut acme = connection_to(&stage.org, &stage.org.app);
    acme.company = None;
    hub.create_connection(&root, acme).await.expect("a connection");
    hub.create_person(&root, new("ann", Role::Administrator)).await.expect("ann");
    hub.create_person(&root, new("bob", Role::Viewer)).await.expect("bob");
    let edit = PersonEdit { role: Some(Role::Editor), ..PersonEdit::default() };
    hub.edit_person(&root, "bob", edit.clone()).await.expect("an edit");
    let see = [Ability::See].into_iter().collect();
    hub.grant(&root, "bob", "acme", &see).await.expect("a grant");
    hub.take_grant_back(&root, "bob", "acme").await.expect("none");
    let link = hub.make_password_link(&root, "bob").await.expect("a link");
    hub.set_password_by_link(&nowhere, &link.token, &secret(OTHER)).await.expect("set");
    let begun = hub.sign_in_person(&nowhere, sign_in("bob", OTHER)).await.expect("a session");
    hub.sign_in_person(&nowhere, sign_in("bob", PASSWORD)).await.expect_err("it is another now");
    let bob = &begun.caller;
    hub.edit_myself(bob, "Robert").await.expect("an edit");
    let change = PasswordChange { current: secret(OTHER), new: secret(PASSWORD) };
    hub.change_password(bob, &change).await.expect("changed");
    let made = hub.create_api_key(bob, key("a program")).await.expect("a key");
    hub.revoke_api_key(bob, made.details.key.id).await.expect("revoked");
    hub.sign_in_person(&nowhere, sign_in("bob", PASSWORD)).await.expect("another session");
    hub.end_sessions(bob, &Whose::Own).await.expect("ended");
    hub.sign_out_person(bob).await.expect("ended");
    hub.disable_person(&root, "bob").await.expect("disabled");
    hub.enable_person(&root, "bob").await.expect("enabled");
    hub.delete_person(&root, "bob").await.expect("gone");
    let done = entries(&stage).await;
    let actions: Vec<&str> = done.iter().map(|entry| entry.action.as_str()).collect();
    let expected = [
        "connection.create",
        "person.create",
        "person.create",
        "person.edit",
        "person.grant",
        "person.take_grant_back",
        "person.invite",
        "person.password",
        "session.begin",
        "session.refuse",
        "person.edit",
        "person.password",
        "key.create",
        "key.revoke",
        "session.begin",
        "session.end_others",
        "session.end",
        "person.disable",
        "person.enable",
        "person.delete",
    ];
    assert_eq!(actions, expected);
    let told = serde_json::to_string(&done).expect("JSON");
    let secret_of_key = &made.key.expose()[37..];
    for hidden in [PASSWORD, OTHER, link.token.expose(), begun.token.expose(), secret_of_key, "$argon2id"] {
        assert!(!told.contains(hidden), "{hidden}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_nothing_about_people_leaves_no_entry() {
    let stage = Stage::set(OrgConfig::default()).await;
    let (hub, root) = (&stage.hub, root());
    hub.create_person(&root, new("bob", Role::Viewer)).await.expect("bob");
    let before = entries(&stage).await.len();
    hub.edit_person(&root, "bob", PersonEdit::default()).await.expect("nothing to do");
    hub.enable_person(&root, "bob").await.expect("nothing to do");
    assert_eq!(hub.end_sessions(&root, &Whose::Of("bob".to_owned())).await.expect("none"), 0);
    assert!(hub.create_person(&root, new("bob", Role::Viewer)).await.is_err(), "the name is taken");
    let short = NewPerson { password: Some(secret("short")), ..new("cem", Role::Viewer) };
    assert!(hub.create_person(&root, short).await.is_err());
    assert!(hub.grant(&root, "bob", "nowhere", &Abilities::default()).await.is_err());
    assert_eq!(entries(&stage).await.len(), before);
}

/// An answer that goes on for long asks again whether whoever gets it may still have it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_let_somebody_in_can_be_asked_again() {
    let stage = Stage::set(OrgConfig::default()).await;
    let (hub, root) = (&stage.hub, root());
    hub.create_person(&root, new("bob", Role::Editor)).await.expect("bob");
    let begun = hub.sign_in_person(&Origin::default(), sign_in("bob", PASSWORD)).await.expect("a session");
    let made = hub.create_api_key(&begun.caller, key("a program")).await.expect("a key");
    let by_key = hub.authenticate(&Credential::Key(made.key)).await.expect("asked").expect("a program");
    for caller in [&begun.caller, &by_key] {
        assert!(hub.renewed(caller).await.expect("asked").is_some());
    }
    let edit = PersonEdit { role: Some(Role::Viewer), ..PersonEdit::default() };
    hub.edit_person(&root, "bob", edit).await.expect("an edit");
    let renewed = hub.renewed(&begun.caller).await.expect("asked").expect("bob");
    assert!(renewed.may(Ability::Edit).is_err() && renewed.may(Ability::See).is_ok(), "it has the rights of now");
    hub.revoke_api_key(&begun.caller, made.details.key.id).await.expect("revoked");
    assert!(hub.renewed(&by_key).await.expect("asked").is_none());
    stage.clock.advance(Duration::from_secs(8 * 3600 + 1));
    assert!(hub.renewed(&begun.caller).await.expect("asked").is_none(), "it was not used");
    assert!(hub.renewed(&Caller::owner()).await.expect("asked").is_some());
}
