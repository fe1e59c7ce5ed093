//! The pages for people: what they show, what they never show, and how far they go.

use reqwest::{Method, Response, StatusCode};
use salesbridge_local_org::OrgConfig;
use serde_json::json;

use crate::support::{Caller, KEY, SECRET, config};

async fn page(caller: &Caller, path: &str) -> String {
    let response = caller.client.get(format!("{}{path}", caller.org.url())).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    assert!(response.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let html = response.text().await.unwrap();
    assert!(!html.contains("<script") && !html.contains(&caller.token), "{path}");
    html
}

async fn post(caller: &Caller, path: &str, form: &[(&str, &str)], origin: Option<&str>) -> Response {
    let mut request = caller.client.post(format!("{}{path}", caller.org.url())).form(form);
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn the_first_page_says_what_the_org_is_and_does() {
    let caller = Caller::new().await;
    caller.create("Account", json!({"Name": "A"})).await;
    let quiet = page(&caller, "/").await;
    assert!(quiet.contains("the org behaves") && quiet.contains("1 of 15,000"), "{quiet}");
    caller.post("/local-org/faults", json!({"match": {"object": "<i>"}, "action": {"exhaust": "DataStorageMB"}})).await;
    let html = page(&caller, "/").await;
    for expected in [
        KEY,
        "@local-org.example",
        "object &lt;i&gt;",
        "Used up by a fault: DataStorageMB",
        "<span>Account</span><span>1</span>",
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    assert!(!html.contains("http-equiv=refresh") && page(&caller, "/?live=1").await.contains("http-equiv=refresh"));
}

/// A secret is shown to who presses the button on this page, and to nobody else.
#[tokio::test]
async fn a_secret_is_shown_on_demand() {
    let caller = Caller::new().await;
    assert!(!page(&caller, "/").await.contains(SECRET));
    let form = [("consumer_key", KEY)];
    let shown = post(&caller, "/local-org/secret", &form, Some(caller.org.url())).await;
    assert_eq!((shown.status(), shown.headers()["cache-control"].to_str().unwrap()), (StatusCode::OK, "no-store"));
    assert!(shown.text().await.unwrap().contains(SECRET));
    let foreign = post(&caller, "/local-org/secret", &form, Some("http://evil.example")).await;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    let unknown = post(&caller, "/local-org/secret", &[("consumer_key", "none")], None).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let (config, clock) = config();
    let open = Caller::with(OrgConfig { allow_other_addresses: true, ..config }, clock).await;
    assert!(!page(&open, "/").await.contains("/local-org/secret"));
    assert_eq!(post(&open, "/local-org/secret", &form, None).await.status(), StatusCode::FORBIDDEN);
}

/// Requests, newest first, found by words; each in full, without secrets.
#[tokio::test]
async fn requests_can_be_followed() {
    let caller = Caller::new().await;
    caller.create("Account", json!({"Name": "<b>Bold</b>"})).await;
    caller.get("/sobjects/Nothing").await;
    let all = page(&caller, "/local-org/log").await;
    assert!(all.find("sobjects/Nothing").unwrap() < all.find("sobjects/Account").unwrap(), "newest first");
    assert!(all.contains("<span class=warn>404</span>") && all.contains(" ms"));
    let found = page(&caller, "/local-org/log?q=post+201").await;
    assert!(found.contains("sobjects/Account") && !found.contains("sobjects/Nothing"));
    let one = page(&caller, "/local-org/log/2").await;
    assert!(one.contains("&lt;b&gt;Bold&lt;/b&gt;") && one.contains("[masked]"), "{one}");
    let token = page(&caller, "/local-org/log/1").await;
    assert!(token.contains("client_secret=[masked]") && !token.contains(SECRET), "{token}");
    let gone = caller.client.get(format!("{}/local-org/log/99", caller.org.url())).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    assert!(caller.org.control().requests().iter().all(|request| request.took_micros.is_some()));
}

/// Records page by page, found by words, deleted ones apart.
#[tokio::test]
async fn records_can_be_searched_and_turned_over() {
    let caller = Caller::new().await;
    let rows: Vec<_> =
        (1..=60).map(|n| json!({"attributes": {"type": "Account"}, "Name": format!("Number {n:02}")})).collect();
    caller.post("/composite/sobjects", json!({"records": rows})).await;
    let first = page(&caller, "/local-org/page/Account").await;
    assert!(first.contains("60 records") && first.contains("Number 60") && !first.contains("Number 10<"));
    let next = first.split("href='").find(|link| link.contains("page=2")).unwrap().split('\'').next().unwrap();
    let second = page(&caller, &next.replace("&amp;", "&")).await;
    assert!(second.contains("Number 10") && second.contains("Number 01") && !second.contains("Number 11<"));
    let found = page(&caller, "/local-org/page/Account?q=number+07").await;
    assert!(found.contains("1 records") && found.contains("Number 07"));
    assert!(page(&caller, "/local-org/page/Account?q=100%25").await.contains("0 records"));
    let id =
        caller.column("Id", "SELECT Id FROM Account WHERE Name = 'Number 07'").await[0].as_str().unwrap().to_owned();
    caller.delete(&format!("/sobjects/Account/{id}")).await;
    assert!(page(&caller, "/local-org/page/Account").await.contains("59 records"));
    let deleted = page(&caller, "/local-org/page/Account?deleted=1").await;
    assert!(deleted.contains("1 deleted") && deleted.contains("Number 07"));
    assert!(page(&caller, &format!("/local-org/page/Account/{id}")).await.contains("in the recycle bin"));
}

/// A record with all its fields, and ways to the records it names.
#[tokio::test]
async fn a_record_leads_to_its_parents() {
    let caller = Caller::new().await;
    let account = caller.create("Account", json!({"Name": "Parent & Co"})).await;
    let contact = caller.create("Contact", json!({"LastName": "Child", "AccountId": account})).await;
    let html = page(&caller, &format!("/local-org/page/Contact/{contact}")).await;
    assert!(
        html.contains(&format!("href='/local-org/page/Account/{account}'")) && html.contains("fields without a value")
    );
    assert!(page(&caller, &format!("/local-org/page/Account/{account}")).await.contains("Parent &amp; Co"));
    let missing = caller.send(Method::GET, "/local-org/page/Account/001000000000000AAA", None).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
}

/// Every object's page can be opened.
#[tokio::test]
async fn every_object_has_a_page() {
    let caller = Caller::new().await;
    for count in caller.org.control().record_counts().await.unwrap() {
        page(&caller, &format!("/local-org/page/{}", count.object)).await;
    }
}
