//! Values of custom fields: what the org counts, orders, checks and hides by itself.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

async fn row(caller: &Caller, object: &str, id: &str) -> Value {
    let (status, row) = caller.get(&format!("/sobjects/{object}/{id}")).await;
    assert_eq!(status, StatusCode::OK, "{row}");
    row
}

async fn custom_object(caller: &Caller, name: &str, name_field: Value) {
    let metadata = json!({"label": name, "pluralLabel": name, "nameField": name_field});
    let body = json!({"FullName": format!("{name}__c"), "Metadata": metadata});
    assert_eq!(caller.post("/tooling/sobjects/CustomObject", body).await.0, StatusCode::CREATED);
}

/// Rows that are there get their numbers at once, in the order they were made; a refused row uses none up.
#[tokio::test]
async fn numbers_are_counted_by_the_org() {
    let caller = Caller::new().await;
    for name in ["A", "B"] {
        caller.create("Account", json!({"Name": name})).await;
    }
    let metadata =
        json!({"type": "AutoNumber", "displayFormat": "N-{0000}/{YYYY}", "startingNumber": 7, "externalId": true});
    caller.custom_field("Account.No__c", metadata).await;
    assert!(
        error(caller.post("/sobjects/Account", json!({"Site": "no name"})).await).starts_with("400 REQUIRED_FIELD")
    );
    caller.create("Account", json!({"Name": "C"})).await;
    let numbers = caller.column("No__c", "SELECT No__c FROM Account WHERE No__c != null ORDER BY Name").await;
    assert_eq!(numbers, [json!("N-0007/2026"), json!("N-0008/2026"), json!("N-0009/2026")]);
    assert_eq!(caller.get("/sobjects/Account/No__c/N-0008%2F2026").await.1["Name"], "B");
    let told = error(caller.post("/sobjects/Account", json!({"Name": "D", "No__c": "mine"})).await);
    assert!(told.starts_with("400 INVALID_FIELD_FOR_INSERT_UPDATE Unable to create/update fields: No__c."), "{told}");
}

/// The name of a custom object's record is counted, given, or its id.
#[tokio::test]
async fn records_of_custom_objects_have_a_name() {
    let caller = Caller::new().await;
    custom_object(&caller, "Ticket", json!({"type": "AutoNumber", "displayFormat": "T-{000}"})).await;
    custom_object(&caller, "Thing", json!({"type": "Text"})).await;
    let first = caller.create("Ticket__c", json!({})).await;
    let second = caller.create("Ticket__c", json!({})).await;
    assert_eq!(
        (&row(&caller, "Ticket__c", &first).await["Name"], &row(&caller, "Ticket__c", &second).await["Name"]),
        (&json!("T-001"), &json!("T-002"))
    );
    let thing = caller.create("Thing__c", json!({})).await;
    assert_eq!(row(&caller, "Thing__c", &thing).await["Name"], thing[..15]);
    let named = caller.create("Thing__c", json!({"Name": "Mine"})).await;
    assert_eq!(row(&caller, "Thing__c", &named).await["Name"], "Mine");
}

/// Several values are kept once each, in the defined order and case; SOQL finds them together and apart.
#[tokio::test]
async fn several_values_are_kept_in_order() {
    let caller = Caller::new().await;
    let set = |restricted: bool| json!({"restricted": restricted, "valueSetDefinition": {"value": [{"fullName": "Red"}, {"fullName": "Green"}, {"fullName": "Blue"}]}});
    for (name, restricted) in [("Open", false), ("Closed", true)] {
        let metadata = json!({"type": "MultiselectPicklist", "visibleLines": 3, "valueSet": set(restricted)});
        caller.custom_field(&format!("Account.{name}__c"), metadata).await;
    }
    let id =
        caller.create("Account", json!({"Name": "A", "Open__c": "pink; blue;RED;Blue", "Closed__c": "Blue;Red"})).await;
    let kept = row(&caller, "Account", &id).await;
    assert_eq!((&kept["Open__c"], &kept["Closed__c"]), (&json!("Red;Blue;pink"), &json!("Red;Blue")));
    assert_eq!(
        caller.column("Id", "SELECT Id FROM Account WHERE Open__c INCLUDES ('Red;pink', 'Green')").await,
        [json!(id)]
    );
    let told = error(caller.post("/sobjects/Account", json!({"Name": "A", "Closed__c": "Red;Pink"})).await);
    assert_eq!(
        told,
        "400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST Closed: bad value for restricted picklist field: Pink"
    );
}

