//! "Nothing was sent" against "it may have happened": what exactly-once rests on.

use std::time::Duration;

use futures::stream;
use salesbridge_egress::{Body, Bytes, ClientSettings, EgressError, HttpClient, Method, Reach, Request, Sent};
use tokio::net::TcpListener;

use crate::server::{Server, Then, answer};

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

#[tokio::test]
async fn a_body_in_pieces_arrives_whole_and_an_answer_is_read_in_pieces() {
    let server = Server::start(vec![answer("200 OK", b"gone\nwell")]).await;
    let pieces = ["one,", "two,", "three"].map(|piece| Ok(Bytes::from_static(piece.as_bytes())));
    let request = Request::new(Method::PUT, server.url("/")).body("text/csv", Body::pieces(stream::iter(pieces)));
    let mut response = client().send(request).await.expect("an answer");
    let mut read = Vec::new();
    while let Some(piece) = response.piece().await.expect("a piece") {
        read.extend_from_slice(&piece);
    }
    assert_eq!(read, b"gone\nwell");
    let seen = server.requests.lock().expect("unpoisoned").remove(0);
    assert!(seen.contains("transfer-encoding: chunked") && seen.contains("content-type: text/csv"), "{seen}");
    assert!(seen.contains("4\r\none,\r\n4\r\ntwo,\r\n5\r\nthree\r\n"), "{seen}");
}

#[tokio::test]
async fn a_piece_that_cannot_be_made_breaks_the_call_off() {
    let server = Server::start(vec![Then::HangUp]).await;
    let pieces = [Ok(Bytes::from_static(b"one")), Err(std::io::Error::other("no more"))];
    let request = Request::new(Method::PUT, server.url("/")).body("text/csv", Body::pieces(stream::iter(pieces)));
    let error = client().send(request).await.expect_err("half a request");
    assert_eq!(error.sent(), Sent::MayHave, "{error:?}");
}
