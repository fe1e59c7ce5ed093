//! Validation rules, through the Tooling API and by command.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

async fn add(caller: &Caller, name: &str, formula: &str, field: Option<&str>) -> String {
    let metadata = json!({"active": true, "errorConditionFormula": formula, "errorMessage": "Not like this.",
        "errorDisplayField": field});
    let body = json!({"FullName": name, "Metadata": metadata});
    let (status, body) = caller.post("/tooling/sobjects/ValidationRule", body).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_row_is_refused_with_the_words_of_the_rule() {
    let caller = Caller::new().await;
    add(&caller, "Lead.No_Free_Mail", "CONTAINS(Email, '@free.example')", Some("Email")).await;
    add(
        &caller,
        "Lead.Small",
        "AND(ISCHANGED(NumberOfEmployees), NumberOfEmployees < PRIORVALUE(NumberOfEmployees))",
        None,
    )
    .await;
    let row = json!({"LastName": "L", "Company": "C", "Email": "a@free.example"});
    let (status, body) = caller.post("/sobjects/Lead", row.clone()).await;
    let expected = json!([{"message": "Not like this.", "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "fields": ["Email"]}]);
    assert_eq!((status, body), (StatusCode::BAD_REQUEST, expected));
    let rows = json!({"records": [
        {"attributes": {"type": "Lead"}, "LastName": "L", "Company": "C", "Email": "a@free.example"},
        {"attributes": {"type": "Lead"}, "LastName": "M", "Company": "C", "NumberOfEmployees": 5},
    ]});
    let (_, results) = caller.post("/composite/sobjects", rows).await;
    let refused = json!([{"statusCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "Not like this.",
        "fields": ["Email"]}]);
    assert_eq!((&results[0]["errors"], &results[1]["success"]), (&refused, &json!(true)));
    let path = format!("/sobjects/Lead/{}", results[1]["id"].as_str().unwrap());
    let told = error(caller.patch(&path, json!({"NumberOfEmployees": 4})).await);
    assert_eq!(told, "400 FIELD_CUSTOM_VALIDATION_EXCEPTION Not like this.");
    assert_eq!(caller.patch(&path, json!({"NumberOfEmployees": 6})).await.0, StatusCode::NO_CONTENT);
}

/// Formulas see picklists, parents, percents, dates, and values that the org works out.
#[tokio::test]
async fn formulas_see_what_the_row_will_be() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "Blocked"})).await;
    let row = json!({"Name": "O", "StageName": "Closed Won", "CloseDate": "2026-11-30", "AccountId": account});
    for (formula, refuses) in [
        ("Account.Name = 'Blocked'", true),
        ("Account.Owner.Name = 'Local Admin'", true),
        ("Account.Owner.Name = 'Somebody'", false),
        ("AND(ISPICKVAL(StageName, 'Closed Won'), IsWon, Probability = 1)", true),
        ("CloseDate - TODAY() = 7", true),
        ("AND(ISNEW(), ISBLANK(Amount))", true),
        ("Amount > 0", false),
        ("OwnerId <> Account.OwnerId", false),
    ] {
        let id = add(&caller, "Opportunity.Rule", formula, None).await;
        let (status, body) = caller.post("/sobjects/Opportunity", row.clone()).await;
        assert_eq!(status == StatusCode::BAD_REQUEST, refuses, "{formula}: {body}");
        assert_eq!(caller.delete(&format!("/tooling/sobjects/ValidationRule/{id}")).await.0, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn a_formula_that_does_not_fit_is_refused_with_its_place() {
    let caller = Caller::new().await;
    for (formula, text) in [
        ("Nope__c = 1", "Field Nope__c does not exist. Check spelling. (character 1)"),
        ("AND(IsConverted", "Syntax error.  Missing ')' (character 16)"),
        (
            "LEN(LastName)",
            "Formula result is data type (Number), incompatible with expected data type (true or false). (character 1)",
        ),
    ] {
        let metadata = json!({"errorConditionFormula": formula, "errorMessage": "m"});
        let body = json!({"FullName": "Lead.Rule", "Metadata": metadata});
        let told = error(caller.post("/tooling/sobjects/ValidationRule", body).await);
        assert_eq!(told, format!("400 FIELD_INTEGRITY_EXCEPTION Error Condition Formula: Error: {text}"));
    }
    let fine = json!({"errorConditionFormula": "TRUE", "errorMessage": "m", "errorDisplayField": "Nope"});
    let told =
        error(caller.post("/tooling/sobjects/ValidationRule", json!({"FullName": "Lead.R", "Metadata": fine})).await);
    assert!(told.starts_with("400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST Error Display Field: "), "{told}");
    let fine = json!({"errorConditionFormula": "TRUE", "errorMessage": "m"});
    let told =
        error(caller.post("/tooling/sobjects/ValidationRule", json!({"FullName": "Nope.R", "Metadata": fine})).await);
    assert!(told.starts_with("400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST Entity"), "{told}");
}

/// A rule can be asked for, changed and switched off; its name is taken once per object.
#[tokio::test]
async fn rules_are_kept_and_changed() {
    let caller = Caller::new().await;
    let id = add(&caller, "Lead.Never", "TRUE", None).await;
    let body = json!({"FullName": "Lead.Never", "Metadata": {"errorConditionFormula": "TRUE", "errorMessage": "m"}});
    let told = error(caller.post("/tooling/sobjects/ValidationRule", body).await);
    assert!(told.starts_with("400 DUPLICATE_DEVELOPER_NAME "), "{told}");
    let path = "/tooling/query?q=SELECT+Id,ValidationName,Active,Metadata+FROM+ValidationRule";
    let (status, found) = caller.get(path).await;
    assert_eq!(status, StatusCode::OK, "{found}");
    let record = &found["records"][0];
    assert_eq!(
        (&record["Id"], &record["ValidationName"], &record["Active"]),
        (&json!(id), &json!("Never"), &json!(true))
    );
    assert_eq!(record["Metadata"]["errorConditionFormula"], "TRUE");
    let lead = json!({"LastName": "L", "Company": "C"});
    assert_eq!(caller.post("/sobjects/Lead", lead.clone()).await.0, StatusCode::BAD_REQUEST);
    let off = json!({"Metadata": {"active": false, "errorConditionFormula": "TRUE", "errorMessage": "m"}});
    let path = format!("/tooling/sobjects/ValidationRule/{id}");
    assert_eq!(caller.patch(&path, off).await.0, StatusCode::NO_CONTENT);
    assert_eq!(caller.post("/sobjects/Lead", lead).await.0, StatusCode::CREATED);
    assert_eq!(caller.delete(&path).await.0, StatusCode::NO_CONTENT);
    assert_eq!(caller.delete(&path).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn rules_are_made_by_command_too() {
    let caller = Caller::new().await;
    let rule = json!({"object": "Account", "name": "Named", "formula": "LEN(Name) < 3", "message": "Longer!", "error_field": "Name"});
    let (status, made) = caller.post("/local-org/validation-rules", rule.clone()).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let told = error(caller.post("/sobjects/Account", json!({"Name": "ab"})).await);
    assert_eq!(told, "400 FIELD_CUSTOM_VALIDATION_EXCEPTION Longer!");
    let path = format!("/local-org/rules/{}", made["id"].as_str().unwrap());
    assert_eq!(caller.delete(&path).await.0, StatusCode::NO_CONTENT);
    assert_eq!(caller.post("/sobjects/Account", json!({"Name": "ab"})).await.0, StatusCode::CREATED);
    let mut broken: Value = rule;
    broken["formula"] = json!("LEN(");
    assert_eq!(caller.post("/local-org/validation-rules", broken).await.0, StatusCode::BAD_REQUEST);
}
