//! Queries: who is found, in which order, in what shape, page by page.

use insta::assert_snapshot;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Caller, answer, error};

/// Leads A to D: B is in Berlin, C in MÜNCHEN, D has no city; A's revenue is unknown.
async fn four_leads() -> Caller {
    let caller = Caller::new().await;
    for (name, city, revenue) in [
        ("A", Some("Aachen"), None),
        ("B", Some("Berlin"), Some(10)),
        ("C", Some("MÜNCHEN"), Some(20)),
        ("D", None, Some(20)),
    ] {
        let row = json!({"LastName": name, "Company": "Acme", "City": city, "AnnualRevenue": revenue});
        caller.create("Lead", row).await;
    }
    caller
}

async fn check_found(caller: &Caller, condition: &str, expected: &str) {
    let names =
        caller.column("LastName", &format!("SELECT LastName FROM Lead WHERE {condition} ORDER BY LastName")).await;
    let found: String = names.iter().filter_map(Value::as_str).collect();
    assert_eq!(found, expected, "{condition}");
}

/// Text compares without case in any script; `!=` and `NOT IN` cover rows without a value, `<` and `>` never do.
#[tokio::test]
async fn conditions_find_what_soql_says() {
    let caller = four_leads().await;
    for (condition, expected) in [
        ("City = 'berlin'", "B"),
        ("City = 'münchen'", "C"),
        ("City LIKE 'm%'", "C"),
        ("City LIKE '_erlin'", "B"),
        ("City LIKE 'b\\%'", ""),
        ("City = null", "D"),
        ("City = ''", "D"),
        ("City != null", "ABC"),
        ("City != 'Berlin'", "ACD"),
        ("City IN ('BERLIN', null)", "BD"),
        ("City NOT IN ('Berlin')", "ACD"),
        ("City NOT IN ('Berlin', null)", "AC"),
        ("City > 'b'", "BC"),
        ("(NOT City = 'Berlin')", "ACD"),
        ("AnnualRevenue >= 10 AND AnnualRevenue < 20", "B"),
        ("AnnualRevenue = 20.0", "CD"),
        ("AnnualRevenue != 20", "AB"),
        ("LastName = 'A' OR (City = 'Berlin' AND AnnualRevenue > 5)", "AB"),
        ("IsConverted = null", "ABCD"),
        ("IsConverted != null", ""),
        ("CreatedDate = 2026-11-23T11:00:00+01:00", "ABCD"),
        ("CreatedDate > 2026-11-23T10:00:00.000+0000", ""),
        ("Owner.Name = 'local admin'", "ABCD"),
        ("Owner.Name != 'x'", "ABCD"),
        ("ConvertedAccount.Name = null", "ABCD"),
        ("ConvertedAccount.Name != 'x'", ""),
        ("Lead.Owner.Profile.Name LIKE 'System%'", "ABCD"),
    ] {
        check_found(&caller, condition, expected).await;
    }
}

/// `NOT City > 'b'`: SOQL has no third truth value, so a row without a city is among what is not greater.
#[tokio::test]
async fn a_negation_covers_rows_without_a_value() {
    check_found(&four_leads().await, "NOT City > 'b'", "AD").await;
}

/// Nulls come first in both directions unless said; ids are matched in 15 and 18 characters.
#[tokio::test]
async fn rows_are_ordered_and_cut() {
    let caller = four_leads().await;
    for (clauses, expected) in [
        ("ORDER BY AnnualRevenue, LastName", "ABCD"),
        ("ORDER BY AnnualRevenue DESC, LastName DESC", "ADCB"),
        ("ORDER BY AnnualRevenue NULLS LAST, LastName", "BCDA"),
        ("ORDER BY City DESC NULLS LAST", "CBAD"),
        ("ORDER BY LastName LIMIT 2", "AB"),
        ("ORDER BY LastName LIMIT 2 OFFSET 3", "D"),
        ("ORDER BY Owner.Name, LastName DESC", "DCBA"),
        ("LIMIT 0", ""),
    ] {
        let names = caller.column("LastName", &format!("SELECT LastName FROM Lead {clauses}")).await;
        assert_eq!(names.iter().filter_map(Value::as_str).collect::<String>(), expected, "{clauses}");
    }
    let id = caller.column("Id", "SELECT Id FROM Lead WHERE LastName = 'B'").await.remove(0);
    let short = &id.as_str().unwrap()[..15];
    check_found(&caller, &format!("Id = '{short}'"), "B").await;
    check_found(&caller, &format!("Id IN ('{}')", id.as_str().unwrap()), "B").await;
}

