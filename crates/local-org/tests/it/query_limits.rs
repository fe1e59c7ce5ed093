//! Queries as large as the language allows, and larger: answered, never broken over.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, error};

/// A query too long for a URL, by way of the composite resource.
async fn posted(caller: &Caller, soql: &str) -> Answer {
    let text: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
    let part = json!({"method": "GET", "url": format!("/services/data/v66.0/query?q={text}"), "referenceId": "q"});
    let (status, body) = caller.post("/composite", json!({"compositeRequest": [part]})).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let part = &body["compositeResponse"][0];
    let code = u16::try_from(part["httpStatusCode"].as_u64().unwrap()).unwrap();
    (StatusCode::from_u16(code).unwrap(), part["body"].clone())
}

async fn total(caller: &Caller, soql: &str) -> Value {
    let (status, body) = posted(caller, soql).await;
    assert_eq!(status, StatusCode::OK, "{}: {body}", &soql[..100.min(soql.len())]);
    body["totalSize"].clone()
}

#[tokio::test]
async fn long_conditions_are_run() {
    let caller = Caller::new().await;
    caller.create("Lead", json!({"LastName": "A7", "Company": "C", "AnnualRevenue": 7})).await;
    let joined =
        |part: &dyn Fn(usize) -> String, word: &str, count: usize| (0..count).map(part).collect::<Vec<_>>().join(word);
    let ors = joined(&|n| format!("Name='A{n}'"), " OR ", 5_000);
    assert_eq!(total(&caller, &format!("SELECT Id FROM Lead WHERE {ors}")).await, json!(1));
    let ands = joined(&|n| format!("Name!='B{n}'"), " AND ", 4_000);
    assert_eq!(total(&caller, &format!("SELECT Id FROM Lead WHERE {ands}")).await, json!(1));
    let texts = joined(&|n| format!("'a{n}'"), ",", 9_000);
    assert_eq!(total(&caller, &format!("SELECT Id FROM Lead WHERE LastName IN ({texts})")).await, json!(1));
    assert_eq!(total(&caller, &format!("SELECT Id FROM Lead WHERE LastName NOT IN ({texts})")).await, json!(0));
    let numbers = joined(&|n| n.to_string(), ",", 15_000);
    assert_eq!(total(&caller, &format!("SELECT Id FROM Lead WHERE AnnualRevenue IN ({numbers})")).await, json!(1));
    let days = joined(&|n| format!("N_DAYS_AGO:{n}"), ",", 4_000);
    assert_eq!(total(&caller, &format!("SELECT Id FROM Lead WHERE CreatedDate IN ({days})")).await, json!(1));
}

#[tokio::test]
async fn deep_conditions_are_run() {
    let caller = Caller::new().await;
    caller.create("Lead", json!({"LastName": "A", "Company": "C"})).await;
    let nested = (0..99).fold("Name = 'A'".to_owned(), |inner, _| format!("Company = 'C' AND ({inner})"));
    assert_eq!(total(&caller, &format!("SELECT Id FROM Lead WHERE {nested}")).await, json!(1));
    let negated = format!("{}Name = 'x'{}", "NOT (".repeat(99), ")".repeat(99));
    assert_eq!(total(&caller, &format!("SELECT Id FROM Lead WHERE {negated}")).await, json!(1));
    let deeper = format!("{}Name = 'x'{}", "(".repeat(101), ")".repeat(101));
    assert!(error(posted(&caller, &format!("SELECT Id FROM Lead WHERE {deeper}")).await).contains("nested too deeply"));
}

