//! Searches: text in any field, over several objects.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, answer, error};

async fn search(caller: &Caller, version: &str, text: &str) -> Answer {
    let url = format!("{}/services/data/{version}/search", caller.org.url());
    answer(caller.client.get(url).bearer_auth(&caller.token).query(&[("q", text)]).send().await.unwrap()).await
}

fn names(body: &Value) -> Vec<String> {
    let records = body["searchRecords"].as_array().unwrap();
    records.iter().map(|record| record["Name"].as_str().unwrap_or_default().to_owned()).collect()
}

async fn filled() -> Caller {
    let caller = Caller::new().await;
    for (name, city) in
        [("Acme Berlin", "Berlin"), ("Acme Paris", "Paris"), ("Acmeister", "Berlin"), ("O'Brien_1 Ltd", "Cork")]
    {
        caller.create("Account", json!({"Name": name, "BillingCity": city})).await;
    }
    caller.create("Contact", json!({"LastName": "Lovelace", "Email": "ada@acme.example", "Phone": "+44 1234"})).await;
    caller
}

#[tokio::test]
async fn words_are_found_in_the_fields_asked_for() {
    let caller = filled().await;
    for (text, expected) in [
        ("FIND {acme} IN NAME FIELDS RETURNING Account(Name ORDER BY Name)", vec!["Acme Berlin", "Acme Paris"]),
        (
            "FIND {acm*} IN NAME FIELDS RETURNING Account(Name ORDER BY Name DESC LIMIT 2)",
            vec!["Acmeister", "Acme Paris"],
        ),
        ("FIND {berlin} RETURNING Account(Name ORDER BY Name)", vec!["Acme Berlin", "Acmeister"]),
        ("FIND {acme AND NOT paris} RETURNING Account(Name)", vec!["Acme Berlin"]),
        ("FIND {\"acme paris\" OR brien} RETURNING Account(Name WHERE BillingCity != 'Cork')", vec!["Acme Paris"]),
        ("FIND {o'brien_1} RETURNING Account(Name), Contact(Name)", vec!["O'Brien_1 Ltd"]),
        ("FIND {acme} IN EMAIL FIELDS RETURNING Account(Name), Contact(Name)", vec!["Lovelace"]),
        ("FIND {acme} RETURNING Account(Name ORDER BY Name), Contact(Name) LIMIT 1", vec!["Acme Berlin"]),
    ] {
        let (status, body) = search(&caller, "v66.0", text).await;
        assert_eq!(status, StatusCode::OK, "{text}: {body}");
        assert_eq!(names(&body), expected, "{text}");
    }
}

/// Records stand in an object of their own since v37.0.
#[tokio::test]
async fn answers_have_the_shape_of_their_version() {
    let caller = filled().await;
    let (_, old) = search(&caller, "v36.0", "FIND {lovelace}").await;
    let (_, new) = search(&caller, "v37.0", "FIND {lovelace}").await;
    assert_eq!(old[0]["attributes"]["type"], "Contact");
    assert_eq!(new["searchRecords"][0]["Id"], old[0]["Id"]);
    assert_eq!(search(&caller, "v66.0", "FIND {nobody}").await.1, json!({"searchRecords": []}));
}

#[tokio::test]
async fn parameters_do_what_sosl_does() {
    let caller = filled().await;
    let path = "/parameterizedSearch?q=acme&sobject=Account&Account.fields=id,name&Account.limit=1&sobject=Contact&metadata=LABELS";
    let (status, body) = caller.get(path).await;
    assert_eq!((status, body["searchRecords"].as_array().unwrap().len()), (StatusCode::OK, 2));
    assert_eq!(
        body["metadata"]["entityetadata"][0]["fieldMetadata"][1],
        json!({"name": "Name", "label": "Account Name"})
    );
    let asked = json!({"q": "acme", "in": "NAME", "fields": ["Name"], "overallLimit": 10, "defaultLimit": 5,
        "sobjects": [{"name": "Account", "where": "BillingCity = 'Paris'"}]});
    let (_, body) = caller.post("/parameterizedSearch", asked).await;
    assert_eq!(names(&body), ["Acme Paris"]);
}

#[tokio::test]
async fn what_is_no_search_is_refused() {
    let caller = filled().await;
    for text in ["FIND {a}", "acme", "FIND {acme} RETURNING Account(", "FIND {acme} IN NOWHERE FIELDS"] {
        let refused = error(search(&caller, "v66.0", text).await);
        assert!(refused.starts_with("400 MALFORMED_SEARCH "), "{refused}");
    }
    let unknown = search(&caller, "v66.0", "FIND {acme} RETURNING Nothing").await;
    assert_eq!(error(unknown), "400 INVALID_TYPE sObject type 'Nothing' is not supported.");
    let field = search(&caller, "v66.0", "FIND {acme} RETURNING Account(Nothing__c)").await;
    assert!(error(field).starts_with("400 INVALID_FIELD "));
    assert!(error(caller.get("/search").await).starts_with("400 MALFORMED_SEARCH "));
}
