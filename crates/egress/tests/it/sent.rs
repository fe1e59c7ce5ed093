//! "Nothing was sent" against "it may have happened": what exactly-once rests on.

use std::time::Duration;

use salesbridge_egress::{ClientSettings, EgressError, HttpClient, Method, Reach, Request, Sent};
use tokio::net::TcpListener;

use crate::server::{Server, Then};

fn client() -> HttpClient {
    let limits = ClientSettings {
        connect_timeout: Duration::from_millis(200),
        // Counted from the beginning of the call, so it is the longer one.
        read_timeout: Duration::from_millis(800),
        ..ClientSettings::new(Reach::LocalOrg)
    };
    HttpClient::new(limits).expect("a client")
}

fn post(url: &str) -> Request {
    Request::new(Method::POST, url.parse().expect("an address")).body("application/json", b"{}".to_vec())
}

#[tokio::test]
async fn a_closed_port_means_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let error = client().send(post(&format!("http://127.0.0.1:{port}/"))).await.expect_err("nobody listens");
    assert!(matches!(error, EgressError::CouldNotConnect { .. }), "{error:?}");
    assert_eq!(error.sent(), Sent::Nothing);
}

#[tokio::test]
async fn an_unknown_name_means_nothing_was_sent() {
    let error = client().send(post("http://salesbridge.invalid/")).await.expect_err("no such name");
    assert!(matches!(error, EgressError::UnknownHost { .. } | EgressError::TimedOutBeforeSend { .. }), "{error:?}");
    assert_eq!(error.sent(), Sent::Nothing);
}

#[tokio::test]
async fn a_handshake_that_never_ends_means_nothing_was_sent() {
    let server = Server::start(vec![Then::Silence]).await;
    let error = client().send(post(&format!("https://127.0.0.1:{}/", server.port))).await.expect_err("silence");
    assert!(matches!(error, EgressError::TimedOutBeforeSend { .. }), "{error:?}");
    assert_eq!(error.sent(), Sent::Nothing);
}

#[tokio::test]
async fn a_failed_handshake_means_nothing_was_sent() {
    let server = Server::start(vec![Then::HangUp]).await;
    let error = client().send(post(&format!("https://127.0.0.1:{}/", server.port))).await.expect_err("no TLS");
    assert!(matches!(error, EgressError::CouldNotConnect { .. }), "{error:?}");
}

#[tokio::test]
async fn a_connection_lost_after_the_request_means_it_may_have_happened() {
    let server = Server::start(vec![Then::HangUp]).await;
    let error = client().send(post(server.url("/").as_str())).await.expect_err("no answer");
    assert!(matches!(error, EgressError::BrokenAfterSend { .. }), "{error:?}");
    assert_eq!(error.sent(), Sent::MayHave);
    assert_eq!(server.requests.lock().expect("unpoisoned").len(), 1, "nothing is repeated behind our back");
}

#[tokio::test]
async fn silence_after_the_request_means_it_may_have_happened() {
    let server = Server::start(vec![Then::Silence]).await;
    let error = client().send(post(server.url("/").as_str())).await.expect_err("no answer");
    assert!(matches!(error, EgressError::TimedOutAfterSend { .. }), "{error:?}");
    assert_eq!(error.sent(), Sent::MayHave);
}

#[tokio::test]
async fn half_a_body_means_it_may_have_happened() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_vec();
    let server = Server::start(vec![Then::Answer(half)]).await;
    let response = client().send(post(server.url("/").as_str())).await.expect("a head");
    let error = response.bytes().await.expect_err("half a body");
    assert!(matches!(error, EgressError::BrokenAfterSend { .. }), "{error:?}");
    assert_eq!(error.sent(), Sent::MayHave);
}
