//! `/composite/tree`: new records with their children below them.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

fn node(object: &str, reference_id: &str, mut fields: Value) -> Value {
    fields["attributes"] = json!({"type": object, "referenceId": reference_id});
    fields
}

fn contact(reference_id: &str, email: &str) -> Value {
    node("Contact", reference_id, json!({"LastName": reference_id, "Email": email}))
}

#[tokio::test]
async fn a_tree_is_created_level_by_level() {
    let caller = Caller::new().await;
    let children = json!({"records": [contact("c1", "a@b.example"), contact("c2", "b@b.example")]});
    let records = json!([
        node("Account", "a1", json!({"Name": "A", "contacts": children})),
        node("Account", "a2", json!({"Name": "B"}))
    ]);
    let (status, body) = caller.post("/composite/tree/account", json!({"records": records})).await;
    assert_eq!((status, &body["hasErrors"]), (StatusCode::CREATED, &json!(false)), "{body}");
    let results = body["results"].as_array().unwrap();
    let order: Vec<_> = results.iter().map(|result| result["referenceId"].as_str().unwrap()).collect();
    assert_eq!(order, ["a1", "a2", "c1", "c2"]);
    let parents = caller.column("AccountId", "SELECT AccountId FROM Contact").await;
    assert_eq!(parents, [results[0]["id"].clone(), results[0]["id"].clone()]);
}

#[tokio::test]
async fn one_bad_record_leaves_nothing_behind() {
    let caller = Caller::new().await;
    let children = json!({"records": [contact("c1", "123"), contact("c2", "b@b.example")]});
    let records = json!([node("Account", "a1", json!({"Name": "A", "Contacts": children}))]);
    let (status, body) = caller.post("/composite/tree/Account", json!({"records": records})).await;
    let error = json!({"statusCode": "INVALID_EMAIL_ADDRESS", "message": "Email: invalid email address: 123", "fields": ["Email"]});
    let expected = json!({"hasErrors": true, "results": [{"referenceId": "c1", "errors": [error]}]});
    assert_eq!((status, body), (StatusCode::BAD_REQUEST, expected));
    assert_eq!(caller.query("SELECT COUNT() FROM Account").await.1["totalSize"], 0);
}

#[tokio::test]
async fn trees_have_limits() {
    let caller = Caller::new().await;
    let many: Vec<Value> = (0..201).map(|at| node("Account", &format!("r{at}"), json!({"Name": "A"}))).collect();
    let deep = (0..6).fold(json!({"Name": "leaf"}), |below, at| {
        let below = node("Account", &format!("r{at}"), below);
        json!({"Name": "A", "ChildAccounts": {"records": [below]}})
    });
    for records in [json!(many), json!([node("Account", "top", deep)])] {
        let (status, body) = caller.post("/composite/tree/Account", json!({"records": records})).await;
        assert_eq!((status, &body["hasErrors"]), (StatusCode::BAD_REQUEST, &json!(true)));
        assert_eq!(body["results"][0]["errors"][0]["statusCode"], "LIMIT_EXCEEDED");
    }
    let twins = json!([node("Account", "a", json!({"Name": "A"})), node("Account", "a", json!({"Name": "B"}))]);
    let (_, body) = caller.post("/composite/tree/Account", json!({"records": twins})).await;
    assert_eq!(body["results"][0]["referenceId"], "a");
    let strange = json!([node("Account", "a", json!({"Name": "A", "Nothings": {"records": []}}))]);
    let (_, body) = caller.post("/composite/tree/Account", json!({"records": strange})).await;
    assert_eq!(body["results"][0]["errors"][0]["statusCode"], "INVALID_FIELD");
    for body in [json!({"records": []}), json!({}), json!({"records": [1]}), json!({"records": [{"Name": "A"}]})] {
        assert!(error(caller.post("/composite/tree/Account", body).await).starts_with("400 "));
    }
}
