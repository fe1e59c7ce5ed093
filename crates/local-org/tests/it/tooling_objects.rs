//! Custom objects through the Tooling API: made, used, changed, deleted, remembered.

use reqwest::StatusCode;
use salesbridge_local_org::{Data, OrgConfig};
use serde_json::{Value, json};

use crate::support::{Caller, config, error};

fn invoice() -> Value {
    json!({"FullName": "Invoice__c", "Metadata": {"label": "Invoice", "pluralLabel": "Invoices",
        "nameField": {"type": "Text", "label": "Invoice Name"}, "deploymentStatus": "Deployed", "sharingModel": "ReadWrite"}})
}

async fn custom_object(caller: &Caller, body: Value) -> String {
    let (status, body) = caller.post("/tooling/sobjects/CustomObject", body).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    assert_eq!((&body["success"], &body["warnings"], &body["infos"]), (&json!(true), &json!([]), &json!([])));
    body["id"].as_str().unwrap().to_owned()
}

/// A new object takes records of its own key prefix, is listed and described, and is gone when it is deleted.
#[tokio::test]
async fn custom_objects_come_and_go() {
    let caller = Caller::new().await;
    let id = custom_object(&caller, invoice()).await;
    assert!(id.starts_with("01I"));
    let record = caller.create("Invoice__c", json!({"Name": "One"})).await;
    assert!(record.starts_with("a00"), "{record}");
    assert_eq!(
        caller.column("Name", "SELECT Name, Owner.Name FROM invoice__c WHERE OwnerId != null").await,
        [json!("One")]
    );
    let (_, described) = caller.get("/sobjects/Invoice__c/describe").await;
    assert_eq!(
        (&described["custom"], &described["keyPrefix"], &described["labelPlural"]),
        (&json!(true), &json!("a00"), &json!("Invoices"))
    );
    let names: Vec<&str> =
        described["fields"].as_array().unwrap().iter().filter_map(|field| field["name"].as_str()).collect();
    let expected = [
        "Id",
        "OwnerId",
        "IsDeleted",
        "Name",
        "CreatedDate",
        "CreatedById",
        "LastModifiedDate",
        "LastModifiedById",
        "SystemModstamp",
        "LastViewedDate",
        "LastReferencedDate",
    ];
    assert_eq!(names, expected);
    let (_, global) = caller.get("/sobjects").await;
    assert!(
        global["sobjects"]
            .as_array()
            .unwrap()
            .iter()
            .any(|object| object["name"] == "Invoice__c" && object["custom"] == true)
    );
    assert_eq!(
        error(caller.post("/tooling/sobjects/CustomObject", invoice()).await),
        "400 DUPLICATE_DEVELOPER_NAME There is already an object named Invoice on Custom Object Definition."
    );
    let mut second = invoice();
    second["FullName"] = "Bill__c".into();
    custom_object(&caller, second).await;
    assert!(caller.create("Bill__c", json!({"Name": "B"})).await.starts_with("a01"));
    assert_eq!(caller.delete(&format!("/tooling/sobjects/CustomObject/{id}")).await.0, StatusCode::NO_CONTENT);
    assert!(
        error(caller.query("SELECT Id FROM Invoice__c").await).contains("sObject type 'Invoice__c' is not supported")
    );
    assert_eq!(
        error(caller.get(&format!("/sobjects/Invoice__c/{record}")).await),
        "404 NOT_FOUND The requested resource does not exist"
    );
    custom_object(&caller, invoice()).await;
    assert!(caller.create("Invoice__c", json!({"Name": "Again"})).await.starts_with("a02"));
}

#[tokio::test]
async fn bad_objects_are_refused() {
    let caller = Caller::new().await;
    for (change, expected) in [
        (json!({"label": null}), "REQUIRED_FIELD_MISSING Required field is missing: label"),
        (json!({"pluralLabel": ""}), "REQUIRED_FIELD_MISSING Required field is missing: pluralLabel"),
        (json!({"nameField": null}), "FIELD_INTEGRITY_EXCEPTION Must specify a nameField of type Text or AutoNumber"),
        (
            json!({"nameField": {"type": "Date"}}),
            "FIELD_INTEGRITY_EXCEPTION Must specify a nameField of type Text or AutoNumber",
        ),
        (
            json!({"nameField": {"type": "AutoNumber"}}),
            "FIELD_INTEGRITY_EXCEPTION Must specify 'displayFormat' for a CustomField of type AutoNumber",
        ),
        (
            json!({"sharingModel": "Nobody"}),
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST Sharing Model: bad value for restricted picklist field: Nobody",
        ),
        (json!({"customSettingsType": "List"}), "FUNCTIONALITY_NOT_ENABLED The local org has no custom settings"),
    ] {
        let mut body = invoice();
        body["Metadata"].as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(error(caller.post("/tooling/sobjects/CustomObject", body).await), format!("400 {expected}"));
    }
    for (name, expected) in [
        ("Invoice", "FIELD_INTEGRITY_EXCEPTION fullName must end with: __c, and Invoice does not"),
        ("Set__mdt", "FUNCTIONALITY_NOT_ENABLED The local org has no objects whose names end with __mdt"),
    ] {
        let mut body = invoice();
        body["FullName"] = name.into();
        assert_eq!(error(caller.post("/tooling/sobjects/CustomObject", body).await), format!("400 {expected}"));
    }
    assert_eq!(
        error(caller.post("/tooling/sobjects/Nothing", json!({})).await),
        "404 NOT_FOUND The requested resource does not exist"
    );
    assert!(error(caller.post("/tooling/sobjects/User", json!({})).await).starts_with("405 METHOD_NOT_ALLOWED "));
}

