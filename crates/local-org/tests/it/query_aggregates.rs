//! Numbers over rows: groups, what they are sifted by, and their names.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Caller, error};

/// Leads with a source, a rating and a revenue; the last has neither.
async fn leads() -> Caller {
    let caller = Caller::new().await;
    for (source, rating, revenue) in [
        (Some("Web"), Some("Hot"), Some(10)),
        (Some("Web"), Some("Cold"), Some(20)),
        (Some("Other"), Some("Warm"), Some(5)),
        (None, None, None),
    ] {
        let row =
            json!({"LastName": "L", "Company": "C", "LeadSource": source, "Rating": rating, "AnnualRevenue": revenue});
        caller.create("Lead", row).await;
    }
    caller
}

async fn rows(caller: &Caller, soql: &str) -> Vec<Value> {
    let (status, body) = caller.query(soql).await;
    assert_eq!(status, StatusCode::OK, "{soql}: {body}");
    let mut records = body["records"].as_array().unwrap().clone();
    for record in &mut records {
        assert_eq!(record["attributes"], json!({"type": "AggregateResult"}));
        record.as_object_mut().unwrap().shift_remove("attributes");
    }
    records
}

#[tokio::test]
async fn groups_are_sifted_by_having() {
    let caller = leads().await;
    for (having, expected) in [
        ("COUNT(Id) > 1", json!([{"LeadSource": "Web", "n": 2}])),
        ("LeadSource = null", json!([{"LeadSource": null, "n": 1}])),
        ("MAX(AnnualRevenue) < 10", json!([{"LeadSource": "Other", "n": 1}])),
        (
            "COUNT(AnnualRevenue) = 0 OR LeadSource LIKE 'o%'",
            json!([{"LeadSource": null, "n": 1}, {"LeadSource": "Other", "n": 1}]),
        ),
        ("(NOT COUNT(Id) = 1)", json!([{"LeadSource": "Web", "n": 2}])),
        ("SUM(AnnualRevenue) IN (30, 40)", json!([{"LeadSource": "Web", "n": 2}])),
    ] {
        let soql =
            format!("SELECT LeadSource, COUNT(Id) n FROM Lead GROUP BY LeadSource HAVING {having} ORDER BY LeadSource");
        assert_eq!(Value::from(rows(&caller, &soql).await), expected, "{having}");
    }
}

/// Picklists have an order of their own: Hot, Warm, Cold.
#[tokio::test]
async fn picklists_come_in_the_order_of_their_values() {
    let caller = leads().await;
    let sorted = "SELECT Rating FROM Lead WHERE Rating != null ORDER BY Rating";
    assert_eq!(caller.column("Rating", sorted).await, ["Hot", "Warm", "Cold"]);
    let down = "SELECT Rating FROM Lead ORDER BY Rating DESC NULLS LAST";
    assert_eq!(caller.column("Rating", down).await, [json!("Cold"), json!("Warm"), json!("Hot"), Value::Null]);
    let extremes = rows(&caller, "SELECT MIN(Rating) low, MAX(Rating) high FROM Lead").await;
    assert_eq!(extremes, [json!({"low": "Hot", "high": "Cold"})]);
    let grouped = rows(&caller, "SELECT Rating FROM Lead GROUP BY Rating ORDER BY Rating NULLS LAST").await;
    assert_eq!(grouped[0], json!({"Rating": "Hot"}));
}

#[tokio::test]
async fn unnamed_numbers_count_on_and_parents_keep_their_last_name() {
    let caller = leads().await;
    let soql = "SELECT COUNT(Id), COUNT_DISTINCT(LeadSource), SUM(AnnualRevenue) total, AVG(AnnualRevenue) FROM Lead";
    let expected = json!({"expr0": 4, "expr1": 2, "total": 35.0, "expr2": 35.0 / 3.0});
    assert_eq!(rows(&caller, soql).await, [expected]);
    let soql = "SELECT Owner.Name, LeadSource source, COUNT(Id) FROM Lead GROUP BY Owner.Name, LeadSource \
                ORDER BY source NULLS LAST LIMIT 1 OFFSET 1";
    assert_eq!(rows(&caller, soql).await, [json!({"Name": "Local Admin", "source": "Other", "expr0": 1})]);
    // No row is no group, but a number over no rows is a row.
    assert!(
        rows(&caller, "SELECT LeadSource, COUNT(Id) FROM Lead WHERE LastName = 'x' GROUP BY LeadSource")
            .await
            .is_empty()
    );
    let nothing = rows(&caller, "SELECT COUNT(Id) n, MAX(AnnualRevenue) most FROM Lead WHERE LastName = 'x'").await;
    assert_eq!(nothing, [json!({"n": 0, "most": null})]);
}