/// Keys in described case and select order, attributes first, a parent as an object, a missing one as null.
#[tokio::test]
async fn records_have_the_shape_of_the_selection() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "Acme", "NumberOfEmployees": 5, "AnnualRevenue": 10})).await;
    caller.create("Contact", json!({"LastName": "Able", "AccountId": account})).await;
    caller.create("Contact", json!({"LastName": "Baker"})).await;
    let soql = "select lastname, account.NAME, Account.NumberOfEmployees, Account.AnnualRevenue, Account.Owner.Name \
                from contact order by lastname";
    let (_, body) = caller.query(soql).await;
    let mut text = serde_json::to_string_pretty(&body).unwrap();
    for (number, record) in body["records"].as_array().unwrap().iter().enumerate() {
        let url = record["attributes"]["url"].as_str().unwrap();
        text = text.replace(&url[url.len() - 18..], &format!("<contact:{number}>"));
    }
    let owner = body["records"][0]["Account"]["Owner"]["attributes"]["url"].as_str().unwrap();
    text = text.replace(&account, "<account:1>").replace(&owner[owner.len() - 18..], "<user:1>");
    assert_snapshot!(text, @r#"
    {
      "totalSize": 2,
      "done": true,
      "records": [
        {
          "attributes": {
            "type": "Contact",
            "url": "/services/data/v66.0/sobjects/Contact/<contact:0>"
          },
          "LastName": "Able",
          "Account": {
            "attributes": {
              "type": "Account",
              "url": "/services/data/v66.0/sobjects/Account/<account:1>"
            },
            "Name": "Acme",
            "NumberOfEmployees": 5,
            "AnnualRevenue": 10.0,
            "Owner": {
              "attributes": {
                "type": "User",
                "url": "/services/data/v66.0/sobjects/User/<user:1>"
              },
              "Name": "Local Admin"
            }
          }
        },
        {
          "attributes": {
            "type": "Contact",
            "url": "/services/data/v66.0/sobjects/Contact/<contact:1>"
          },
          "LastName": "Baker",
          "Account": null
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn numbers_are_counted_and_aggregated() {
    let caller = four_leads().await;
    let (_, count) = caller.query("SELECT COUNT() FROM Lead WHERE City != null LIMIT 2").await;
    assert_eq!(count, json!({"totalSize": 2, "done": true, "records": []}));
    let (_, all) = caller
        .query("SELECT COUNT(Id) total, COUNT(City), SUM(AnnualRevenue), AVG(AnnualRevenue) mean, MAX(City) FROM Lead")
        .await;
    let expected = json!({"attributes": {"type": "AggregateResult"}, "total": 4, "expr0": 3, "expr1": 50.0,
        "mean": 50.0 / 3.0, "expr2": "MÜNCHEN"});
    assert_eq!(all["records"], json!([expected]));
    let soql = "SELECT Owner.Name, Company, COUNT(Id) FROM Lead GROUP BY Owner.Name, Company ORDER BY COUNT(Id) DESC";
    let (_, groups) = caller.query(soql).await;
    let expected =
        json!({"attributes": {"type": "AggregateResult"}, "Name": "Local Admin", "Company": "Acme", "expr0": 4});
    assert_eq!(groups["records"], json!([expected]));
}

/// Pages of the asked size, the locator with the offset behind it, nothing lost and nothing twice though rows are added.
#[tokio::test]
async fn a_long_answer_comes_in_pages() {
    let caller = Caller::new().await;
    for batch in 0..3 {
        let row = |n: usize| json!({"attributes": {"type": "Account"}, "Name": format!("{:03}", batch * 200 + n)});
        let records: Vec<Value> = (0..200).map(row).collect();
        assert_eq!(caller.post("/composite/sobjects", json!({"records": records})).await.0, StatusCode::OK);
    }
    let url = format!("{}/services/data/v66.0/query", caller.org.url());
    let request = caller.client.get(url).bearer_auth(&caller.token).header("Sforce-Query-Options", "batchSize=250");
    let request = request.query(&[("q", "SELECT Name FROM Account ORDER BY Name")]);
    let (_, mut page) = answer(request.send().await.unwrap()).await;
    let mut names = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let records = page["records"].as_array().unwrap();
        sizes.push(records.len());
        names.extend(records.iter().map(|record| record["Name"].as_str().unwrap().to_owned()));
        assert_eq!((&page["totalSize"], &page["done"]), (&json!(600), &json!(names.len() == 600)));
        let Some(next) = page["nextRecordsUrl"].as_str().map(str::to_owned) else { break };
        assert!(
            next.starts_with("/services/data/v66.0/query/01g") && next.ends_with(&format!("-{}", names.len())),
            "{next}"
        );
        caller.create("Account", json!({"Name": "000"})).await;
        page = caller.get(&next).await.1;
    }
    assert_eq!(sizes, [250, 250, 100]);
    assert_eq!(names, (0..600).map(|n| format!("{n:03}")).collect::<Vec<_>>());
    let invalid = "400 INVALID_QUERY_LOCATOR invalid query locator";
    assert_eq!(error(caller.get("/query/01g000000000000AAA-250").await), invalid);
}

#[tokio::test]
async fn the_recycle_bin_is_seen_by_query_all_only() {
    let caller = Caller::new().await;
    let id = caller.create("Account", json!({"Name": "Gone"})).await;
    caller.delete(&format!("/sobjects/Account/{id}")).await;
    assert!(caller.column("Name", "SELECT Name FROM Account").await.is_empty());
    let (_, all) = caller.get("/queryAll?q=SELECT+Name,IsDeleted+FROM+Account").await;
    assert_eq!((&all["totalSize"], &all["records"][0]["IsDeleted"]), (&json!(1), &json!(true)));
}

/// Parents of several kinds: a selected one says `Name`, and `Type` tells what it is.
#[tokio::test]
async fn a_polymorphic_parent_is_found_whatever_it_is() {
    let caller = Caller::new().await;
    let contact = caller.create("Contact", json!({"LastName": "Able"})).await;
    let lead = caller.create("Lead", json!({"LastName": "Baker", "Company": "B"})).await;
    caller.create("Task", json!({"Subject": "1", "WhoId": contact})).await;
    caller.create("Task", json!({"Subject": "2", "WhoId": lead})).await;
    caller.create("Task", json!({"Subject": "3"})).await;
    let who = caller.column("Who", "SELECT Who.Name, Who.Type FROM Task ORDER BY Subject").await;
    let url = format!("/services/data/v66.0/sobjects/Contact/{contact}");
    assert_eq!(who[0], json!({"attributes": {"type": "Name", "url": url}, "Name": "Able", "Type": "Contact"}));
    assert_eq!((&who[1]["Name"], &who[1]["Type"], &who[2]), (&json!("Baker"), &json!("Lead"), &Value::Null));
    let found =
        caller.column("Subject", "SELECT Subject FROM Task WHERE Who.Type = 'Lead' AND Who.Name = 'BAKER'").await;
    assert_eq!(found, [json!("2")]);
}

#[tokio::test]
async fn what_the_schema_lacks_is_shown_with_its_place() {
    let caller = Caller::new().await;
    assert_snapshot!(error(caller.query("SELECT Id, Foo FROM Account").await), @r"
    400 INVALID_FIELD 
    SELECT Id, Foo FROM Account
               ^
    ERROR at Row:1:Column:12
    No such column 'Foo' on entity 'Account'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.
    ");
    assert_snapshot!(error(caller.query("SELECT Id FROM XYZZY").await), @r"
    400 INVALID_TYPE 
    SELECT Id FROM XYZZY
                   ^
    ERROR at Row:1:Column:16
    sObject type 'XYZZY' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.
    ");
    assert_snapshot!(error(caller.query("SELECT Foo.Name FROM Contact").await), @r"
    400 INVALID_FIELD 
    SELECT Foo.Name FROM Contact
           ^
    ERROR at Row:1:Column:8
    Didn't understand relationship 'Foo' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.
    ");
}

#[tokio::test]
async fn wrong_queries_are_refused_with_their_code() {
    let caller = Caller::new().await;
    for (soql, expected) in [
        (
            "SELECT Id FROM Lead WHERE CreatedDate = '2026-01-01'",
            "INVALID_FIELD value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes",
        ),
        (
            "SELECT Id FROM Lead WHERE LastName = 5",
            "INVALID_FIELD value of filter criterion for field 'LastName' must be of type string and should be enclosed in quotes",
        ),
        (
            "SELECT Id FROM Lead WHERE Description = 'x'",
            "INVALID_FIELD field 'Description' can not be filtered in a query call",
        ),
        ("SELECT Id FROM Lead WHERE OwnerId = 'abc'", "INVALID_QUERY_FILTER_OPERATOR invalid ID field: abc"),
        ("SELECT Id, id FROM Lead", "INVALID_FIELD duplicate field selected: id"),
        ("SELECT Company, COUNT(Id) FROM Lead", "MALFORMED_QUERY Field must be grouped or aggregated: Company"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE Maximum SOQL offset allowed is 2000"),
        ("SELECT Id Name FROM Lead", "MALFORMED_QUERY only aggregate expressions use field aliasing"),
        ("", "MALFORMED_QUERY SOQL statements cannot be empty or null"),
    ] {
        let told = error(caller.query(soql).await);
        let (code, text) = expected.split_once(' ').unwrap();
        assert!(told.starts_with(&format!("400 {code} ")) && told.ends_with(text), "{soql}: {told}");
    }
    let without = answer(caller.send(Method::GET, "/query", None).await).await;
    assert_eq!(error(without), "400 MALFORMED_QUERY A query string has to be specified");
}

/// A text of a filter is a value and nothing else, whatever it holds.
#[tokio::test]
async fn text_in_a_filter_is_only_text() {
    let caller = Caller::new().await;
    let name = "x' OR \"Id\" <> ''; --";
    caller.create("Account", json!({"Name": name})).await;
    caller.create("Account", json!({"Name": "other"})).await;
    let soql = format!("SELECT Name FROM Account WHERE Name = {}", salesbridge_soql::quote(name));
    assert_eq!(caller.column("Name", &soql).await, [json!(name)]);
}
