//! Custom fields through the Tooling API: what each type takes, what is refused, what changes and deletes do.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

async fn refusal(caller: &Caller, full_name: &str, metadata: Value) -> String {
    let body = json!({"FullName": full_name, "Metadata": metadata});
    error(caller.post("/tooling/sobjects/CustomField", body).await)
}

async fn described(caller: &Caller, object: &str, field: &str) -> Value {
    let (_, described) = caller.get(&format!("/sobjects/{object}/describe")).await;
    let fields = described["fields"].as_array().unwrap();
    fields.iter().find(|known| known["name"] == field).unwrap_or_else(|| panic!("no {object}.{field}")).clone()
}

/// Each type comes out of describe as Salesforce types it.
#[tokio::test]
async fn each_type_is_described() {
    let caller = Caller::new().await;
    let values = json!({"restricted": true, "valueSetDefinition": {"sorted": true, "value": [{"fullName": "B"}, {"fullName": "A", "label": "An A"}]}});
    for (name, metadata, expected) in [
        (
            "No",
            json!({"type": "AutoNumber", "displayFormat": "N-{000}"}),
            json!({"type": "string", "autoNumber": true, "createable": false, "length": 30}),
        ),
        (
            "Ok",
            json!({"type": "Checkbox", "defaultValue": true}),
            json!({"type": "boolean", "defaultValue": true, "nillable": false, "length": 0}),
        ),
        (
            "Cost",
            json!({"type": "Currency", "precision": "16", "scale": 2}),
            json!({"type": "currency", "precision": 16, "scale": 2, "groupable": false}),
        ),
        (
            "Share",
            json!({"type": "Percent", "precision": 5, "scale": 1}),
            json!({"type": "percent", "precision": 5, "scale": 1, "soapType": "xsd:double"}),
        ),
        ("At", json!({"type": "Time"}), json!({"type": "time", "soapType": "xsd:time", "aggregatable": false})),
        (
            "Long",
            json!({"type": "LongTextArea", "length": 1000, "visibleLines": 3}),
            json!({"type": "textarea", "length": 1000, "filterable": false, "sortable": false, "extraTypeInfo": "plaintextarea"}),
        ),
        (
            "Rich",
            json!({"type": "Html", "length": 32768, "visibleLines": 10}),
            json!({"type": "textarea", "htmlFormatted": true, "extraTypeInfo": "richtextarea"}),
        ),
        (
            "Secret",
            json!({"type": "EncryptedText", "length": 20, "maskChar": "X", "maskType": "lastFour"}),
            json!({"type": "encryptedstring", "encrypted": true, "mask": "X", "maskType": "lastFour", "filterable": false}),
        ),
        (
            "Pick",
            json!({"type": "Picklist", "valueSet": values}),
            json!({"type": "picklist", "restrictedPicklist": true, "length": 255}),
        ),
        (
            "Many",
            json!({"type": "MultiselectPicklist", "visibleLines": 4, "valueSet": values}),
            json!({"type": "multipicklist", "length": 4099, "sortable": false, "filterable": true}),
        ),
        (
            "Spot",
            json!({"type": "Location", "scale": 6}),
            json!({"type": "location", "createable": false, "queryByDistance": true, "soapType": "urn:location"}),
        ),
        (
            "Text",
            json!({"type": "Text", "length": 10, "defaultValue": "\"x\"", "inlineHelpText": "help"}),
            json!({"defaultValueFormula": "\"x\"", "inlineHelpText": "help", "byteLength": 30}),
        ),
    ] {
        caller.custom_field(&format!("Account.{name}__c"), metadata).await;
        let field = described(&caller, "Account", &format!("{name}__c")).await;
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&field[key], value, "{name} {key}");
        }
        assert_eq!((field.as_object().unwrap().len(), &field["custom"]), (57, &json!(true)), "{name}");
    }
    let labels: Vec<Value> = described(&caller, "Account", "Pick__c").await["picklistValues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| value["label"].clone())
        .collect();
    assert_eq!(labels, [json!("An A"), json!("B")]);
    let latitude = described(&caller, "Account", "Spot__Latitude__s").await;
    assert_eq!(
        (&latitude["compoundFieldName"], &latitude["type"], &latitude["scale"]),
        (&json!("Spot__c"), &json!("double"), &json!(6))
    );
}

