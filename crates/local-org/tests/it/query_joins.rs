//! Rows found by other rows: parents, semi-joins and anti-joins, and parents of several kinds.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

/// Acme with an open and a won opportunity, Best with none, Cost with a lost one.
async fn three_accounts() -> Caller {
    let caller = Caller::new().await;
    for (name, stages) in [("Acme", vec!["Prospecting", "Closed Won"]), ("Best", vec![]), ("Cost", vec!["Closed Lost"])]
    {
        let account = caller.create("Account", json!({"Name": name, "Industry": "Media"})).await;
        caller.create("Contact", json!({"LastName": format!("{name}son"), "AccountId": account})).await;
        for stage in stages {
            let row = json!({"Name": stage, "StageName": stage, "CloseDate": "2026-12-01", "AccountId": account});
            caller.create("Opportunity", row).await;
        }
    }
    caller.create("Contact", json!({"LastName": "Alone"})).await;
    caller
}

#[tokio::test]
async fn semi_joins_and_anti_joins_find_by_other_objects() {
    let caller = three_accounts().await;
    for (object, field, condition, expected) in [
        ("Account", "Name", "Id IN (SELECT AccountId FROM Opportunity)", vec!["Acme", "Cost"]),
        ("Account", "Name", "Id NOT IN (SELECT AccountId FROM Opportunity)", vec!["Best"]),
        (
            "Account",
            "Name",
            "Id IN (SELECT AccountId FROM Opportunity o WHERE o.StageName = 'Closed Won')",
            vec!["Acme"],
        ),
        (
            "Account",
            "Name",
            "Industry = 'Media' AND Id IN (SELECT AccountId FROM Contact WHERE Account.Name LIKE '%st') \
             AND Id NOT IN (SELECT AccountId FROM Opportunity)",
            vec!["Best"],
        ),
        ("Contact", "LastName", "AccountId IN (SELECT Id FROM Account WHERE Name = 'Cost')", vec!["Costson"]),
        // A row without a value is outside of whatever is found.
        ("Contact", "LastName", "AccountId NOT IN (SELECT Id FROM Account WHERE Name < 'C')", vec!["Alone", "Costson"]),
        ("Contact", "LastName", "AccountId IN (SELECT AccountId FROM Opportunity)", vec!["Acmeson", "Costson"]),
    ] {
        let soql = format!("SELECT {field} FROM {object} WHERE {condition} ORDER BY {field}");
        assert_eq!(caller.column(field, &soql).await, expected, "{condition}");
    }
    // The recycle bin is not searched inside either.
    let id = caller.column("Id", "SELECT Id FROM Opportunity WHERE StageName = 'Closed Lost'").await.remove(0);
    caller.delete(&format!("/sobjects/Opportunity/{}", id.as_str().unwrap())).await;
    let soql = "SELECT Name FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity)";
    assert_eq!(caller.column("Name", soql).await, ["Acme"]);
}

#[tokio::test]
async fn semi_joins_that_cannot_be_are_refused_in_salesforces_words() {
    let caller = Caller::new().await;
    for (condition, text) in [
        ("Id IN (SELECT Name FROM Contact)", "Semi join sub-selects can only query id fields, cannot use: 'Name'"),
        ("Id IN (SELECT Account.Id FROM Contact)", "can only query id fields, cannot use: 'Account.Id'"),
        (
            "Name IN (SELECT AccountId FROM Contact)",
            "The left operand field in the where expression for outer query should be an id field, cannot use: 'Name'",
        ),
        ("Owner.Id IN (SELECT OwnerId FROM Contact)", "should be an id field, cannot use: 'Owner.Id'"),
        ("Id IN (SELECT ParentId FROM Account)", "The inner and outer selects should not be on the same object type"),
        ("Id IN (SELECT AccountId FROM Task)", "Entity 'Task' is not supported for semi join inner selects"),
        (
            "Id IN (SELECT OwnerId FROM Contact)",
            "The selected field 'OwnerId' in the subquery and the left operand field in the where expression in the outer \
             query 'Id' should point to the same object type",
        ),
    ] {
        let told = error(caller.query(&format!("SELECT Id FROM Account WHERE {condition}")).await);
        assert!(told.starts_with("400 MALFORMED_QUERY ") && told.ends_with(text), "{condition}: {told}");
    }
}

/// Short names of parents; the object's own name and alias in front of any path.
#[tokio::test]
async fn parents_have_short_names() {
    let caller = three_accounts().await;
    for soql in [
        "SELECT c.LastName FROM Contact c, c.Account a, a.Owner o WHERE a.Name = 'Acme' AND o.Name LIKE 'Local%'",
        "SELECT Contact.LastName FROM Contact WHERE Contact.Account.Name = 'Acme'",
        "SELECT LastName FROM Contact AS c WHERE c.Account.Owner.Profile.Name LIKE 'System%' AND c.Account.Name = 'Acme'",
    ] {
        assert_eq!(caller.column("LastName", soql).await, ["Acmeson"], "{soql}");
    }
}

#[tokio::test]
async fn paths_walk_up_five_levels() {
    let caller = Caller::new().await;
    let mut parent: Option<String> = None;
    for level in 0..7 {
        parent = Some(caller.create("Account", json!({"Name": format!("L{level}"), "ParentId": parent})).await);
    }
    let soql = "SELECT Parent.Parent.Parent.Parent.Parent.Name FROM Account WHERE Name = 'L6'";
    let (_, body) = caller.query(soql).await;
    let mut place = &body["records"][0];
    for _ in 0..5 {
        place = &place["Parent"];
    }
    assert_eq!(place["Name"], "L1");
    let told = error(caller.query("SELECT Parent.Parent.Parent.Parent.Parent.Parent.Name FROM Account").await);
    assert!(told.starts_with("400 MALFORMED_QUERY ") && told.contains("maximum is 5"), "{told}");
}

