//! One record at a time.

use salesbridge_salesforce::{ApiError, Record, RecordId, WriteError, WriteOptions};
use serde_json::{Value, json};

use crate::org::{ScriptedOrg, answer, fault, text};

const ID: &str = "00Q000000000001EAA";

fn id() -> RecordId {
    ID.parse().expect("an id")
}

fn fields(value: Value) -> Record {
    let Value::Object(fields) = value else { panic!("an object") };
    fields
}

#[tokio::test]
async fn a_record_is_made_read_changed_and_deleted() {
    let org = ScriptedOrg::start().await;
    let one = format!("/services/data/v66.0/sobjects/Lead/{ID}");
    org.on(
        "POST /services/data/v66.0/sobjects/Lead",
        [answer(201, &json!({ "id": ID, "success": true, "errors": [] }))],
    );
    org.on(&format!("GET {one}"), [answer(200, &json!({ "attributes": {}, "LastName": "Ann", "Id": ID }))]);
    org.on(&format!("PATCH {one}"), [text(204, "")]);
    org.on(&format!("DELETE {one}"), [text(204, ""), fault(404, "ENTITY_IS_DELETED", "entity is deleted")]);
    let client = org.client();
    let options = WriteOptions::default();
    let made = client.create("Lead", &fields(json!({ "LastName": "Ann" })), options).await.expect("an id");
    assert_eq!(made, id());
    let read = client.get("Lead", &id(), &["LastName"]).await.expect("an answer").expect("a record");
    assert_eq!(read, fields(json!({ "LastName": "Ann", "Id": ID })));
    client.update("Lead", &id(), &fields(json!({ "City": null })), options).await.expect("done");
    client.delete("Lead", &id()).await.expect("done");
    client.delete("Lead", &id()).await.expect("done already");
    assert_eq!(org.asked()[1].query, "fields=LastName");
    assert_eq!(org.asked()[2].body, r#"{"City":null}"#);
}

#[tokio::test]
async fn f17_a_record_that_is_gone_is_none_when_read_and_refused_when_written() {
    let org = ScriptedOrg::start().await;
    let one = format!("/services/data/v66.0/sobjects/Lead/{ID}");
    let gone = fault(404, "ENTITY_IS_DELETED", "entity is deleted");
    org.on(&format!("GET {one}"), [gone.clone()]);
    org.on(&format!("PATCH {one}"), [gone]);
    assert_eq!(org.client().get("Lead", &id(), &["Id"]).await.expect("an answer"), None);
    let error = org.client().update("Lead", &id(), &Record::new(), WriteOptions::default()).await.expect_err("gone");
    assert!(matches!(&error, WriteError::Refused(_)), "{error:?}");
    assert!(error.remedy().contains("Recycle Bin"));
}

#[tokio::test]
async fn an_upsert_says_whether_it_made_the_record_and_refuses_several_matches() {
    let org = ScriptedOrg::start().await;
    let line = "PATCH /services/data/v66.0/sobjects/Lead/Key__c/a%2Fb%3F%20%C3%BC";
    let matches = json!(["/services/data/v66.0/sobjects/Lead/00Q1", "/services/data/v66.0/sobjects/Lead/00Q2"]);
    org.on(
        line,
        [
            answer(201, &json!({ "id": ID, "success": true, "errors": [], "created": true })),
            answer(200, &json!({ "id": ID, "success": true, "errors": [], "created": false })),
            answer(300, &matches),
        ],
    );
    let client = org.client();
    let none = Record::new();
    let upsert = || client.upsert("Lead", "Key__c", "a/b? ü", &none, WriteOptions::default());
    assert!(upsert().await.expect("made").created);
    assert!(!upsert().await.expect("changed").created);
    let error = upsert().await.expect_err("two match");
    assert!(matches!(error, WriteError::Refused(_)));
    assert_eq!(error.code(), "DUPLICATE_EXTERNAL_ID");
}

#[tokio::test]
async fn a_name_that_would_change_the_address_is_refused() {
    let org = ScriptedOrg::start().await;
    let error = org.client().describe("..").await.expect_err("no name");
    assert!(matches!(error, ApiError::BadName { .. }));
    assert_eq!(org.asked().len(), 0);
    org.client().describe("Lead/../../x?y=#").await.expect_err("no such object");
    assert_eq!(org.asked()[0].line, "GET /services/data/v66.0/sobjects/Lead%2F..%2F..%2Fx%3Fy=%23/describe");
}