/// Values that depend on another field say for which of its values they are valid: a bit each, highest first.
#[tokio::test]
async fn a_dependent_picklist_says_what_its_values_are_valid_for() {
    let caller = Caller::new().await;
    let set = |names: &[&str], more: Value| {
        let values: Vec<Value> = names.iter().map(|name| json!({"fullName": name})).collect();
        let mut set = json!({"valueSetDefinition": {"sorted": false, "value": values}});
        set.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"type": "Picklist", "valueSet": set})
    };
    caller.custom_field("Lead.Region__c", set(&["N", "S", "W"], json!({}))).await;
    let settings = json!({"controllingField": "Region__c", "valueSettings": [
        {"controllingFieldValue": ["N", "W"], "valueName": "Oslo"}, {"controllingFieldValue": ["S"], "valueName": "Rome"}]});
    caller.custom_field("Lead.City__c", set(&["Oslo", "Rome"], settings)).await;
    let city = described(&caller, "Lead", "City__c").await;
    assert_eq!((&city["dependentPicklist"], &city["controllerName"]), (&json!(true), &json!("Region__c")));
    // 101 and 010, then zeros.
    assert_eq!(
        (&city["picklistValues"][0]["validFor"], &city["picklistValues"][1]["validFor"]),
        (&json!("oA=="), &json!("QA=="))
    );
    let told = refusal(&caller, "Lead.Town__c", set(&["A"], json!({"controllingField": "LastName"}))).await;
    assert_eq!(told, "400 FIELD_INTEGRITY_EXCEPTION Invalid controlling field: LastName");
}