/// The number of rows stands in `totalSize`.
#[tokio::test]
async fn rows_are_counted() {
    let caller = leads().await;
    for (soql, total) in [
        ("SELECT COUNT() FROM Lead", 4),
        ("SELECT COUNT() FROM Lead WHERE LeadSource = 'web'", 2),
        ("SELECT COUNT() FROM Lead LIMIT 3", 3),
        ("SELECT COUNT() FROM Lead OFFSET 3", 1),
        ("SELECT COUNT() FROM Lead WHERE Owner.Name = 'nobody'", 0),
    ] {
        assert_eq!(caller.query(soql).await.1, json!({"totalSize": total, "done": true, "records": []}), "{soql}");
    }
}

#[tokio::test]
async fn numbers_that_cannot_be_are_refused() {
    let caller = Caller::new().await;
    for (soql, text) in [
        ("SELECT LeadSource, COUNT(Id) FROM Lead", "Field must be grouped or aggregated: LeadSource"),
        ("SELECT LastName FROM Lead GROUP BY LeadSource", "Field must be grouped or aggregated: LastName"),
        (
            "SELECT COUNT(Id) FROM Lead GROUP BY LeadSource ORDER BY LastName",
            "Ordered field must be grouped or aggregated: LastName",
        ),
        (
            "SELECT COUNT(Id) FROM Lead GROUP BY LeadSource HAVING LastName = 'x'",
            "Field must be grouped or aggregated: LastName",
        ),
        ("SELECT SUM(LastName) FROM Lead", "field LastName does not support aggregate operator SUM"),
        ("SELECT MAX(IsConverted) FROM Lead", "field IsConverted does not support aggregate operator MAX"),
        ("SELECT COUNT(Description) FROM Lead", "field Description does not support aggregate operator COUNT"),
        ("SELECT COUNT(Id) FROM Lead GROUP BY Description", "field 'Description' can not be grouped in a query call"),
        (
            "SELECT COUNT(Id) FROM Lead LIMIT 1",
            "Non-grouped query that uses overall aggregate functions cannot also use LIMIT",
        ),
        ("SELECT COUNT(Id) n, MAX(LastName) N FROM Lead", "duplicate alias: N"),
        ("SELECT Owner.Name, CreatedBy.Name FROM Lead GROUP BY Owner.Name, CreatedBy.Name", "duplicate alias: Name"),
        (
            "SELECT COUNT(Id), (SELECT Id FROM Tasks) FROM Lead",
            "Subqueries, TYPEOF and FIELDS() are not allowed in a query that aggregates",
        ),
    ] {
        let told = error(caller.query(soql).await);
        assert!(told.starts_with("400 MALFORMED_QUERY ") && told.ends_with(text), "{soql}: {told}");
    }
}

/// Groups come in one answer or not at all.
#[tokio::test]
async fn more_than_2000_groups_are_too_many() {
    let caller = Caller::new().await;
    for batch in 0..11 {
        let row = |n: usize| json!({"attributes": {"type": "Account"}, "Name": format!("{}", batch * 200 + n)});
        let records: Vec<Value> = (0..200).map(row).collect();
        assert_eq!(caller.post("/composite/sobjects", json!({"records": records})).await.0, StatusCode::OK);
    }
    let soql = "SELECT Name, COUNT(Id) FROM Account GROUP BY Name";
    let told = error(caller.query(soql).await);
    let expected = "400 EXCEEDED_ID_LIMIT Aggregate query does not support queryMore(), use LIMIT to restrict the results \
                    to a single batch";
    assert_eq!(told, expected);
    assert_eq!(rows(&caller, &format!("{soql} LIMIT 2000")).await.len(), 2000);
}
