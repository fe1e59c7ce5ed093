//! Refresh tokens that are replaced at every use, between processes: one uses them at a time, the others wait, and no answer is lost quietly.

use std::sync::Arc;
use std::time::Duration;

use salesbridge_hub::connections::{ConnectionEdit, NewConnection};
use salesbridge_hub::{Caller, Hub, HubError};
use salesbridge_local_org::{FaultAction, FaultMatch, FaultRule, FaultTime, OrgConfig};
use salesbridge_store_sqlite::SqliteStore;
use salesbridge_testkit::TempFolder;
use salesbridge_vault::KeyRing;

use crate::master_keys::{self, KeyFile};
use crate::methods::with_refresh_token;
use crate::org::Org;
use crate::sessions::{Installation, process, works};
use crate::stage::{HubClock, Stage, clients, person, until};

/// Longer than a process that died is waited for.
const AFTER_IT_DIED: Duration = Duration::from_secs(200);

/// An app that insists on PKCE and its secret, and replaces refresh tokens.
async fn rotates(org: &Org) {
    org.change_app(|app| app.refresh_rotation = true).await;
}

async fn connect(hub: &Hub, org: &Org) {
    let new = NewConnection { company: None, ..with_refresh_token(org).await };
    hub.create_connection(&Caller::owner(), new).await.expect("a connection");
}

/// What a call in the session in use ends with.
async fn code_of_a_call(hub: &Hub) -> String {
    match hub.writable_fields(&Caller::owner(), "acme", "Lead").await {
        Ok(_) => "none".to_owned(),
        Err(HubError::OtherSide { code, .. }) => code,
        Err(other) => other.to_string(),
    }
}

/// The next requests for a token are carried out, and their answers meet with this.
fn after_the_next_tokens(org: &Org, times: u64, action: FaultAction) {
    let path_contains = Some("/oauth2/token".to_owned());
    let matches = FaultMatch { path_contains, times: Some(times), ..FaultMatch::default() };
    org.running.control().add_fault(FaultRule { matches, when: FaultTime::After, action });
}

/// Waits for a request for a token, however long its answer takes.
async fn under_way(org: &Org) {
    until("the refresh to be under way", async || (org.sign_ins().len() == 1).then_some(())).await;
}

/// Three processes ask at once, three times over; each time one refreshes, and all go on.
async fn refresh_at_once(hubs: &[Arc<Hub>; 3], org: &Org) {
    for round in 0..3 {
        org.running.control().expire_tokens().await.expect("ended");
        org.forget_requests();
        tokio::join!(works(&hubs[0]), works(&hubs[1]), works(&hubs[2]));
        assert_eq!(org.sign_ins().len(), 1, "round {round}");
    }
}

#[tokio::test]
async fn three_processes_on_postgresql_refresh_once() {
    let installation = Installation::set().await;
    rotates(&installation.org).await;
    let hubs = [installation.hub(1).await, installation.hub(2).await, installation.hub(3).await];
    connect(&hubs[0], &installation.org).await;
    refresh_at_once(&hubs, &installation.org).await;
}

#[tokio::test]
async fn three_processes_on_one_file_refresh_once() {
    let (org, folder, keys) =
        (Org::start(OrgConfig::default()).await, TempFolder::new(), KeyRing::generate().expect("a key"));
    rotates(&org).await;
    let open = async |number| {
        let store = SqliteStore::open(folder.join("hub.sqlite")).await.expect("a store");
        process(Arc::new(store), keys.clone(), number, Arc::default()).await
    };
    let hubs = [open(1).await, open(2).await, open(3).await];
    connect(&hubs[0], &org).await;
    refresh_at_once(&hubs, &org).await;
}

/// Whoever asked goes away while the answer is under way: what it brings is stored all the same, and the next call has it.
#[tokio::test]
async fn a_refresh_that_has_begun_comes_to_its_end_although_nobody_waits() {
    let installation = Installation::set().await;
    rotates(&installation.org).await;
    let hub = installation.hub(1).await;
    connect(&hub, &installation.org).await;
    after_the_next_tokens(&installation.org, 1, FaultAction { delay_ms: 500, ..FaultAction::default() });
    installation.org.forget_requests();
    tokio::select! {
        () = works(&hub) => assert_eq!("gone away", "answered"),
        () = under_way(&installation.org) => {}
    }
    works(&hub).await;
    assert_eq!(installation.org.sign_ins().len(), 1, "what came is used");
}

