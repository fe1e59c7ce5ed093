//! What a row must keep to beyond its own fields: duplicates, owners, hierarchies, record types, several values.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Caller, answer, error};

async fn send_with(
    caller: &Caller,
    header: (&str, &str),
    method: Method,
    path: &str,
    body: Value,
) -> (StatusCode, Value) {
    let url = format!("{}/services/data/v66.0{path}", caller.org.url());
    let request = caller.client.request(method, url).bearer_auth(&caller.token).header(header.0, header.1).json(&body);
    answer(request.send().await.unwrap()).await
}

#[tokio::test]
async fn duplicates_are_refused_unless_the_caller_allows_them() {
    let caller = Caller::new().await;
    let row = json!({"LastName": "L", "Company": "C", "Email": "a@b.example"});
    let first = caller.create("Lead", row.clone()).await;
    let rule = json!({"object": "lead", "name": "Same_Person", "fields": ["LastName", "Email"]});
    let (status, rule) = caller.post("/local-org/duplicate-rules", rule).await;
    assert_eq!((status, &rule["object"]), (StatusCode::OK, &json!("Lead")), "{rule}");
    let (status, body) = caller.post("/sobjects/Lead", row.clone()).await;
    let found = &body[0]["duplicateResut"];
    assert_eq!((status, &body[0]["errorCode"]), (StatusCode::BAD_REQUEST, &json!("DUPLICATES_DETECTED")));
    assert_eq!(body[0]["message"], "Use one of these records?");
    assert_eq!((&found["allowSave"], &found["duplicateRule"]), (&json!(true), &json!("Same_Person")));
    let record = &found["matchResults"][0]["matchRecords"][0]["record"];
    let url = format!("/services/data/v66.0/sobjects/Lead/{first}");
    assert_eq!(*record, json!({"attributes": {"type": "Lead", "url": url}, "Id": first}));
    // In a collection the result says no more than the code.
    let mut in_collection = row.clone();
    in_collection["attributes"] = json!({"type": "Lead"});
    let (_, results) = caller.post("/composite/sobjects", json!({"records": [in_collection]})).await;
    let told = json!([{"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these records?", "fields": []}]);
    assert_eq!(results[0]["errors"], told);
    let allow = ("Sforce-Duplicate-Rule-Header", "allowSave=true");
    let (status, second) = send_with(&caller, allow, Method::POST, "/sobjects/Lead", row.clone()).await;
    assert_eq!(status, StatusCode::CREATED);
    // A change that touches none of the fields is not asked about; one that does is.
    let path = format!("/sobjects/Lead/{}", second["id"].as_str().unwrap());
    assert_eq!(caller.patch(&path, json!({"City": "Ulm"})).await.0, StatusCode::NO_CONTENT);
    assert_eq!(caller.patch(&path, json!({"Email": "other@b.example"})).await.0, StatusCode::NO_CONTENT);
    assert!(error(caller.patch(&path, json!({"Email": "A@B.example"})).await).starts_with("400 DUPLICATES_DETECTED "));
    let strict =
        json!({"id": rule["id"], "object": "Lead", "name": "Same_Person", "fields": ["Email"], "allow_save": false});
    caller.post("/local-org/duplicate-rules", strict).await;
    let (status, _) = send_with(&caller, allow, Method::POST, "/sobjects/Lead", row.clone()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let named = caller.column("DeveloperName", "SELECT DeveloperName FROM DuplicateRule WHERE IsActive = true").await;
    assert_eq!(named, [json!("Same_Person")]);
    caller.delete(&format!("/local-org/rules/{}", rule["id"].as_str().unwrap())).await;
    caller.create("Lead", row).await;
    assert!(caller.column("Id", "SELECT Id FROM DuplicateRule").await.is_empty());
}

#[tokio::test]
async fn owners_are_active_and_queues_take_the_object() {
    let caller = Caller::new().await;
    let profile = caller.column("Id", "SELECT Id FROM Profile WHERE Name = 'Standard User'").await.remove(0);
    let user = json!({"Username": "u@example.com", "LastName": "U", "Email": "u@example.com", "Alias": "u", "ProfileId": profile,
        "IsActive": false, "TimeZoneSidKey": "GMT", "LocaleSidKey": "en_US", "EmailEncodingKey": "UTF-8",
        "LanguageLocaleKey": "en_US"});
    let user = caller.create("User", user).await;
    let told = error(caller.post("/sobjects/Account", json!({"Name": "A", "OwnerId": user})).await);
    assert_eq!(
        told,
        format!("400 INACTIVE_OWNER_OR_USER operation performed with inactive user [{user}] as owner of account")
    );
    let group = caller.column("Id", "SELECT Id FROM Group WHERE Type = 'Regular'").await.remove(0);
    let told = error(caller.post("/sobjects/Case", json!({"OwnerId": group})).await);
    assert_eq!(told, "400 INVALID_OPERATION Queue not associated with this SObject type");
    let queue = caller.column("Id", "SELECT Id FROM Group WHERE Type = 'Queue'").await.remove(0);
    caller.create("Case", json!({"OwnerId": queue})).await;
}

#[tokio::test]
async fn an_assignment_rule_gives_new_leads_to_a_queue() {
    let caller = Caller::new().await;
    let queue = caller.column("Id", "SELECT Id FROM Group WHERE Type = 'Queue'").await.remove(0);
    let rule = json!({"object": "Lead", "name": "Web", "field": "LeadSource", "value": "Web", "owner_id": queue});
    let (_, rule) = caller.post("/local-org/assignment-rules", rule).await;
    let soql = "SELECT Id FROM AssignmentRule WHERE SobjectType = 'Lead' AND Active = true";
    assert_eq!(caller.column("Id", soql).await, [rule["id"].clone()]);
    let row = |source: &str| json!({"LastName": "L", "Company": "C", "LeadSource": source});
    let owner = async |id: &str| caller.get(&format!("/sobjects/Lead/{id}")).await.1["OwnerId"].clone();
    let by_rule = caller.create("Lead", row("Web")).await;
    let other = caller.create("Lead", row("Other")).await;
    assert_eq!(owner(&by_rule).await, queue);
    assert_ne!(owner(&other).await, queue);
    let off = ("Sforce-Auto-Assign", "FALSE");
    let (_, made) = send_with(&caller, off, Method::POST, "/sobjects/Lead", row("Web")).await;
    assert_ne!(owner(made["id"].as_str().unwrap()).await, queue);
    let mut inactive = rule.clone();
    inactive["active"] = json!(false);
    caller.post("/local-org/assignment-rules", inactive).await;
    let unassigned = caller.create("Lead", row("Web")).await;
    assert_ne!(owner(&unassigned).await, queue);
    let named = ("Sforce-Auto-Assign", rule["id"].as_str().unwrap());
    let (_, made) = send_with(&caller, named, Method::POST, "/sobjects/Lead", row("Web")).await;
    assert_eq!(owner(made["id"].as_str().unwrap()).await, queue);
}

#[tokio::test]
async fn a_record_is_not_above_itself() {
    let caller = Caller::new().await;
    let top = caller.create("Account", json!({"Name": "Top"})).await;
    let middle = caller.create("Account", json!({"Name": "Middle", "ParentId": top})).await;
    let bottom = caller.create("Account", json!({"Name": "Bottom", "ParentId": middle})).await;
    for above in [&top, &bottom] {
        let told = error(caller.patch(&format!("/sobjects/Account/{top}"), json!({"ParentId": above})).await);
        assert!(told.starts_with("400 CIRCULAR_DEPENDENCY "), "{told}");
    }
    let (status, _) = caller.patch(&format!("/sobjects/Account/{bottom}"), json!({"ParentId": top})).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
}

/// An object has the field once it has a type; a record has a type of its own object or none.
#[tokio::test]
async fn record_types_belong_to_their_object() {
    let caller = Caller::new().await;
    let has_field = async || {
        let (_, described) = caller.get("/sobjects/Account/describe").await;
        described["fields"].as_array().unwrap().iter().any(|field| field["name"] == "RecordTypeId")
    };
    assert!(!has_field().await);
    let row = |name: &str, object: &str| json!({"Name": name, "DeveloperName": name, "SobjectType": object});
    let partner = caller.create("RecordType", row("Partner", "Account")).await;
    assert!(has_field().await);
    let (_, described) = caller.get("/sobjects/Account/describe").await;
    let infos: Vec<(&str, bool)> = described["recordTypeInfos"]
        .as_array()
        .unwrap()
        .iter()
        .map(|info| (info["developerName"].as_str().unwrap(), info["master"].as_bool().unwrap()))
        .collect();
    assert_eq!(infos, [("Partner", false), ("Master", true)]);
    let told = error(caller.post("/sobjects/RecordType", row("Partner", "Account")).await);
    assert!(told.starts_with("400 DUPLICATE_DEVELOPER_NAME "), "{told}");
    let told = error(caller.post("/sobjects/RecordType", row("Odd", "Nothing")).await);
    assert!(told.starts_with("400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST "), "{told}");
    let plain = caller.create("Account", json!({"Name": "Plain"})).await;
    let typed = caller.create("Account", json!({"Name": "Typed", "RecordTypeId": partner})).await;
    let kind = async |id: &str| caller.get(&format!("/sobjects/Account/{id}")).await.1["RecordTypeId"].clone();
    assert_eq!((kind(&plain).await, kind(&typed).await), (json!("012000000000000AAA"), json!(partner)));
    let names = caller.column("Name", "SELECT Name FROM Account WHERE RecordType.DeveloperName = 'Partner'").await;
    assert_eq!(names, [json!("Typed")]);
    let of_lead = caller.create("RecordType", row("Web", "Lead")).await;
    let told = error(caller.patch(&format!("/sobjects/Account/{plain}"), json!({"RecordTypeId": of_lead})).await);
    let text =
        format!("400 INVALID_CROSS_REFERENCE_KEY Record Type ID: this ID value isn't valid for the user: {of_lead}");
    assert_eq!(told, text);
    caller.patch(&format!("/sobjects/RecordType/{partner}"), json!({"IsActive": false})).await;
    let told = error(caller.post("/sobjects/Account", json!({"Name": "Late", "RecordTypeId": partner})).await);
    assert!(told.starts_with("400 INVALID_CROSS_REFERENCE_KEY "), "{told}");
    let back = json!({"RecordTypeId": "012000000000000AAA"});
    assert_eq!(caller.patch(&format!("/sobjects/Account/{typed}"), back).await.0, StatusCode::NO_CONTENT);
}

/// Types of several objects in one call each bring their field; a call taken back brings none.
#[tokio::test]
async fn record_types_of_one_call_each_bring_their_field() {
    let caller = Caller::new().await;
    let row = |name: &str, object: &str| json!({"attributes": {"type": "RecordType"}, "Name": name, "DeveloperName": name, "SobjectType": object});
    let undone = json!({"allOrNone": true, "records": [row("A", "Lead"), row("B", "Nothing")]});
    let (_, results) = caller.post("/composite/sobjects", undone).await;
    assert_eq!(results[0]["success"], false);
    caller.create("Lead", json!({"LastName": "L", "Company": "C"})).await;
    let both = json!({"records": [row("A", "Lead"), row("B", "Contact")]});
    let (_, results) = caller.post("/composite/sobjects", both).await;
    assert_eq!((&results[0]["success"], &results[1]["success"]), (&json!(true), &json!(true)), "{results}");
    for object in ["Lead", "Contact"] {
        let types = caller.column("RecordTypeId", &format!("SELECT RecordTypeId FROM {object}")).await;
        assert_eq!(types.len(), usize::from(object == "Lead"));
    }
}

#[tokio::test]
async fn several_values_are_kept_once_in_the_order_of_the_list() {
    let caller = Caller::new().await;
    for (name, restricted) in [("Lead.Tags__c", true), ("Lead.Free__c", false)] {
        let values = json!([{"fullName": "Red", "label": "Red"}, {"fullName": "Green", "label": "Green"}]);
        let set = json!({"restricted": restricted, "valueSetDefinition": {"sorted": false, "value": values}});
        caller
            .custom_field(
                name,
                json!({"label": "Tags", "type": "MultiselectPicklist", "visibleLines": 3, "valueSet": set}),
            )
            .await;
    }
    let row = json!({"LastName": "L", "Company": "C", "Tags__c": "green; Red;green", "Free__c": "Blue;Green"});
    let id = caller.create("Lead", row).await;
    let (_, kept) = caller.get(&format!("/sobjects/Lead/{id}")).await;
    assert_eq!((&kept["Tags__c"], &kept["Free__c"]), (&json!("Red;Green"), &json!("Green;Blue")));
    let told = error(caller.patch(&format!("/sobjects/Lead/{id}"), json!({"Tags__c": "Red;Blue"})).await);
    assert_eq!(told, "400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST Tags: bad value for restricted picklist field: Blue");
    let long = "x".repeat(4_100);
    let told = error(caller.patch(&format!("/sobjects/Lead/{id}"), json!({"Free__c": long})).await);
    assert!(told.starts_with("400 STRING_TOO_LONG Tags: data value too large: "), "{told}");
}

#[tokio::test]
async fn middle_names_and_suffixes_are_parts_of_names_once_switched_on() {
    let caller = Caller::new().await;
    let row =
        json!({"LastName": "King", "FirstName": "Martin", "MiddleName": "Luther", "Suffix": "Jr.", "Company": "C"});
    let told = error(caller.post("/sobjects/Lead", row.clone()).await);
    assert_eq!(told, "400 INVALID_FIELD No such column 'MiddleName' on sobject of type Lead");
    let features = json!({"middle_names": true, "name_suffixes": true});
    let switched = caller.send(Method::PUT, "/local-org/features", Some(features)).await;
    assert_eq!(switched.status(), StatusCode::NO_CONTENT);
    let id = caller.create("Lead", row).await;
    assert_eq!(caller.get(&format!("/sobjects/Lead/{id}")).await.1["Name"], "Martin Luther King Jr.");
}
