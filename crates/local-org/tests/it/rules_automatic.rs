//! Values the org sets by itself, and the refusals that go with them.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

/// The named fields of a record.
async fn shown(caller: &Caller, object: &str, id: &str, fields: &[&str]) -> Vec<Value> {
    let (status, record) = caller.get(&format!("/sobjects/{object}/{id}")).await;
    assert_eq!(status, StatusCode::OK, "{record}");
    fields.iter().map(|field| record[field].clone()).collect()
}

async fn change(caller: &Caller, object: &str, id: &str, fields: Value) {
    let (status, body) = caller.patch(&format!("/sobjects/{object}/{id}"), fields).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{body}");
}

#[tokio::test]
async fn an_opportunity_follows_its_stage() {
    let caller = Caller::new().await;
    let row = json!({"Name": "O", "StageName": "Needs Analysis", "CloseDate": "2026-11-30", "Amount": 1000});
    let id = caller.create("Opportunity", row).await;
    let fields = ["Probability", "ForecastCategory", "IsClosed", "IsWon", "ExpectedRevenue", "Fiscal", "FiscalQuarter"];
    let expected =
        [json!(20.0), json!("Pipeline"), json!(false), json!(false), json!(200.0), json!("2026 4"), json!(4)];
    assert_eq!(shown(&caller, "Opportunity", &id, &fields).await, expected);
    change(&caller, "Opportunity", &id, json!({"StageName": "Closed Won", "CloseDate": "2027-02-01"})).await;
    let expected = [json!(100.0), json!("Closed"), json!(true), json!(true), json!(1000.0), json!("2027 1"), json!(1)];
    assert_eq!(shown(&caller, "Opportunity", &id, &fields).await, expected);
    // Whoever gives a probability or a category keeps it.
    change(
        &caller,
        "Opportunity",
        &id,
        json!({"StageName": "Prospecting", "Probability": 55, "ForecastCategoryName": "Best Case"}),
    )
    .await;
    let kept = shown(&caller, "Opportunity", &id, &["Probability", "ForecastCategory", "ExpectedRevenue"]).await;
    assert_eq!(kept, [json!(55.0), json!("BestCase"), json!(550.0)]);
}

/// A price book with one product at 10, and an opportunity that sells from it.
async fn shop(caller: &Caller) -> (String, String) {
    let book = caller.column("Id", "SELECT Id FROM Pricebook2 WHERE IsStandard = true").await.remove(0);
    let product = caller.create("Product2", json!({"Name": "Widget", "ProductCode": "W1", "IsActive": true})).await;
    let entry = json!({"Pricebook2Id": book, "Product2Id": product, "UnitPrice": 10, "IsActive": true});
    let entry = caller.create("PricebookEntry", entry).await;
    let row = json!({"Name": "O", "StageName": "Prospecting", "CloseDate": "2026-11-30", "Amount": 7,
        "Pricebook2Id": book});
    (entry, caller.create("Opportunity", row).await)
}