/// The detail of a master has no owner of its own; it gets one back when the master goes.
#[tokio::test]
async fn a_detail_has_a_master_instead_of_an_owner() {
    let caller = Caller::new().await;
    let invoice_id = custom_object(&caller, invoice()).await;
    let mut line = invoice();
    line["FullName"] = "Line__c".into();
    custom_object(&caller, line).await;
    let has_owner = async || {
        let (_, described) = caller.get("/sobjects/Line__c/describe").await;
        described["fields"].as_array().unwrap().iter().any(|field| field["name"] == "OwnerId")
    };
    assert!(has_owner().await);
    let master =
        json!({"label": "Invoice", "type": "MasterDetail", "referenceTo": "Invoice__c", "relationshipName": "Lines"});
    let field = caller.custom_field("Line__c.Invoice__c", master.clone()).await;
    assert!(!has_owner().await);
    let missing = error(caller.post("/sobjects/Line__c", json!({"Name": "L"})).await);
    assert_eq!(missing, "400 REQUIRED_FIELD_MISSING Required fields are missing: [Invoice__c]");
    let invoice = caller.create("Invoice__c", json!({"Name": "One"})).await;
    caller.create("Line__c", json!({"Name": "L", "Invoice__c": invoice})).await;
    assert_eq!(caller.column("Invoice__r", "SELECT Invoice__r.Name FROM Line__c").await[0]["Name"], "One");
    let told = error(caller.delete(&format!("/tooling/sobjects/CustomObject/{invoice_id}")).await);
    assert!(told.starts_with("400 DEPENDENCY_EXISTS ") && told.ends_with("Line__c.Invoice__c"), "{told}");
    let body = json!({"FullName": "Line__c.Second__c", "Metadata": {"type": "MasterDetail", "referenceTo": "Account", "relationshipName": "Lines"}});
    let told = error(caller.post("/tooling/sobjects/CustomField", body).await);
    assert!(told.starts_with("400 FIELD_INTEGRITY_EXCEPTION Cannot Create Master-Detail Relationship"), "{told}");
    caller.delete(&format!("/tooling/sobjects/CustomField/{field}")).await;
    assert!(has_owner().await);
    assert_eq!(caller.delete(&format!("/tooling/sobjects/CustomObject/{invoice_id}")).await.0, StatusCode::NO_CONTENT);
}

/// A change of the definition shows in describe, and the object's own fields stay.
#[tokio::test]
async fn an_object_is_changed_by_its_whole_metadata() {
    let caller = Caller::new().await;
    let id = custom_object(&caller, invoice()).await;
    caller.custom_field("Invoice__c.Note__c", json!({"type": "Text", "length": 9})).await;
    caller.create("Invoice__c", json!({"Name": "One", "Note__c": "kept"})).await;
    let mut body = invoice();
    body["Metadata"]["label"] = "Bill".into();
    body["Metadata"]["enableActivities"] = true.into();
    let path = format!("/tooling/sobjects/CustomObject/{id}");
    assert_eq!(caller.patch(&path, body).await, (StatusCode::NO_CONTENT, Value::Null));
    let (_, described) = caller.get("/sobjects/Invoice__c/describe").await;
    assert_eq!(described["label"], "Bill");
    assert_eq!(caller.column("Note__c", "SELECT Note__c, LastActivityDate FROM Invoice__c").await, [json!("kept")]);
    let (_, row) = caller.get(&path).await;
    assert_eq!(
        (&row["DeveloperName"], &row["FullName"], &row["Metadata"]["label"]),
        (&json!("Invoice"), &json!("Invoice__c"), &json!("Bill"))
    );
}

#[tokio::test]
async fn a_restarted_org_remembers_what_it_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let (config, clock) = config();
    let config = OrgConfig { data: Data::File(folder.path().join("org.db")), ..config };
    let caller = Caller::with(config.clone(), clock.clone()).await;
    custom_object(&caller, invoice()).await;
    let lookup = json!({"type": "Lookup", "referenceTo": "Account", "relationshipName": "Invoices"});
    caller.custom_field("Invoice__c.Account__c", lookup).await;
    caller.custom_field("Invoice__c.Spot__c", json!({"type": "Location", "scale": 2})).await;
    let account = caller.create("Account", json!({"Name": "Acme"})).await;
    let record = caller.create("Invoice__c", json!({"Name": "One", "Account__c": account})).await;
    let (_, before) = caller.get("/sobjects/Invoice__c/describe").await;
    let (_, account_before) = caller.get("/sobjects/Account/describe").await;
    let url = caller.org.url().to_owned();
    caller.org.shutdown().await;

    let again = Caller::with(config, clock).await;
    let alike =
        |value: Value| serde_json::from_str::<Value>(&value.to_string().replace(&url, again.org.url())).unwrap();
    assert_eq!(again.get("/sobjects/Invoice__c/describe").await.1, alike(before));
    assert_eq!(again.get("/sobjects/Account/describe").await.1, alike(account_before));
    assert_eq!(again.column("Id", "SELECT Id FROM Invoice__c WHERE Account__r.Name = 'Acme'").await, [json!(record)]);
    assert_ne!(again.create("Invoice__c", json!({"Name": "Two"})).await, record);
}
