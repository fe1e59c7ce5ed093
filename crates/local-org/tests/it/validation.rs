//! What an org refuses, in its words; and what it makes of what it takes.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

fn with(mut row: Value, more: Value) -> Value {
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row
}

/// Each refusal with its code, its text and its fields; messages begin with the field's label.
#[tokio::test]
async fn rows_are_refused_in_salesforces_words() {
    let caller = Caller::new().await;
    let long = "x".repeat(81);
    let too_long = format!("STRING_TOO_LONG Last Name: data value too large: {long} (max length=80)");
    let read_only = "INVALID_FIELD_FOR_INSERT_UPDATE Unable to create/update fields: CreatedDate. Please check the \
                     security settings of this field and verify that it is read/write for your profile or permission set.";
    for (more, expected) in [
        (json!({"LastName": " "}), "REQUIRED_FIELD_MISSING Required fields are missing: [LastName]"),
        (
            json!({"LastName": null, "Company": null}),
            "REQUIRED_FIELD_MISSING Required fields are missing: [LastName, Company]",
        ),
        (json!({"LastName": long}), &too_long),
        (json!({"Email": "foo"}), "INVALID_EMAIL_ADDRESS Email: invalid email address: foo"),
        (
            json!({"CleanStatus": "Odd"}),
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST Clean Status: bad value for restricted picklist field: Odd",
        ),
        (json!({"Foo": 1}), "INVALID_FIELD No such column 'Foo' on sobject of type Lead"),
        (json!({"Id": "x"}), "INVALID_FIELD The Id field should not be specified in the sobject data."),
        (json!({"CreatedDate": "2026-01-01T00:00:00Z"}), read_only),
        (json!({"OwnerId": "12"}), "MALFORMED_ID Owner ID: id value of incorrect type: 12"),
        (
            json!({"OwnerId": "001000000000001AAA"}),
            "MALFORMED_ID Owner ID: id value of incorrect type: 001000000000001AAA",
        ),
        (json!({"OwnerId": "005000000000009AAA"}), "INVALID_CROSS_REFERENCE_KEY invalid cross reference id"),
        (
            json!({"AnnualRevenue": "much"}),
            "INVALID_TYPE_ON_FIELD_IN_RECORD Annual Revenue: value not of required type: much",
        ),
        (
            json!({"NumberOfEmployees": 1.5}),
            "INVALID_TYPE_ON_FIELD_IN_RECORD Employees: value not of required type: 1.5",
        ),
        (
            json!({"AnnualRevenue": "1e20"}),
            "NUMBER_OUTSIDE_VALID_RANGE Annual Revenue: value outside of valid range on numeric field: 1e20",
        ),
    ] {
        let row = with(json!({"LastName": "L", "Company": "C"}), more);
        assert_eq!(error(caller.post("/sobjects/Lead", row).await), format!("400 {expected}"));
    }
    assert_eq!(caller.query("SELECT COUNT() FROM Lead").await.1["totalSize"], 0);
}

/// What cannot be read fails the whole request before any row is looked at.
#[tokio::test]
async fn what_cannot_be_read_fails_the_whole_request() {
    let caller = Caller::new().await;
    let told = error(caller.post("/sobjects/Opportunity", json!({"CloseDate": "tomorrow"})).await);
    let text = "400 JSON_PARSER_ERROR Cannot deserialize instance of date from VALUE_STRING value tomorrow or request \
                may be missing a required field at [line:1, column:14]";
    assert_eq!(told, text);
    let rows =
        json!([{"attributes": {"type": "Account"}, "Name": "A"}, {"attributes": {"type": "Account"}, "Nope": 1}]);
    let told = error(caller.post("/composite/sobjects", json!({"records": rows})).await);
    assert_eq!(told, "400 INVALID_FIELD No such column 'Nope' on sobject of type Account");
    assert_eq!(caller.query("SELECT COUNT() FROM Account").await.1["totalSize"], 0);
    for (body, start) in
        [("", "400 JSON_PARSER_ERROR The HTTP entity body is required"), ("{", "400 JSON_PARSER_ERROR ")]
    {
        let url = format!("{}/services/data/v66.0/sobjects/Account", caller.org.url());
        let sent = caller.client.post(url).bearer_auth(&caller.token).body(body).send().await.unwrap();
        let told = error(crate::support::answer(sent).await);
        assert!(told.starts_with(start), "{told}");
    }
}

