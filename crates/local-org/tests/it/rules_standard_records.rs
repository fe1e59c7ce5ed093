//! What an org has from its first day.

use serde_json::json;

use crate::support::Caller;

#[tokio::test]
async fn a_new_org_has_its_price_book_stages_and_statuses() {
    let caller = Caller::new().await;
    let book = caller.column("Name", "SELECT Name FROM Pricebook2 WHERE IsStandard = true AND IsActive = true").await;
    assert_eq!(book, [json!("Standard Price Book")]);
    let won = caller.column("MasterLabel", "SELECT MasterLabel FROM OpportunityStage WHERE IsWon = true").await;
    assert_eq!(won, [json!("Closed Won")]);
    let stages = caller.column("ApiName", "SELECT ApiName FROM OpportunityStage ORDER BY SortOrder").await;
    assert_eq!((stages.len(), &stages[0], &stages[9]), (10, &json!("Prospecting"), &json!("Closed Lost")));
    let converted = caller.column("MasterLabel", "SELECT MasterLabel FROM LeadStatus WHERE IsConverted = true").await;
    assert_eq!(converted, [json!("Closed - Converted")]);
    let high = caller.column("MasterLabel", "SELECT MasterLabel FROM TaskPriority WHERE IsHighPriority = true").await;
    assert_eq!(high, [json!("High")]);
}

/// Each profile owns a permission set; the administrator's grants everything and is assigned to the administrator.
#[tokio::test]
async fn profiles_own_permission_sets() {
    let caller = Caller::new().await;
    let soql =
        "SELECT Profile.Name FROM PermissionSet WHERE IsOwnedByProfile = true AND PermissionsModifyAllData = true";
    assert_eq!(caller.column("Profile", soql).await[0]["Name"], "System Administrator");
    let profiles = caller.column("Name", "SELECT Name FROM Profile ORDER BY Name").await;
    assert_eq!(profiles, [json!("Minimum Access - Salesforce"), json!("Standard User"), json!("System Administrator")]);
    let soql =
        "SELECT Assignee.Name FROM PermissionSetAssignment WHERE PermissionSet.Profile.Name = 'System Administrator'";
    assert_eq!(caller.column("Assignee", soql).await[0]["Name"], "Local Admin");
}

#[tokio::test]
async fn a_queue_takes_leads_and_cases() {
    let caller = Caller::new().await;
    let soql = "SELECT SobjectType FROM QueueSobject WHERE Queue.Type = 'Queue' ORDER BY SobjectType";
    assert_eq!(caller.column("SobjectType", soql).await, [json!("Case"), json!("Lead")]);
    let queue = caller.column("Id", "SELECT Id FROM Group WHERE Type = 'Queue'").await.remove(0);
    let lead = caller.create("Lead", json!({"LastName": "L", "Company": "C", "OwnerId": queue})).await;
    let soql = format!("SELECT Owner.Name FROM Lead WHERE Id = '{lead}'");
    assert_eq!(caller.column("Owner", &soql).await[0]["Name"], "Support Queue");
}