#[tokio::test]
async fn bad_definitions_are_refused() {
    let caller = Caller::new().await;
    let values = json!({"valueSetDefinition": {"value": [{"fullName": "A"}, {"fullName": "a"}]}});
    for (name, metadata, expected) in [
        ("X__c", json!({}), "FIELD_INTEGRITY_EXCEPTION Must specify 'type' for a CustomField"),
        (
            "X__c",
            json!({"type": "Text"}),
            "FIELD_INTEGRITY_EXCEPTION Must specify 'length' for a CustomField of type Text",
        ),
        (
            "X__c",
            json!({"type": "Text", "length": 256}),
            "NUMBER_OUTSIDE_VALID_RANGE Text: Length must be between 1 and 255",
        ),
        (
            "X__c",
            json!({"type": "LongTextArea", "length": 131_073, "visibleLines": 3}),
            "NUMBER_OUTSIDE_VALID_RANGE LongTextArea: Length must be between 256 and 131072",
        ),
        (
            "X__c",
            json!({"type": "Html", "length": 300}),
            "FIELD_INTEGRITY_EXCEPTION Must specify 'visibleLines' for a CustomField of type Html",
        ),
        (
            "X__c",
            json!({"type": "Number", "precision": 18}),
            "FIELD_INTEGRITY_EXCEPTION Must specify 'scale' for a CustomField of type Number",
        ),
        (
            "X__c",
            json!({"type": "Number", "precision": 19, "scale": 0}),
            "NUMBER_OUTSIDE_VALID_RANGE Number: precision must be between 1 and 18, and scale no more than precision",
        ),
        (
            "X__c",
            json!({"type": "Date", "externalId": true}),
            "FIELD_INTEGRITY_EXCEPTION Can not specify 'externalId' for a CustomField of type Date",
        ),
        (
            "X__c",
            json!({"type": "Url", "unique": true}),
            "FIELD_INTEGRITY_EXCEPTION Can not specify 'unique' for a CustomField of type Url",
        ),
        (
            "X__c",
            json!({"type": "AutoNumber"}),
            "FIELD_INTEGRITY_EXCEPTION Must specify 'displayFormat' for a CustomField of type AutoNumber",
        ),
        (
            "X__c",
            json!({"type": "AutoNumber", "displayFormat": "A-0"}),
            "FIELD_INTEGRITY_EXCEPTION Display Format: A-0 is not a valid display format",
        ),
        (
            "X__c",
            json!({"type": "Picklist"}),
            "FIELD_INTEGRITY_EXCEPTION Must specify 'valueSet' for a CustomField of type Picklist",
        ),
        ("X__c", json!({"type": "Picklist", "valueSet": values}), "DUPLICATE_VALUE duplicate picklist value: a"),
        (
            "X__c",
            json!({"type": "Location"}),
            "FIELD_INTEGRITY_EXCEPTION Must specify 'scale' for a CustomField of type Location",
        ),
        (
            "X__c",
            json!({"type": "EncryptedText", "length": 10, "maskChar": "X"}),
            "FIELD_INTEGRITY_EXCEPTION Must specify 'maskType' for a CustomField of type EncryptedText",
        ),
        (
            "X__c",
            json!({"type": "Lookup"}),
            "FIELD_INTEGRITY_EXCEPTION Must specify 'referenceTo' for a CustomField of type Lookup",
        ),
        (
            "X__c",
            json!({"type": "Lookup", "referenceTo": "Nothing__c"}),
            "INVALID_CROSS_REFERENCE_KEY referenceTo value of 'Nothing__c' does not resolve to a valid sObject type",
        ),
        (
            "X__c",
            json!({"type": "Lookup", "referenceTo": "Lead", "required": true}),
            "FIELD_INTEGRITY_EXCEPTION field integrity exception: unknown (must specify either cascade delete or restrict delete for required lookup foreign key)",
        ),
        (
            "X__c",
            json!({"type": "Lookup", "referenceTo": "Lead", "relationshipName": "1st"}),
            "FIELD_INTEGRITY_EXCEPTION The Child Relationship Name 1st is not a name",
        ),
        (
            "X__c",
            json!({"type": "MasterDetail", "referenceTo": "Lead", "relationshipName": "Xs"}),
            "FIELD_INTEGRITY_EXCEPTION Account cannot be the detail side of a master-detail relationship",
        ),
        (
            "X__c",
            json!({"type": "Summary"}),
            "FUNCTIONALITY_NOT_ENABLED The local org has no custom fields of type Summary",
        ),
        (
            "X__c",
            json!({"type": "Number", "precision": 5, "scale": 0, "formula": "1 + 1"}),
            "FUNCTIONALITY_NOT_ENABLED The local org has no formula fields",
        ),
        (
            "X__c",
            json!({"type": "Date", "defaultValue": "TODAY()"}),
            "FUNCTIONALITY_NOT_ENABLED The local org works out no default values but literals: TODAY()",
        ),
        (
            "X__c",
            json!({"type": "Wish"}),
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST Type: bad value for restricted picklist field: Wish",
        ),
        (
            "X__c",
            json!({"type": "Date", "label": "L".repeat(41)}),
            &format!("STRING_TOO_LONG Field Label: data value too large: {} (max length=40)", "L".repeat(41)),
        ),
        ("X", json!({"type": "Date"}), "FIELD_INTEGRITY_EXCEPTION fullName must end with: __c, and X does not"),
        (
            "1x__c",
            json!({"type": "Date"}),
            "FIELD_INTEGRITY_EXCEPTION The Field Name can only contain underscores and alphanumeric characters. It must be unique, begin with a letter, not include spaces, not end with an underscore, and not contain two consecutive underscores.",
        ),
    ] {
        let told = refusal(&caller, &format!("Account.{name}"), metadata.clone()).await;
        assert_eq!(told, format!("400 {expected}"), "{name} {metadata}");
    }
    let unknown = refusal(&caller, "Nothing.X__c", json!({"type": "Date"})).await;
    assert_eq!(
        unknown,
        "400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST Entity Enumeration Or ID: bad value for restricted picklist field: Nothing"
    );
    let bare = error(caller.post("/tooling/sobjects/CustomField", json!({"Metadata": {"type": "Date"}})).await);
    assert_eq!(bare, "400 REQUIRED_FIELD_MISSING Required fields are missing: [FullName]");
    let number = error(
        caller
            .post("/tooling/sobjects/CustomField", json!({"FullName": "Account.X__c", "Metadata": {"length": "many"}}))
            .await,
    );
    assert!(number.starts_with("400 JSON_PARSER_ERROR "), "{number}");
}

