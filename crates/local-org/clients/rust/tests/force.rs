//! Sign-in, rows, queries, descriptions, errors and bulk jobs through `force`.

use std::collections::HashSet;

use force::api::RestOperation;
use force::api::bulk::JobOperation;
use force::auth::UsernamePassword;
use force::client::ForceClientBuilder;
use force::types::SalesforceId;
use futures::StreamExt;
use local_org_client_force::{PASSWORD, SECURITY_TOKEN, admin, client, control, external_id, mark, url};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const ROWS: usize = 20_001;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Lead {
    last_name: String,
    company: String,
}

#[tokio::test]
async fn client_credentials_open_the_org() {
    let found = client().await.rest().query::<Value>("SELECT Id FROM Organization").await.unwrap();
    assert_eq!(found.total_size, 1);
}

#[tokio::test]
async fn a_password_opens_the_org() {
    let user = admin().await;
    let app = json!({"name": "force", "run_as": user["id"], "username_password": true});
    let app = control(reqwest::Method::POST, "/apps", Some(app)).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let sign_in = UsernamePassword::new(
        text(&app["consumer_key"]),
        text(&app["consumer_secret"]),
        text(&user["username"]),
        PASSWORD,
        SECURITY_TOKEN,
        format!("{}/services/oauth2/token", url()),
    );
    let client = ForceClientBuilder::new().authenticate(sign_in).build().await.unwrap();
    assert_eq!(client.rest().query::<Value>("SELECT Id FROM Organization").await.unwrap().total_size, 1);
}

#[tokio::test]
async fn a_wrong_secret_is_refused() {
    let wrong = force::auth::ClientCredentials::new_my_domain("nobody", "wrong", url());
    let client = ForceClientBuilder::new().authenticate(wrong).build().await.unwrap();
    let refused = client.rest().query::<Value>("SELECT Id FROM Organization").await.unwrap_err();
    assert!(matches!(refused, force::error::ForceError::Authentication(_)), "{refused:?}");
}

#[tokio::test]
async fn a_record_is_created_read_changed_and_deleted() {
    let client = client().await;
    let rest = client.rest();
    let made = rest.create("Account", &json!({"Name": "Acme", "NumberOfEmployees": 3})).await.unwrap();
    let id = made.id.unwrap();
    assert_eq!(rest.get("Account", &id).await.unwrap()["NumberOfEmployees"], 3);
    rest.update("Account", &id, &json!({"Phone": "1"})).await.unwrap();
    assert_eq!(rest.get("Account", &id).await.unwrap()["Phone"], "1");
    rest.delete("Account", &id).await.unwrap();
    let gone = rest.get("Account", &id).await.unwrap_err().to_string();
    assert!(gone.contains("404") || gone.contains("NOT_FOUND"), "{gone}");
}

#[tokio::test]
async fn an_upsert_creates_then_changes() {
    let client = client().await;
    client.tooling().create("CustomField", &external_id("Account.ForceKey__c")).await.unwrap();
    let value = mark("upsert");
    let upsert = async |name: &str| {
        client.rest().upsert("Account", "ForceKey__c", &value, &json!({"Name": name})).await.unwrap()
    };
    assert!(upsert("one").await.is_created());
    let second = upsert("two").await;
    assert!(second.is_updated());
    assert_eq!(client.rest().get("Account", &second.id).await.unwrap()["Name"], "two");
}

#[tokio::test]
async fn a_batch_answers_each_request() {
    let client = client().await;
    let batch = client.composite().batch().post("Account", json!({"Name": "Acme"})).unwrap();
    let answer = batch.post("Account", json!({})).unwrap().execute().await.unwrap();
    assert!(answer.has_errors);
    assert_eq!(answer.results.iter().map(|result| result.status_code).collect::<Vec<_>>(), [201, 400]);
}

#[tokio::test]
async fn pages_follow_one_another() {
    let client = client().await;
    let company = mark("pages");
    let leads = leads(&company, 2_001);
    client.bulk().insert("Lead", &leads).await.unwrap();
    let soql = format!("SELECT Id, LastName FROM Lead WHERE Company = '{company}'");
    let first = client.rest().query::<Value>(&soql).await.unwrap();
    assert_eq!((first.total_size, first.done, first.records.len()), (2_001, false, 2_000));
    let second = client.rest().query_more::<Value>(&first.next_records_url.unwrap()).await.unwrap();
    assert_eq!((second.done, second.records.len()), (true, 1));
}

#[tokio::test]
async fn objects_limits_versions_and_plans_are_described() {
    let client = client().await;
    let rest = client.rest();
    assert!(rest.describe_global().await.unwrap().sobjects.iter().any(|object| object.name == "Lead"));
    assert!(rest.describe("Lead").await.unwrap().fields.iter().any(|field| field.name == "Company"));
    assert!(rest.limits().await.is_ok());
    assert!(rest.highest_version().await.unwrap().is_some());
    assert!(!rest.explain("SELECT Id FROM Lead").await.unwrap().plans.is_empty());
}

/// One that finds something is beyond `force` 0.5: it wants the records of each object in a list of their own, where Salesforce sends one list.
#[tokio::test]
async fn a_search_that_finds_nothing_is_no_error() {
    let client = client().await;
    let found = client.rest().search("FIND {Nobodyatall} IN ALL FIELDS RETURNING Account(Id, Name)").await.unwrap();
    assert!(found.search_records.is_empty());
}

#[tokio::test]
async fn errors_have_salesforces_codes() {
    let client = client().await;
    let broken = client.rest().query::<Value>("SELECT Id FROM").await.unwrap_err().to_string();
    assert!(broken.contains("MALFORMED_QUERY"), "{broken}");
    let missing = client.rest().create("Lead", &json!({"LastName": "Doe"})).await.unwrap_err().to_string();
    assert!(missing.contains("REQUIRED_FIELD_MISSING"), "{missing}");
    let nobody = SalesforceId::new("001000000000000AAA").unwrap();
    assert!(client.rest().update("Account", &nobody, &json!({"Name": "x"})).await.is_err());
}

#[tokio::test]
async fn many_rows_are_loaded_and_read_again() {
    let client = client().await;
    let company = mark("bulk");
    let stream = futures::stream::iter(leads(&company, ROWS));
    let job = client.bulk().smart_ingest("Lead", JobOperation::Insert).execute_stream(stream).await.unwrap();
    assert_eq!((job.total_records_processed(), job.total_records_failed()), (ROWS as i64, 0));
    let soql = format!("SELECT LastName, Company FROM Lead WHERE Company = '{company}'");
    let mut found = client.bulk().query::<Lead>(&soql).await.unwrap();
    let mut names = HashSet::new();
    while let Some(lead) = found.next().await.unwrap() {
        names.insert(lead.last_name);
    }
    assert_eq!(names.len(), ROWS);
}

#[tokio::test]
async fn a_stream_of_pages_ends_with_the_last_row() {
    let client = client().await;
    let company = mark("stream");
    client.bulk().insert("Lead", &leads(&company, 2_005)).await.unwrap();
    let soql = format!("SELECT LastName, Company FROM Lead WHERE Company = '{company}'");
    let rows = client.rest().query_stream::<Lead>(&soql).into_stream().collect::<Vec<_>>().await;
    assert!(rows.iter().all(Result::is_ok));
    assert_eq!(rows.len(), 2_005);
}

fn leads(company: &str, number: usize) -> Vec<Lead> {
    (0..number).map(|n| Lead { last_name: format!("Doe {n}"), company: company.to_owned() }).collect()
}