/// Every field of every parent within reach: more than one statement can select is refused, not broken over.
#[tokio::test]
async fn wide_selections_are_run_or_refused() {
    let caller = Caller::new().await;
    let (_, described) = caller.get("/sobjects/User/describe").await;
    let fields: Vec<&str> =
        described["fields"].as_array().unwrap().iter().filter_map(|field| field["name"].as_str()).collect();
    let parents = ["Owner", "CreatedBy", "LastModifiedBy"];
    let more = ["Parent.Owner", "Parent.CreatedBy", "Parent.LastModifiedBy"];
    let all: Vec<String> = parents
        .iter()
        .chain(&more)
        .flat_map(|parent| ["", ".CreatedBy", ".LastModifiedBy", ".Manager"].map(|next| format!("{parent}{next}")))
        .collect();
    for (parents, expected) in [(&all[..5], None), (&all[..14], Some("QUERY_TOO_COMPLICATED"))] {
        let named = parents.iter().enumerate().map(|(n, parent)| format!("x.{parent} p{n}"));
        let from: Vec<String> = named.collect();
        let columns: Vec<String> =
            (0..parents.len()).flat_map(|n| fields.iter().map(move |field| format!("p{n}.{field}"))).collect();
        let (_, body) =
            posted(&caller, &format!("SELECT {} FROM Account x, {}", columns.join(","), from.join(", "))).await;
        assert_eq!(body[0]["errorCode"].as_str(), expected, "{} {}", columns.len(), body[0]["message"]);
    }
}

/// Twenty subqueries in one query, each over the same children.
#[tokio::test]
async fn twenty_subqueries_are_run() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "Acme"})).await;
    caller.create("Contact", json!({"LastName": "Able", "AccountId": account})).await;
    let subqueries = vec!["(SELECT Id FROM Contacts)"; 21];
    let told = error(caller.query(&format!("SELECT {} FROM Account", subqueries.join(", "))).await);
    assert!(told.contains("Too many child subqueries, maximum is 20"), "{told}");
    let twice = error(caller.query(&format!("SELECT {} FROM Account", subqueries[..2].join(", "))).await);
    assert_eq!(twice, "400 INVALID_FIELD duplicate field selected: Contacts");
    let (_, described) = caller.get("/sobjects/Account/describe").await;
    let queried = ["Contact", "Case", "Task", "Opportunity", "Event", "Order", "Asset"];
    let several: Vec<String> = described["childRelationships"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|child| queried.contains(&child["childSObject"].as_str().unwrap_or_default()))
        .filter_map(|child| child["relationshipName"].as_str())
        .map(|name| format!("(SELECT Id FROM {name})"))
        .collect();
    assert!(several.len() >= 7, "{several:?}");
    let (status, body) = caller.query(&format!("SELECT {} FROM Account", several.join(", "))).await;
    assert_eq!((status, &body["records"][0]["Contacts"]["totalSize"]), (StatusCode::OK, &json!(1)));
    assert_eq!(body["records"][0]["Cases"], Value::Null);
}

/// Locators are their user's own, ten at a time, for two days.
#[tokio::test]
async fn the_oldest_locator_ends_when_there_are_too_many() {
    let caller = Caller::new().await;
    for batch in 0..2 {
        let row = |n: usize| json!({"attributes": {"type": "Account"}, "Name": format!("{}", batch * 200 + n)});
        let records: Vec<Value> = (0..200).map(row).collect();
        assert_eq!(caller.post("/composite/sobjects", json!({"records": records})).await.0, StatusCode::OK);
    }
    let url = format!("{}/services/data/v66.0/query", caller.org.url());
    let mut locators = Vec::new();
    for _ in 0..11 {
        let request =
            caller.client.get(&url).bearer_auth(&caller.token).header("Sforce-Query-Options", "batchSize=200");
        let request = request.query(&[("q", "SELECT Id FROM Account")]);
        let (_, body) = crate::support::answer(request.send().await.unwrap()).await;
        locators.push(body["nextRecordsUrl"].as_str().unwrap().to_owned());
    }
    let invalid = "400 INVALID_QUERY_LOCATOR invalid query locator";
    assert_eq!(error(caller.get(&locators[0]).await), invalid);
    assert_eq!(caller.get(&locators[1]).await.1["records"].as_array().unwrap().len(), 200);
    for wrong in ["x", "-", "-99999999999999999999", "-400", ""] {
        let locator = locators[1].rsplit_once('-').unwrap().0;
        assert_eq!(error(caller.get(&format!("{locator}{wrong}")).await), invalid, "{wrong}");
    }
}
