//! State and country picklists, once they are switched on.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Caller, error};

async fn with_picklists() -> Caller {
    let caller = Caller::new().await;
    let on = json!({"state_and_country_picklists": true});
    let switched = caller.send(Method::PUT, "/local-org/features", Some(on)).await;
    assert_eq!(switched.status(), StatusCode::NO_CONTENT);
    caller
}

async fn address(caller: &Caller, id: &str) -> [Value; 4] {
    let (_, lead) = caller.get(&format!("/sobjects/Lead/{id}")).await;
    ["Country", "CountryCode", "State", "StateCode"].map(|field| lead[field].clone())
}

fn lead(more: Value) -> Value {
    let mut row = json!({"LastName": "L", "Company": "C"});
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row
}

#[tokio::test]
async fn codes_and_texts_say_the_same() {
    let caller = with_picklists().await;
    let expected = ["United States", "US", "Oregon", "OR"].map(|text| json!(text));
    for row in [
        json!({"CountryCode": "US", "StateCode": "OR"}),
        json!({"Country": "United States", "State": "oregon"}),
        json!({"CountryCode": "us", "State": "Oregon"}),
        json!({"Country": "Nowhere", "CountryCode": "US", "StateCode": "OR"}),
    ] {
        let id = caller.create("Lead", lead(row)).await;
        assert_eq!(address(&caller, &id).await, expected);
    }
    let id = caller.create("Lead", lead(json!({"Country": "Germany"}))).await;
    assert_eq!(address(&caller, &id).await, [json!("Germany"), json!("DE"), Value::Null, Value::Null]);
    let (_, shown) = caller.get(&format!("/sobjects/Lead/{id}?fields=Address")).await;
    assert_eq!((&shown["Address"]["country"], &shown["Address"]["countryCode"]), (&json!("Germany"), &json!("DE")));
    caller.patch(&format!("/sobjects/Lead/{id}"), json!({"CountryCode": null})).await;
    assert_eq!(address(&caller, &id).await, [Value::Null, Value::Null, Value::Null, Value::Null]);
}

/// Each refusal with its words and its field.
#[tokio::test]
async fn what_is_in_no_list_is_refused() {
    let caller = with_picklists().await;
    let problem = |what: &str, which: &str| {
        format!("There's a problem with this {what}, even though it may appear correct. Please select a {which}")
    };
    for (row, field, text) in [
        (
            json!({"Country": "Atlantis"}),
            "Country",
            problem("country", "country/territory from the list of valid countries.: Country"),
        ),
        (
            json!({"Country": "Canada", "State": "Oregon"}),
            "State",
            problem("state", "state from the list of valid states.: State/Province"),
        ),
        (
            json!({"CountryCode": "XX"}),
            "CountryCode",
            "The CountryCode field contains XX, which isn't an available country/territory. Your administrator can add it \
             for you."
                .to_owned(),
        ),
        (
            json!({"CountryCode": "US", "StateCode": "QC"}),
            "StateCode",
            "The StateCode field contains QC, which isn't an available state. Your administrator can add it for you.".to_owned(),
        ),
        (
            json!({"State": "Oregon"}),
            "State",
            "A country/territory must be specified before specifying a state value for field: State/Province".to_owned(),
        ),
    ] {
        let (status, body) = caller.post("/sobjects/Lead", lead(row)).await;
        let expected = json!([{"message": text, "errorCode": "FIELD_INTEGRITY_EXCEPTION", "fields": [field]}]);
        assert_eq!((status, body), (StatusCode::BAD_REQUEST, expected));
    }
    let id = caller.create("Lead", lead(json!({"CountryCode": "US", "StateCode": "OR"}))).await;
    let told = error(caller.patch(&format!("/sobjects/Lead/{id}"), json!({"CountryCode": "CA"})).await);
    let text = "The existing country/territory doesn't recognize the state value for field: State/Province Code";
    assert_eq!(told, format!("400 FIELD_INTEGRITY_EXCEPTION {text}"));
    caller.patch(&format!("/sobjects/Lead/{id}"), json!({"CountryCode": "CA", "State": null, "StateCode": null})).await;
    assert_eq!(address(&caller, &id).await[0], "Canada");
}

#[tokio::test]
async fn the_codes_are_described_with_the_countries_they_are_valid_for() {
    let caller = Caller::new().await;
    let codes = async |object: &str| {
        let (_, described) = caller.get(&format!("/sobjects/{object}/describe")).await;
        let fields = described["fields"].as_array().unwrap().clone();
        fields
            .into_iter()
            .filter(|field| field["name"].as_str().unwrap().ends_with("Code") && field["type"] == "picklist")
            .collect::<Vec<Value>>()
    };
    assert!(codes("Account").await.is_empty());
    let on = json!({"state_and_country_picklists": true});
    caller.send(Method::PUT, "/local-org/features", Some(on)).await;
    let found = codes("Account").await;
    let names: Vec<&str> = found.iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["BillingCountryCode", "BillingStateCode", "ShippingCountryCode", "ShippingStateCode"]);
    assert_eq!(found[1]["controllerName"], "BillingCountryCode");
    assert_eq!((&found[0]["picklistValues"][0]["value"], &found[1]["dependentPicklist"]), (&json!("AF"), &json!(true)));
    assert!(found[1]["picklistValues"][0]["validFor"].is_string());
    assert_eq!(codes("Lead").await.len() + codes("Contact").await.len(), 6);
}
