//! Cross-site request forgery: what a page of somebody else's has a browser send changes nothing.

use reqwest::header::{CONTENT_TYPE, COOKIE, ORIGIN};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::network::{Network, ORIGIN_OF_OURS};

#[tokio::test]
async fn a_page_of_another_site_changes_nothing() {
    let network = Network::with_people().await;
    let cookie = network.sign_in("ann").await;
    let person = json!({ "name": "mallory", "role": "administrator" }).to_string();
    let json = (CONTENT_TYPE.as_str(), "application/json");
    let form = (CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded");
    let text = (CONTENT_TYPE.as_str(), "text/plain");
    for (headers, status, code) in [
        (vec![json, (ORIGIN.as_str(), "https://evil.example")], StatusCode::FORBIDDEN, "cross_site"),
        (vec![json, (ORIGIN.as_str(), "null")], StatusCode::FORBIDDEN, "cross_site"),
        (vec![json, ("sec-fetch-site", "cross-site")], StatusCode::FORBIDDEN, "cross_site"),
        (vec![json, ("sec-fetch-site", "same-site")], StatusCode::FORBIDDEN, "cross_site"),
        (vec![json], StatusCode::FORBIDDEN, "cross_site"),
        (vec![form, (ORIGIN.as_str(), ORIGIN_OF_OURS)], StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
        (vec![text, (ORIGIN.as_str(), ORIGIN_OF_OURS)], StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
    ] {
        let request = network.request(Method::POST, "/api/v1/people").header(COOKIE, &cookie);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = network.send(request.body(person.clone())).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{headers:?}: {answer:?}");
        assert!(!answer.text("detail").is_empty() && !answer.text("remedy").is_empty());
    }
    let delete = network.request(Method::DELETE, "/api/v1/people/vic").header(COOKIE, &cookie);
    assert_eq!(network.send(delete.header("sec-fetch-site", "cross-site")).await.status, StatusCode::FORBIDDEN);
    let (_, people) = network.stage.gets("/people").await;
    assert_eq!(people["total"], 3, "nobody was added, nobody removed: {people}");

    let read = network.request(Method::GET, "/api/v1/session").header(COOKIE, &cookie);
    assert_eq!(
        network.send(read.header("sec-fetch-site", "cross-site")).await.status,
        StatusCode::OK,
        "a link is followed"
    );
    let own = network.request(Method::DELETE, "/api/v1/people/vic").header(COOKIE, &cookie);
    assert_eq!(network.send(own.header("sec-fetch-site", "same-origin")).await.status, StatusCode::NO_CONTENT);
}

/// Signing somebody in as somebody else, to see what they type there.
#[tokio::test]
async fn a_page_of_another_site_signs_nobody_in() {
    let network = Network::with_people().await;
    let body = json!({ "name": "ann", "password": crate::network::PASSWORD });
    let foreign = network.request(Method::POST, "/api/v1/session").header(ORIGIN, "https://evil.example");
    assert_eq!(network.send(foreign.json(&body)).await.code(), "cross_site");
    let form = network.request(Method::POST, "/api/v1/session").header(CONTENT_TYPE, "text/plain");
    assert_eq!(network.send(form.body(body.to_string())).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(network.deeds("session.begin").await.is_empty());
}
