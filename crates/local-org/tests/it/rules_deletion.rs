//! What goes with a deleted record, what stands in its way, and what comes back from the recycle bin.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

async fn count(caller: &Caller, soql: &str) -> Value {
    let (_, body) = caller.query(soql).await;
    body["totalSize"].clone()
}

async fn undelete(caller: &Caller, id: &str) -> Value {
    caller.post("/local-org/recycle-bin/undelete", json!({"ids": [id]})).await.1[0].clone()
}

/// An account takes its contacts and opportunities with it, and theirs; queryAll still sees them.
#[tokio::test]
async fn a_deletion_takes_children_and_their_children_along() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "A"})).await;
    let contact = caller.create("Contact", json!({"LastName": "C", "AccountId": account})).await;
    let task = caller.create("Task", json!({"Subject": "Call", "WhoId": contact})).await;
    let other = caller.create("Contact", json!({"LastName": "Other", "ReportsToId": contact})).await;
    assert_eq!(caller.delete(&format!("/sobjects/Account/{account}")).await.0, StatusCode::NO_CONTENT);
    let told = error(caller.get(&format!("/sobjects/Task/{task}")).await);
    assert_eq!(told, "404 ENTITY_IS_DELETED entity is deleted");
    assert_eq!(count(&caller, "SELECT COUNT() FROM Contact WHERE LastName = 'C'").await, 0);
    let (_, all) = caller.get("/queryAll?q=SELECT+Id+FROM+Contact+WHERE+IsDeleted+=+true").await;
    assert_eq!(all["records"][0]["Id"], contact);
    // A plain lookup is cleared.
    let (_, kept) = caller.get(&format!("/sobjects/Contact/{other}")).await;
    assert_eq!(kept["ReportsToId"], Value::Null);
}

#[tokio::test]
async fn a_record_that_others_need_is_not_deleted() {
    let caller = Caller::new().await;
    let contact = caller.create("Contact", json!({"FirstName": "Josh", "LastName": "Davis"})).await;
    let case = caller.create("Case", json!({"Subject": "Broken", "ContactId": contact})).await;
    let (status, body) = caller.delete(&format!("/sobjects/Contact/{contact}")).await;
    let text = body[0]["message"].as_str().unwrap();
    assert_eq!((status, &body[0]["errorCode"]), (StatusCode::BAD_REQUEST, &json!("DELETE_FAILED")));
    let start = "Your attempt to delete Josh Davis could not be completed because it is associated with the following \
                 cases.: ";
    assert!(text.starts_with(start) && text.ends_with('\n'), "{text}");
    assert_eq!(caller.get(&format!("/sobjects/Contact/{contact}")).await.0, StatusCode::OK);
    assert_eq!(caller.delete(&format!("/sobjects/Case/{case}")).await.0, StatusCode::NO_CONTENT);
    assert_eq!(caller.delete(&format!("/sobjects/Contact/{contact}")).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn what_was_deleted_comes_back_with_all_that_went_with_it() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "A"})).await;
    let contact = caller.create("Contact", json!({"LastName": "C", "AccountId": account})).await;
    let child = caller.create("Account", json!({"Name": "Child", "ParentId": account})).await;
    caller.delete(&format!("/sobjects/Account/{account}")).await;
    let child_path = format!("/sobjects/Account/{child}");
    assert_eq!(caller.get(&child_path).await.1["ParentId"], Value::Null);
    assert_eq!(undelete(&caller, &contact).await["error"], "Entity is not in the recycle bin");
    assert_eq!(undelete(&caller, &account).await, json!({"id": account, "success": true}));
    assert_eq!(count(&caller, "SELECT COUNT() FROM Contact WHERE Account.Name = 'A'").await, 1);
    assert_eq!(caller.get(&child_path).await.1["ParentId"], account);
    assert_eq!(undelete(&caller, &account).await["success"], false);
}

/// A value that somebody else has taken in the meantime keeps the record in the bin.
#[tokio::test]
async fn a_unique_value_taken_meanwhile_is_told_on_the_way_back() {
    let caller = Caller::new().await;
    caller.external_id().await;
    let row = json!({"LastName": "L", "Company": "C", "Key__c": "1"});
    let first = caller.create("Lead", row.clone()).await;
    caller.delete(&format!("/sobjects/Lead/{first}")).await;
    let second = caller.create("Lead", row).await;
    let text = format!("duplicate value found: Key__c duplicates value on record with id: {second}");
    assert_eq!(undelete(&caller, &first).await["error"], text);
    caller.delete(&format!("/sobjects/Lead/{second}")).await;
    assert_eq!(undelete(&caller, &first).await["success"], true);
}