/// Blanks are trimmed, empty text is null, numbers and booleans may come as text, times are kept in UTC to the second,
/// a restricted picklist keeps its own case and an unrestricted one takes anything.
#[tokio::test]
async fn values_are_stored_as_the_api_shows_them() {
    let caller = Caller::new().await;
    let sent = json!({"LastName": "  Lovelace ", "FirstName": "", "Company": "C", "AnnualRevenue": "1000.4",
        "NumberOfEmployees": "12", "IsUnreadByOwner": "true", "LeadSource": "Carrier pigeon", "CleanStatus": "matched"});
    let id = caller.create("Lead", sent).await;
    let (_, kept) = caller.get(&format!("/sobjects/Lead/{id}")).await;
    for (field, expected) in [
        ("LastName", json!("Lovelace")),
        ("FirstName", Value::Null),
        ("Name", json!("Lovelace")),
        ("AnnualRevenue", json!(1000.0)),
        ("NumberOfEmployees", json!(12)),
        ("IsUnreadByOwner", json!(true)),
        ("LeadSource", json!("Carrier pigeon")),
        ("CleanStatus", json!("Matched")),
    ] {
        assert_eq!(kept[field], expected, "{field}");
    }
    caller.custom_field("Lead.Seen__c", json!({"type": "DateTime"})).await;
    caller.custom_field("Lead.Due__c", json!({"type": "Date"})).await;
    let path = format!("/sobjects/Lead/{id}");
    caller.patch(&path, json!({"Seen__c": "2026-01-01T02:00:00.750+0200", "Due__c": "2026-02-03"})).await;
    let (_, kept) = caller.get(&path).await;
    assert_eq!((&kept["Seen__c"], &kept["Due__c"]), (&json!("2026-01-01T00:00:00.000+0000"), &json!("2026-02-03")));
}

/// A unique field compares without case unless it is case-sensitive; the holder is named.
#[tokio::test]
async fn unique_values_are_kept_unique() {
    let caller = Caller::new().await;
    caller.external_id().await;
    let exact = json!({"type": "Text", "length": 20, "externalId": true, "unique": true, "caseSensitive": true});
    caller.custom_field("Lead.Exact__c", exact).await;
    let row = |more: Value| with(json!({"LastName": "L", "Company": "C"}), more);
    let holder = caller.create("Lead", row(json!({"Key__c": "Ä1", "Exact__c": "a"}))).await;
    let twice = error(caller.post("/sobjects/Lead", row(json!({"Key__c": "ä1"}))).await);
    assert_eq!(
        twice,
        format!("400 DUPLICATE_VALUE duplicate value found: Key__c duplicates value on record with id: {holder}")
    );
    caller.create("Lead", row(json!({"Exact__c": "A"}))).await;
    let (status, _) = caller.patch(&format!("/sobjects/Lead/{holder}"), json!({"Key__c": "Ä1"})).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let other =
        caller.patch("/sobjects/Lead/Exact__c/b", json!({"LastName": "M", "Company": "C", "Key__c": "Ä1"})).await;
    assert!(error(other).starts_with("400 DUPLICATE_VALUE "));
}

#[tokio::test]
async fn a_required_field_cannot_be_cleared() {
    let caller = Caller::new().await;
    let id = caller.create("Lead", json!({"LastName": "L", "Company": "C", "Phone": "1"})).await;
    let path = format!("/sobjects/Lead/{id}");
    let text = "400 REQUIRED_FIELD_MISSING Required fields are missing: [Company]";
    assert_eq!(error(caller.patch(&path, json!({"Company": "", "Phone": "2"})).await), text);
    assert_eq!(caller.get(&path).await.1["Phone"], "1");
    assert_eq!(caller.patch(&path, json!({"Phone": null})).await.0, StatusCode::NO_CONTENT);
    assert_eq!(caller.get(&path).await.1["Phone"], Value::Null);
}

/// A parent that was deleted cannot be referred to.
#[tokio::test]
async fn a_deleted_parent_is_refused() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "Gone"})).await;
    caller.delete(&format!("/sobjects/Account/{account}")).await;
    let told = error(caller.post("/sobjects/Contact", json!({"LastName": "L", "AccountId": account})).await);
    assert_eq!(told, "400 ENTITY_IS_DELETED entity is deleted");
}
