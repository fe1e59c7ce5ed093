//! Children inside their parents: subqueries, their pages, and children of children.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, answer, error};

/// Acme with three contacts, one of whom has two cases; Empty with nothing.
async fn family() -> Caller {
    let caller = Caller::new().await;
    let acme = caller.create("Account", json!({"Name": "Acme"})).await;
    caller.create("Account", json!({"Name": "Empty"})).await;
    for (name, email) in [("Able", Some("able@x.example")), ("Baker", None), ("Chase", Some("chase@x.example"))] {
        let contact = caller.create("Contact", json!({"LastName": name, "Email": email, "AccountId": acme})).await;
        if name == "Able" {
            for subject in ["first", "second"] {
                caller.create("Case", json!({"Subject": subject, "ContactId": contact})).await;
            }
        }
    }
    caller
}

/// Every `key` below the first record's `relationship`.
fn inside(body: &Value, relationship: &str, key: &str) -> Vec<Value> {
    let children = body["records"][0][relationship]["records"].as_array().unwrap();
    children.iter().map(|child| child[key].clone()).collect()
}

#[tokio::test]
async fn children_stand_in_their_parent_and_no_children_are_null() {
    let caller = family().await;
    let (_, body) = caller.query("SELECT Name, (SELECT LastName FROM Contacts), Id FROM Account ORDER BY Name").await;
    let acme = &body["records"][0];
    let keys: Vec<&String> = acme.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["attributes", "Name", "Contacts", "Id"]);
    assert_eq!((&acme["Contacts"]["totalSize"], &acme["Contacts"]["done"]), (&json!(3), &json!(true)));
    let contact = &acme["Contacts"]["records"][0];
    assert_eq!(contact["attributes"]["type"], "Contact");
    assert!(contact["attributes"]["url"].as_str().unwrap().starts_with("/services/data/v66.0/sobjects/Contact/003"));
    assert_eq!(inside(&body, "Contacts", "LastName"), [json!("Able"), json!("Baker"), json!("Chase")]);
    assert_eq!(body["records"][1]["Contacts"], Value::Null);
}

#[tokio::test]
async fn the_clauses_of_a_subquery_count_for_each_parent() {
    let caller = family().await;
    for (clauses, expected) in [
        ("WHERE Email != null", vec!["Able", "Chase"]),
        ("ORDER BY LastName DESC", vec!["Chase", "Baker", "Able"]),
        ("ORDER BY LastName DESC LIMIT 2", vec!["Chase", "Baker"]),
        ("ORDER BY LastName LIMIT 2 OFFSET 2", vec!["Chase"]),
        ("WHERE Account.Name = 'Acme' AND LastName LIKE 'b%'", vec!["Baker"]),
        ("WHERE Id IN (SELECT ContactId FROM Case)", vec!["Able"]),
    ] {
        let soql = format!("SELECT (SELECT LastName FROM Contacts {clauses}) FROM Account WHERE Name = 'Acme'");
        let (status, body) = caller.query(&soql).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        assert_eq!(inside(&body, "Contacts", "LastName"), expected, "{clauses}");
    }
    let none = caller.query("SELECT (SELECT Id FROM Contacts WHERE LastName = 'x') FROM Account LIMIT 1").await.1;
    assert_eq!(none["records"][0]["Contacts"], Value::Null);
}

/// The names a subquery may start its paths with, and whose relationship it may say it is.
#[tokio::test]
async fn a_subquery_names_its_object_in_several_ways() {
    let caller = family().await;
    for from in ["Contacts", "contacts c", "Account.Contacts", "a.Contacts"] {
        let soql = format!("SELECT (SELECT LastName FROM {from} ORDER BY Contact.LastName) FROM Account a LIMIT 1");
        assert_eq!(inside(&caller.query(&soql).await.1, "Contacts", "LastName").len(), 3, "{from}");
    }
    let parent = caller.query("SELECT (SELECT Account.Owner.Name FROM Contacts LIMIT 1) FROM Account LIMIT 1").await.1;
    let contact = &parent["records"][0]["Contacts"]["records"][0];
    assert_eq!(contact["Account"]["Owner"]["Name"], "Local Admin");
}