/// Concrete fields by what the parent is, the `Name` object's fields for the others.
#[tokio::test]
async fn typeof_selects_by_the_kind_of_parent() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "Acme", "Phone": "1"})).await;
    let contact = caller.create("Contact", json!({"LastName": "Able", "AccountId": account})).await;
    let lead = caller.create("Lead", json!({"LastName": "Baker", "Company": "B"})).await;
    for (subject, who, what) in [("1", Some(&contact), Some(&account)), ("2", Some(&lead), None), ("3", None, None)] {
        caller.create("Task", json!({"Subject": subject, "WhoId": who, "WhatId": what})).await;
    }
    let soql = "SELECT Subject, TYPEOF Who WHEN Contact THEN LastName, Account.Phone ELSE Name END, \
                TYPEOF What WHEN Account THEN Phone END FROM Task ORDER BY Subject";
    let (status, body) = caller.query(soql).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let who = |at: usize| &body["records"][at]["Who"];
    assert_eq!(who(0)["attributes"]["type"], "Contact");
    assert_eq!((&who(0)["LastName"], &who(0)["Account"]["Phone"]), (&json!("Able"), &json!("1")));
    assert!(who(0).get("Name").is_none());
    assert_eq!((&who(1)["attributes"]["type"], &who(1)["Name"]), (&json!("Lead"), &json!("Baker")));
    assert_eq!(who(2), &Value::Null);
    assert_eq!(body["records"][0]["What"]["Phone"], "1");
    assert_eq!(body["records"][1]["What"], Value::Null);
    for (soql, code) in [
        ("SELECT TYPEOF Account WHEN Account THEN Id END FROM Contact", "INVALID_FIELD"),
        ("SELECT TYPEOF Who WHEN Account THEN Id END FROM Task", "INVALID_TYPE"),
        ("SELECT TYPEOF Who WHEN Lead THEN Foo END FROM Task", "INVALID_FIELD"),
    ] {
        assert!(error(caller.query(soql).await).starts_with(&format!("400 {code} ")), "{soql}");
    }
}

/// Of a parent of several kinds, only what the `Name` object has.
#[tokio::test]
async fn a_polymorphic_parent_shows_only_what_all_kinds_have() {
    let caller = Caller::new().await;
    let told = error(caller.query("SELECT Who.Company FROM Task").await);
    assert!(told.starts_with("400 INVALID_FIELD ") && told.contains("'Company' on entity 'Name'"), "{told}");
    let account = caller.create("Account", json!({"Name": "Acme"})).await;
    let lead = caller.create("Lead", json!({"LastName": "Able", "Company": "C", "Email": "a@x.example"})).await;
    caller.create("Task", json!({"Subject": "1", "WhoId": lead, "WhatId": account})).await;
    let (_, body) = caller.query("SELECT Who.Email, What.Email, What.Name FROM Task").await;
    let task = &body["records"][0];
    assert_eq!((&task["Who"]["Email"], &task["What"]["Name"]), (&json!("a@x.example"), &json!("Acme")));
    assert_eq!(task["What"].get("Email"), Some(&Value::Null));
    let told = error(caller.query("SELECT Account.Foo FROM Contact").await);
    assert!(told.contains("No such column 'Foo' on entity 'Account'"), "{told}");
}

/// 55 different parents and no more.
#[tokio::test]
async fn a_query_walks_to_no_more_than_55_parents() {
    let caller = Caller::new().await;
    let mut paths = Vec::new();
    for first in ["Parent", "Owner", "CreatedBy", "LastModifiedBy"] {
        for second in ["CreatedBy", "LastModifiedBy", "Manager", "Parent", "Owner"] {
            for third in ["Manager", "Profile", "CreatedBy", "LastModifiedBy"] {
                let path = format!("{first}.{second}.{third}.Id");
                if caller.query(&format!("SELECT {path} FROM Account")).await.0 == StatusCode::OK {
                    paths.push(path);
                }
            }
        }
    }
    let told = error(caller.query(&format!("SELECT {} FROM Account", paths.join(", "))).await);
    assert!(told.starts_with("400 MALFORMED_QUERY ") && told.contains("maximum is 55"), "{} {told}", paths.len());
}

#[tokio::test]
async fn a_scope_narrows_to_what_is_mine() {
    let caller = Caller::new().await;
    let profile = caller.column("Id", "SELECT Id FROM Profile WHERE Name = 'Standard User'").await.remove(0);
    let user = json!({"LastName": "Other", "Username": "other@x.example", "Email": "o@x.example", "Alias": "other",
        "ProfileId": profile, "TimeZoneSidKey": "GMT", "LocaleSidKey": "en_US", "EmailEncodingKey": "UTF-8",
        "LanguageLocaleKey": "en_US"});
    let other = caller.create("User", user).await;
    caller.create("Account", json!({"Name": "Mine"})).await;
    caller.create("Account", json!({"Name": "Theirs", "OwnerId": other})).await;
    for (scope, expected) in [("mine", vec!["Mine"]), ("everything", vec!["Mine", "Theirs"]), ("team", vec![])] {
        let soql = format!("SELECT Name FROM Account USING SCOPE {scope} ORDER BY Name");
        assert_eq!(caller.column("Name", &soql).await, expected, "{scope}");
    }
    let told = error(caller.query("SELECT Id FROM Account USING SCOPE queue_owned").await);
    assert!(told.starts_with("400 MALFORMED_QUERY ") && told.contains("'queue_owned'"), "{told}");
}