#[tokio::test]
async fn the_amount_is_the_sum_of_the_products() {
    let caller = Caller::new().await;
    let (entry, opportunity) = shop(&caller).await;
    let line = |more: Value| {
        let mut line = json!({"OpportunityId": opportunity, "PricebookEntryId": entry, "Quantity": 3});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    };
    let first = caller.create("OpportunityLineItem", line(json!({"UnitPrice": 9.5}))).await;
    let fields = ["TotalPrice", "ListPrice", "ProductCode", "Name"];
    let expected = [json!(28.5), json!(10.0), json!("W1"), json!("O Widget")];
    assert_eq!(shown(&caller, "OpportunityLineItem", &first, &fields).await, expected);
    let second = caller.create("OpportunityLineItem", line(json!({"TotalPrice": 60}))).await;
    assert_eq!(shown(&caller, "OpportunityLineItem", &second, &["UnitPrice"]).await, [json!(20.0)]);
    let of_sum = ["Amount", "HasOpportunityLineItem", "TotalOpportunityQuantity", "ExpectedRevenue"];
    let sum = shown(&caller, "Opportunity", &opportunity, &of_sum).await;
    assert_eq!(sum, [json!(88.5), json!(true), json!(6.0), json!(8.85)]);
    // An amount said by a caller goes unheard while there are products.
    change(&caller, "Opportunity", &opportunity, json!({"Amount": 1, "NextStep": "call"})).await;
    let kept = shown(&caller, "Opportunity", &opportunity, &["Amount", "NextStep"]).await;
    assert_eq!(kept, [json!(88.5), json!("call")]);
    change(&caller, "OpportunityLineItem", &first, json!({"Quantity": 1})).await;
    assert_eq!(shown(&caller, "Opportunity", &opportunity, &["Amount"]).await, [json!(69.5)]);
    caller.delete(&format!("/sobjects/OpportunityLineItem/{second}")).await;
    assert_eq!(shown(&caller, "Opportunity", &opportunity, &["Amount"]).await, [json!(9.5)]);
    caller.delete(&format!("/sobjects/OpportunityLineItem/{first}")).await;
    let sum = shown(&caller, "Opportunity", &opportunity, &["Amount", "HasOpportunityLineItem"]).await;
    assert_eq!(sum, [json!(9.5), json!(false)]);
    for (more, code) in [
        (json!({"UnitPrice": 1, "TotalPrice": 1}), "400 FIELD_INTEGRITY_EXCEPTION "),
        (json!({}), "400 REQUIRED_FIELD_MISSING Required fields are missing: [UnitPrice]"),
    ] {
        let told = error(caller.post("/sobjects/OpportunityLineItem", line(more)).await);
        assert!(told.starts_with(code), "{told}");
    }
    let bare = json!({"Name": "B", "StageName": "Prospecting", "CloseDate": "2026-11-30"});
    let bare = caller.create("Opportunity", bare).await;
    let row = json!({"OpportunityId": bare, "PricebookEntryId": entry, "Quantity": 1, "UnitPrice": 1});
    let told = error(caller.post("/sobjects/OpportunityLineItem", row).await);
    assert!(told.starts_with("400 FIELD_INTEGRITY_EXCEPTION "), "{told}");
}

#[tokio::test]
async fn a_standard_price_comes_first_and_once() {
    let caller = Caller::new().await;
    let product = caller.create("Product2", json!({"Name": "P"})).await;
    let other = caller.create("Pricebook2", json!({"Name": "Partners", "IsActive": true})).await;
    let standard = caller.column("Id", "SELECT Id FROM Pricebook2 WHERE IsStandard = true").await.remove(0);
    let entry = |book: &Value| json!({"Pricebook2Id": book, "Product2Id": product, "UnitPrice": 5, "IsActive": true});
    let told = error(caller.post("/sobjects/PricebookEntry", entry(&json!(other))).await);
    assert_eq!(told, "400 STANDARD_PRICE_NOT_DEFINED No standard price defined for this product");
    let first = caller.create("PricebookEntry", entry(&standard)).await;
    let told = error(caller.post("/sobjects/PricebookEntry", entry(&standard)).await);
    assert_eq!(told, "400 DUPLICATE_VALUE This price definition already exists in this price book");
    let mut from_standard = entry(&json!(other));
    from_standard["UnitPrice"] = json!(1);
    from_standard["UseStandardPrice"] = json!(true);
    let second = caller.create("PricebookEntry", from_standard).await;
    assert_eq!(shown(&caller, "PricebookEntry", &second, &["UnitPrice"]).await, [json!(5.0)]);
    change(&caller, "Product2", &product, json!({"Name": "Q"})).await;
    assert_eq!(shown(&caller, "PricebookEntry", &first, &["Name"]).await, [json!("Q")]);
}

#[tokio::test]
async fn a_task_knows_its_account_and_when_it_was_done() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "A"})).await;
    let contact = caller.create("Contact", json!({"LastName": "C", "AccountId": account})).await;
    let id = caller.create("Task", json!({"WhoId": contact, "Priority": "High"})).await;
    let fields = ["AccountId", "IsClosed", "IsHighPriority", "CompletedDateTime", "Status"];
    let expected = [json!(account), json!(false), json!(true), Value::Null, json!("Not Started")];
    assert_eq!(shown(&caller, "Task", &id, &fields).await, expected);
    change(&caller, "Task", &id, json!({"Status": "Completed", "Priority": "Low"})).await;
    let now = "2026-11-23T10:00:00.000+0000";
    let expected = [json!(account), json!(true), json!(false), json!(now), json!("Completed")];
    assert_eq!(shown(&caller, "Task", &id, &fields).await, expected);
    change(&caller, "Task", &id, json!({"Status": "Deferred"})).await;
    assert_eq!(shown(&caller, "Task", &id, &["IsClosed", "CompletedDateTime"]).await, [json!(false), Value::Null]);
}

