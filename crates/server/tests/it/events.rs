//! Server-sent events, as they are on the wire.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::stage::Stage;

#[tokio::test]
async fn events_are_streamed_from_how_things_are() {
    let stage = Stage::set().await;
    let new = serde_json::json!({
        "name": "acme", "settings": { "domain_url": "http://127.0.0.1:1", "consumer_key": "KEY" },
        "secrets": { "consumer_secret": "hunter2hunter2" }, "enabled": false,
    });
    assert_eq!(
        stage.asks("POST".parse().expect("a method"), "/connections", new.to_string()).await.0,
        StatusCode::CREATED
    );
    let request = Request::get("/api/v1/events").header("accept", "text/event-stream").body(Body::empty());
    let response = stage.router.clone().oneshot(request.expect("a request")).await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    let (mut body, mut text) = (response.into_body(), String::new());
    while !text.contains("event: ready") || !text.ends_with("\n\n") {
        let frame = body.frame().await.expect("more").expect("a frame");
        text.push_str(&String::from_utf8_lossy(frame.data_ref().expect("data")));
    }
    let events: Vec<&str> = text.trim_end().split("\n\n").collect();
    assert_eq!(events[0], "event: reset\ndata: {}");
    assert!(events[1].starts_with("event: connection\ndata: {\"change\":\"now\",\"id\":\"conn_"), "{}", events[1]);
    assert!(events[2].starts_with("event: ready\n") && events[2].contains("\nid: "), "{}", events[2]);
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn what_cannot_be_watched_is_refused_before_the_stream_begins() {
    let stage = Stage::set().await;
    assert_eq!(stage.gets("/events?connection=none").await.0, StatusCode::NOT_FOUND);
    assert_eq!(stage.gets("/events?run=12").await.0, StatusCode::BAD_REQUEST);
    let request = Request::get("/api/v1/events").header("accept", "application/json").body(Body::empty());
    let (status, problem) = stage.sends(request.expect("a request")).await;
    assert_eq!((status, &problem["code"]), (StatusCode::NOT_ACCEPTABLE, &serde_json::json!("not_acceptable")));
}
