//! What the org says about itself: versions, resources, objects, fields, limits.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Caller, answer, client, error};

fn field<'body>(described: &'body Value, name: &str) -> &'body Value {
    described["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap()
}

/// `GET /services/data` needs no token and does not count; retired versions answer 410, unknown ones 404.
#[tokio::test]
async fn versions_are_listed_to_everyone() {
    let caller = Caller::new().await;
    let url = format!("{}/services/data/", caller.org.url());
    let response = client().get(url).send().await.unwrap();
    assert!(!response.headers().contains_key("sforce-limit-info"));
    let (status, versions) = answer(response).await;
    let listed = versions.as_array().unwrap();
    assert_eq!((status, listed.len()), (StatusCode::OK, 38));
    let newest = json!({"label": "Winter '27", "url": "/services/data/v68.0", "version": "68.0"});
    assert_eq!((&listed[0]["version"], &listed[37]), (&json!("31.0"), &newest));
    let retired = caller.get("/services/data/v30.0/limits").await;
    assert!(error(retired).starts_with("410 UNSUPPORTED_API_VERSION "));
    for unknown in ["v69.0", "v66", "66.0", "v66.1"] {
        let told = error(caller.get(&format!("/services/data/{unknown}/limits")).await);
        assert_eq!(told, "404 NOT_FOUND The requested resource does not exist");
    }
}

#[tokio::test]
async fn resources_are_mapped() {
    let caller = Caller::new().await;
    let (status, map) = caller.get("/services/data/v60.0").await;
    assert_eq!((status, &map["sobjects"]), (StatusCode::OK, &json!("/services/data/v60.0/sobjects")));
    let identity = map["identity"].as_str().unwrap().strip_prefix(caller.org.url()).unwrap();
    assert_eq!(caller.get(identity).await.0, StatusCode::OK);
    assert_eq!(error(caller.get("/nothing/here").await), "404 NOT_FOUND The requested resource does not exist");
}

