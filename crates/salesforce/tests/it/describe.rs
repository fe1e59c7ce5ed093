//! What an object is made of, which versions there are, and which org it is.

use std::sync::Arc;

use chrono::Duration;
use salesbridge_model::OrgKind;
use salesbridge_salesforce::{CountingBudget, Disposition, DomainUrl};
use serde_json::{Value, json};

use crate::org::{ManualClock, ORG_ID, ScriptedOrg, USER_ID, answer, fault};

const DESCRIBE: &str = "GET /services/data/v66.0/sobjects/Lead/describe";
const QUERY: &str = "GET /services/data/v66.0/query";

fn lead(fields: &[Value]) -> crate::org::Answer {
    answer(
        200,
        &json!({ "name": "Lead", "label": "Lead", "createable": true, "updateable": true, "deletable": true,
        "keyPrefix": "00Q", "fields": fields, "urls": {}, "actionOverrides": [] }),
    )
}

fn field(name: &str) -> Value {
    json!({ "name": name, "label": name, "type": "string", "length": 80, "nillable": false, "createable": true, "updateable": true,
        "defaultedOnCreate": false, "externalId": false, "unique": false, "picklistValues": [], "restrictedPicklist": false,
        "referenceTo": [], "extraTypeInfo": null, "compoundFieldName": "Name", "precision": 0, "scale": 0 })
}

#[tokio::test]
async fn r75_r76_fields_are_described_and_new_ones_appear_by_themselves() {
    let org = ScriptedOrg::start().await;
    let status = json!({ "name": "Status", "label": "Lead Status", "type": "picklist", "length": 255, "nillable": true,
        "createable": true, "updateable": false, "defaultedOnCreate": true, "restrictedPicklist": true,
        "picklistValues": [{ "active": true, "defaultValue": true, "label": "Open", "validFor": null, "value": "open" }] });
    org.on(DESCRIBE, [lead(&[field("LastName"), status]), lead(&[field("LastName"), field("New__c")])]);
    let clock = Arc::new(ManualClock::default());
    let client = org.client_with(Arc::new(CountingBudget::default()), clock.clone());

    let first = client.describe("Lead").await.expect("a describe");
    let last_name = first.field("lastname").expect("a field");
    assert!(last_name.is_required_on_create() && last_name.length == 80);
    let status = first.field("Status").expect("a field");
    assert!(status.restricted_picklist && !status.updateable && !status.is_required_on_create());
    assert_eq!((status.picklist_values[0].value.as_str(), status.picklist_values[0].default), ("open", true));

    clock.advance(Duration::seconds(299));
    assert!(Arc::ptr_eq(&first, &client.describe("lead").await.expect("a describe")), "it is kept for five minutes");
    clock.advance(Duration::seconds(1));
    assert!(client.describe("Lead").await.expect("a describe").field("New__c").is_some());
    assert_eq!(org.asked().len(), 2);
    client.refresh_describe("Lead").await.expect("a describe");
    assert_eq!(org.asked().len(), 3);
}

#[tokio::test]
async fn versions_are_listed_oldest_first() {
    let org = ScriptedOrg::start().await;
    let listed = json!([{ "label": "Spring '26", "url": "/services/data/v66.0", "version": "66.0" }]);
    org.on("GET /services/data", [answer(200, &listed)]);
    let versions = org.client().versions().await.expect("versions");
    assert_eq!((versions[0].label.as_str(), versions[0].version.as_str()), ("Spring '26", "66.0"));
}

#[tokio::test]
async fn r3_the_org_tells_its_name_and_kind_with_the_scope_api_alone() {
    let org = ScriptedOrg::start().await;
    let record =
        json!({ "attributes": {}, "Name": "Acme", "IsSandbox": false, "OrganizationType": "Enterprise Edition" });
    org.on(
        QUERY,
        [answer(200, &json!({ "totalSize": 1, "done": true, "records": [record] })), fault(400, "INVALID_TYPE", "no")],
    );
    let domain = DomainUrl::parse(&org.base).expect("an address");
    let identity = org.client().identity(&domain).await.expect("an identity");
    assert_eq!((identity.org_id.as_str(), identity.user_id.as_str()), (ORG_ID, USER_ID));
    assert_eq!((identity.name.as_deref(), identity.kind), (Some("Acme"), OrgKind::Local));

    let elsewhere = DomainUrl::parse("https://acme--uat.sandbox.my.salesforce.com").expect("an address");
    let identity = org.client().identity(&elsewhere).await.expect("an identity");
    assert_eq!((identity.name, identity.kind), (None, OrgKind::Sandbox), "a hidden record is no reason to fail");
}

#[tokio::test]
async fn r8_an_org_or_user_without_the_api_is_named_as_such() {
    for code in ["API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"] {
        let org = ScriptedOrg::start().await;
        org.on(QUERY, [fault(403, code, "API is disabled for this User")]);
        let domain = DomainUrl::parse(&org.base).expect("an address");
        let error = org.client().identity(&domain).await.expect_err("no API");
        assert_eq!((error.code().as_str(), error.disposition()), (code, Disposition::HoldConnection));
        assert!(error.remedy().contains("API"));
    }
}
