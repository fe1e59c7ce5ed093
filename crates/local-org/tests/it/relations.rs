//! Paths below a record: its parents and its children.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

const NOTHING: &str = "404 NOT_FOUND The requested resource does not exist";

#[tokio::test]
async fn a_path_goes_up_to_parents_and_down_to_children() {
    let caller = Caller::new().await;
    let top = caller.create("Account", json!({"Name": "Top"})).await;
    let account = caller.create("Account", json!({"Name": "Acme", "ParentId": top})).await;
    let contact = caller.create("Contact", json!({"LastName": "Ada", "AccountId": account})).await;
    let path = format!("/sobjects/Contact/{contact}/account");
    assert_eq!(caller.get(&path).await.1["Id"], account);
    let (status, parent) = caller.get(&format!("{path}/Parent?fields=Name")).await;
    assert_eq!(
        (status, &parent["Name"], &parent["attributes"]["type"]),
        (StatusCode::OK, &json!("Top"), &json!("Account"))
    );
    assert_eq!(caller.get(&format!("{path}/Owner")).await.1["attributes"]["type"], "User");
    assert_eq!(error(caller.get(&format!("{path}/Parent/Parent")).await), NOTHING, "no parent");

    let (status, children) = caller.get(&format!("/sobjects/Account/{account}/Contacts?fields=LastName")).await;
    assert_eq!((status, &children["totalSize"], &children["done"]), (StatusCode::OK, &json!(1), &json!(true)));
    let record = &children["records"][0];
    assert_eq!((&record["LastName"], record.get("Email")), (&json!("Ada"), None));
    let all = caller.get(&format!("{path}/Parent/ChildAccounts")).await.1;
    assert_eq!((&all["records"][0]["Id"], all["records"][0].get("Phone")), (&json!(account), Some(&Value::Null)));
    let none = caller.get(&format!("/sobjects/Account/{top}/Contacts")).await;
    assert_eq!(none, (StatusCode::OK, json!({"totalSize": 0, "done": true, "records": []})));
}

#[tokio::test]
async fn a_parent_is_changed_and_deleted_through_its_child() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "Acme"})).await;
    let child = caller.create("Account", json!({"Name": "Child", "ParentId": account})).await;
    let path = format!("/sobjects/Account/{child}/Parent");
    assert_eq!(caller.patch(&path, json!({"Phone": "1"})).await.0, StatusCode::NO_CONTENT);
    assert_eq!(caller.get(&path).await.1["Phone"], "1");
    let below = caller.patch(&format!("/sobjects/Account/{child}/Contacts"), json!({"Phone": "1"})).await;
    assert_eq!(error(below), "405 METHOD_NOT_ALLOWED HTTP Method 'PATCH' not allowed. Allowed are HEAD,GET");
    assert_eq!(caller.delete(&path).await.0, StatusCode::NO_CONTENT);
    let gone = caller.get(&format!("/sobjects/Account/{account}")).await;
    assert!(error(gone).starts_with("404 "));
}

#[tokio::test]
async fn relationships_that_are_not_there_are_not_found() {
    let caller = Caller::new().await;
    let id = caller.create("Account", json!({"Name": "Acme"})).await;
    for path in ["Nothings", "Contacts/Owner", "Parent", "Owner/x"] {
        assert_eq!(error(caller.get(&format!("/sobjects/Account/{id}/{path}")).await), NOTHING, "{path}");
    }
    let wrong = caller.get("/sobjects/Account/001000000000000AAA/Contacts").await;
    assert!(error(wrong).starts_with("404 NOT_FOUND Provided external ID field does not exist"));
}
