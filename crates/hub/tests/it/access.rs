//! Who may do what: each ability, reach and grant, through the use cases themselves.

use std::collections::BTreeMap;

use salesbridge_hub::api_keys::{ApiKeyQuery, NewKey};
use salesbridge_hub::clients::ImportManner;
use salesbridge_hub::clients::import::RowProblem;
use salesbridge_hub::connections::{ConnectionEdit, ConnectionQuery};
use salesbridge_hub::people::{NewPerson, PasswordChange, PersonEdit, PersonSessionQuery, Whose};
use salesbridge_hub::runs::RunQuery;
use salesbridge_hub::services::ServiceEdit;
use salesbridge_hub::sign_ins::{ImportedLogin, NewSignIn, SignInWords};
use salesbridge_hub::syncs::{Adoption, NewSync, RowChoice, SyncQuery};
use salesbridge_hub::{
    ActorKind, AuditQuery, Caller, ClientFilter, DueFilter, DueState, EventQuery, HubError, OutcomeFilter,
    PersonFilter, Rights,
};
use salesbridge_model::{Abilities, Ability, Client, ConnectionId, PageRequest, Reach, Role, Secret, SignInKind};
use salesbridge_testkit::client;

use crate::stage::{SYNC, Stage, connection_to};

fn caller(abilities: impl IntoIterator<Item = Ability>) -> Caller {
    with(Rights {
        role: abilities.into_iter().collect(),
        reach: Reach::All,
        grants: BTreeMap::new(),
        scopes: Abilities::all(),
    })
}

fn with(rights: Rights) -> Caller {
    Caller::new(ActorKind::Person, "per_1", "ann", rights)
}

fn granted(connection: ConnectionId, abilities: impl IntoIterator<Item = Ability>) -> Rights {
    Rights {
        role: Role::Viewer.abilities(),
        reach: Reach::Granted,
        grants: BTreeMap::from([(connection, abilities.into_iter().collect())]),
        scopes: Abilities::all(),
    }
}

/// Runs every use case for one caller; says which were refused, and for want of what.
async fn refusals(stage: &Stage, caller: &Caller) -> Vec<(&'static str, Ability)> {
    let (hub, page) = (&stage.hub, PageRequest::default());
    let run = hub.runs(&Caller::owner(), &RunQuery::of(SYNC), &page).await.expect("runs").items.remove(0).id;
    let choice = || RowChoice { state: DueState::Refused, keys: Some(Vec::new()), anew: false };
    let manner = ImportManner { assumed: hub.now(), dry_run: true };
    let no_rows = tokio::sync::mpsc::channel::<Result<Client, RowProblem>>(1).1;
    let new_sync = || {
        serde_json::from_value::<NewSync>(serde_json::json!({
            "name": SYNC, "connection": "acme", "stream": "clients", "object": "Lead", "mapping": [],
        }))
    };
    let new_sign_in =
        || NewSignIn { kind: SignInKind::Paste, redirect_uri: None, login_hint: None, may_change_org: false };
    let new_login = || ImportedLogin { name: "other".to_owned(), caption: None, login: Secret::new(String::new()) };
    let bob =
        || NewPerson { name: "bob".to_owned(), full_name: None, role: Role::Viewer, reach: Reach::All, password: None };
    let key_of_bob = || NewKey {
        name: "a program".to_owned(),
        person: Some("bob".to_owned()),
        scopes: Abilities::all(),
        days: None,
        never_expires: false,
    };
    let sessions = |whose| PersonSessionQuery { whose, ..PersonSessionQuery::default() };
    let keys = |whose| ApiKeyQuery { whose, ..ApiKeyQuery::default() };
    let change = || PasswordChange { current: Secret::new(String::new()), new: Secret::new(String::new()) };
    hub.delete_person(&Caller::owner(), "bob").await.ok();
    hub.create_person(&Caller::owner(), bob()).await.expect("bob");
    let mut refused = Vec::new();
    let mut tried = |name: &'static str, outcome: Result<(), HubError>| {
        if let Err(HubError::Forbidden { ability, .. }) = outcome {
            refused.push((name, ability));
        }
    };
    macro_rules! asks {
        ($($name:ident($($argument:expr),*);)*) => {
            $(tried(stringify!($name), hub.$name(caller, $($argument),*).await.map(drop));)*
        };
    }
    asks! {
        connections(&ConnectionQuery::default(), &page);
        connection("acme");
        writable_fields("acme", "Lead");
        syncs(&SyncQuery::default(), &page);
        sync(SYNC);
        runs(&RunQuery::default(), &page);
        runs(&RunQuery::of(SYNC), &page);
        run(run);
        outcomes(run, &OutcomeFilter::default(), &page);
        timeline(run);
        events(&EventQuery::default(), None);
        due_rows(SYNC, &DueFilter::default(), &page);
        clients(&ClientFilter::default(), &page);
        client("C-1");
        client_is_archived("C-1");
        client_links("C-1");
        figures();
        services();
        certificate("acme");
        service("shared");
        providers();
        provider("salesforce");
        test_connection("acme");
        preview_sync(SYNC, None);
        run_sync(SYNC);
        cancel_run(run);
        retry_rows(SYNC, &choice());
        drop_rows(SYNC, &choice());
        release_sync(SYNC);
        disable_sync(SYNC);
        enable_sync(SYNC, true);
        test_new_connection(&connection_to(&stage.org, &stage.org.app));
        create_connection(connection_to(&stage.org, &stage.org.app));
        edit_connection("acme", ConnectionEdit::default());
        create_service(crate::services::service(&stage.org));
        edit_service("shared", ServiceEdit::default());
        delete_service("shared");
        create_sync(new_sync().expect("a definition"));
        adopt(SYNC, Adoption::Pairs(Vec::new()), false);
        delete_sync(SYNC);
        save_client(&client("C-1"));
        import_clients(no_rows, &manner);
        set_clients_archived(&[], true);
        begin_sign_in("acme", new_sign_in());
        sign_in("acme");
        answer_sign_in("acme", &SignInWords { answer: Secret::new("code".to_owned()) });
        cancel_sign_in("acme");
        sign_out("acme");
        import_login(new_login());
        delete_connection("acme", false);
        erase_client("C-1", false);
        readmit_client("C-9");
        mark_restored(hub.now() + chrono::Duration::days(1));
        upkeep_report();
        master_key_use();
        rewrap_data_keys();
        audit(&AuditQuery::default(), &page);
        people(&PersonFilter::default(), &page);
        person("bob");
        create_person(bob());
        edit_person("bob", PersonEdit::default());
        grant("bob", "acme", &Abilities::default());
        take_grant_back("bob", "acme");
        make_password_link("bob");
        disable_person("bob");
        enable_person("bob");
        person_sessions(&sessions(Whose::All), &page);
        person_sessions(&sessions(Whose::Of("bob".to_owned())), &page);
        end_sessions(&Whose::Of("bob".to_owned()));
        api_keys(&keys(Whose::All), &page);
        create_api_key(key_of_bob());
        delete_person("bob");
        invite_first_administrator();
        who_am_i();
        edit_myself("Ann");
        change_password(&change());
        sign_out_person();
        api_keys(&keys(Whose::Own), &page);
        person_sessions(&sessions(Whose::Own), &page);
    }
    refused
}

