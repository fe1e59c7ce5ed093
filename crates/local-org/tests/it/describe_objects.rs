//! Describe in full: the keys Salesforce sends, who refers to an object, layouts, and answers a client knows already.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Caller, error};

/// Exactly the keys recorded at version 59.
#[tokio::test]
async fn an_object_has_the_recorded_keys() {
    let caller = Caller::new().await;
    let (_, described) = caller.get("/sobjects/Account/describe").await;
    let keys: Vec<&str> = described.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = "actionOverrides activateable associateEntityType associateParentEntity childRelationships compactLayoutable \
        createable custom customSetting deepCloneable defaultImplementation deletable deprecatedAndHidden extendedBy \
        extendsInterfaces feedEnabled fields hasSubtypes implementedBy implementsInterfaces isInterface isSubtype keyPrefix \
        label labelPlural layoutable listviewable lookupLayoutable mergeable mruEnabled name namedLayoutInfos \
        networkScopeFieldName queryable recordTypeInfos replicateable retrieveable searchLayoutable searchable \
        sobjectDescribeOption supportedScopes triggerable undeletable updateable urls";
    assert_eq!(keys.join(" "), expected.split_whitespace().collect::<Vec<_>>().join(" "));
    assert_eq!(described["supportedScopes"][0], json!({"label": "All accounts", "name": "everything"}));
    let urls = described["urls"].as_object().unwrap();
    assert_eq!(urls["rowTemplate"], "/services/data/v66.0/sobjects/Account/{ID}");
    assert_eq!(urls["uiNewRecord"], format!("{}/001/e", caller.org.url()));
    let (_, global) = caller.get("/services/data/v60.0/sobjects").await;
    let account = global["sobjects"].as_array().unwrap().iter().find(|object| object["name"] == "Account").unwrap();
    let paths = [
        "sobject",
        "describe",
        "rowTemplate",
        "layouts",
        "compactLayouts",
        "approvalLayouts",
        "listviews",
        "quickActions",
    ];
    assert!(
        paths
            .iter()
            .all(|path| account["urls"][path].as_str().unwrap().starts_with("/services/data/v60.0/sobjects/Account"))
    );
    assert_eq!(account.as_object().unwrap().len(), 28);
}

/// Children that no query can ask for are listed without a name.
#[tokio::test]
async fn children_have_names_or_none() {
    let caller = Caller::new().await;
    let (_, user) = caller.get("/sobjects/User/describe").await;
    let children = user["childRelationships"].as_array().unwrap();
    let made =
        children.iter().find(|child| child["childSObject"] == "Account" && child["field"] == "CreatedById").unwrap();
    let expected = json!({"cascadeDelete": false, "childSObject": "Account", "deprecatedAndHidden": false, "field": "CreatedById",
        "junctionIdListNames": [], "junctionReferenceTo": [], "relationshipName": null, "restrictedDelete": false});
    assert_eq!(made, &expected);
    assert!(children.iter().any(|child| child["relationshipName"].is_string()));
}

/// A client that has the answer gets 304 until something changes: a field, or another object's.
#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let caller = Caller::new().await;
    let ask = async |path: &str, since: Option<&str>| {
        let url = format!("{}/services/data/v66.0{path}", caller.org.url());
        let mut request = caller.client.request(Method::GET, url).bearer_auth(&caller.token);
        if let Some(since) = since {
            request = request.header("If-Modified-Since", since);
        }
        let response = request.send().await.unwrap();
        let modified = response.headers()["last-modified"].to_str().unwrap().to_owned();
        (response.status(), modified, response.text().await.unwrap())
    };
    for path in ["/sobjects/Lead/describe", "/sobjects", "/sobjects/Lead/describe/layouts"] {
        let (status, modified, body) = ask(path, None).await;
        assert_eq!((status, modified.len()), (StatusCode::OK, 29), "{modified}");
        assert!(!body.is_empty());
        assert_eq!(ask(path, Some(&modified)).await, (StatusCode::NOT_MODIFIED, modified.clone(), String::new()));
        let earlier = "Mon, 30 Nov 2020 08:34:54 GMT";
        assert_eq!(ask(path, Some(earlier)).await.0, StatusCode::OK);
        caller.clock.advance(chrono::TimeDelta::seconds(2));
        let field = caller.custom_field("Account.New__c", json!({"type": "Date"})).await;
        let (status, later, _) = ask(path, Some(&modified)).await;
        assert_eq!(status, StatusCode::OK);
        assert_ne!(later, modified);
        caller.delete(&format!("/tooling/sobjects/CustomField/{field}")).await;
    }
}

