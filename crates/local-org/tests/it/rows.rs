//! Records: one by one, by external id, and 200 at a time.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use salesbridge_local_org::normalized_id;
use serde_json::{Value, json};

use crate::support::{Caller, answer, error};

fn lead(name: &str) -> Value {
    json!({"LastName": name, "Company": "Acme"})
}

fn typed(object: &str, mut row: Value) -> Value {
    row["attributes"] = json!({"type": object});
    row
}

/// 201 with id, success and errors, and where the record is; ids have 18 characters, the last three a checksum.
#[tokio::test]
async fn a_record_is_created_read_changed_and_deleted() {
    let caller = Caller::new().await;
    let response = caller.send(Method::POST, "/sobjects/lead", Some(lead("Lovelace"))).await;
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let (status, body) = answer(response).await;
    let id = body["id"].as_str().unwrap();
    assert_eq!((status, &body), (StatusCode::CREATED, &json!({"id": id, "success": true, "errors": []})));
    assert_eq!(location, format!("/services/data/v66.0/sobjects/Lead/{id}"));
    assert_eq!(normalized_id(&id[..15]).as_deref(), Some(id));

    let (status, record) = caller.get(&location).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(record["attributes"], json!({"type": "Lead", "url": location}));
    assert_eq!((&record["Name"], &record["Status"]), (&json!("Lovelace"), &json!("Open - Not Contacted")));
    assert_eq!((&record["IsConverted"], &record["Phone"]), (&json!(false), &Value::Null));

    caller.clock.advance(TimeDelta::seconds(5));
    assert_eq!(
        caller.patch(&location, json!({"FirstName": "Ada", "Phone": "1"})).await,
        (StatusCode::NO_CONTENT, Value::Null)
    );
    let (_, changed) = caller.get(&format!("{location}?fields=name,Phone,LastModifiedDate,CreatedDate")).await;
    let expected = json!({"attributes": {"type": "Lead", "url": location}, "Name": "Ada Lovelace", "Phone": "1",
        "LastModifiedDate": "2026-11-23T10:00:05.000+0000", "CreatedDate": "2026-11-23T10:00:00.000+0000", "Id": id});
    assert_eq!(changed, expected);

    assert_eq!(caller.delete(&location).await.0, StatusCode::NO_CONTENT);
    assert_eq!(error(caller.get(&location).await), "404 ENTITY_IS_DELETED entity is deleted");
    assert_eq!(error(caller.delete(&location).await), "404 ENTITY_IS_DELETED entity is deleted");
}

#[tokio::test]
async fn ids_of_15_characters_are_taken_and_others_are_not_found() {
    let caller = Caller::new().await;
    let id = caller.create("Account", json!({"Name": "Acme"})).await;
    let (status, record) = caller.get(&format!("/sobjects/Account/{}", &id[..15])).await;
    assert_eq!((status, &record["Id"]), (StatusCode::OK, &json!(id)));
    for wrong in ["001000000000000AAA", "nonsense"] {
        let text = format!("404 NOT_FOUND Provided external ID field does not exist or is not accessible: {wrong}");
        assert_eq!(error(caller.get(&format!("/sobjects/Account/{wrong}")).await), text);
    }
    let text = format!("404 NOT_FOUND Provided external ID field does not exist or is not accessible: {id}");
    assert_eq!(error(caller.get(&format!("/sobjects/Contact/{id}")).await), text);
    assert_eq!(error(caller.get("/sobjects/Nothing/1").await), "404 NOT_FOUND The requested resource does not exist");
}

/// A record's address is one object made of its parts, null when all of them are.
#[tokio::test]
async fn addresses_are_put_together() {
    let caller = Caller::new().await;
    let id =
        caller.create("Account", json!({"Name": "Acme", "BillingCity": "Berlin", "BillingCountry": "Germany"})).await;
    let (_, record) = caller.get(&format!("/sobjects/Account/{id}?fields=BillingAddress,ShippingAddress")).await;
    let expected = json!({"city": "Berlin", "country": "Germany", "geocodeAccuracy": null, "latitude": null,
        "longitude": null, "postalCode": null, "state": null, "street": null});
    assert_eq!((&record["BillingAddress"], &record["ShippingAddress"]), (&expected, &Value::Null));
    let shown = caller.column("BillingAddress", "SELECT BillingAddress FROM Account").await;
    assert_eq!(shown, [expected]);
}