/// Every call counts once, and its answer says so; what the gate refuses does not count.
#[tokio::test]
async fn calls_are_counted_and_limited() {
    let caller = Caller::new().await;
    let usage = async || {
        let response = caller.send(Method::GET, "/limits", None).await;
        let header = response.headers()["sforce-limit-info"].to_str().unwrap().to_owned();
        (header, answer(response).await.1["DailyApiRequests"].clone())
    };
    assert_eq!(usage().await, ("api-usage=1/15000".to_owned(), json!({"Max": 15000, "Remaining": 14999})));
    client().get(format!("{}/services/data/v66.0/limits", caller.org.url())).send().await.unwrap();
    caller.get("/sobjects/Nothing").await;
    assert_eq!(usage().await.0, "api-usage=3/15000");
    caller.org.control().set_daily_limit(4).await.unwrap();
    assert_eq!(usage().await.0, "api-usage=4/4");
    let refused = caller.get("/limits").await;
    assert_eq!(error(refused), "403 REQUEST_LIMIT_EXCEEDED TotalRequests Limit exceeded.");
    let header = caller.send(Method::GET, "/limits", None).await.headers()["sforce-limit-info"].clone();
    assert_eq!(header, "api-usage=4/4");
    caller.clock.advance(chrono::TimeDelta::hours(24));
    let (_, token) = caller.sign_in(&[]).await;
    let url = format!("{}/services/data/v66.0/limits", caller.org.url());
    let later = client().get(url).bearer_auth(token["access_token"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(later.headers()["sforce-limit-info"], "api-usage=1/4");
}

#[tokio::test]
async fn objects_are_listed_and_described() {
    let caller = Caller::new().await;
    let (_, global) = caller.get("/sobjects").await;
    let names: Vec<&str> = global["sobjects"].as_array().unwrap().iter().filter_map(|o| o["name"].as_str()).collect();
    assert!(["Account", "Contact", "Lead", "Opportunity", "Task", "User"].iter().all(|name| names.contains(name)));
    let (_, basic) = caller.get("/sobjects/lead").await;
    assert_eq!((&basic["objectDescribe"]["keyPrefix"], &basic["recentItems"]), (&json!("00Q"), &json!([])));
    let (_, lead) = caller.get("/sobjects/Lead/describe").await;
    assert_eq!(
        (&lead["name"], &lead["label"], &lead["labelPlural"]),
        (&json!("Lead"), &json!("Lead"), &json!("Leads"))
    );
    let last_name = field(&lead, "LastName");
    assert_eq!(
        (&last_name["length"], &last_name["byteLength"], &last_name["nillable"]),
        (&json!(80), &json!(240), &json!(false))
    );
    let status = field(&lead, "Status");
    assert_eq!((&status["type"], &status["defaultedOnCreate"]), (&json!("picklist"), &json!(true)));
    let first = json!({"active": true, "defaultValue": true, "label": "Open - Not Contacted", "validFor": null, "value": "Open - Not Contacted"});
    assert_eq!(status["picklistValues"][0], first);
    assert_eq!(field(&lead, "OwnerId")["referenceTo"], json!(["Group", "User"]));
}

/// A described field has exactly the 57 keys recorded at version 59, whatever its type.
#[tokio::test]
async fn a_described_field_has_57_keys() {
    let caller = Caller::new().await;
    for object in ["Lead", "User", "Opportunity"] {
        let (_, described) = caller.get(&format!("/sobjects/{object}/describe")).await;
        for field in described["fields"].as_array().unwrap() {
            assert_eq!(field.as_object().unwrap().len(), 57, "{object} {}", field["name"]);
        }
    }
}

/// A new custom field is in describe at once, takes values, is found by queries, and is gone when it is deleted.
#[tokio::test]
async fn custom_fields_come_and_go() {
    let caller = Caller::new().await;
    let id = caller.external_id().await;
    assert!(id.starts_with("00N"));
    let (_, lead) = caller.get("/sobjects/Lead/describe").await;
    let key = field(&lead, "Key__c");
    let expect =
        json!({"custom": true, "externalId": true, "unique": true, "idLookup": true, "length": 64, "label": "Key"});
    for (name, value) in expect.as_object().unwrap() {
        assert_eq!(&key[name], value, "{name}");
    }
    caller.create("Lead", json!({"LastName": "L", "Company": "C", "key__c": "1"})).await;
    assert_eq!(caller.column("Key__c", "SELECT key__C FROM Lead WHERE KEY__c = '1'").await, [json!("1")]);
    let again = json!({"FullName": "Lead.Key__c", "Metadata": {"type": "Text", "length": 5}});
    let told = error(caller.post("/tooling/sobjects/CustomField", again).await);
    assert_eq!(told, "400 DUPLICATE_DEVELOPER_NAME There is already a field named Key on Lead.");
    assert_eq!(caller.delete(&format!("/tooling/sobjects/CustomField/{id}")).await.0, StatusCode::NO_CONTENT);
    assert!(error(caller.query("SELECT Key__c FROM Lead").await).contains("No such column 'Key__c' on entity 'Lead'"));
}

#[tokio::test]
async fn custom_fields_of_each_type_take_their_values() {
    let caller = Caller::new().await;
    let picklist = json!({"type": "Picklist", "valueSet": {"restricted": true, "valueSetDefinition":
        {"sorted": false, "value": [{"fullName": "Red", "label": "Red", "default": true}, {"fullName": "Blue", "label": "Blue"}]}}});
    let values = [
        ("Number", json!({"type": "Number", "precision": 5, "scale": 2}), json!(1.235), json!(1.24)),
        ("Flag", json!({"type": "Checkbox", "defaultValue": "false"}), json!(true), json!(true)),
        ("Day", json!({"type": "Date"}), json!("2026-01-02"), json!("2026-01-02")),
        ("Mail", json!({"type": "Email"}), json!("a@b.example"), json!("a@b.example")),
        ("Call", json!({"type": "Phone"}), json!("1"), json!("1")),
        ("Site", json!({"type": "Url"}), json!("x"), json!("x")),
        ("Colour", picklist, json!("blue"), json!("Blue")),
    ];
    let mut row = json!({"Name": "Acme"});
    for (name, metadata, sent, _) in &values {
        caller.custom_field(&format!("Account.{name}__c"), metadata.clone()).await;
        row[format!("{name}__c")] = sent.clone();
    }
    let id = caller.create("Account", row).await;
    let (_, kept) = caller.get(&format!("/sobjects/Account/{id}")).await;
    for (name, _, _, expected) in &values {
        assert_eq!(&kept[format!("{name}__c")], expected, "{name}");
    }
    let plain = caller.create("Account", json!({"Name": "Plain"})).await;
    let (_, kept) = caller.get(&format!("/sobjects/Account/{plain}")).await;
    assert_eq!((&kept["Flag__c"], &kept["Colour__c"]), (&json!(false), &json!("Red")));
    let told = error(caller.post("/sobjects/Account", json!({"Name": "A", "Number__c": 1000})).await);
    assert_eq!(told, "400 NUMBER_OUTSIDE_VALID_RANGE Number: value outside of valid range on numeric field: 1000");
}