#[tokio::test]
async fn start_end_and_duration_of_an_event_agree() {
    let caller = Caller::new().await;
    let start = "2026-11-25T09:00:00.000+0000";
    let fields = ["StartDateTime", "EndDateTime", "DurationInMinutes", "ActivityDate"];
    let by_duration = json!({"Subject": "Call", "ActivityDateTime": start, "DurationInMinutes": 90});
    let by_end = json!({"StartDateTime": start, "EndDateTime": "2026-11-25T10:30:00Z"});
    let expected = [json!(start), json!("2026-11-25T10:30:00.000+0000"), json!(90), json!("2026-11-25")];
    let mut id = String::new();
    for row in [by_duration, by_end] {
        id = caller.create("Event", row).await;
        assert_eq!(shown(&caller, "Event", &id, &fields).await, expected);
    }
    change(&caller, "Event", &id, json!({"StartDateTime": "2026-11-26T23:00:00Z"})).await;
    let moved = shown(&caller, "Event", &id, &["EndDateTime", "EndDate", "ActivityDate"]).await;
    assert_eq!(moved, [json!("2026-11-27T00:30:00.000+0000"), json!("2026-11-27"), json!("2026-11-26")]);
    let day = caller.create("Event", json!({"IsAllDayEvent": true, "ActivityDate": "2026-12-24"})).await;
    let whole = shown(&caller, "Event", &day, &["StartDateTime", "DurationInMinutes"]).await;
    assert_eq!(whole, [json!("2026-12-24T00:00:00.000+0000"), json!(1440)]);
    for row in [
        json!({"Subject": "when?"}),
        json!({"StartDateTime": start}),
        json!({"StartDateTime": start, "EndDateTime": "2026-11-24T10:30:00Z"}),
        json!({"StartDateTime": start, "EndDateTime": "2026-11-25T10:00:00Z", "DurationInMinutes": 5}),
    ] {
        let told = error(caller.post("/sobjects/Event", row).await);
        assert!(told.starts_with("400 FIELD_INTEGRITY_EXCEPTION "), "{told}");
    }
}

#[tokio::test]
async fn cases_are_numbered_and_know_when_they_were_closed() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "A"})).await;
    let contact = json!({"LastName": "C", "Email": "c@example.com", "AccountId": account});
    let contact = caller.create("Contact", contact).await;
    let first = caller.create("Case", json!({"Subject": "one"})).await;
    let second = caller.create("Case", json!({"Subject": "two", "ContactId": contact})).await;
    assert_eq!(shown(&caller, "Case", &first, &["CaseNumber"]).await, [json!("00001000")]);
    let known = shown(&caller, "Case", &second, &["CaseNumber", "ContactEmail", "AccountId"]).await;
    assert_eq!(known, [json!("00001001"), json!("c@example.com"), json!(account)]);
    change(&caller, "Case", &second, json!({"Status": "Closed"})).await;
    let closed = shown(&caller, "Case", &second, &["IsClosed", "ClosedDate"]).await;
    assert_eq!(closed, [json!(true), json!("2026-11-23T10:00:00.000+0000")]);
    change(&caller, "Case", &second, json!({"Status": "Working"})).await;
    assert_eq!(shown(&caller, "Case", &second, &["IsClosed", "ClosedDate"]).await, [json!(false), Value::Null]);
}

#[tokio::test]
async fn a_person_is_a_member_of_a_campaign_once() {
    let caller = Caller::new().await;
    let campaign = caller.create("Campaign", json!({"Name": "Spring"})).await;
    let statuses = caller.column("Label", "SELECT Label FROM CampaignMemberStatus ORDER BY SortOrder").await;
    assert_eq!(statuses, [json!("Sent"), json!("Responded")]);
    let lead = caller.create("Lead", json!({"LastName": "L", "FirstName": "F", "Company": "C"})).await;
    let contact = caller.create("Contact", json!({"LastName": "K"})).await;
    let member = caller.create("CampaignMember", json!({"CampaignId": campaign, "LeadId": lead})).await;
    let known =
        shown(&caller, "CampaignMember", &member, &["Name", "CompanyOrAccount", "Status", "HasResponded"]).await;
    assert_eq!(known, [json!("F L"), json!("C"), json!("Sent"), json!(false)]);
    let told = error(caller.post("/sobjects/CampaignMember", json!({"CampaignId": campaign, "LeadId": lead})).await);
    assert_eq!(told, "400 DUPLICATE_VALUE Already a campaign member.");
    let row = json!({"CampaignId": campaign, "LeadId": lead, "ContactId": contact});
    let told = error(caller.post("/sobjects/CampaignMember", row).await);
    assert!(told.starts_with("400 FIELD_INTEGRITY_EXCEPTION "), "{told}");
    caller.create("CampaignMember", json!({"CampaignId": campaign, "ContactId": contact})).await;
    change(&caller, "CampaignMember", &member, json!({"Status": "Responded"})).await;
    let responded = shown(&caller, "CampaignMember", &member, &["HasResponded", "FirstRespondedDate"]).await;
    assert_eq!(responded, [json!(true), json!("2026-11-23")]);
    let counters = ["NumberOfLeads", "NumberOfContacts", "NumberOfResponses"];
    assert_eq!(shown(&caller, "Campaign", &campaign, &counters).await, [json!(1), json!(1), json!(1)]);
    caller.delete(&format!("/sobjects/CampaignMember/{member}")).await;
    assert_eq!(shown(&caller, "Campaign", &campaign, &counters).await, [json!(0), json!(1), json!(0)]);
}

