//! What sales people and administrators do to Leads and their fields, and what becomes of the client's next change.

use std::collections::BTreeMap;

use salesbridge_hub::connections::{ConnectionDetails, ConnectionEdit};
use salesbridge_hub::syncs::RowChoice;
use salesbridge_hub::{Caller, DueFilter, DueRow, DueState, OutcomeFilter};
use salesbridge_model::{Client, OutcomeKind, PageRequest, RecordOutcome};
use salesbridge_testkit::address;
use serde_json::Value;

use crate::stage::{SYNC, Stage, clients, person, until};

fn in_city(key: &str, city: &str) -> Client {
    Client { addresses: vec![address("residential", city, 0)], ..person(key, "Miller") }
}

fn of_type(key: &str, kind: &str) -> Client {
    Client { client_type: Some(kind.to_owned()), status: Some("Active".to_owned()), ..person(key, "Miller") }
}

async fn lead_id(stage: &Stage, email: &str) -> String {
    stage.org.lead(email).await["Id"].as_str().expect("an id").to_owned()
}

async fn refused_rows(stage: &Stage) -> Vec<DueRow> {
    stage
        .hub
        .due_rows(&Caller::owner(), SYNC, &DueFilter::of(DueState::Refused), &PageRequest::default())
        .await
        .expect("rows")
        .items
}

/// The outcome of a row in the newest run.
async fn outcome(stage: &Stage, key: &str) -> RecordOutcome {
    let run = stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures.last_run.expect("a run");
    let outcomes = stage
        .hub
        .outcomes(&Caller::owner(), run.id, &OutcomeFilter::default(), &PageRequest::default())
        .await
        .expect("outcomes");
    outcomes.items.into_iter().find(|outcome| outcome.source_key == key).expect("an outcome of the row")
}

fn choice(key: &str, anew: bool) -> RowChoice {
    RowChoice { state: DueState::Refused, keys: Some(vec![key.to_owned()]), anew }
}

/// F16: a converted Lead is followed to what it became; the client's changes are not written to it any more, and nothing is refused over and over.
#[tokio::test]
async fn f16_a_converted_lead_is_followed_and_not_written_any_more() {
    let stage = Stage::connected(&[in_city("a", "Berlin"), in_city("b", "Bonn")]).await;
    let lead = lead_id(&stage, "a@example.com").await;
    let converted =
        stage.org.running.control().convert_lead(&lead, "Closed - Converted", true).await.expect("a conversion");
    stage.save(&[in_city("a", "Hamburg")]).await;
    stage
        .settled("the change of the converted one", |sync| {
            sync.figures.last_run.as_ref().is_some_and(|run| run.counts.unchanged == 1)
        })
        .await;
    let told = outcome(&stage, "a").await;
    assert_eq!((told.kind, told.code.as_deref()), (OutcomeKind::Unchanged, Some("CANNOT_UPDATE_CONVERTED_LEAD")));
    let link = stage.hub.client_links(&Caller::owner(), "a").await.expect("links").remove(0).link;
    let became: BTreeMap<&str, &str> =
        link.successors.iter().map(|record| (record.object.as_str(), record.id.as_str())).collect();
    assert_eq!(became["Contact"], converted.contact_id);
    assert_eq!(became["Account"], converted.account_id);

    stage.org.forget_requests();
    stage.save(&[in_city("a", "Kiel"), in_city("b", "Köln")]).await;
    until("the other one's change", async || (stage.org.lead("b@example.com").await["City"] == "Köln").then_some(()))
        .await;
    stage.settled("both changes", |_| true).await;
    assert_eq!(stage.org.sent().len(), 1, "only the other one is sent");
    assert_eq!(refused_rows(&stage).await, []);
    assert_eq!(stage.org.count().await, 2);
}

/// F17: a deleted Lead is not made again by itself; a person restores it and retries, or asks for another one.
#[tokio::test]
async fn f17_a_deleted_lead_is_made_again_only_when_a_person_asks() {
    let stage = Stage::connected(&[in_city("a", "Berlin"), in_city("b", "Bonn")]).await;
    let [a, b] = [lead_id(&stage, "a@example.com").await, lead_id(&stage, "b@example.com").await];
    stage.org.delete_lead(&a).await;
    stage.org.delete_lead(&b).await;
    stage.save(&[in_city("a", "Hamburg"), in_city("b", "Köln")]).await;
    stage.settled("the refusals", |sync| sync.figures.due.refused == 2).await;
    for city in ["Kiel", "Ulm"] {
        stage.save(&[in_city("a", city)]).await;
    }
    stage.full_run().await;
    stage.settled("the same refusals", |sync| sync.figures.due.refused == 2).await;
    let refused = refused_rows(&stage).await;
    assert_eq!((refused.len(), stage.org.count().await), (2, 0), "nothing is made by itself");
    assert!(refused.iter().all(|row| row.remedy.as_ref().is_some_and(|remedy| !remedy.is_empty())), "{refused:?}");

    stage.org.running.control().undelete(std::slice::from_ref(&a)).await.expect("restored");
    stage.hub.retry_rows(&Caller::owner(), SYNC, &choice("a", false)).await.expect("a retry");
    until("the restored one's change", async || {
        let found = stage.org.leads().await.remove("a@example.com")?;
        (found[0]["City"] == "Ulm").then_some(())
    })
    .await;
    assert_eq!(lead_id(&stage, "a@example.com").await, a);

    stage.hub.retry_rows(&Caller::owner(), SYNC, &choice("b", false)).await.expect("a retry");
    stage.settled("its second refusal", |sync| sync.figures.due.refused == 1).await;
    stage.hub.retry_rows(&Caller::owner(), SYNC, &choice("b", true)).await.expect("a retry");
    stage.settled("another record", |sync| sync.figures.due.refused == 0 && sync.figures.links == 2).await;
    let lead = stage.org.lead("b@example.com").await;
    assert_eq!(lead["City"], "Köln");
    assert_ne!(lead["Id"].as_str(), Some(b.as_str()));
    assert_eq!(stage.org.count().await, 2);
}

