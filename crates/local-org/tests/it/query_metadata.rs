//! What a query would answer and how it would be run: `columns=true` and `explain`, as the command line of Salesforce asks.

use insta::assert_snapshot;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, answer, error};

async fn ask(caller: &Caller, parameters: &[(&str, &str)]) -> (StatusCode, Value) {
    let url = format!("{}/services/data/v66.0/query", caller.org.url());
    answer(caller.client.get(url).bearer_auth(&caller.token).query(parameters).send().await.unwrap()).await
}

#[tokio::test]
async fn columns_are_described_without_running_the_query() {
    let caller = Caller::new().await;
    let soql = "SELECT id, Owner.Name, (SELECT LastName FROM Contacts), IsDeleted FROM account";
    let (_, body) = ask(&caller, &[("q", soql), ("columns", "true")]).await;
    assert_eq!(
        (&body["entityName"], &body["groupBy"], &body["idSelected"]),
        (&json!("Account"), &json!(false), &json!(true))
    );
    assert_eq!(body["keyPrefix"], "001");
    assert_snapshot!(serde_json::to_string_pretty(&body["columnMetadata"][0]).unwrap(), @r#"
    {
      "aggregate": false,
      "apexType": "Id",
      "booleanType": false,
      "columnName": "Id",
      "custom": false,
      "displayName": "Id",
      "foreignKeyName": null,
      "insertable": false,
      "joinColumns": [],
      "numberType": false,
      "textType": false,
      "updatable": false
    }
    "#);
    let names: Vec<(&Value, &Value, &Value)> = body["columnMetadata"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| (&column["columnName"], &column["aggregate"], &column["joinColumns"][0]["columnName"]))
        .collect();
    let no = json!(false);
    let null = Value::Null;
    assert_eq!(
        names,
        [
            (&json!("Id"), &no, &null),
            (&json!("Owner"), &no, &json!("Name")),
            (&json!("Contacts"), &json!(true), &json!("LastName")),
            (&json!("IsDeleted"), &no, &null)
        ]
    );
    assert_eq!(body["columnMetadata"][3]["booleanType"], json!(true));
}

#[tokio::test]
async fn numbers_are_columns_too() {
    let caller = Caller::new().await;
    let soql = "SELECT LeadSource, COUNT(Id), MAX(CreatedDate) newest FROM Lead GROUP BY LeadSource";
    let (_, body) = ask(&caller, &[("q", soql), ("columns", "true")]).await;
    let columns: Vec<String> = body["columnMetadata"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| format!("{} {} {}", column["columnName"], column["displayName"], column["aggregate"]))
        .collect();
    let expected =
        [r#""LeadSource" "LeadSource" false"#, r#""expr0" "COUNT(Id)" true"#, r#""newest" "MAX(CreatedDate)" true"#];
    assert_eq!(columns, expected);
    assert_eq!((&body["groupBy"], &body["idSelected"]), (&json!(true), &json!(false)));
}

#[tokio::test]
async fn a_query_that_cannot_run_has_no_columns() {
    let caller = Caller::new().await;
    let told = error(ask(&caller, &[("q", "SELECT Foo FROM Account"), ("columns", "true")]).await);
    assert!(told.starts_with("400 INVALID_FIELD "), "{told}");
}

#[tokio::test]
async fn a_plan_says_whether_an_index_leads() {
    let caller = Caller::new().await;
    let id = caller.create("Account", json!({"Name": "Acme"})).await;
    let (_, by_id) = ask(&caller, &[("explain", &format!("SELECT Name FROM Account WHERE Id = '{id}'"))]).await;
    let plan = &by_id["plans"][0];
    assert_eq!((&plan["leadingOperationType"], &plan["fields"]), (&json!("Index"), &json!(["Id"])));
    assert_eq!((&plan["sobjectCardinality"], &plan["sobjectType"]), (&json!(1), &json!("Account")));
    assert!(by_id["sourceQuery"].as_str().unwrap().starts_with("SELECT Name FROM Account"));
    let (_, scan) = ask(&caller, &[("explain", "SELECT Name FROM Account WHERE Industry = 'x'")]).await;
    assert_eq!(scan["plans"][0]["leadingOperationType"], "TableScan");
    assert!(error(ask(&caller, &[("explain", "SELECT Foo FROM Account")]).await).starts_with("400 INVALID_FIELD "));
}