#[tokio::test]
async fn a_slash_too_many_and_a_named_method_are_understood() {
    let caller = Caller::new().await;
    let doubled = caller.client.get(format!("{}//services/data", caller.org.url())).send().await.unwrap();
    assert_eq!(doubled.status(), StatusCode::OK, "`sf` keeps an instance URL with a slash at its end");
    let (status, body) = caller.post("/sobjects/Account/", json!({"Name": "Acme"})).await;
    assert_eq!(status, StatusCode::CREATED);
    let path = format!("/sobjects/Account/{}", body["id"].as_str().unwrap());
    let patched = caller.post(&format!("{path}?_HttpMethod=PATCH"), json!({"Name": "Zenith"})).await;
    assert_eq!(patched.0, StatusCode::NO_CONTENT);
    assert_eq!(caller.get(&path).await.1["Name"], "Zenith");
    let refused = caller.send(Method::PUT, &path, Some(json!({}))).await;
    assert!(refused.headers().contains_key("allow"));
    assert!(
        error(answer(refused).await).starts_with("405 METHOD_NOT_ALLOWED HTTP Method 'PUT' not allowed. Allowed are ")
    );
}

/// Upsert by external id: 201 created, 200 updated with a body (204 before v46), matched without case.
#[tokio::test]
async fn an_upsert_creates_once_and_updates_after() {
    let caller = Caller::new().await;
    caller.external_id().await;
    let path = "/sobjects/Lead/Key__c/a%2FB";
    let (status, made) = caller.patch(path, lead("Lovelace")).await;
    assert_eq!((status, &made["created"]), (StatusCode::CREATED, &json!(true)));
    let (status, found) = caller.patch("/sobjects/Lead/key__C/A%2Fb", lead("Byron")).await;
    let expected = json!({"id": made["id"], "success": true, "errors": [], "created": false});
    assert_eq!((status, found), (StatusCode::OK, expected));
    let old = format!("/services/data/v45.0{path}");
    assert_eq!(caller.patch(&old, lead("King")).await, (StatusCode::NO_CONTENT, Value::Null));
    let (_, record) = caller.get(path).await;
    assert_eq!((&record["LastName"], &record["Key__c"]), (&json!("King"), &json!("a/B")));
    assert_eq!(caller.delete(path).await.0, StatusCode::NO_CONTENT);
    assert_eq!(caller.patch(path, lead("Again")).await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn an_upsert_that_cannot_tell_says_so() {
    let caller = Caller::new().await;
    caller.external_id().await;
    let twins = [
        caller.create("Lead", json!({"LastName": "A", "Company": "C", "Email": "t@x.example"})).await,
        caller.create("Lead", json!({"LastName": "B", "Company": "C", "Email": "T@x.example"})).await,
    ];
    let urls: Vec<String> = twins.iter().map(|id| format!("/services/data/v66.0/sobjects/Lead/{id}")).collect();
    let several = caller.patch("/sobjects/Lead/Email/t@x.example", lead("C")).await;
    assert_eq!(several, (StatusCode::MULTIPLE_CHOICES, json!(urls)));
    let no_field = "404 NOT_FOUND Provided external ID field does not exist or is not accessible: Phone";
    assert_eq!(error(caller.patch("/sobjects/Lead/Phone/1", lead("C")).await), no_field);
    let no_row = "404 NOT_FOUND Provided external ID field does not exist or is not accessible: none";
    assert_eq!(error(caller.patch("/sobjects/Lead/Key__c/none?updateOnly=true", lead("C")).await), no_row);
    let doubled = caller.patch("/sobjects/Lead/Key__c/k", json!({"Key__c": "k", "LastName": "X"})).await;
    assert_eq!(error(doubled), "400 INVALID_FIELD The Key__c field should not be specified in the sobject data.");
}

/// Results inside collections write `statusCode`, and the answer is 200 whatever became of the rows.
#[tokio::test]
async fn a_collection_answers_row_by_row() {
    let caller = Caller::new().await;
    let records = json!([
        typed("Lead", lead("A")),
        typed("Lead", json!({"LastName": "B"})),
        typed("Account", json!({"Name": "C"}))
    ]);
    let (status, body) = caller.post("/composite/sobjects", json!({"allOrNone": null, "records": records})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&body[0]["success"], &body[2]["success"]), (&json!(true), &json!(true)));
    let error = json!({"statusCode": "REQUIRED_FIELD_MISSING", "message": "Required fields are missing: [Company]", "fields": ["Company"]});
    assert_eq!(body[1], json!({"success": false, "errors": [error]}));
    assert_eq!(caller.column("Name", "SELECT Name FROM Lead").await, [json!("A")]);
}

/// `allOrNone`: nothing is kept, and the good rows say that they were taken back.
#[tokio::test]
async fn all_or_none_takes_everything_back() {
    let caller = Caller::new().await;
    let records = json!([typed("Lead", lead("A")), typed("Lead", json!({"LastName": "B"}))]);
    let (status, body) = caller.post("/composite/sobjects", json!({"allOrNone": true, "records": records})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body[0]["errors"][0]["statusCode"], "ALL_OR_NONE_OPERATION_ROLLED_BACK");
    assert_eq!(body[1]["errors"][0]["statusCode"], "REQUIRED_FIELD_MISSING");
    assert_eq!(caller.query("SELECT COUNT() FROM Lead").await.1["totalSize"], 0);
}

#[tokio::test]
async fn a_collection_updates_deletes_and_retrieves() {
    let caller = Caller::new().await;
    let ids = [caller.create("Lead", lead("A")).await, caller.create("Lead", lead("B")).await];
    let records = json!([
        typed("Lead", json!({"id": ids[0], "Phone": "1"})),
        typed("Lead", json!({"Id": "12", "Phone": "1"})),
        typed("Lead", json!({"Phone": "1"})),
        typed("Lead", json!({"id": "00Q000000000000", "Phone": "1"})),
    ]);
    let (_, body) = caller.patch("/composite/sobjects", json!({"records": records})).await;
    let codes: Vec<&Value> = (1..4).map(|row| &body[row]["errors"][0]["statusCode"]).collect();
    assert_eq!(body[0], json!({"id": ids[0], "success": true, "errors": []}));
    assert_eq!(codes, ["MALFORMED_ID", "MISSING_ARGUMENT", "INVALID_CROSS_REFERENCE_KEY"]);

    let wanted = json!({"ids": [ids[1], "00Q000000000000", ids[0]], "fields": ["Phone"]});
    let (_, records) = caller.post("/composite/sobjects/Lead", wanted).await;
    assert_eq!((&records[0]["Phone"], &records[1], &records[2]["Phone"]), (&Value::Null, &Value::Null, &json!("1")));
    let (_, records) = caller.get(&format!("/composite/sobjects/Lead?ids={}&fields=LastName,Id", ids[0])).await;
    assert_eq!((&records[0]["LastName"], &records[0]["Id"]), (&json!("A"), &json!(ids[0])));

    let (_, body) = caller.delete(&format!("/composite/sobjects?ids={},{}&allOrNone=false", ids[0], ids[1])).await;
    assert_eq!(body[1], json!({"id": ids[1], "success": true, "errors": []}));
    let (_, again) = caller.delete(&format!("/composite/sobjects?ids={}", ids[0])).await;
    assert_eq!(again[0]["errors"][0]["statusCode"], "ENTITY_IS_DELETED");
}

/// Upserting 200 rows twice leaves 200; a key given twice in one call is refused with DUPLICATE_VALUE.
#[tokio::test]
async fn a_collection_upserts_by_external_id() {
    let caller = Caller::new().await;
    caller.external_id().await;
    let row = |key: &str| typed("Lead", json!({"Key__c": key, "LastName": key, "Company": "C"}));
    let records: Vec<Value> = (0..200).map(|n| row(&format!("k{n}"))).collect();
    for created in [true, false] {
        let (status, body) = caller.patch("/composite/sobjects/Lead/Key__c", json!({"records": records})).await;
        assert_eq!(status, StatusCode::OK);
        let results = body.as_array().unwrap();
        assert!(results.len() == 200 && results.iter().all(|result| result["created"] == created), "{body}");
    }
    assert_eq!(caller.query("SELECT COUNT() FROM Lead").await.1["totalSize"], 200);
    let (_, body) =
        caller.patch("/composite/sobjects/Lead/Key__c", json!({"records": [row("x"), row("X"), row("y")]})).await;
    let successes: Vec<&Value> = (0..3).map(|n| &body[n]["success"]).collect();
    assert_eq!(successes, [false, false, true]);
    assert_eq!(body[0]["errors"][0]["statusCode"], "DUPLICATE_VALUE");
}

#[tokio::test]
async fn more_than_200_records_are_refused() {
    let caller = Caller::new().await;
    let records: Vec<Value> = (0..201).map(|n| typed("Lead", lead(&n.to_string()))).collect();
    let text = "400 EXCEEDED_ID_LIMIT record limit reached. cannot submit more than 200 records into this call";
    assert_eq!(error(caller.post("/composite/sobjects", json!({"records": records})).await), text);
}

/// A parent is set by its external id as well as by its record id.
#[tokio::test]
async fn a_parent_is_found_by_external_id() {
    let caller = Caller::new().await;
    caller
        .custom_field("Account.Key__c", json!({"type": "Text", "length": 20, "externalId": true, "unique": true}))
        .await;
    let account = caller.create("Account", json!({"Name": "Acme", "Key__c": "42"})).await;
    let contact = caller.create("Contact", json!({"LastName": "L", "Account": {"Key__c": "42"}})).await;
    assert_eq!(caller.get(&format!("/sobjects/Contact/{contact}")).await.1["AccountId"], json!(account));
    let missing = caller.post("/sobjects/Contact", json!({"LastName": "L", "Account": {"Key__c": "43"}})).await;
    assert_eq!(
        error(missing),
        "400 INVALID_FIELD Foreign key external ID: 43 not found for field Key__c in entity Account"
    );
}