/// A process dies while the answer that replaces its token is under way. The next waits until it cannot be at it any more, tries the old token once, and says
/// what happened; it holds until somebody signs in again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_died_with_its_process_is_told() {
    let installation = Installation::set().await;
    rotates(&installation.org).await;
    let clock = Arc::new(HubClock::default());
    let two = installation.hub_at(2, clock.clone()).await;
    connect(&two, &installation.org).await;
    let dying = tokio::task::spawn_blocking(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
    });
    let dying = dying.await.expect("a runtime");
    after_the_next_tokens(&installation.org, 1, FaultAction { delay_ms: 60_000, ..FaultAction::default() });
    installation.org.forget_requests();
    let one = installation.hub(1).await;
    dying.spawn(async move { works(&one).await });
    under_way(&installation.org).await;
    dying.shutdown_background();

    clock.advance(AFTER_IT_DIED);
    assert_eq!(code_of_a_call(&two).await, "oauth.replacement_lost");
    assert_eq!(installation.org.sign_ins().len(), 2, "the old token, once");
}

/// An answer is lost on the way: every process says so, not only the one that waited for it.
#[tokio::test]
async fn an_answer_that_was_lost_is_known_to_every_process() {
    let installation = Installation::set().await;
    rotates(&installation.org).await;
    let (one, two) = (installation.hub(1).await, installation.hub(2).await);
    connect(&one, &installation.org).await;
    after_the_next_tokens(&installation.org, 1, FaultAction { drop_connection: true, ..FaultAction::default() });
    assert_eq!(code_of_a_call(&one).await, "oauth.replacement_lost");
    assert_eq!(code_of_a_call(&two).await, "oauth.replacement_lost", "not only that the grant has ended");
}

/// A sign-in is ended in the middle of a sync: the connection is held with its remedy, rows stay due, and go on after a new sign-in.
#[tokio::test]
async fn a_sign_in_that_was_ended_holds_its_connection_and_loses_nothing() {
    let stage = Stage::set(OrgConfig::default()).await;
    rotates(&stage.org).await;
    stage.save(&clients(2)).await;
    stage.connect(with_refresh_token(&stage.org).await).await;
    // Somebody signs in five times more as the same user with the same app: Salesforce ends the oldest sign-in.
    for _ in 0..5 {
        stage.org.tokens_of_a_person().await;
    }
    stage.org.running.control().expire_tokens().await.expect("ended");
    stage.save(&[person("c0", "Stone"), person("c2", "Brown")]).await;
    let held = until("the connection to be held", async || {
        stage.hub.connection(&Caller::owner(), "acme").await.expect("it").connection.held
    })
    .await;
    assert_eq!(held.code, "oauth.invalid_grant");
    assert!(held.remedy.contains("connection sign-in"), "{held:?}");
    let due = stage.hub.sync(&Caller::owner(), "acme-leads").await.expect("the sync").figures.due;
    assert_eq!(due.due + due.deferred, 2, "both wait");

    let token = with_refresh_token(&stage.org).await.secrets.remove("refresh_token");
    let secrets = [("refresh_token".to_owned(), token)].into();
    stage.edit(ConnectionEdit { secrets, ..ConnectionEdit::default() }).await;
    stage.settled("what waited", |sync| sync.figures.links == 3).await;
    assert_eq!(stage.org.lead("c0@example.com").await["LastName"], "Stone");
}

/// The master key is rotated while tokens are replaced: each process opens what the other sealed.
#[tokio::test]
async fn a_token_is_replaced_while_the_master_key_is_rotated() {
    let installation = Installation::set().await;
    rotates(&installation.org).await;
    let file = KeyFile::new();
    let one = master_keys::process(installation.database(), &file, 1).await;
    let two = master_keys::process(installation.database(), &file, 2).await;
    connect(&one, &installation.org).await;
    works(&one).await;
    for hub in [&two, &one] {
        file.rotate();
        one.rewrap_data_keys(&Caller::owner()).await.expect("data keys wrapped anew");
        installation.end_tokens().await;
        assert_eq!(installation.sign_ins(works(hub)).await, 1);
    }
    file.put(file.ring().newest_alone());
    installation.end_tokens().await;
    works(&two).await;
}
