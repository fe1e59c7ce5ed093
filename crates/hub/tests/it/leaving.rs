//! Clients that leave: archived and taken back, or erased for good.

use salesbridge_hub::clients::ImportManner;
use salesbridge_hub::clients::import::read_clients_json_lines;
use salesbridge_hub::{Caller, ClientFilter, DueFilter, DueState, HubError};
use salesbridge_local_org::OrgConfig;
use salesbridge_model::{Client, PageRequest};

use crate::stage::{SYNC, Stage, clients, connection_to, person};

async fn listed(stage: &Stage, archived: bool) -> Vec<String> {
    let filter = ClientFilter { archived, ..ClientFilter::default() };
    let page = stage.hub.clients(&Caller::owner(), &filter, &PageRequest::default()).await.expect("clients");
    page.items.into_iter().map(|client| client.key).collect()
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// Not listed and not sent, not even what waits; its Lead is left alone. Taken back, it is the same Lead, and what changed meanwhile is sent.
#[tokio::test]
async fn an_archived_client_is_left_alone_until_it_is_taken_back() {
    let long = Client { last_name: Some("x".repeat(81)), ..person("long", "") };
    let stage = Stage::connected(&[&clients(2)[..], &[long]].concat()).await;
    let before = stage.org.lead("c0@example.com").await;
    stage.settled("the refusal", |sync| sync.figures.due.refused == 1).await;
    stage.org.forget_requests();
    assert_eq!(
        stage.hub.set_clients_archived(&Caller::owner(), &keys(&["c0", "long"]), true).await.expect("archived"),
        2
    );
    assert_eq!(listed(&stage, false).await, ["c1"]);
    assert_eq!(listed(&stage, true).await, ["c0", "long"]);
    stage.save(&[person("c0", "Stone"), person("c1", "Stone")]).await;
    let run = stage.full_run().await;
    assert_eq!(run.counts.read(), 1, "only the other one is compared");
    let sync = stage.settled("what waited to be given up", |sync| sync.figures.due.refused == 0).await;
    assert_eq!(sync.figures.links, 2, "the link stays");
    assert!(stage.hub.client_is_archived(&Caller::owner(), "c0").await.expect("an answer"));
    assert_eq!(stage.org.lead("c0@example.com").await, before);
    assert_eq!(stage.org.lead("c1@example.com").await["LastName"], "Stone");

    assert_eq!(stage.hub.set_clients_archived(&Caller::owner(), &keys(&["c0"]), false).await.expect("back"), 1);
    stage.full_run().await;
    let after = stage.org.lead("c0@example.com").await;
    assert_eq!((&after["Id"], after["LastName"].as_str()), (&before["Id"], Some("Stone")));
    let unknown =
        stage.hub.set_clients_archived(&Caller::owner(), &keys(&["c0", "nobody"]), true).await.expect_err("nobody");
    assert!(matches!(unknown, HubError::NotFound { .. }), "{unknown}");
    assert_eq!(listed(&stage, true).await, ["long"], "all or nothing");
}

/// Everything we know goes, also from the file on disk; the Lead stays and is named; no import brings the client back until a person says so.
#[tokio::test]
async fn an_erased_client_is_gone_and_does_not_come_back() {
    let secretive = Client { first_name: Some("Mata-Harietta".to_owned()), ..person("c0", "Quixotewitz") };
    let stage = Stage::connected(&[&[secretive.clone()][..], &clients(2)[1..]].concat()).await;
    let lead = stage.org.lead("c0@example.com").await;
    let planned = stage.hub.erase_client(&Caller::owner(), "c0", false).await.expect("a plan");
    assert!(!planned.erased);
    assert_eq!(planned.records[0].record_id, lead["Id"].as_str().expect("an id"));
    assert_eq!(stage.hub.client(&Caller::owner(), "c0").await.expect("still there"), secretive);

    let done = stage.hub.erase_client(&Caller::owner(), "c0", true).await.expect("erased");
    assert!(done.erased && done.records == planned.records);
    assert!(done.records[0].address.ends_with(lead["Id"].as_str().expect("an id")), "{done:?}");
    assert!(matches!(stage.hub.client(&Caller::owner(), "c0").await, Err(HubError::NotFound { .. })));
    let run = stage.full_run().await;
    assert_eq!((run.counts.read(), stage.org.count().await), (1, 2), "the Lead is not ours to delete");
    let details = stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync");
    assert_eq!(details.figures.links, 1);
    for state in [DueState::Due, DueState::Refused, DueState::Uncertain] {
        let due = stage
            .hub
            .due_rows(&Caller::owner(), SYNC, &DueFilter::of(state), &PageRequest::default())
            .await
            .expect("rows");
        assert_eq!(due.items, []);
    }

    // An old file resurrects nobody.
    let file = "{\"key\":\"c0\",\"last_name\":\"Quixotewitz\"}\n{\"key\":\"c1\",\"last_name\":\"Miller\"}\n";
    let (rows, received) = tokio::sync::mpsc::channel(2);
    for row in read_clients_json_lines(file.as_bytes(), stage.hub.now()) {
        rows.try_send(row).expect("room");
    }
    drop(rows);
    let manner = ImportManner { assumed: stage.hub.now(), dry_run: false };
    let report = stage.hub.import_clients(&Caller::owner(), received, &manner).await.expect("a report");
    assert_eq!((report.refused, report.saved.created, report.problems[0].line), (1, 0, 1), "{report:?}");
    assert!(report.problems[0].problems[0].message.contains("was erased"), "{report:?}");
    let refused = stage.hub.save_client(&Caller::owner(), &secretive).await.expect_err("it was erased");
    assert!(matches!(refused, HubError::NotPossible { code: "client_erased", .. }), "{refused}");
    assert!(matches!(stage.hub.erase_client(&Caller::owner(), "c0", true).await, Err(HubError::NotFound { .. })));

    // A person may use the key again, for a new client with a Lead of its own.
    assert!(stage.hub.readmit_client(&Caller::owner(), "c0").await.expect("readmitted"));
    stage.save(&[person("c0", "Newcomer")]).await;
    stage.full_run().await;
    assert_eq!(stage.org.leads().await["c0@example.com"].len(), 2);
}

/// Erasing leaves nothing of the client in the tables, whatever they keep in JSON.
#[tokio::test]
async fn nothing_of_an_erased_client_is_left_in_the_store() {
    let stage = Stage::set(OrgConfig::default()).await;
    stage.save(&[person("c0", "Quixotewitz"), person("c1", "Miller")]).await;
    stage.connect(connection_to(&stage.org, &stage.org.app)).await;
    stage.save(&[person("c0", &"Quixotewitz".repeat(9))]).await;
    stage.settled("the refusal", |sync| sync.figures.due.refused == 1).await;
    let lead = stage.org.lead("c0@example.com").await["Id"].as_str().expect("an id").to_owned();
    stage.hub.erase_client(&Caller::owner(), "c0", true).await.expect("erased");
    let dump = dump(&stage.folder.join("hub.sqlite"));
    for text in ["Quixotewitz", "c0@example.com", "\"c0\"", &lead] {
        assert!(!dump.contains(text), "{text} is still there");
    }
    assert!(dump.contains("c1@example.com"), "the other one is");
}

/// Every value of every table.
fn dump(file: &std::path::Path) -> String {
    let store = rusqlite::Connection::open(file).expect("the store");
    let mut names = store.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").expect("tables");
    let names: Vec<String> =
        names.query_map([], |row| row.get(0)).expect("names").map(|name| name.expect("a name")).collect();
    let mut dump = String::new();
    for name in names {
        let mut statement = store.prepare(&format!("SELECT * FROM \"{name}\"")).expect("a table");
        let columns = statement.column_count();
        let mut rows = statement.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            for column in 0..columns {
                let value = row.get_ref(column).expect("a value");
                let bytes = value.as_bytes_or_null().ok().flatten().map(String::from_utf8_lossy);
                dump.push_str(&format!("\"{}\"\n", bytes.unwrap_or_default()));
            }
        }
    }
    dump
}