/// From version 58.0 on a child may have children; before, only the outer object.
#[tokio::test]
async fn children_have_children_since_version_58() {
    let caller = family().await;
    let soql = "SELECT Name, (SELECT LastName, (SELECT Subject FROM Cases ORDER BY Subject DESC) FROM Contacts) \
                FROM Account WHERE Name = 'Acme'";
    let (_, body) = caller.query(soql).await;
    let contacts = inside(&body, "Contacts", "Cases");
    assert_eq!(contacts[0]["totalSize"], json!(2));
    assert_eq!(contacts[0]["records"][0]["Subject"], "second");
    assert_eq!(contacts[1], Value::Null);
    let url = format!("{}/services/data/v57.0/query", caller.org.url());
    let request = caller.client.get(url).bearer_auth(&caller.token).query(&[("q", soql)]);
    let told = error(answer(request.send().await.unwrap()).await);
    assert!(told.starts_with("400 MALFORMED_QUERY SOQL statements cannot query aggregate relationships more than 1"));
}

/// More children than a page: the parent tells where the rest is, and the rest comes by itself.
#[tokio::test]
async fn many_children_come_in_pages_of_their_own() {
    let caller = Caller::new().await;
    let acme = caller.create("Account", json!({"Name": "Acme"})).await;
    let row = |n: usize| json!({"attributes": {"type": "Contact"}, "LastName": format!("{n:03}"), "AccountId": acme});
    for batch in 0..3 {
        let records: Vec<Value> = (0..200).map(|n| row(batch * 200 + n)).collect();
        assert_eq!(caller.post("/composite/sobjects", json!({"records": records})).await.0, StatusCode::OK);
    }
    let url = format!("{}/services/data/v66.0/query", caller.org.url());
    let request = caller.client.get(url).bearer_auth(&caller.token).header("Sforce-Query-Options", "batchSize=250");
    let soql = "SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName) FROM Account";
    let (_, body) = answer(request.query(&[("q", soql)]).send().await.unwrap()).await;
    assert_eq!(body["done"], json!(true));
    let mut page = body["records"][0]["Contacts"].clone();
    let mut names = Vec::new();
    loop {
        assert_eq!(page["totalSize"], json!(600));
        names.extend(page["records"].as_array().unwrap().iter().map(|record| record["LastName"].clone()));
        let Some(next) = page["nextRecordsUrl"].as_str().map(str::to_owned) else { break };
        assert_eq!(page["done"], json!(false));
        page = caller.get(&next).await.1;
    }
    assert_eq!(names, (0..600).map(|n| json!(format!("{n:03}"))).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_relationship_that_is_not_there_is_named() {
    let caller = Caller::new().await;
    for from in ["Foo", "Lead.Contacts"] {
        let told = error(caller.query(&format!("SELECT (SELECT Id FROM {from}) FROM Account")).await);
        let name = from.rsplit('.').next().unwrap();
        assert!(told.starts_with("400 INVALID_TYPE "), "{told}");
        assert!(
            told.contains(&format!("Didn't understand relationship '{name}' in FROM part of query call.")),
            "{told}"
        );
    }
}

/// Deleted children are children of `queryAll` only.
#[tokio::test]
async fn deleted_children_are_left_out() {
    let caller = family().await;
    let id = caller.column("Id", "SELECT Id FROM Contact WHERE LastName = 'Baker'").await.remove(0);
    caller.delete(&format!("/sobjects/Contact/{}", id.as_str().unwrap())).await;
    let soql = "SELECT (SELECT LastName FROM Contacts) FROM Account WHERE Name = 'Acme'";
    assert_eq!(inside(&caller.query(soql).await.1, "Contacts", "LastName"), ["Able", "Chase"]);
    let all = caller.get(&format!("/queryAll?q={}", soql.replace(' ', "+"))).await.1;
    assert_eq!(inside(&all, "Contacts", "LastName"), ["Able", "Baker", "Chase"]);
}
