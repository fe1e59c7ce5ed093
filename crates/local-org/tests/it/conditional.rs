//! Requests that depend on the state of what they ask for.

use chrono::TimeDelta;
use reqwest::{Method, Response, StatusCode};
use serde_json::json;

use crate::support::{Caller, answer, error};

async fn asked(caller: &Caller, method: Method, path: &str, header: (&str, &str)) -> Response {
    let url = format!("{}/services/data/v66.0{path}", caller.org.url());
    let request = caller.client.request(method.clone(), url).bearer_auth(&caller.token).header(header.0, header.1);
    let request = if method == Method::PATCH { request.json(&json!({"Phone": "1"})) } else { request };
    request.send().await.unwrap()
}

fn header(response: &Response, name: &str) -> String {
    response.headers()[name].to_str().unwrap().to_owned()
}

/// The clock of the tests stands at 10:00:00 on the 23rd of November 2026.
#[tokio::test]
async fn a_record_is_sent_and_written_only_when_it_changed_or_did_not() {
    let caller = Caller::new().await;
    let id = caller.create("Contact", json!({"LastName": "Byron"})).await;
    let path = format!("/sobjects/Contact/{id}");
    let plain = caller.send(Method::GET, &path, None).await;
    assert_eq!(header(&plain, "last-modified"), "Mon, 23 Nov 2026 10:00:00 GMT");
    assert!(!plain.headers().contains_key("etag"), "only accounts have tags");

    let (then, before) = ("Mon, 23 Nov 2026 10:00:00 GMT", "Mon, 23 Nov 2026 09:59:59 GMT");
    let unchanged = asked(&caller, Method::GET, &path, ("If-Modified-Since", then)).await;
    assert_eq!(answer(unchanged).await, (StatusCode::NOT_MODIFIED, json!(null)));
    let changed = asked(&caller, Method::GET, &path, ("If-Modified-Since", before)).await;
    assert_eq!(changed.status(), StatusCode::OK);
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        let refused = asked(&caller, method, &path, ("If-Unmodified-Since", before)).await;
        assert!(error(answer(refused).await).starts_with("412 PRECONDITION_FAILED"));
    }
    let written = asked(&caller, Method::PATCH, &path, ("If-Unmodified-Since", then)).await;
    assert_eq!(written.status(), StatusCode::NO_CONTENT);
    let nonsense = asked(&caller, Method::GET, &path, ("If-Modified-Since", "yesterday")).await;
    assert_eq!(nonsense.status(), StatusCode::OK, "an unreadable date says nothing");
}

#[tokio::test]
async fn accounts_have_tags() {
    let caller = Caller::new().await;
    let id = caller.create("Account", json!({"Name": "Acme"})).await;
    let path = format!("/sobjects/Account/{id}");
    let tag = header(&caller.send(Method::GET, &path, None).await, "etag");
    assert!(tag.starts_with('"') && tag.ends_with("--gzip\""), "{tag}");
    let known = asked(&caller, Method::GET, &path, ("If-None-Match", &format!("\"x\", {tag}"))).await;
    assert_eq!((known.status(), header(&known, "etag")), (StatusCode::NOT_MODIFIED, tag.clone()));
    assert_eq!(asked(&caller, Method::PATCH, &path, ("If-Match", &tag)).await.status(), StatusCode::NO_CONTENT);
    // The second did not change, the record did.
    let refused = asked(&caller, Method::PATCH, &path, ("If-Match", &tag)).await;
    assert!(error(answer(refused).await).starts_with("412 PRECONDITION_FAILED"));
    assert_eq!(asked(&caller, Method::GET, &path, ("If-None-Match", &tag)).await.status(), StatusCode::OK);
    assert_eq!(asked(&caller, Method::DELETE, &path, ("If-Match", "*")).await.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_describe_is_sent_only_when_something_changed() {
    let caller = Caller::new().await;
    for path in ["/sobjects", "/sobjects/Lead/describe"] {
        let first = header(&caller.send(Method::GET, path, None).await, "last-modified");
        let known = asked(&caller, Method::GET, path, ("If-Modified-Since", &first)).await;
        assert_eq!(answer(known).await, (StatusCode::NOT_MODIFIED, json!(null)));
    }
    let first = header(&caller.send(Method::GET, "/sobjects/Lead/describe", None).await, "last-modified");
    caller.clock.advance(TimeDelta::minutes(1));
    caller.external_id().await;
    let changed = asked(&caller, Method::GET, "/sobjects/Lead/describe", ("If-Modified-Since", &first)).await;
    assert_eq!(
        (changed.status(), header(&changed, "last-modified")),
        (StatusCode::OK, "Mon, 23 Nov 2026 10:01:00 GMT".to_owned())
    );
}

/// The parts of a composite request carry conditions and their answers too.
#[tokio::test]
async fn conditions_hold_in_parts_of_composite_requests() {
    let caller = Caller::new().await;
    let id = caller.create("Account", json!({"Name": "Acme"})).await;
    let url = format!("/services/data/v66.0/sobjects/Account/{id}");
    let then = json!({"If-Modified-Since": "Mon, 23 Nov 2026 10:00:00 GMT"});
    let parts = json!([
        {"method": "GET", "url": url, "referenceId": "a"},
        {"method": "GET", "url": url, "referenceId": "b", "httpHeaders": then},
    ]);
    let (_, body) = caller.post("/composite", json!({"compositeRequest": parts})).await;
    let answers = &body["compositeResponse"];
    assert_eq!(answers[0]["httpHeaders"]["Last-Modified"], "Mon, 23 Nov 2026 10:00:00 GMT");
    assert!(answers[0]["httpHeaders"]["ETag"].as_str().is_some_and(|tag| tag.starts_with('"')));
    assert_eq!((&answers[1]["httpStatusCode"], &answers[1]["body"]), (&json!(304), &json!(null)));
}
