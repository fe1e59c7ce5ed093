//! What the org is made of, asked for by queries of both APIs.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, answer, error};

async fn tooling(caller: &Caller, soql: &str) -> Answer {
    let url = format!("{}/services/data/v66.0/tooling/query/", caller.org.url());
    answer(caller.client.get(url).bearer_auth(&caller.token).query(&[("q", soql)]).send().await.unwrap()).await
}

/// What sfdmu asks before it moves anything, blanks and all; new objects are there at once.
#[tokio::test]
async fn entity_definitions_are_queried_over_the_data_api() {
    let caller = Caller::new().await;
    let soql = "SELECT QualifiedApiName,\n   Label\n  FROM EntityDefinition WHERE IsDeprecatedAndHidden = false\n ORDER BY QualifiedApiName";
    let names = caller.column("QualifiedApiName", soql).await;
    assert!(names.is_sorted_by_key(|name| name.as_str().unwrap().to_lowercase()));
    assert!(["Account", "EntityDefinition", "Lead", "User"].iter().all(|name| names.contains(&json!(name))));
    let body = json!({"FullName": "Invoice__c", "Metadata": {"label": "Bill", "pluralLabel": "Bills", "nameField": {"type": "Text"}}});
    let (_, made) = caller.post("/tooling/sobjects/CustomObject", body).await;
    let soql = "SELECT DurableId, DeveloperName, KeyPrefix, Label, IsQueryable FROM EntityDefinition WHERE QualifiedApiName = 'invoice__c'";
    let (_, found) = caller.query(soql).await;
    let record = &found["records"][0];
    let durable = &made["id"].as_str().unwrap()[..15];
    assert_eq!(
        (&record["DurableId"], &record["DeveloperName"], &record["KeyPrefix"]),
        (&json!(durable), &json!("Invoice"), &json!("a00"))
    );
    assert_eq!((&record["Label"], &record["IsQueryable"]), (&json!("Bill"), &json!(true)));
}

