//! Records that were in Salesforce before us: linked, not made again.

use std::collections::BTreeMap;

use salesbridge_hub::connections::ConnectionEdit;
use salesbridge_hub::syncs::{AdoptReport, AdoptResult, Adoption, read_pairs};
use salesbridge_hub::{Caller, HubError};
use salesbridge_local_org::OrgConfig;
use salesbridge_model::Client;
use serde_json::{Value, json};

use crate::stage::{SYNC, Stage, connection_to, person};

/// A hub with clients and a disabled connection, and an org with Leads.
async fn before_the_first_run(clients: &[Client], leads: &[Value]) -> (Stage, Vec<String>) {
    let stage = Stage::set(OrgConfig::default()).await;
    stage.save(clients).await;
    let mut ids = Vec::new();
    for lead in leads {
        ids.push(stage.org.make_record("Lead", lead).await);
    }
    let mut new = connection_to(&stage.org, &stage.org.app);
    new.enabled = false;
    stage.hub.create_connection(&Caller::owner(), new).await.expect("a connection");
    (stage, ids)
}

fn lead(email: &str, last_name: &str) -> Value {
    json!({ "Email": email, "LastName": last_name, "Company": "Theirs" })
}

async fn adopt(stage: &Stage, adoption: Adoption, apply: bool) -> AdoptReport {
    stage.hub.adopt(&Caller::owner(), SYNC, adoption, apply).await.expect("a report")
}

fn by(fields: &[&str]) -> Adoption {
    Adoption::Matching(fields.iter().map(|field| (*field).to_owned()).collect())
}

fn pairs(text: &str) -> Adoption {
    Adoption::Pairs(read_pairs(text.as_bytes()).expect("pairs"))
}

fn counts(report: &AdoptReport) -> [u64; 5] {
    [report.linked, report.already, report.missing, report.ambiguous, report.refused]
}

async fn enable(stage: &Stage) {
    stage.edit(ConnectionEdit { enabled: Some(true), confirmed: true, ..ConnectionEdit::default() }).await;
    stage.settled("the first sync", |_| true).await;
}

/// Matched by e-mail: the run makes no second Lead, sends only what differs, and leaves Company to whoever made the Lead.
#[tokio::test]
async fn r54_adopted_records_are_changed_and_not_made_again() {
    let clients = [person("same", "Miller"), person("other", "Stone"), person("new", "Brown")];
    let theirs = [lead("Same@Example.com", "Miller"), lead("other@example.com", "Old Name")];
    let (stage, ids) = before_the_first_run(&clients, &theirs).await;
    stage.org.forget_requests();
    let planned = adopt(&stage, by(&["email"]), false).await;
    assert_eq!((counts(&planned), planned.applied), ([2, 0, 1, 0, 0], false));
    assert_eq!(
        stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures.links,
        0,
        "a dry run links nothing"
    );
    let done = adopt(&stage, by(&["Email"]), true).await;
    assert_eq!((counts(&done), done.applied), ([2, 0, 1, 0, 0], true));
    let missing: Vec<_> = done.rows.iter().map(|row| (row.key.as_str(), row.result)).collect();
    assert_eq!(missing, [("new", AdoptResult::Missing)]);
    assert_eq!(stage.org.writes(), [], "adopting writes nothing to Salesforce");
    assert_eq!(counts(&adopt(&stage, by(&["Email"]), true).await), [0, 2, 1, 0, 0], "again, and nothing happens");

    enable(&stage).await;
    assert_eq!(stage.org.count().await, 3, "no second Lead");
    let changed: Vec<Value> = stage.org.sent().into_iter().filter(|record| record.get("id").is_some()).collect();
    let expected = [
        json!({ "attributes": { "type": "Lead" }, "id": ids[1], "LastName": "Stone" }),
        json!({ "attributes": { "type": "Lead" }, "id": ids[0], "Email": "same@example.com" }),
    ];
    assert!(changed.iter().all(|record| expected.contains(record)), "{changed:?}");
    assert!(changed.contains(&expected[0]), "only what differs is sent: {changed:?}");
    let other = stage.org.lead("other@example.com").await;
    assert_eq!(
        (&other["Id"], &other["LastName"], &other["Company"]),
        (&json!(ids[1]), &json!("Stone"), &json!("Theirs"))
    );
    assert_eq!(stage.full_run().await.counts.unchanged, 3);
}

