//! What is written down of what was done: every change leaves one entry, and no entry tells a secret or what a client is like.

use std::net::IpAddr;
use std::time::Duration;

use salesbridge_hub::clients::ImportManner;
use salesbridge_hub::clients::import::RowProblem;
use salesbridge_hub::connections::ConnectionEdit;
use salesbridge_hub::services::ServiceEdit;
use salesbridge_hub::syncs::{Adoption, NewSync, Pair, RowChoice};
use salesbridge_hub::upkeep::Retention;
use salesbridge_hub::{ActorKind, AuditQuery, Caller, DueState, Origin, Rights};
use salesbridge_model::{Abilities, AuditEntry, Client, PageRequest, Reach};
use salesbridge_testkit::client;
use serde_json::json;

use crate::stage::{SYNC, Stage, connection_to, consumer_secret, person, setting};

const ADDRESS: &str = "192.0.2.7";

fn ann() -> Caller {
    let rights = Rights {
        role: Abilities::all(),
        reach: Reach::All,
        grants: std::collections::BTreeMap::new(),
        scopes: Abilities::all(),
    };
    let origin = Origin { address: ADDRESS.parse::<IpAddr>().ok(), request_id: Some("req_1".to_owned()) };
    Caller::new(ActorKind::Person, "per_1", "ann", rights).from(origin)
}

/// What was done, the oldest first.
async fn entries(stage: &Stage, query: &AuditQuery) -> Vec<AuditEntry> {
    let all = PageRequest { after: None, limit: Some(1000) };
    let mut entries = stage.hub.audit(&Caller::owner(), query, &all).await.expect("the log").items;
    entries.reverse();
    entries
}

fn of_ann() -> AuditQuery {
    AuditQuery { actor: Some("ann".to_owned()), ..AuditQuery::default() }
}

/// Does everything that changes something, and says what should be written down of it.
async fn change_everything(stage: &Stage, ann: &Caller) -> Vec<&'static str> {
    let hub = &stage.hub;
    let choice = RowChoice { state: DueState::Refused, keys: None, anew: false };
    let edit = ConnectionEdit { caption: Some("Acme".to_owned()), ..consumer_secret(&stage.org.app.consumer_secret) };
    hub.edit_connection(ann, "acme", edit).await.expect("an edit");
    let run = hub.run_sync(ann, SYNC).await.expect("a run");
    hub.cancel_run(ann, run.id).await.expect("it ends");
    hub.retry_rows(ann, SYNC, &choice).await.expect("rows");
    hub.drop_rows(ann, SYNC, &choice).await.expect("rows");
    hub.release_sync(ann, SYNC).await.expect("a release");
    hub.disable_sync(ann, SYNC).await.expect("disabled");
    hub.save_client(ann, &person("C-2", "Vermeulen")).await.expect("a client");
    let record = stage.org.make_record("Lead", &json!({ "LastName": "Vermeulen", "Company": "Acme" })).await;
    let pairs = vec![Pair { line: 1, key: "C-2".to_owned(), record_id: record }];
    hub.adopt(ann, SYNC, Adoption::Pairs(pairs), true).await.expect("a report");
    hub.enable_sync(ann, SYNC, true).await.expect("enabled");
    hub.set_clients_archived(ann, &["C-2".to_owned()], true).await.expect("archived");
    hub.set_clients_archived(ann, &["C-2".to_owned()], false).await.expect("back");
    let (sender, rows) = tokio::sync::mpsc::channel::<Result<Client, RowProblem>>(1);
    sender.send(Ok(person("C-3", "Vermeulen"))).await.expect("a row");
    drop(sender);
    let manner = ImportManner { assumed: hub.now(), dry_run: false };
    hub.import_clients(ann, rows, &manner).await.expect("an import");
    hub.erase_client(ann, "C-3", true).await.expect("erased");
    hub.readmit_client(ann, "C-3").await.expect("readmitted");
    let other = hub.create_connection(ann, other(stage)).await.expect("a second connection").connection.name;
    let new: NewSync = serde_json::from_value(json!({
        "name": "other-leads", "connection": other, "stream": "clients", "object": "Lead",
        "mapping": [
            { "target": "Company", "source": { "from": "constant", "value": "Acme" } },
            { "target": "LastName", "source": { "from": "column", "column": "last_name" }, "default": "Unknown" },
        ],
    }))
    .expect("a definition");
    hub.create_sync(ann, new).await.expect("a sync");
    hub.delete_sync(ann, "other-leads").await.expect("no sync");
    hub.delete_connection(ann, "other", false).await.expect("no connection");
    hub.create_service(ann, crate::services::service(&stage.org)).await.expect("a service");
    let caption = ServiceEdit { caption: Some("Shared".to_owned()), ..ServiceEdit::default() };
    hub.edit_service(ann, "shared", caption).await.expect("an edit");
    hub.delete_service(ann, "shared").await.expect("no service");
    hub.rewrap_data_keys(ann).await.expect("wrapped");
    hub.mark_restored(ann, hub.now()).await.expect("marked");
    vec![
        "connection.edit",
        "sync.run",
        "run.cancel",
        "sync.retry",
        "sync.drop",
        "sync.release",
        "sync.disable",
        "client.save",
        "sync.adopt",
        "sync.enable",
        "client.archive",
        "client.unarchive",
        "client.import",
        "client.erase",
        "client.readmit",
        "connection.create",
        "sync.create",
        "sync.delete",
        "connection.delete",
        "service.create",
        "service.edit",
        "service.delete",
        "installation.rewrap",
        "installation.restore",
    ]
}

