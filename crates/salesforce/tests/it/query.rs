//! Queries, page by page.

use salesbridge_salesforce::{ApiError, Disposition, quote};
use serde_json::json;

use crate::org::{ScriptedOrg, answer, expired, fault};

const QUERY: &str = "GET /services/data/v66.0/query";
const NEXT: &str = "GET /services/data/v66.0/query/01gRO0000016PIAYA2-2";

fn page(names: &[&str], next: bool) -> crate::org::Answer {
    let record =
        |name: &&str| json!({ "attributes": { "type": "Lead", "url": "/x" }, "LastName": name, "Owner": null });
    let mut body = json!({ "totalSize": 3, "done": !next, "records": names.iter().map(record).collect::<Vec<_>>() });
    if next {
        body["nextRecordsUrl"] = json!("/services/data/v66.0/query/01gRO0000016PIAYA2-2");
    }
    answer(200, &body)
}

#[tokio::test]
async fn all_pages_are_read_in_order_even_when_the_session_ends_between_them() {
    let org = ScriptedOrg::start().await;
    org.on(QUERY, [page(&["a", "b"], true)]);
    org.on(NEXT, [expired(), page(&["c"], false)]);
    let soql = format!("SELECT LastName FROM Lead WHERE City = {}", quote("St. John's & Söhne+"));
    let rows = org.client().query_rows(&soql, 3).await.expect("rows");
    let names: Vec<_> = rows.iter().map(|row| row["LastName"].as_str().expect("text")).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(rows[0].keys().collect::<Vec<_>>(), ["LastName", "Owner"], "fields alone, in their order");
    let sent: Vec<_> = url_pairs(&org.asked()[0].query);
    assert_eq!(sent, [("q".to_owned(), soql)]);
    assert_eq!(org.asked()[1].query, "");
}

#[tokio::test]
async fn more_rows_than_the_cap_are_an_error_and_not_cut() {
    let org = ScriptedOrg::start().await;
    org.on(QUERY, [page(&["a", "b"], true)]);
    let error = org.client().query_rows("SELECT Id FROM Lead", 2).await.expect_err("three rows");
    assert!(matches!(error, ApiError::TooManyRows { cap: 2 }));
    assert_eq!(org.asked().len(), 1);
}

#[tokio::test]
async fn a_count_stands_in_the_total() {
    let org = ScriptedOrg::start().await;
    org.on(QUERY, [answer(200, &json!({ "totalSize": 17, "done": true, "records": [] }))]);
    let page = org.client().query("SELECT COUNT() FROM Lead").await.expect("a page");
    assert_eq!((page.total, page.records.len(), page.next), (17, 0, None));
}

#[tokio::test]
async fn a_refused_query_keeps_salesforces_words() {
    let org = ScriptedOrg::start().await;
    org.on(QUERY, [fault(400, "MALFORMED_QUERY", "unexpected token: FRM")]);
    let error = org.client().query("SELECT Id FRM Lead").await.expect_err("a refusal");
    assert_eq!(error.to_string(), "Salesforce refused the call: MALFORMED_QUERY: unexpected token: FRM");
    assert_eq!((error.code().as_str(), error.disposition()), ("MALFORMED_QUERY", Disposition::Refuse));
}

fn url_pairs(query: &str) -> Vec<(String, String)> {
    let url = salesbridge_egress::Url::parse(&format!("http://x/?{query}")).expect("an address");
    url.query_pairs().into_owned().collect()
}