#[tokio::test]
async fn fields_are_queried_with_their_entity() {
    let caller = Caller::new().await;
    caller.custom_field("Lead.Score__c", json!({"label": "Score", "type": "Number", "precision": 5, "scale": 2})).await;
    let soql = "SELECT QualifiedApiName, DataType, EntityDefinition.QualifiedApiName FROM FieldDefinition \
                WHERE EntityDefinition.QualifiedApiName = 'Lead' AND QualifiedApiName IN ('Score__c', 'Name', 'Company', 'OwnerId', 'FirstName') ORDER BY QualifiedApiName";
    let (status, body) = tooling(&caller, soql).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let types: Vec<(&str, &str)> = body["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["QualifiedApiName"].as_str().unwrap(), row["DataType"].as_str().unwrap()))
        .collect();
    assert_eq!(
        types,
        [("Company", "Text(255)"), ("Name", "Name"), ("OwnerId", "Lookup(Group,User)"), ("Score__c", "Number(3, 2)")]
    );
    assert_eq!(body["records"][0]["EntityDefinition"]["QualifiedApiName"], "Lead");
    let soql = "SELECT Name, DataType, FieldDefinition.QualifiedApiName, IsComponent FROM EntityParticle WHERE EntityDefinitionId = 'Lead' AND Name = 'FirstName'";
    let (_, body) = caller.query(soql).await;
    let particle = &body["records"][0];
    assert_eq!(
        (&particle["DataType"], &particle["FieldDefinition"]["QualifiedApiName"], &particle["IsComponent"]),
        (&json!("string"), &json!("Name"), &json!(true))
    );
    let values = caller
        .column(
            "Value",
            "SELECT Value FROM PicklistValueInfo WHERE EntityParticleId = 'Lead.Status' AND IsDefaultValue = true",
        )
        .await;
    assert_eq!(values, [json!("Open - Not Contacted")]);
    let parents = caller.column("ParentSobjectId", "SELECT ParentSobjectId FROM RelationshipDomain WHERE ChildSobjectId = 'Contact' AND RelationshipName = 'Contacts'").await;
    assert!(parents.contains(&json!("Account")), "{parents:?}");
}

/// Answers of this API have keys that those of the data API have not, and whole definitions come one at a time.
#[tokio::test]
async fn tooling_answers_say_more() {
    let caller = Caller::new().await;
    let (_, empty) = tooling(&caller, "SELECT Id FROM ApexClass").await;
    assert_eq!(
        empty,
        json!({"size": 0, "totalSize": 0, "done": true, "queryLocator": null, "entityTypeName": "ApexClass", "records": []})
    );
    let id = caller.custom_field("Lead.One__c", json!({"type": "Text", "length": 5})).await;
    caller.custom_field("Lead.Two__c", json!({"type": "Text", "length": 5})).await;
    let soql = "SELECT Id, FullName, Metadata, CreatedBy.Name FROM CustomField WHERE EntityDefinition.QualifiedApiName = 'Lead'";
    let told = error(tooling(&caller, soql).await);
    assert!(
        told.starts_with("400 MALFORMED_QUERY When retrieving results with Metadata or FullName fields, ")
            && told.ends_with("Result size: 2"),
        "{told}"
    );
    let (_, one) = tooling(&caller, &format!("{soql} AND DeveloperName = 'One'")).await;
    let record = &one["records"][0];
    let url = format!("/services/data/v66.0/tooling/sobjects/CustomField/{id}");
    assert_eq!(
        (&record["attributes"]["url"], &record["FullName"], &record["Metadata"]["length"]),
        (&json!(url), &json!("Lead.One__c"), &json!(5))
    );
    assert_eq!(
        (&one["size"], &one["entityTypeName"], &record["CreatedBy"]["Name"]),
        (&json!(1), &json!("CustomField"), &json!("Local Admin"))
    );
    caller.delete(&format!("/tooling/sobjects/CustomField/{id}")).await;
    let (_, left) = tooling(&caller, "SELECT Id, DeveloperName FROM CustomField").await;
    assert_eq!((&left["totalSize"], &left["records"][0]["DeveloperName"]), (&json!(1), &json!("Two")));
}

/// What the sf CLI asks to learn whether it talks to a dev hub or a sandbox's parent: neither object is here.
#[tokio::test]
async fn objects_of_other_orgs_are_not_supported() {
    let caller = Caller::new().await;
    let told = error(
        tooling(
            &caller,
            "SELECT Id,Status FROM SandboxProcess WHERE SandboxOrganization='00D' ORDER BY CreatedDate DESC",
        )
        .await,
    );
    assert!(told.starts_with("400 INVALID_TYPE "), "{told}");
    let told = error(caller.query("SELECT Id FROM ScratchOrgInfo limit 1").await);
    assert!(told.starts_with("400 INVALID_TYPE "), "{told}");
    let told = error(caller.query("SELECT Id FROM CustomField").await);
    assert!(told.starts_with("400 INVALID_TYPE "), "{told}");
    let told = error(tooling(&caller, "SELECT Id FROM Account").await);
    assert!(told.starts_with("400 INVALID_TYPE "), "{told}");
    let (_, subscriptions) =
        tooling(&caller, "SELECT Id, DeveloperName, TopicName, DefaultReplay, State FROM ManagedEventSubscription")
            .await;
    assert_eq!(subscriptions["size"], 0);
}

/// A page of many rows leads to the next one within this API.
#[tokio::test]
async fn tooling_queries_come_in_pages() {
    let caller = Caller::new().await;
    let url = format!("{}/services/data/v66.0/tooling/query", caller.org.url());
    let groups: Vec<Value> =
        (0..100).map(|n| json!({"attributes": {"type": "Group"}, "Name": format!("G{n}")})).collect();
    for _ in 0..3 {
        let (_, made) = caller.post("/composite/sobjects", json!({"records": groups})).await;
        assert_eq!(made[99]["success"], true, "{made}");
    }
    let soql = "SELECT Id, Name FROM Group WHERE Name LIKE 'G%' ORDER BY Id";
    let request = caller.client.get(url).bearer_auth(&caller.token).header("Sforce-Query-Options", "batchSize=200");
    let (_, first) = answer(request.query(&[("q", soql)]).send().await.unwrap()).await;
    assert_eq!((&first["size"], &first["done"]), (&json!(200), &json!(false)));
    let next = first["nextRecordsUrl"].as_str().unwrap();
    assert!(next.starts_with("/services/data/v66.0/tooling/query/01g"), "{next}");
    let (_, second) = caller.get(next).await;
    assert!(second["records"][0]["Id"].as_str() > first["records"][199]["Id"].as_str());
    assert_eq!((&second["size"], &second["entityTypeName"]), (&json!(100), &json!("Group")));
    let url = format!("{}/services/data/v66.0/query", caller.org.url());
    let request = caller.client.get(url).bearer_auth(&caller.token).header("Sforce-Query-Options", "batchSize=200");
    let told =
        error(answer(request.query(&[("q", "SELECT DurableId FROM EntityParticle")]).send().await.unwrap()).await);
    assert_eq!(
        told,
        "400 EXCEEDED_ID_LIMIT EntityParticle does not support queryMore(), use LIMIT to restrict the results to a single batch"
    );
}

#[tokio::test]
async fn the_tooling_api_lists_and_describes_its_objects() {
    let caller = Caller::new().await;
    let (_, global) = caller.get("/tooling/sobjects").await;
    let entry =
        |name: &str| global["sobjects"].as_array().unwrap().iter().find(|object| object["name"] == name).cloned();
    assert!(entry("Account").is_none() && entry("User").is_some());
    assert_eq!(
        entry("CustomField").unwrap()["urls"]["describe"],
        "/services/data/v66.0/tooling/sobjects/CustomField/describe"
    );
    let (_, described) = caller.get("/tooling/sobjects/CustomField/describe").await;
    assert!(described["fields"].as_array().unwrap().iter().any(|field| field["name"] == "TableEnumOrId"));
    assert_eq!(
        error(caller.get("/sobjects/CustomField/describe").await),
        "404 NOT_FOUND The requested resource does not exist"
    );
    let (_, run) = caller.get("/tooling/executeAnonymous?anonymousBody=System.debug(1);").await;
    assert_eq!((&run["compiled"], &run["success"], &run["line"]), (&json!(false), &json!(false), &json!(1)));
    assert!(run["compileProblem"].as_str().unwrap().contains("no Apex"));
    let (status, map) = caller.get("/tooling").await;
    assert_eq!((status, &map["query"]), (StatusCode::OK, &Value::from("/services/data/v66.0/tooling/query")));
}