#[tokio::test]
async fn user_names_are_addresses_that_nobody_else_has() {
    let caller = Caller::new().await;
    let profile = caller.column("Id", "SELECT Id FROM Profile WHERE Name = 'Standard User'").await.remove(0);
    let user = |name: &str| {
        json!({"Username": name, "LastName": "U", "Email": "u@example.com", "Alias": "u", "ProfileId": profile,
            "TimeZoneSidKey": "GMT", "LocaleSidKey": "en_US", "EmailEncodingKey": "UTF-8", "LanguageLocaleKey": "en_US"})
    };
    let id = caller.create("User", user("u@example.com")).await;
    assert_eq!(shown(&caller, "User", &id, &["IsActive", "CommunityNickname"]).await, [json!(true), json!("u")]);
    let told = error(caller.post("/sobjects/User", user("U@example.com")).await);
    assert!(told.starts_with("400 DUPLICATE_USERNAME Duplicate Username."), "{told}");
    let told = error(caller.post("/sobjects/User", user("nobody")).await);
    assert!(told.starts_with("400 INVALID_EMAIL_ADDRESS Username: "), "{told}");
    let soql = format!(
        "SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = '{id}' AND PermissionSet.ProfileId = '{}'",
        profile.as_str().unwrap()
    );
    assert_eq!(caller.column("Id", &soql).await.len(), 1);
    let told = error(caller.delete(&format!("/sobjects/User/{id}")).await);
    assert!(told.starts_with("405 METHOD_NOT_ALLOWED "), "{told}");
}

#[tokio::test]
async fn orders_and_contracts_work_out_their_numbers_and_ends() {
    let caller = Caller::new().await;
    let (entry, _) = shop(&caller).await;
    let account = caller.create("Account", json!({"Name": "A"})).await;
    let row = json!({"AccountId": account, "StartDate": "2026-01-31", "ContractTerm": 12});
    let contract = caller.create("Contract", row).await;
    let fields = ["ContractNumber", "EndDate", "StatusCode"];
    let expected = [json!("00000100"), json!("2027-01-30"), json!("Draft")];
    assert_eq!(shown(&caller, "Contract", &contract, &fields).await, expected);
    let row = json!({"AccountId": account, "EffectiveDate": "2026-02-01", "Status": "Draft"});
    let order = caller.create("Order", row).await;
    let row = json!({"OrderId": order, "PricebookEntryId": entry, "Quantity": 2, "UnitPrice": 4});
    let item = caller.create("OrderItem", row).await;
    assert_eq!(shown(&caller, "Order", &order, &["OrderNumber", "TotalAmount"]).await, [json!("00000100"), json!(8.0)]);
    caller.delete(&format!("/sobjects/OrderItem/{item}")).await;
    assert_eq!(shown(&caller, "Order", &order, &["TotalAmount"]).await, [json!(0.0)]);
}

/// The contact a new opportunity is given becomes its primary contact role.
#[tokio::test]
async fn a_contact_of_a_new_opportunity_has_a_role() {
    let caller = Caller::new().await;
    let contact = caller.create("Contact", json!({"LastName": "C"})).await;
    let row = json!({"Name": "O", "StageName": "Prospecting", "CloseDate": "2026-11-30", "ContactId": contact});
    caller.create("Opportunity", row).await;
    let roles = caller.column("ContactId", "SELECT ContactId FROM OpportunityContactRole WHERE IsPrimary = true").await;
    assert_eq!(roles, [json!(contact)]);
}