/// A lookup is walked from both ends, and its children have a name or none.
#[tokio::test]
async fn a_lookup_leads_to_its_parent_and_back() {
    let caller = Caller::new().await;
    let lookup = json!({"type": "Lookup", "referenceTo": "Account", "relationshipName": "Hopefuls", "deleteConstraint": "Restrict"});
    caller.custom_field("Lead.Hoped_For__c", lookup.clone()).await;
    caller.custom_field("Lead.Unnamed__c", json!({"type": "Lookup", "referenceTo": "Account"})).await;
    let field = described(&caller, "Lead", "Hoped_For__c").await;
    assert_eq!(
        (&field["relationshipName"], &field["referenceTo"], &field["restrictedDelete"]),
        (&json!("Hoped_For__r"), &json!(["Account"]), &json!(true))
    );
    let account = caller.create("Account", json!({"Name": "Acme"})).await;
    caller.create("Lead", json!({"LastName": "L", "Company": "C", "Hoped_For__c": account})).await;
    let names =
        caller.column("Hoped_For__r", "SELECT Hoped_For__r.Name FROM Lead WHERE Hoped_For__r.Name = 'Acme'").await;
    assert_eq!(names[0]["Name"], "Acme");
    let (_, described) = caller.get("/sobjects/Account/describe").await;
    let child = |field: &str| {
        described["childRelationships"]
            .as_array()
            .unwrap()
            .iter()
            .find(|child| child["field"] == field)
            .unwrap()
            .clone()
    };
    assert_eq!(
        (&child("Hoped_For__c")["relationshipName"], &child("Hoped_For__c")["restrictedDelete"]),
        (&json!("Hopefuls__r"), &json!(true))
    );
    assert_eq!(
        (&child("Unnamed__c")["relationshipName"], &child("Unnamed__c")["childSObject"]),
        (&Value::Null, &json!("Lead"))
    );
    let told = refusal(&caller, "Contact.Other__c", lookup).await;
    assert_eq!(told, "400 DUPLICATE_DEVELOPER_NAME There is already a Child Relationship named Hopefuls on Account.");
    let wrong = json!({"LastName": "L", "Company": "C", "Hoped_For__c": caller.create("Contact", json!({"LastName": "C"})).await});
    assert!(error(caller.post("/sobjects/Lead", wrong).await).starts_with("400 MALFORMED_ID "));
}

