//! What may be dialled, and what is done with redirects and sizes.

use salesbridge_egress::{ClientSettings, EgressError, HttpClient, Method, Reach, Request, Sent};

use crate::server::{Server, answer};

fn get(url: &str) -> Request {
    Request::new(Method::GET, url.parse().expect("an address"))
}

fn client(reach: Reach) -> HttpClient {
    HttpClient::new(ClientSettings::new(reach)).expect("a client")
}

#[tokio::test]
async fn the_public_reach_dials_no_special_address_whichever_way_it_is_written() {
    let server = Server::start(vec![answer("200 OK", b"")]).await;
    let port = server.port;
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "169.254.169.254"] {
        let error = client(Reach::Public).send(get(&format!("https://{host}:{port}/"))).await.expect_err(host);
        assert!(matches!(error, EgressError::NotPermitted { .. }), "{host}: {error:?}");
        assert_eq!(error.sent(), Sent::Nothing);
    }
    assert_eq!(server.requests.lock().expect("unpoisoned").len(), 0);
}

#[tokio::test]
async fn the_public_reach_speaks_https_alone() {
    let error = client(Reach::Public).send(get("http://acme.my.salesforce.com/")).await.expect_err("http");
    assert_eq!(
        error.to_string(),
        "acme.my.salesforce.com may not be called, because it is asked for over http, and tokens travel over https alone"
    );
}

#[tokio::test]
async fn the_local_reach_dials_loopback_alone() {
    let error = client(Reach::LocalOrg).send(get("http://10.0.0.1/")).await.expect_err("a private address");
    assert!(matches!(error, EgressError::NotPermitted { .. }));
    let server = Server::start(vec![answer("204 No Content", b"")]).await;
    let local = client(Reach::LocalOrg);
    let response = local.send(get(&format!("http://localhost:{}/", server.port))).await.expect("an answer");
    assert_eq!((response.status(), local.calls()), (204, 1));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = answer("302 Found\r\nlocation: http://127.0.0.1:1/", b"");
    let server = Server::start(vec![elsewhere]).await;
    let response = client(Reach::LocalOrg).send(Request::new(Method::GET, server.url("/"))).await.expect("an answer");
    assert_eq!((response.status(), response.header("location")), (302, Some("http://127.0.0.1:1/")));
}

/// 100,000 times the letter a.
const COMPRESSED: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 237, 193, 49, 1, 0, 0, 0, 194, 160, 172, 235, 95, 194, 26, 30, 64, 1, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 175, 6, 135, 250, 226, 27, 160, 134, 1, 0,
];

#[tokio::test]
async fn a_body_is_decompressed_and_its_cap_counts_what_comes_out() {
    let server = Server::start(vec![answer("200 OK\r\ncontent-encoding: gzip", COMPRESSED)]).await;
    let request = || Request::new(Method::GET, server.url("/"));
    let body = client(Reach::LocalOrg).send(request()).await.expect("an answer").bytes().await.expect("a body");
    assert_eq!(body.len(), 100_000);
    assert!(server.requests.lock().expect("unpoisoned")[0].contains("accept-encoding: gzip"));

    let small = ClientSettings { body_cap_bytes: 99_999, ..ClientSettings::new(Reach::LocalOrg) };
    let small = HttpClient::new(small).expect("a client");
    let error = small.send(request()).await.expect("an answer").bytes().await.expect_err("too much");
    assert!(matches!(error, EgressError::BodyTooLarge { limit_bytes: 99_999, .. }), "{error:?}");
}