fn other(stage: &Stage) -> salesbridge_hub::connections::NewConnection {
    let mut other = connection_to(&stage.org, &stage.org.app);
    (other.name, other.company) = ("other".to_owned(), None);
    other
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_changes_something_leaves_an_entry_without_a_secret() {
    let stage = Stage::connected(&[client("C-1")]).await;
    let expected = change_everything(&stage, &ann()).await;
    let entries = entries(&stage, &of_ann()).await;
    let done: Vec<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(done, expected);
    for entry in &entries {
        let told = serde_json::to_string(entry).expect("an entry");
        assert!(!told.contains(&stage.org.app.consumer_secret), "a secret: {told}");
        assert!(!told.contains("Vermeulen") && !told.contains("@example"), "what a client is like: {told}");
        assert!(!told.contains("C-3"), "the key of a client that was erased: {told}");
        let from = (entry.actor_kind, entry.actor_id.as_str(), entry.address.as_deref(), entry.request_id.as_deref());
        assert_eq!(from, (ActorKind::Person, "per_1", Some(ADDRESS), Some("req_1")));
    }
    let edit = &entries[0];
    assert_eq!(edit.before, Some(json!({ "caption": "acme" })));
    assert_eq!(edit.after, Some(json!({ "caption": "Acme", "secrets": { "consumer_secret": "changed" } })));
    assert_eq!((edit.target_name.as_deref(), edit.connection_id.is_some()), (Some("acme"), true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_nothing_or_is_refused_leaves_no_entry() {
    let stage = Stage::connected(&[client("C-1")]).await;
    let (hub, ann) = (&stage.hub, ann());
    hub.save_client(&ann, &client("C-1")).await.expect("the same again");
    hub.set_clients_archived(&ann, &["C-1".to_owned()], false).await.expect("it is not archived");
    hub.test_connection(&ann, "acme").await.expect("a test of what is not held");
    assert!(hub.readmit_client(&ann, "C-9").await.is_ok_and(|readmitted| !readmitted));
    assert!(hub.delete_connection(&ann, "acme", false).await.is_err(), "a sync uses it");
    assert!(hub.delete_sync(&ann, SYNC).await.is_err(), "it is enabled");
    assert!(hub.edit_connection(&ann, "acme", setting("consumer_key", " ")).await.is_err());
    let (_, rows) = tokio::sync::mpsc::channel::<Result<Client, RowProblem>>(1);
    hub.import_clients(&ann, rows, &ImportManner { assumed: hub.now(), dry_run: false }).await.expect("no rows");
    assert_eq!(entries(&stage, &of_ann()).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_are_found_by_connection_and_go_when_they_are_old() {
    let stage = Stage::connected(&[client("C-1")]).await;
    let of_acme = AuditQuery { connection: Some("acme".to_owned()), ..AuditQuery::default() };
    let found = entries(&stage, &of_acme).await;
    assert_eq!(found.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["connection.create"]);
    let made = found[0].after.as_ref().expect("what it is like");
    assert_eq!(
        (&made["secrets"]["consumer_secret"], &made["sync"]["preset"]["company"]),
        (&json!("changed"), &json!("Acme Brokers"))
    );
    let unknown = AuditQuery { connection: Some("nowhere".to_owned()), ..AuditQuery::default() };
    assert!(stage.hub.audit(&Caller::owner(), &unknown, &PageRequest::default()).await.is_err());

    stage.hub.set_clients_archived(&ann(), &["C-1".to_owned()], true).await.expect("archived");
    stage.clock.advance(Duration::from_secs(401 * 24 * 3600));
    stage.hub.set_clients_archived(&ann(), &["C-1".to_owned()], false).await.expect("back");
    stage.hub.tidy(&Retention::default()).await.expect("tidied");
    let left = entries(&stage, &AuditQuery::default()).await;
    assert_eq!(left.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["client.unarchive"]);
}