/// A change puts whole metadata in the place of the old; values stay, and the index of a key comes and goes.
#[tokio::test]
async fn a_field_is_changed_by_its_whole_metadata() {
    let caller = Caller::new().await;
    let id = caller.custom_field("Account.Code__c", json!({"label": "Code", "type": "Text", "length": 10})).await;
    let path = format!("/tooling/sobjects/CustomField/{id}");
    for code in ["a", "A"] {
        caller.create("Account", json!({"Name": "N", "Code__c": code})).await;
    }
    let unique = |is_case_sensitive: bool| json!({"Metadata": {"label": "The Code", "type": "Text", "length": 20, "unique": true, "externalId": true, "caseSensitive": is_case_sensitive}});
    let told = error(caller.patch(&path, unique(false)).await);
    assert_eq!(told, "400 DUPLICATE_VALUE The Code cannot be unique: it has the same value in several records");
    let (status, body) = caller.patch(&path, unique(true)).await;
    assert_eq!(
        (status, body),
        (
            StatusCode::BAD_REQUEST,
            json!([{"message": "The Code cannot be unique: it has the same value in several records", "errorCode": "DUPLICATE_VALUE", "fields": ["Code__c"]}])
        )
    );
    caller.create("Account", json!({"Name": "Kept", "Code__c": "b"})).await;
    let (_, query) = caller.query("SELECT Id FROM Account WHERE Code__c = 'A' ORDER BY Id").await;
    let doomed = query["records"][1]["Id"].as_str().unwrap().to_owned();
    caller.patch(&format!("/sobjects/Account/{doomed}"), json!({"Code__c": "c"})).await;
    assert_eq!(caller.patch(&path, unique(true)).await, (StatusCode::NO_CONTENT, Value::Null));
    let field = described(&caller, "Account", "Code__c").await;
    assert_eq!(
        (&field["label"], &field["length"], &field["caseSensitive"]),
        (&json!("The Code"), &json!(20), &json!(true))
    );
    assert_eq!(caller.column("Name", "SELECT Name FROM Account WHERE Code__c = 'b'").await, [json!("Kept")]);
    assert!(caller.column("Name", "SELECT Name FROM Account WHERE Code__c = 'B'").await.is_empty());
    let (_, row) = caller.get("/sobjects/Account/Code__c/b").await;
    assert_eq!(row["Name"], "Kept");
    let told = error(caller.patch(&path, json!({"Metadata": {"type": "Date"}})).await);
    assert_eq!(told, "400 FIELD_INTEGRITY_EXCEPTION Cannot change the field type from Text to Date");
    let (_, row) = caller.get(&path).await;
    let expected = json!({"type": "CustomField", "url": format!("/services/data/v66.0{path}")});
    assert_eq!(
        (&row["attributes"], &row["FullName"], &row["TableEnumOrId"]),
        (&expected, &json!("Account.Code__c"), &json!("Account"))
    );
    assert_eq!((&row["Metadata"]["length"], &row["Metadata"]["formula"]), (&json!(20), &Value::Null));
    assert_eq!(
        caller.patch(&path, json!({"FullName": "Account.Code__c", "Metadata": row["Metadata"]})).await.0,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn a_deleted_field_leaves_nothing_behind() {
    let caller = Caller::new().await;
    let lookup = json!({"type": "Lookup", "referenceTo": "Account", "relationshipName": "Hopefuls"});
    let id = caller.custom_field("Lead.Hoped_For__c", lookup.clone()).await;
    let spot = caller.custom_field("Lead.Spot__c", json!({"type": "Location", "scale": 3})).await;
    for id in [&id, &spot] {
        assert_eq!(caller.delete(&format!("/tooling/sobjects/CustomField/{id}")).await.0, StatusCode::NO_CONTENT);
        let told = error(caller.delete(&format!("/tooling/sobjects/CustomField/{id}")).await);
        assert_eq!(told, format!("404 NOT_FOUND Provided external ID field does not exist or is not accessible: {id}"));
    }
    assert!(error(caller.query("SELECT Spot__Latitude__s FROM Lead").await).contains("No such column"));
    let (_, account) = caller.get("/sobjects/Account/describe").await;
    assert!(
        account["childRelationships"]
            .as_array()
            .unwrap()
            .iter()
            .all(|child| child["relationshipName"] != "Hopefuls__r")
    );
    caller.custom_field("Lead.Hoped_For__c", lookup).await;
    caller.custom_field("Lead.Spot__c", json!({"type": "Text", "length": 5})).await;
    caller.create("Lead", json!({"LastName": "L", "Company": "C", "Spot__c": "here"})).await;
}
