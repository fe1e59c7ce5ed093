//! Filters on the rarer kinds of values: several at once, times of day, secrets, places.

use serde_json::{Value, json};

use crate::support::{Caller, error};

/// Accounts that hold colours: A red and green, B green, C none, D "Re_d" which only looks like a pattern.
async fn colours() -> Caller {
    let caller = Caller::new().await;
    let values = ["Red", "Green", "Blue"].map(|value| json!({"fullName": value}));
    let set = json!({"restricted": false, "valueSetDefinition": {"sorted": false, "value": values}});
    let metadata = json!({"label": "Colours", "type": "MultiselectPicklist", "visibleLines": 4, "valueSet": set});
    caller.custom_field("Account.Colours__c", metadata).await;
    for (name, colours) in [("A", Some("Red;Green")), ("B", Some("Green")), ("C", None), ("D", Some("Re_d"))] {
        caller.create("Account", json!({"Name": name, "Colours__c": colours})).await;
    }
    caller
}

async fn check_found(caller: &Caller, condition: &str, expected: &str) {
    let soql = format!("SELECT Name FROM Account WHERE {condition} ORDER BY Name");
    let names = caller.column("Name", &soql).await;
    assert_eq!(names.iter().filter_map(Value::as_str).collect::<String>(), expected, "{condition}");
}

/// A semicolon means all of them, a comma one of them; an exact set has no order.
#[tokio::test]
async fn several_values_are_found_together_and_apart() {
    let caller = colours().await;
    for (condition, expected) in [
        ("Colours__c INCLUDES ('Green')", "AB"),
        ("Colours__c INCLUDES ('red;green')", "A"),
        ("Colours__c INCLUDES ('Red', 'Re_d')", "AD"),
        ("Colours__c INCLUDES ('Re_d')", "D"),
        ("Colours__c INCLUDES ('Re%')", ""),
        ("Colours__c EXCLUDES ('Green')", "CD"),
        ("Colours__c EXCLUDES ('Red;Green', 'Re_d')", "BC"),
        ("(NOT Colours__c INCLUDES ('Green'))", "CD"),
        ("Colours__c = 'Green;Red'", "A"),
        ("Colours__c = 'Green'", "B"),
        ("Colours__c != 'Green'", "ACD"),
        ("Colours__c IN ('Green', null)", "BC"),
        ("Colours__c NOT IN ('Green', 'Red;Green')", "CD"),
        ("Colours__c = null", "C"),
        ("Colours__c != null", "ABD"),
    ] {
        check_found(&caller, condition, expected).await;
    }
    for (condition, code) in [
        ("Colours__c LIKE 'R%'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Colours__c > 'R'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Name INCLUDES ('A')", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Colours__c = 5", "INVALID_FIELD"),
    ] {
        let told = error(caller.query(&format!("SELECT Id FROM Account WHERE {condition}")).await);
        assert!(told.starts_with(&format!("400 {code} ")), "{condition}: {told}");
    }
    for (soql, text) in [
        ("SELECT Id FROM Account ORDER BY Colours__c", "can not be sorted"),
        ("SELECT Colours__c FROM Account GROUP BY Colours__c", "can not be grouped"),
        ("SELECT MAX(Colours__c) FROM Account", "does not support aggregate operator MAX"),
    ] {
        assert!(error(caller.query(soql).await).contains(text), "{soql}");
    }
}

#[tokio::test]
async fn times_of_day_compare() {
    let caller = Caller::new().await;
    caller.custom_field("Account.Opens__c", json!({"label": "Opens", "type": "Time"})).await;
    for (name, opens) in [("A", Some("08:00:00.000Z")), ("B", Some("10:30:15.500Z")), ("C", None)] {
        caller.create("Account", json!({"Name": name, "Opens__c": opens})).await;
    }
    for (condition, expected) in [
        ("Opens__c = 08:00:00Z", "A"),
        ("Opens__c = 10:30:15.5Z", "B"),
        ("Opens__c > 08:00:00.000Z", "B"),
        ("Opens__c <= 10:30:15.500Z", "AB"),
        ("Opens__c IN (08:00:00.000Z)", "A"),
        ("Opens__c = null", "C"),
    ] {
        check_found(&caller, condition, expected).await;
    }
    assert_eq!(caller.column("Opens__c", "SELECT Opens__c FROM Account WHERE Name = 'B'").await, ["10:30:15.500Z"]);
    let told = error(caller.query("SELECT Id FROM Account WHERE Opens__c = '08:00:00'").await);
    assert!(told.ends_with("must be of type time and should not be enclosed in quotes"), "{told}");
}

/// What is kept secret is shown as stars and found by nobody; a place is an object.
#[tokio::test]
async fn secrets_are_masked_and_places_are_objects() {
    let caller = Caller::new().await;
    let secret =
        json!({"label": "Pin", "type": "EncryptedText", "length": 10, "maskChar": "asterisk", "maskType": "all"});
    caller.custom_field("Account.Pin__c", secret).await;
    caller.custom_field("Account.Spot__c", json!({"label": "Spot", "type": "Location", "scale": 3})).await;
    let row = json!({"Name": "A", "Pin__c": "4711", "Spot__Latitude__s": 59.5, "Spot__Longitude__s": 10.25});
    caller.create("Account", row).await;
    caller.create("Account", json!({"Name": "B"})).await;
    let (_, body) = caller.query("SELECT Pin__c, Spot__c, Spot__Latitude__s FROM Account ORDER BY Name").await;
    let records = &body["records"];
    assert_eq!((&records[0]["Pin__c"], &records[1]["Pin__c"]), (&json!("****"), &Value::Null));
    assert_eq!(records[0]["Spot__c"], json!({"latitude": 59.5, "longitude": 10.25}));
    assert_eq!((&records[0]["Spot__Latitude__s"], &records[1]["Spot__c"]), (&json!(59.5), &Value::Null));
    let told = error(caller.query("SELECT Id FROM Account WHERE Pin__c = '4711'").await);
    assert!(told.ends_with("field 'Pin__c' can not be filtered in a query call"), "{told}");
    check_found(&caller, "Spot__Latitude__s > 59", "A").await;
}
