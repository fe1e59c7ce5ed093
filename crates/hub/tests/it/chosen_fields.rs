//! The three client fields whose Lead fields people choose: status, verification level and type.

use salesbridge_hub::Caller;
use std::collections::BTreeMap;

use salesbridge_hub::connections::ConnectionEdit;
use salesbridge_local_org::OrgConfig;
use salesbridge_model::Client;
use serde_json::{Value, json};

use crate::stage::{Stage, connection_to, person};

fn banned(key: &str) -> Client {
    Client {
        status: Some("Banned".to_owned()),
        verification_level: Some(2),
        client_type: Some("Corporate".to_owned()),
        ..person(key, "Miller")
    }
}

fn choose(choices: &[(&str, Option<&str>)]) -> ConnectionEdit {
    let fields: BTreeMap<String, Option<String>> =
        choices.iter().map(|(column, field)| ((*column).to_owned(), field.map(str::to_owned))).collect();
    ConnectionEdit { fields, ..ConnectionEdit::default() }
}

async fn with_fields(clients: &[Client]) -> Stage {
    let stage = Stage::set(OrgConfig::default()).await;
    for field in ["Client_Status__c", "Client_Level__c", "Client_Type__c"] {
        stage.org.make_custom_text(field, 40).await;
    }
    stage.save(clients).await;
    stage.connect(connection_to(&stage.org, &stage.org.app)).await;
    stage
}

async fn chosen(stage: &Stage, key: &str) -> [Value; 3] {
    let fields = "Client_Status__c, Client_Level__c, Client_Type__c";
    let lead = stage.org.lead_fields(&format!("{key}@example.com"), fields).await;
    ["Client_Status__c", "Client_Level__c", "Client_Type__c"].map(|field| lead[field].clone())
}

/// R75: what may be chosen is what the org lets be written, no more and no less.
#[tokio::test]
async fn r75_the_choices_are_the_writable_fields_of_lead() {
    let stage = Stage::connected(&[]).await;
    let describe = stage.org.describe_lead().await;
    let writable = |field: &&Value| field["createable"] == true && field["updateable"] == true;
    let expected: Vec<&str> = describe["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .filter(writable)
        .map(|field| field["name"].as_str().expect("a name"))
        .collect();
    let offered = stage.hub.writable_fields(&Caller::owner(), "acme", "Lead").await.expect("fields");
    assert_eq!(offered.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), expected);
    assert!(expected.len() > 10 && expected.contains(&"LastName") && !expected.contains(&"Id"), "{expected:?}");
}

/// R74, R76, R77, R78: fields that were made after the first sync can be chosen at once, text takes all three, a number too, and Leads that were there
/// before get the values.
#[tokio::test]
async fn r74_r76_r77_r78_new_text_fields_take_all_three_for_old_leads_too() {
    let stage = Stage::connected(&[banned("old")]).await;
    let before = stage.hub.writable_fields(&Caller::owner(), "acme", "Lead").await.expect("fields");
    for field in ["Client_Status__c", "Client_Level__c", "Client_Type__c"] {
        assert!(!before.iter().any(|known| known.name == field));
        stage.org.make_custom_text(field, 40).await;
    }
    let after = stage.hub.writable_fields(&Caller::owner(), "acme", "Lead").await.expect("fields");
    assert_eq!(after.len(), before.len() + 3, "R76: without a restart");
    let id = stage.org.lead("old@example.com").await["Id"].clone();

    let all = [
        ("status", Some("Client_Status__c")),
        ("verification_level", Some("Client_Level__c")),
        ("client_type", Some("Client_Type__c")),
    ];
    stage.edit(choose(&all)).await;
    let run = stage.full_run().await;
    assert_eq!(run.counts.refused, 0);
    assert_eq!(chosen(&stage, "old").await, ["Banned", "2", "Corporate"], "R74, R77, R78");
    assert_eq!(stage.org.lead("old@example.com").await["Id"], id);
    stage.save(&[banned("new")]).await;
    stage.full_run().await;
    assert_eq!(chosen(&stage, "new").await, ["Banned", "2", "Corporate"]);
}

/// R76: also when the choice is made without looking at the list first, though the org's describe is remembered for minutes.
#[tokio::test]
async fn r76_a_field_is_chosen_the_moment_it_is_there() {
    let stage = Stage::connected(&[banned("c")]).await;
    stage.org.make_custom_text("Client_Status__c", 40).await;
    stage.edit(choose(&[("status", Some("Client_Status__c"))])).await;
    stage.full_run().await;
    let lead = stage.org.lead_fields("c@example.com", "Client_Status__c").await;
    assert_eq!(lead, json!({ "Client_Status__c": "Banned" }));
}

/// R79, F14: one of three, then two; what is not chosen is not sent, and what is taken back stays as it was and is not sent any more.
#[tokio::test]
async fn r79_f14_what_is_not_chosen_is_not_sent() {
    let stage = with_fields(&[banned("f14")]).await;
    stage.edit(choose(&[("status", Some("Client_Status__c"))])).await;
    stage.full_run().await;
    assert_eq!(chosen(&stage, "f14").await, [json!("Banned"), Value::Null, Value::Null]);
    stage.edit(choose(&[("client_type", Some("Client_Type__c"))])).await;
    stage.full_run().await;
    assert_eq!(chosen(&stage, "f14").await, [json!("Banned"), Value::Null, json!("Corporate")], "exactly two");

    stage.edit(choose(&[("status", None)])).await;
    let free = Client { status: Some("Free".to_owned()), client_type: Some("Individual".to_owned()), ..banned("f14") };
    stage.save(&[free]).await;
    stage.full_run().await;
    assert_eq!(chosen(&stage, "f14").await, [json!("Banned"), Value::Null, json!("Individual")]);
}

/// R80: a change of each of the three is sent as any other, each alone.
#[tokio::test]
async fn r80_a_change_of_the_three_is_sent() {
    let stage = with_fields(&[banned("c")]).await;
    let all = [
        ("status", Some("Client_Status__c")),
        ("verification_level", Some("Client_Level__c")),
        ("client_type", Some("Client_Type__c")),
    ];
    stage.edit(choose(&all)).await;
    stage.full_run().await;
    stage.org.forget_requests();
    let mut client = banned("c");
    for step in 0..3 {
        match step {
            0 => client.status = Some("Active".to_owned()),
            1 => client.verification_level = Some(3),
            _ => client.client_type = Some("Individual".to_owned()),
        }
        stage.save(std::slice::from_ref(&client)).await;
        stage.full_run().await;
    }
    assert_eq!(chosen(&stage, "c").await, ["Active", "3", "Individual"]);
    let keys = |record: &Value| record.as_object().expect("a record").keys().cloned().collect::<Vec<_>>();
    let sent: Vec<Vec<String>> = stage.org.sent().iter().map(keys).collect();
    let alone = |field: &str| ["attributes", "id", field].map(str::to_owned).to_vec();
    assert_eq!(sent, [alone("Client_Status__c"), alone("Client_Level__c"), alone("Client_Type__c")]);
}