/// Use cases that need each ability.
const NEEDING: [(Ability, usize); 4] =
    [(Ability::See, 22), (Ability::Run, 9), (Ability::Edit, 19), (Ability::Administer, 23)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_use_case_refuses_who_lacks_its_ability_alone() {
    let stage = Stage::connected(&[client("C-1")]).await;
    for (ability, count) in NEEDING {
        let lacking = caller(Ability::ALL.into_iter().filter(|other| *other != ability));
        let refused = refusals(&stage, &lacking).await;
        assert!(refused.iter().all(|(_, missing)| *missing == ability), "{ability}: {refused:?}");
        assert_eq!(refused.len(), count, "{ability}: {refused:?}");
    }
    assert!(refusals(&stage, &caller(Ability::ALL)).await.is_empty());
    let nobody = caller([]);
    let seen = stage.hub.connection(&nobody, "acme").await;
    assert!(matches!(seen, Err(HubError::NotFound { .. })), "who may nothing does not learn what there is");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_takes_the_place_of_the_role_on_its_connection() {
    let stage = Stage::connected(&[client("C-1")]).await;
    let owner = Caller::owner();
    let mut other = connection_to(&stage.org, &stage.org.app);
    (other.name, other.company) = ("other".to_owned(), None);
    stage.hub.create_connection(&owner, other).await.expect("a second connection");
    let acme = stage.hub.connection(&owner, "acme").await.expect("the first").connection.id;

    let operator = with(granted(acme, [Ability::See, Ability::Run]));
    let page = PageRequest::default();
    let counted = stage.hub.connections(&operator, &ConnectionQuery::default(), &page).await.expect("a list");
    assert_eq!((counted.items.len(), counted.total), (1, 1), "and is not counted");
    let names: Vec<String> = stage
        .hub
        .connections(&operator, &ConnectionQuery::default(), &page)
        .await
        .expect("a list")
        .items
        .iter()
        .map(|details| details.connection.name.to_string())
        .collect();
    assert_eq!(names, ["acme"], "what was not granted is not there");
    assert!(matches!(stage.hub.connection(&operator, "other").await, Err(HubError::NotFound { .. })));
    assert!(stage.hub.run_sync(&operator, SYNC).await.is_ok());
    let edit = stage.hub.edit_connection(&operator, "acme", ConnectionEdit::default()).await;
    let told = edit.expect_err("an operator does not edit").to_string();
    assert_eq!(told, "ann may not do this: it needs the ability `edit` on the connection acme");
    let make = stage.hub.create_connection(&operator, connection_to(&stage.org, &stage.org.app)).await;
    assert!(matches!(make, Err(HubError::Forbidden { .. })));

    let hidden = with(Rights { reach: Reach::All, role: Role::Editor.abilities(), ..granted(acme, []) });
    assert!(matches!(stage.hub.sync(&hidden, SYNC).await, Err(HubError::NotFound { .. })), "an empty grant hides");
    assert!(stage.hub.runs(&hidden, &RunQuery::default(), &page).await.expect("a list").items.is_empty());
    assert_eq!(stage.hub.runs(&hidden, &RunQuery::default(), &page).await.expect("a list").total, 0);
    let seen = stage.hub.connections(&hidden, &ConnectionQuery::default(), &page).await.expect("a list");
    assert_eq!((seen.items.len(), seen.total), (1, 1), "the other one is still seen");
    assert!(stage.hub.client_links(&hidden, "C-1").await.expect("links").is_empty());

    let administrator = with(Rights { role: Role::Administrator.abilities(), ..granted(acme, []) });
    assert!(stage.hub.sync(&administrator, SYNC).await.is_ok(), "who administers cannot be kept out");

    let key = with(Rights { scopes: [Ability::See].into_iter().collect(), ..administrator.rights().clone() });
    assert!(matches!(stage.hub.run_sync(&key, SYNC).await, Err(HubError::Forbidden { .. })), "scopes only take away");
}
