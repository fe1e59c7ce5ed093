//! Functions of fields, groups of fields, clauses beside conditions, and what is read but not run.

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

#[tokio::test]
async fn labels_are_shown_and_found() {
    let caller = Caller::new().await;
    caller.create("Account", json!({"Name": "Acme", "CleanStatus": "Pending"})).await;
    let (_, body) = caller.query("SELECT toLabel(CleanStatus), CleanStatus raw FROM Account").await;
    assert_eq!(body[0]["errorCode"], "MALFORMED_QUERY", "{body}");
    let (_, body) = caller.query("SELECT toLabel(CleanStatus), Name FROM Account").await;
    let keys: Vec<&String> = body["records"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["attributes", "CleanStatus", "Name"]);
    assert_eq!(body["records"][0]["CleanStatus"], "Not Compared");
    let both = caller.query("SELECT CleanStatus, toLabel(CleanStatus) label FROM Account").await.1;
    assert_eq!(
        (&both["records"][0]["CleanStatus"], &both["records"][0]["label"]),
        (&json!("Pending"), &json!("Not Compared"))
    );
    for (condition, expected) in
        [("= 'not compared'", 1), ("LIKE 'Not%'", 1), ("IN ('Not Compared')", 1), ("= 'Pending'", 0)]
    {
        let soql = format!("SELECT COUNT() FROM Account WHERE toLabel(CleanStatus) {condition}");
        assert_eq!(caller.query(&soql).await.1["totalSize"], json!(expected), "{condition}");
    }
}

/// As people write it in `en_US`, times in the user's time zone.
#[tokio::test]
async fn values_are_dressed_for_people() {
    let caller = Caller::new().await;
    let row = json!({"Name": "Big", "StageName": "Prospecting", "CloseDate": "2026-02-03", "Amount": 1_234_567.5});
    caller.create("Opportunity", row).await;
    let soql = "SELECT Amount, FORMAT(Amount) shown, FORMAT(CloseDate) day, FORMAT(CreatedDate) made, FORMAT(Name) FROM Opportunity";
    let (_, body) = caller.query(soql).await;
    let record = &body["records"][0];
    assert_eq!((&record["Amount"], &record["shown"]), (&json!(1_234_567.5), &json!("$1,234,567.50")));
    assert_eq!((&record["day"], &record["Name"]), (&json!("2/3/2026"), &json!("Big")));
    assert_eq!(record["made"], "11/23/2026, 10:00 AM");
    let (_, body) = caller.query("SELECT FORMAT(MAX(Amount)) most FROM Opportunity").await;
    assert_eq!(body["records"][0]["most"], "$1,234,567.50");
    assert!(
        error(caller.query("SELECT Amount, FORMAT(Amount) FROM Opportunity").await)
            .contains("duplicate field selected")
    );
}

