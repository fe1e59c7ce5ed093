//! Converted leads: what they become, and that they stay as they are.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

const CONVERTED: &str = "Closed - Converted";

async fn lead(caller: &Caller) -> String {
    let row = json!({"FirstName": "Ada", "LastName": "Lovelace", "Company": "Engines", "Email": "ada@example.com",
        "City": "London", "LeadSource": "Web", "Phone": "1"});
    caller.create("Lead", row).await
}

async fn convert(caller: &Caller, input: Value) -> (StatusCode, Value) {
    let (status, body) = caller.post("/actions/standard/convertLead", json!({"inputs": [input]})).await;
    (status, body[0].clone())
}

#[tokio::test]
async fn a_lead_becomes_an_account_a_contact_and_an_opportunity() {
    let caller = Caller::new().await;
    let id = lead(&caller).await;
    let task = caller.create("Task", json!({"Subject": "Call", "WhoId": id})).await;
    let (status, answer) = convert(&caller, json!({"leadId": id, "convertedStatus": CONVERTED})).await;
    assert_eq!((status, &answer["isSuccess"]), (StatusCode::OK, &json!(true)), "{answer}");
    let of = |name: &str| answer["outputValues"][name].as_str().unwrap().to_owned();
    let (account, contact, opportunity) = (of("accountId"), of("contactId"), of("opportunityId"));
    let (_, kept) = caller.get(&format!("/sobjects/Lead/{id}")).await;
    assert_eq!(
        (&kept["IsConverted"], &kept["Status"], &kept["ConvertedDate"]),
        (&json!(true), &json!(CONVERTED), &json!("2026-11-23"))
    );
    assert_eq!((&kept["ConvertedAccountId"], &kept["ConvertedContactId"]), (&json!(account), &json!(contact)));
    assert_eq!(kept["ConvertedOpportunityId"], opportunity);
    let (_, made) = caller.get(&format!("/sobjects/Account/{account}")).await;
    assert_eq!((&made["Name"], &made["BillingCity"]), (&json!("Engines"), &json!("London")));
    let (_, made) = caller.get(&format!("/sobjects/Contact/{contact}")).await;
    assert_eq!(
        (&made["Name"], &made["Email"], &made["AccountId"]),
        (&json!("Ada Lovelace"), &json!("ada@example.com"), &json!(account))
    );
    let (_, made) = caller.get(&format!("/sobjects/Opportunity/{opportunity}")).await;
    assert_eq!(
        (&made["Name"], &made["CloseDate"], &made["StageName"]),
        (&json!("Engines-"), &json!("2026-12-31"), &json!("Prospecting"))
    );
    assert_eq!(caller.get(&format!("/sobjects/Task/{task}")).await.1["WhoId"], contact);
    // A client that goes on changing the lead learns that it cannot; the lead stays as it is.
    let path = format!("/sobjects/Lead/{id}");
    let told = error(caller.patch(&path, json!({"City": "Paris"})).await);
    assert_eq!(told, "400 CANNOT_UPDATE_CONVERTED_LEAD cannot reference converted lead");
    assert_eq!(caller.get(&path).await.1["City"], "London");
}

#[tokio::test]
async fn what_cannot_be_converted_leaves_no_trace() {
    let caller = Caller::new().await;
    let id = lead(&caller).await;
    for (input, code) in [
        (json!({"leadId": id, "convertedStatus": "Working - Contacted"}), "INVALID_STATUS"),
        (json!({"leadId": "00Q000000000001AAA", "convertedStatus": CONVERTED}), "INVALID_ID_FIELD"),
        (
            json!({"leadId": id, "convertedStatus": CONVERTED, "accountId": "001000000000001AAA"}),
            "INVALID_CROSS_REFERENCE_KEY",
        ),
        (json!({"leadId": id, "convertedStatus": CONVERTED, "opportunityName": "x".repeat(121)}), "STRING_TOO_LONG"),
    ] {
        let (status, answer) = convert(&caller, input).await;
        assert_eq!((status, &answer["errors"][0]["statusCode"]), (StatusCode::BAD_REQUEST, &json!(code)), "{answer}");
    }
    assert_eq!(caller.query("SELECT COUNT() FROM Account").await.1["totalSize"], 0);
    assert_eq!(caller.query("SELECT COUNT() FROM Contact").await.1["totalSize"], 0);
    convert(&caller, json!({"leadId": id, "convertedStatus": CONVERTED, "doNotCreateOpportunity": true})).await;
    assert_eq!(caller.query("SELECT COUNT() FROM Opportunity").await.1["totalSize"], 0);
    let (_, again) = convert(&caller, json!({"leadId": id, "convertedStatus": CONVERTED})).await;
    assert_eq!(again["errors"][0]["statusCode"], "CANNOT_UPDATE_CONVERTED_LEAD");
}

/// Existing records keep what they have, and get what they lack.
#[tokio::test]
async fn a_lead_joins_records_that_are_there() {
    let caller = Caller::new().await;
    let id = lead(&caller).await;
    let account = caller.create("Account", json!({"Name": "Old"})).await;
    let contact = json!({"LastName": "Byron", "AccountId": account, "LeadSource": "Other"});
    let contact = caller.create("Contact", contact).await;
    let input = json!({"leadId": id, "convertedStatus": CONVERTED, "accountId": account, "contactId": contact,
        "overwriteLeadSource": true});
    let (status, answer) = convert(&caller, input).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let (_, kept) = caller.get(&format!("/sobjects/Contact/{contact}")).await;
    assert_eq!(
        (&kept["LastName"], &kept["Email"], &kept["LeadSource"]),
        (&json!("Byron"), &json!("ada@example.com"), &json!("Web"))
    );
    assert_eq!(caller.get(&format!("/sobjects/Account/{account}")).await.1["Name"], "Old");
}

#[tokio::test]
async fn a_lead_is_converted_by_command_too() {
    let caller = Caller::new().await;
    let id = lead(&caller).await;
    let path = format!("/local-org/leads/{id}/convert");
    let (status, made) = caller.post(&path, json!({"status": CONVERTED, "without_opportunity": true})).await;
    assert_eq!((status, &made["opportunity_id"]), (StatusCode::OK, &Value::Null), "{made}");
    assert_eq!(caller.get(&format!("/sobjects/Lead/{id}")).await.1["ConvertedContactId"], made["contact_id"]);
    assert_eq!(caller.post(&path, json!({"status": CONVERTED})).await.0, StatusCode::BAD_REQUEST);
}