#[tokio::test]
async fn an_emptied_bin_gives_nothing_back() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "A"})).await;
    let lead = caller.create("Lead", json!({"LastName": "L", "Company": "C"})).await;
    caller.create("Contact", json!({"LastName": "C", "AccountId": account})).await;
    caller.delete(&format!("/sobjects/Account/{account}")).await;
    caller.delete(&format!("/sobjects/Lead/{lead}")).await;
    let (_, purged) = caller.post("/local-org/recycle-bin/purge", json!({"ids": [account, "x"]})).await;
    assert_eq!((&purged[0]["success"], &purged[1]["success"]), (&json!(true), &json!(false)));
    let told = error(caller.get(&format!("/sobjects/Account/{account}")).await);
    assert!(told.starts_with("404 NOT_FOUND "), "{told}");
    let (_, all) = caller.get("/queryAll?q=SELECT+Id+FROM+Contact").await;
    assert_eq!(all["totalSize"], 0);
    assert_eq!(caller.delete("/local-org/recycle-bin").await.0, StatusCode::NO_CONTENT);
    assert_eq!(undelete(&caller, &lead).await["success"], false);
}

#[tokio::test]
async fn a_hard_deleted_record_passes_the_bin_by() {
    let caller = Caller::new().await;
    let lead = caller.create("Lead", json!({"LastName": "L", "Company": "C"})).await;
    let (_, gone) = caller.post("/local-org/recycle-bin/hard-delete", json!({"ids": [lead]})).await;
    assert_eq!(gone[0], json!({"id": lead, "success": true}));
    let (_, all) = caller.get("/queryAll?q=SELECT+Id+FROM+Lead").await;
    assert_eq!(all["totalSize"], 0);
}

/// Objects without a recycle bin lose the record at once.
#[tokio::test]
async fn members_of_a_deleted_group_are_gone() {
    let caller = Caller::new().await;
    let group = caller.create("Group", json!({"Name": "G", "Type": "Regular"})).await;
    let user = caller.column("Id", "SELECT Id FROM User").await.remove(0);
    caller.create("GroupMember", json!({"GroupId": group, "UserOrGroupId": user})).await;
    assert_eq!(caller.delete(&format!("/sobjects/Group/{group}")).await.0, StatusCode::NO_CONTENT);
    assert_eq!(count(&caller, "SELECT COUNT() FROM GroupMember").await, 0);
}

/// Custom relationships say themselves what a deletion does.
#[tokio::test]
async fn custom_relationships_cascade_restrict_or_clear() {
    let caller = Caller::new().await;
    let to_account = |kind: &str, children: &str, constraint: Value| {
        json!({"label": "A", "type": kind, "referenceTo": "Account", "relationshipName": children,
            "deleteConstraint": constraint})
    };
    for (name, field) in [
        ("Line__c", to_account("MasterDetail", "Lines", Value::Null)),
        ("Hold__c", to_account("Lookup", "Holds", json!("Restrict"))),
        ("Remark__c", to_account("Lookup", "Remarks", json!("SetNull"))),
    ] {
        let metadata = json!({"label": name, "pluralLabel": format!("{name}s"), "deploymentStatus": "Deployed",
            "sharingModel": "ReadWrite", "nameField": {"type": "Text", "label": "Name"}});
        let (status, body) =
            caller.post("/tooling/sobjects/CustomObject", json!({"FullName": name, "Metadata": metadata})).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        caller.custom_field(&format!("{name}.A__c"), field).await;
    }
    let account = caller.create("Account", json!({"Name": "A"})).await;
    let path = format!("/sobjects/Account/{account}");
    let row = json!({"Name": "r", "A__c": account});
    let line = caller.create("Line__c", row.clone()).await;
    let hold = caller.create("Hold__c", row.clone()).await;
    let remark = caller.create("Remark__c", row).await;
    let told = error(caller.delete(&path).await);
    let text =
        "Your attempt to delete A could not be completed because it is associated with the following hold__cs.: r\n";
    assert_eq!(told, format!("400 DELETE_FAILED {text}"));
    caller.delete(&format!("/sobjects/Hold__c/{hold}")).await;
    assert_eq!(caller.delete(&path).await.0, StatusCode::NO_CONTENT);
    let told = error(caller.get(&format!("/sobjects/Line__c/{line}")).await);
    assert_eq!(told, "404 ENTITY_IS_DELETED entity is deleted");
    assert_eq!(caller.get(&format!("/sobjects/Remark__c/{remark}")).await.1["A__c"], Value::Null);
}