/// A location is shown whole and written in parts; no query can compare it.
#[tokio::test]
async fn a_location_is_written_in_parts() {
    let caller = Caller::new().await;
    caller.custom_field("Account.Spot__c", json!({"label": "Spot", "type": "Location", "scale": 3})).await;
    let id = caller
        .create("Account", json!({"Name": "A", "Spot__Latitude__s": 59.91234, "Spot__Longitude__s": "10.75"}))
        .await;
    let kept = row(&caller, "Account", &id).await;
    assert_eq!(
        (&kept["Spot__c"], &kept["Spot__Latitude__s"]),
        (&json!({"latitude": 59.912, "longitude": 10.75}), &json!(59.912))
    );
    let spots = caller.column("Spot__c", "SELECT Spot__c FROM Account WHERE Spot__Latitude__s > 59").await;
    assert_eq!(spots, [json!({"latitude": 59.912, "longitude": 10.75})]);
    let bare = caller.create("Account", json!({"Name": "B"})).await;
    assert_eq!(row(&caller, "Account", &bare).await["Spot__c"], Value::Null);
    let told = error(caller.post("/sobjects/Account", json!({"Name": "A", "Spot__Latitude__s": 91})).await);
    assert_eq!(
        told,
        "400 NUMBER_OUTSIDE_VALID_RANGE Spot (Latitude): value outside of valid range on numeric field: 91"
    );
    let whole = error(caller.post("/sobjects/Account", json!({"Name": "A", "Spot__c": "1,2"})).await);
    assert!(whole.starts_with("400 INVALID_FIELD_FOR_INSERT_UPDATE "), "{whole}");
    for compound in ["Spot__c", "BillingAddress"] {
        for clause in [format!("WHERE {compound} = 'x'"), format!("ORDER BY {compound}")] {
            let (status, body) = caller.query(&format!("SELECT Id FROM Account {clause}")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{clause}: {body}");
        }
    }
}

#[tokio::test]
async fn times_and_long_texts_are_kept_and_secrets_hidden() {
    let caller = Caller::new().await;
    caller.custom_field("Account.At__c", json!({"label": "At", "type": "Time"})).await;
    caller.custom_field("Account.Rich__c", json!({"type": "Html", "length": 1000, "visibleLines": 5})).await;
    caller
        .custom_field(
            "Account.Pin__c",
            json!({"type": "EncryptedText", "length": 6, "maskChar": "asterisk", "maskType": "all"}),
        )
        .await;
    let given = json!({"Name": "A", "At__c": "10:22:00", "Rich__c": "<p>One</p>", "Pin__c": "4711"});
    let id = caller.create("Account", given).await;
    let kept = row(&caller, "Account", &id).await;
    assert_eq!(
        (&kept["At__c"], &kept["Rich__c"], &kept["Pin__c"]),
        (&json!("10:22:00.000Z"), &json!("<p>One</p>"), &json!("****"))
    );
    assert_eq!(caller.column("Pin__c", "SELECT Pin__c FROM Account").await, [json!("****")]);
    assert!(error(caller.query("SELECT Id FROM Account WHERE Rich__c = 'x'").await).contains("can not be filtered"));
    let told = error(caller.post("/sobjects/Account", json!({"Name": "A", "Pin__c": "1234567"})).await);
    assert!(told.starts_with("400 STRING_TOO_LONG Pin: data value too large: "), "{told}");
    assert!(
        error(caller.post("/sobjects/Account", json!({"Name": "A", "At__c": "25:00"})).await)
            .starts_with("400 JSON_PARSER_ERROR ")
    );
}

#[tokio::test]
async fn literal_defaults_fill_new_rows() {
    let caller = Caller::new().await;
    caller.custom_field("Account.Word__c", json!({"type": "Text", "length": 9, "defaultValue": "\"hello\""})).await;
    caller
        .custom_field("Account.Count__c", json!({"type": "Number", "precision": 4, "scale": 0, "defaultValue": "3"}))
        .await;
    let id = caller.create("Account", json!({"Name": "A"})).await;
    let kept = row(&caller, "Account", &id).await;
    assert_eq!((&kept["Word__c"], &kept["Count__c"]), (&json!("hello"), &json!(3.0)));
}

/// What clients insert after they have made a field: readable before editable, an existing field, once for each parent.
#[tokio::test]
async fn permissions_to_fields_are_checked() {
    let caller = Caller::new().await;
    caller.custom_field("Account.Key__c", json!({"type": "Text", "length": 9})).await;
    let parent = caller.create("PermissionSet", json!({"Name": "Keys", "Label": "Keys"})).await;
    let wanted = |field: &str, read: bool| json!({"ParentId": parent, "SobjectType": "account", "Field": field, "PermissionsRead": read, "PermissionsEdit": true});
    for (body, expected) in [
        (
            wanted("Account.Key__c", false),
            "FIELD_INTEGRITY_EXCEPTION Permission Edit Field depends on permission(s): Read Field",
        ),
        (
            wanted("Account.Nothing__c", true),
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST Field Name: bad value for restricted picklist field: Account.Nothing__c",
        ),
        (
            wanted("Lead.Company", true),
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST Field Name: bad value for restricted picklist field: Lead.Company",
        ),
        (
            wanted("Account.Name", true),
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST Field Name: bad value for restricted picklist field: Account.Name",
        ),
    ] {
        assert_eq!(error(caller.post("/sobjects/FieldPermissions", body).await), format!("400 {expected}"));
    }
    let id = caller.create("FieldPermissions", wanted("account.key__c", true)).await;
    let kept = row(&caller, "FieldPermissions", &id).await;
    assert_eq!((&kept["SobjectType"], &kept["Field"]), (&json!("Account"), &json!("Account.Key__c")));
    let told = error(caller.post("/sobjects/FieldPermissions", wanted("Account.Key__c", true)).await);
    assert_eq!(
        told,
        format!("400 DUPLICATE_VALUE duplicate value found: <unknown> duplicates value on record with id: {id}")
    );
    let told =
        error(caller.patch(&format!("/sobjects/FieldPermissions/{id}"), json!({"PermissionsRead": false})).await);
    assert!(told.starts_with("400 FIELD_INTEGRITY_EXCEPTION "), "{told}");
    let object =
        json!({"ParentId": parent, "SobjectType": "Account", "PermissionsRead": true, "PermissionsDelete": true});
    let told = error(caller.post("/sobjects/ObjectPermissions", object).await);
    assert_eq!(told, "400 FIELD_INTEGRITY_EXCEPTION Permission Delete Records depends on permission(s): Edit Records");
}