/// The one layout of an object has every field a person sees, and every record type has it.
#[tokio::test]
async fn layouts_show_the_fields() {
    let caller = Caller::new().await;
    let (_, layouts) = caller.get("/sobjects/Lead/describe/layouts").await;
    let mapping = &layouts["recordTypeMappings"][0];
    assert_eq!(
        (&mapping["recordTypeId"], &mapping["master"], &layouts["recordTypeSelectorRequired"]),
        (&json!("012000000000000AAA"), &json!(true), &json!([false]))
    );
    let layout = &layouts["layouts"][0];
    assert_eq!(mapping["layoutId"], layout["id"]);
    let components = |sections: &Value| -> Vec<Value> {
        let rows = sections[0]["layoutRows"].as_array().unwrap();
        let items = rows.iter().flat_map(|row| row["layoutItems"].as_array().unwrap());
        items.map(|item| item["layoutComponents"][0]["value"].clone()).collect()
    };
    let shown = components(&layout["detailLayoutSections"]);
    assert!(
        shown.contains(&json!("Company")) && shown.contains(&json!("CreatedById")) && !shown.contains(&json!("City"))
    );
    assert!(!components(&layout["editLayoutSections"]).contains(&json!("CreatedById")));
    assert!(components(&layout["editLayoutSections"]).contains(&json!("Address")));
    let (_, one) = caller.get("/sobjects/Lead/describe/layouts/012000000000000AAA").await;
    assert_eq!(&one, layout);
    assert_eq!(
        error(caller.get("/sobjects/Lead/describe/layouts/012000000000001AAA").await),
        "404 NOT_FOUND The requested resource does not exist"
    );
    let (_, compact) = caller.get("/sobjects/Lead/describe/compactLayouts").await;
    assert_eq!(
        (&compact["compactLayouts"][0]["name"], &compact["defaultCompactLayoutId"]),
        (&json!("SYSTEM"), &Value::Null)
    );
    let (_, primary) = caller.get("/sobjects/Lead/describe/compactLayouts/primary").await;
    assert_eq!(&primary, &compact["compactLayouts"][0]);
    assert_eq!(caller.get("/sobjects/Lead/describe/approvalLayouts").await.1, json!({"approvalLayouts": []}));
    assert_eq!(caller.get("/sobjects/Lead/listviews").await.1["size"], 0);
    assert_eq!(caller.get("/sobjects/Lead/quickActions").await.1, json!([]));
    assert!(
        error(caller.post("/sobjects/Lead/describe/layouts", json!({})).await).starts_with("405 METHOD_NOT_ALLOWED ")
    );
}

/// An answer that was kept is not sent once anything it shows has changed: a field, a child, a record type.
#[tokio::test]
async fn kept_answers_follow_every_change() {
    let caller = Caller::new().await;
    let describe =
        async |version: &str| caller.get(&format!("/services/data/{version}/sobjects/Account/describe")).await.1;
    let has_field =
        |described: &Value| described["fields"].as_array().unwrap().iter().any(|field| field["name"] == "New__c");
    let first = describe("v66.0").await;
    caller.clock.advance(chrono::TimeDelta::seconds(5));
    assert_eq!(describe("v66.0").await, first);
    assert_eq!(describe("v66.0").await, first);
    assert_eq!(describe("v60.0").await["urls"]["sobject"], "/services/data/v60.0/sobjects/Account");
    let field = caller.custom_field("Account.New__c", json!({"type": "Date"})).await;
    assert!(has_field(&describe("v66.0").await));
    caller.clock.advance(chrono::TimeDelta::seconds(5));
    assert!(has_field(&describe("v66.0").await));
    let record_type =
        json!({"Name": "Partner", "DeveloperName": "Partner", "SobjectType": "Account", "IsActive": true});
    let id = caller.create("RecordType", record_type).await;
    let infos = describe("v66.0").await["recordTypeInfos"].clone();
    let layout = format!("/services/data/v66.0/sobjects/Account/describe/layouts/{id}");
    assert_eq!((&infos[0]["recordTypeId"], &infos[0]["urls"]["layout"]), (&json!(id), &json!(layout)));
    assert_eq!(infos[1]["master"], true);
    assert_eq!(caller.get(&layout).await.0, StatusCode::OK);
    let lookup = json!({"type": "Lookup", "referenceTo": "Account", "relationshipName": "Hopefuls"});
    caller.custom_field("Lead.Hoped_For__c", lookup).await;
    let children = describe("v66.0").await["childRelationships"].clone();
    assert!(children.as_array().unwrap().iter().any(|child| child["relationshipName"] == "Hopefuls__r"));
    caller.delete(&format!("/tooling/sobjects/CustomField/{field}")).await;
    assert!(!has_field(&describe("v66.0").await));
}