/// Several records for a row, several rows for a record, and a row without the value: all are told and none is linked.
#[tokio::test]
async fn what_is_ambiguous_or_missing_is_listed_and_not_linked() {
    let twin = |key: &str| Client { email: Some("twin@example.com".to_owned()), ..person(key, "Twin") };
    let clients = [
        person("double", "Miller"),
        twin("twin-1"),
        twin("twin-2"),
        Client { email: None, ..person("silent", "Brown") },
        person("good", "Stone"),
    ];
    let theirs = [
        lead("double@example.com", "Miller"),
        lead("double@example.com", "Miler"),
        lead("twin@example.com", "Twin"),
        lead("good@example.com", "Stone"),
    ];
    let (stage, ids) = before_the_first_run(&clients, &theirs).await;
    let report = adopt(&stage, by(&["Email"]), true).await;
    assert_eq!(counts(&report), [1, 0, 1, 3, 0]);
    let rows: BTreeMap<&str, _> =
        report.rows.iter().map(|row| (row.key.as_str(), (row.result, row.record_ids.clone()))).collect();
    let (result, mut both) = rows["double"].clone();
    both.sort();
    let mut expected = ids[..2].to_vec();
    expected.sort();
    assert_eq!((result, both), (AdoptResult::Ambiguous, expected));
    assert_eq!(rows["twin-1"], (AdoptResult::Ambiguous, vec![ids[2].clone()]));
    assert_eq!(rows["twin-2"], rows["twin-1"]);
    assert_eq!(rows["silent"], (AdoptResult::Missing, Vec::new()));

    // A second field tells the doubled ones apart.
    let report = adopt(&stage, by(&["Email", "LastName"]), true).await;
    assert_eq!(counts(&report), [1, 1, 1, 2, 0]);
    enable(&stage).await;
    assert_eq!(stage.org.count().await, 4 + 3, "the twins and the silent one get Leads of their own");
    let unmapped = stage.hub.adopt(&Caller::owner(), SYNC, by(&["Title"]), false).await.expect_err("not mapped");
    assert!(unmapped.to_string().contains("Title is not mapped"), "{unmapped}");
}

/// Pairs: every line that cannot be is refused with its number and reason, the others are linked.
#[tokio::test]
async fn pairs_are_checked_line_by_line() {
    let clients: Vec<Client> = ["a", "b", "c", "d", "e"].map(|key| person(key, "Miller")).to_vec();
    let (stage, ids) = before_the_first_run(&clients, &[lead("x@example.com", "X"), lead("y@example.com", "Y")]).await;
    let account = stage.org.make_record("Account", &json!({ "Name": "Theirs" })).await;
    let short = &ids[0][..15];
    let file = format!(
        "record_id,key\n{short},a\n{},a\n{},b\n{},nobody\n{account},c\n00Q000000000000,d\nnonsense,e\n{},b\n",
        ids[1], ids[0], ids[1], ids[1],
    );
    let report = adopt(&stage, pairs(&file), true).await;
    assert_eq!(counts(&report), [1, 0, 0, 0, 7]);
    let told: Vec<_> = report.rows.iter().map(|row| (row.line.expect("a line"), row.message.as_str())).collect();
    let mut told = told;
    told.sort_unstable();
    let expected = [
        (3, "line 2 names this key already"),
        (4, "line 2 names this record already"),
        (5, "the stream clients has no row with this key"),
        (6, "there is no Lead with this id that the user may see"),
        (7, "there is no Lead with this id that the user may see"),
        (8, "the record id is none; one has 15 or 18 letters and digits, such as 00Q5e00000AbCdEFGH"),
        (9, "line 5 names this record already"),
    ];
    assert_eq!(told, expected);

    // Later: the row has its record, and the record its row.
    let report = adopt(&stage, pairs(&format!("key,record_id\na,{}\nb,{short}\n", ids[1])), true).await;
    assert_eq!(counts(&report), [0, 0, 0, 0, 2]);
    assert_eq!(report.rows[0].message, format!("the row has the record {} already", ids[0]));
    assert_eq!(report.rows[1].message, "another row has this record already");
    enable(&stage).await;
    assert_eq!(stage.org.lead("a@example.com").await["Id"], ids[0].as_str());
    assert_eq!(stage.org.count().await, 2 + 4);

    let sending = stage.hub.adopt(&Caller::owner(), SYNC, by(&["Email"]), true).await.expect_err("it sends");
    assert!(matches!(sending, HubError::NotPossible { code: "sync_sending", .. }), "{sending}");
    assert_eq!(adopt(&stage, by(&["Email"]), false).await.already, 5, "a dry run is always possible");
}