#[tokio::test]
async fn groups_of_fields_are_written_out() {
    let caller = Caller::new().await;
    caller.custom_field("Account.Region__c", json!({"label": "Region", "type": "Text", "length": 20})).await;
    let id = caller.create("Account", json!({"Name": "Acme", "Region__c": "North"})).await;
    let keys = |body: &Value| -> Vec<String> { body["records"][0].as_object().unwrap().keys().cloned().collect() };
    let described: Vec<String> = caller.get("/sobjects/Account/describe").await.1["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].as_str().unwrap().to_owned())
        .collect();
    let (_, all) = caller.query("SELECT FIELDS(ALL) FROM Account LIMIT 200").await;
    assert_eq!(keys(&all)[1..], described[..]);
    let (_, standard) = caller.query("SELECT FIELDS(STANDARD), Region__c FROM Account").await;
    assert_eq!(keys(&standard).len(), described.len() + 1);
    let (_, custom) = caller.query("SELECT Name, FIELDS(CUSTOM) FROM Account LIMIT 1").await;
    assert_eq!(keys(&custom), ["attributes", "Name", "Region__c"]);
    for rows in [format!("WHERE Id = '{id}'"), format!("WHERE Name = 'Acme' AND Id IN ('{id}')")] {
        assert_eq!(caller.query(&format!("SELECT FIELDS(ALL) FROM Account {rows}")).await.0, StatusCode::OK, "{rows}");
    }
    for (soql, told) in [
        (
            "SELECT FIELDS(ALL) FROM Account",
            "MALFORMED_QUERY The SOQL FIELDS function must have a LIMIT of at most 200",
        ),
        (
            "SELECT FIELDS(CUSTOM) FROM Account LIMIT 201",
            "MALFORMED_QUERY The SOQL FIELDS function must have a LIMIT of at most 200",
        ),
        (
            "SELECT FIELDS(CUSTOM) FROM Lead LIMIT 1",
            "MALFORMED_QUERY 'FIELDS(...)' expansion function must result in at least one field being selected.",
        ),
        ("SELECT Id, FIELDS(ALL) FROM Account LIMIT 1", "INVALID_FIELD duplicate field selected: Id"),
        ("SELECT FIELDS(STANDARD), FIELDS(ALL) FROM Account LIMIT 1", "INVALID_FIELD duplicate field selected: Id"),
    ] {
        assert_eq!(error(caller.query(soql).await), format!("400 {told}"), "{soql}");
    }
}

#[tokio::test]
async fn rows_asked_for_view_count_as_seen() {
    let caller = Caller::new().await;
    caller.create("Account", json!({"Name": "Seen"})).await;
    caller.create("Account", json!({"Name": "Not"})).await;
    caller.clock.advance(TimeDelta::minutes(30));
    let now = json!("2026-11-23T10:30:00.000+0000");
    let dates =
        "SELECT Name, LastViewedDate, LastReferencedDate FROM Account WHERE LastReferencedDate = 2026-11-23T10:30:00Z";
    caller.column("Name", "SELECT Name FROM Account WHERE Name = 'Not' FOR REFERENCE").await;
    let found = caller.query(dates).await.1;
    assert_eq!((&found["records"][0]["Name"], &found["records"][0]["LastReferencedDate"]), (&json!("Not"), &now));
    assert_ne!(found["records"][0]["LastViewedDate"], now);
    caller.clock.advance(TimeDelta::minutes(30));
    caller.column("Name", "SELECT Name FROM Account WHERE Name = 'Seen' FOR VIEW").await;
    let viewed = "SELECT Name FROM Account WHERE LastViewedDate = 2026-11-23T11:00:00Z AND LastReferencedDate = 2026-11-23T11:00:00Z";
    assert_eq!(caller.column("Name", viewed).await, ["Seen"]);
}

/// Clauses of Apex, and what the local org reads but does not run, are refused by name.
#[tokio::test]
async fn what_is_not_run_says_so() {
    let caller = Caller::new().await;
    let point = "DISTANCE(BillingAddress, GEOLOCATION(1, 2), 'mi')";
    for (soql, code, text) in [
        ("SELECT Id FROM Account ALL ROWS".to_owned(), "MALFORMED_QUERY", "ALL ROWS is only allowed in Apex code"),
        ("SELECT Id FROM Account FOR UPDATE".to_owned(), "MALFORMED_QUERY", "FOR UPDATE is only allowed in Apex code"),
        (
            "SELECT Id FROM Account WITH USER_MODE".to_owned(),
            "MALFORMED_QUERY",
            "WITH USER_MODE is only allowed in Apex code",
        ),
        (format!("SELECT Id FROM Account WHERE {point} < 5"), "FUNCTIONALITY_NOT_ENABLED", "DISTANCE()"),
        (format!("SELECT Id FROM Account ORDER BY {point}"), "FUNCTIONALITY_NOT_ENABLED", "DISTANCE()"),
        (
            "SELECT convertCurrency(AnnualRevenue) FROM Account".to_owned(),
            "FUNCTIONALITY_NOT_ENABLED",
            "convertCurrency()",
        ),
        (
            "SELECT Id FROM Account WHERE AnnualRevenue > USD5".to_owned(),
            "FUNCTIONALITY_NOT_ENABLED",
            "amounts with a currency",
        ),
        (
            "SELECT COUNT(Id) FROM Account GROUP BY ROLLUP(Name)".to_owned(),
            "FUNCTIONALITY_NOT_ENABLED",
            "GROUP BY ROLLUP",
        ),
        ("SELECT COUNT(Id) FROM Account GROUP BY CUBE(Name)".to_owned(), "FUNCTIONALITY_NOT_ENABLED", "GROUP BY CUBE"),
        ("SELECT GROUPING(Name) FROM Account GROUP BY Name".to_owned(), "FUNCTIONALITY_NOT_ENABLED", "GROUPING()"),
        (
            "SELECT Id FROM Account WITH DATA CATEGORY A__c AT b__c".to_owned(),
            "FUNCTIONALITY_NOT_ENABLED",
            "WITH DATA CATEGORY",
        ),
    ] {
        let told = error(caller.query(&soql).await);
        assert!(told.starts_with(&format!("400 {code} ")) && told.contains(text), "{soql}: {told}");
    }
}

/// A blob shows where it is, not what it is.
#[tokio::test]
async fn a_blob_is_shown_as_its_address() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "Acme"})).await;
    let row = json!({"ParentId": account, "Name": "note.txt", "Body": "aGVsbG8="});
    let (status, body) = caller.post("/sobjects/Attachment", row).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    let id = body["id"].as_str().unwrap();
    let found = caller.column("Body", "SELECT Body FROM Attachment").await;
    assert_eq!(found, [json!(format!("/services/data/v66.0/sobjects/Attachment/{id}/Body"))]);
}

#[tokio::test]
async fn addresses_are_objects_and_null_when_empty() {
    let caller = Caller::new().await;
    caller.create("Account", json!({"Name": "Acme", "BillingCity": "Bonn", "BillingLatitude": 50.7})).await;
    let (_, body) = caller.query("SELECT BillingAddress, ShippingAddress FROM Account").await;
    let expected = json!({"city": "Bonn", "country": null, "geocodeAccuracy": null, "latitude": 50.7, "longitude": null,
        "postalCode": null, "state": null, "street": null});
    assert_eq!(body["records"][0]["BillingAddress"], expected);
    assert_eq!(body["records"][0]["ShippingAddress"], Value::Null);
}

/// Links are found by the document or by what it is linked to.
#[tokio::test]
async fn links_of_documents_need_a_filter() {
    let caller = Caller::new().await;
    let told = error(caller.query("SELECT Id FROM ContentDocumentLink").await);
    assert!(told.starts_with("400 MALFORMED_QUERY Implementation restriction: ContentDocumentLink requires"), "{told}");
    let unbounded = "SELECT COUNT() FROM ContentDocumentLink WHERE LinkedEntityId != null";
    assert_eq!(error(caller.query(unbounded).await), told);
    for condition in
        ["LinkedEntityId = '001000000000001AAA'", "Visibility = 'x' AND ContentDocumentId IN ('069000000000001AAA')"]
    {
        let (status, body) = caller.query(&format!("SELECT Id FROM ContentDocumentLink WHERE {condition}")).await;
        assert_eq!((status, &body["totalSize"]), (StatusCode::OK, &json!(0)), "{body}");
    }
}