/// F15: a mapped field that is deleted in Salesforce is left out and told, the others go on; made again, it gets every value.
#[tokio::test]
async fn f15_a_vanished_field_is_left_out_and_filled_when_it_is_back() {
    let stage = Stage::connected(&clients(250)).await;
    let kind = stage.org.make_text_field("Kind").await;
    let level = stage.org.make_text_field("Standing").await;
    stage
        .edit(ConnectionEdit {
            fields: BTreeMap::from([
                ("client_type".to_owned(), Some("Kind__c".to_owned())),
                ("status".to_owned(), Some("Standing__c".to_owned())),
            ]),
            ..ConnectionEdit::default()
        })
        .await;
    let people: Vec<Client> = (0..250).map(|number| of_type(&format!("c{number}"), "Corporate")).collect();
    stage.save(&people).await;
    stage.full_run().await;
    assert_eq!(stage.org.values_of("Kind__c").await.len(), 250);
    assert!(!level.is_empty());

    stage.org.delete_field(&kind).await;
    stage.org.forget_requests();
    let renamed: Vec<Client> = people
        .iter()
        .map(|client| Client {
            last_name: Some("Smith".to_owned()),
            client_type: Some("Individual".to_owned()),
            ..client.clone()
        })
        .collect();
    stage.save(&renamed).await;
    stage.full_run().await;
    let connection = stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection");
    assert_eq!(custom_left_out(&connection), ["Kind__c"], "the connection shows the broken mapping");
    let leads = stage.org.leads().await;
    assert!(leads.values().all(|found| found[0]["LastName"] == "Smith"), "the other fields go on");
    assert_eq!((refused_rows(&stage).await.len(), stage.org.values_of("Standing__c").await.len()), (0, 250));
    let calls = stage.org.writes().len();
    assert!(calls < 300, "a batch is not halved to its rows to find a field that has gone: {calls} calls");

    stage.org.make_text_field("Kind").await;
    stage.hub.writable_fields(&Caller::owner(), "acme", "Lead").await.expect("fields");
    stage.hub.run_sync(&Caller::owner(), SYNC).await.expect("a run");
    until("every value of the field that is back", async || {
        let values = stage.org.values_of("Kind__c").await;
        (values.len() == 250 && values.iter().all(|value| value == "Individual")).then_some(())
    })
    .await;
    let connection = stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection");
    assert_eq!(custom_left_out(&connection), [] as [&str; 0]);
}

/// Custom fields that are left out; standard ones that this org does not have are left out all the time.
fn custom_left_out(connection: &ConnectionDetails) -> Vec<&str> {
    let targets = connection.left_out.iter().map(|field| field.target.as_str());
    targets.filter(|target| target.ends_with("__c")).collect()
}

impl crate::org::Org {
    /// The field's id, for its deletion.
    async fn make_text_field(&self, name: &str) -> String {
        let metadata = serde_json::json!({ "label": name, "type": "Text", "length": 80 });
        let field = serde_json::json!({ "FullName": format!("Lead.{name}__c"), "Metadata": metadata });
        let made: Value = self.call(reqwest::Method::POST, "tooling/sobjects/CustomField", Some(&field)).await;
        made["id"].as_str().expect("an id").to_owned()
    }

    async fn delete_field(&self, id: &str) {
        self.call(reqwest::Method::DELETE, &format!("tooling/sobjects/CustomField/{id}"), None).await;
    }

    async fn values_of(&self, field: &str) -> Vec<String> {
        let soql = format!("SELECT {field} FROM Lead WHERE {field} != null LIMIT 2000");
        let page = self.get("query", &[("q", &soql)]).await;
        let records = page["records"].as_array().cloned().unwrap_or_default();
        records.iter().filter_map(|record| record[field].as_str().map(str::to_owned)).collect()
    }
}
