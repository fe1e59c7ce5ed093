//! The door on the network: names, proxies, TLS, rates, and its end. Each test goes over a real connection.

use std::path::PathBuf;
use std::time::Duration;

use salesbridge_egress::{Dialer, Reach};
use salesbridge_server::{DoorSettings, DoorWords, TcpDoor, network_router};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::stage::Stage;

fn words() -> DoorWords {
    DoorWords {
        listen: "127.0.0.1:0".to_owned(),
        public_url: "https://bridge.example.com".to_owned(),
        allowed_hosts: Vec::new(),
        trusted_proxies: Vec::new(),
        forwarded_header: "x-forwarded-for".to_owned(),
        tls_certificate_file: PathBuf::new(),
        tls_key_file: PathBuf::new(),
        allow_plain_http: false,
        connections: 100,
        address_requests_per_minute: 3,
        caller_reads_per_minute: 1000,
        caller_writes_per_minute: 1000,
    }
}

struct Opened {
    port: u16,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    certificates: Option<std::sync::Arc<salesbridge_server::Certificates>>,
    _stage: Stage,
}

impl Opened {
    async fn with(words: DoorWords) -> Self {
        let stage = Stage::set().await;
        let settings = DoorSettings::read(&words).expect("settings").expect("a door");
        let door = TcpDoor::open(&settings).await.expect("it listens");
        let router = network_router(stage.hub.clone(), salesbridge_server::router(stage.hub.clone()), &settings);
        Self::serving(stage, door, router).await
    }

    async fn serving(stage: Stage, door: TcpDoor, router: axum::Router) -> Self {
        let (port, stop) = (door.address().expect("an address").port(), CancellationToken::new());
        let certificates = door.certificates();
        let serving = TaskTracker::new().spawn(door.serve(router, stop.clone()));
        Self { port, stop, serving, certificates, _stage: stage }
    }

    /// The whole answer to a request with these lines.
    async fn ask(&self, path: &str, host: &str, more: &str) -> String {
        self.says("GET", path, host, more).await
    }

    async fn says(&self, method: &str, path: &str, host: &str, more: &str) -> String {
        let dialer = Dialer::new(Reach::LocalOrg, Duration::from_secs(5));
        let mut stream = dialer.connect("127.0.0.1", self.port).await.expect("a connection");
        let request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        answer
    }

    async fn close(self) {
        self.stop.cancel();
        self.serving.await.expect("it ends");
    }
}

/// Whoever is known is counted by who they are: reads and writes apart, each person and key for themselves.
#[tokio::test]
async fn one_caller_looks_and_does_so_often_and_is_told_what_is_left() {
    let stage = Stage::set().await;
    let words = DoorWords { caller_reads_per_minute: 2, caller_writes_per_minute: 1, ..words() };
    let settings = DoorSettings::read(&words).expect("settings").expect("a door");
    let door = TcpDoor::open(&settings).await.expect("it listens");
    let router = network_router(stage.hub.clone(), salesbridge_server::router(stage.hub.clone()), &settings);
    // A caller as the door knows them, by a header of this test.
    let router = router.layer(axum::middleware::from_fn(
        |mut request: axum::extract::Request, next: axum::middleware::Next| async move {
            let who = request.headers().get("x-test-caller").and_then(|who| who.to_str().ok()).map(str::to_owned);
            if let Some(who) = who {
                request.extensions_mut().insert(somebody(&who));
            }
            next.run(request).await
        },
    ));
    let door = Opened::serving(stage, door, router).await;
    for (who, method, expected, left) in [
        ("per_1", "GET", "200", "1"),
        ("per_1", "GET", "200", "0"),
        ("per_1", "GET", "429", "0"),
        ("per_1", "POST", "405", "0"),
        ("per_1", "POST", "429", "0"),
        ("per_2", "GET", "200", "1"),
    ] {
        let more = format!("x-test-caller: {who}\r\n");
        let answer = door.says(method, "/api/v1/status", "bridge.example.com", &more).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{who} {method}: {answer}");
        assert!(answer.contains(&format!("ratelimit-remaining: {left}\r\n")), "{who} {method}: {answer}");
        assert_eq!(answer.contains("retry-after: "), expected == "429", "{answer}");
        assert_eq!(answer.contains("\"code\":\"too_many_requests\""), expected == "429", "{answer}");
    }
    door.close().await;
}

fn somebody(id: &str) -> salesbridge_hub::Caller {
    let rights = salesbridge_hub::Rights {
        role: salesbridge_model::Abilities::all(),
        reach: salesbridge_model::Reach::All,
        grants: Default::default(),
        scopes: salesbridge_model::Abilities::all(),
    };
    salesbridge_hub::Caller::new(salesbridge_hub::ActorKind::Person, id, "ann", rights)
}

#[tokio::test]
async fn nothing_is_told_to_whom_nobody_knows() {
    let door = Opened::with(words()).await;
    assert!(door.ask("/health/live", "bridge.example.com", "").await.starts_with("HTTP/1.1 204"));
    assert!(door.ask("/health/ready", "bridge.example.com", "").await.starts_with("HTTP/1.1 204"));
    let refused = door.ask("/api/v1/status", "bridge.example.com", "").await;
    assert!(refused.starts_with("HTTP/1.1 401") && refused.contains("\"code\":\"not_signed_in\""), "{refused}");
    for header in ["x-content-type-options: nosniff", "strict-transport-security: max-age", "cache-control: no-store"] {
        assert!(refused.contains(header), "{header}: {refused}");
    }
    let id = refused.split("x-request-id: ").nth(1).and_then(|rest| rest.split("\r\n").next()).expect("an id");
    assert!(id.starts_with("req_") && refused.contains(&format!("\"request_id\":\"{id}\"")), "{refused}");
    door.close().await;
}

/// DNS rebinding: a browser that was led to us sends the name it was led by.
#[tokio::test]
async fn a_request_for_another_name_is_refused_whichever_way_it_is_asked() {
    let door = Opened::with(words()).await;
    let local = format!("127.0.0.1:{}", door.port);
    assert!(door.ask("/health/live", &local, "").await.starts_with("HTTP/1.1 204"));
    for (path, host, more) in [
        ("/health/live", "attacker.example", ""),
        ("/health/live", "attacker.example:443", ""),
        ("/health/live", "bridge.example.com", "Host: attacker.example\r\n"),
        ("http://attacker.example/health/live", "bridge.example.com", ""),
        ("/health/live", "attacker.example", "X-Forwarded-Host: bridge.example.com\r\n"),
    ] {
        let answer = door.ask(path, host, more).await;
        assert!(!answer.starts_with("HTTP/1.1 2"), "{path} {host} {more}: {answer}");
        assert!(answer.starts_with("HTTP/1.1 400") || answer.contains("unknown_host"), "{answer}");
    }
    door.close().await;
}

#[tokio::test]
async fn one_address_asks_so_often_and_whoever_is_not_a_proxy_has_one_address() {
    let door = Opened::with(words()).await;
    for number in 0..5 {
        let forged = format!("X-Forwarded-For: 203.0.113.{number}\r\n");
        let answer = door.ask("/api/v1/clients", "bridge.example.com", &forged).await;
        if number < 3 {
            assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
        } else {
            assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("retry-after: "), "{answer}");
        }
    }
    assert!(door.ask("/health/live", "bridge.example.com", "").await.starts_with("HTTP/1.1 204"), "probes go on");
    door.close().await;

    let door = Opened::with(DoorWords { trusted_proxies: vec!["127.0.0.1".to_owned()], ..words() }).await;
    for number in 0..5 {
        let told = format!("X-Forwarded-For: 203.0.113.{number}\r\n");
        let answer = door.ask("/api/v1/clients", "bridge.example.com", &told).await;
        assert!(answer.starts_with("HTTP/1.1 401"), "each client has a rate of its own: {answer}");
    }
    door.close().await;
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_and_a_broken_one_is_not() {
    let stage = Stage::set().await;
    let (certificate, key) = (stage.folder.join("c.pem"), stage.folder.join("k.pem"));
    let write = |made: &rcgen::CertifiedKey<rcgen::KeyPair>| {
        std::fs::write(&certificate, made.cert.pem()).expect("written");
        std::fs::write(&key, made.signing_key.serialize_pem()).expect("written");
    };
    let make = || rcgen::generate_simple_self_signed(vec!["bridge.example.com".to_owned()]).expect("a certificate");
    let (first, second) = (make(), make());
    write(&first);
    let files = DoorWords { tls_certificate_file: certificate.clone(), tls_key_file: key.clone(), ..words() };
    let door = Opened::with(files).await;
    assert!(shown(door.port, &first).await && !shown(door.port, &second).await);
    write(&second);
    let certificates = door.certificates.clone().expect("a certificate");
    certificates.renew().expect("the new one can be used");
    assert!(shown(door.port, &second).await && !shown(door.port, &first).await);
    std::fs::write(&key, first.signing_key.serialize_pem()).expect("written");
    assert!(certificates.renew().is_err(), "the key is another certificate's");
    assert!(shown(door.port, &second).await, "what was shown before goes on being shown");
    door.close().await;
}

/// Whether somebody who trusts this certificate alone gets an answer.
#[expect(clippy::disallowed_methods, reason = "a test that trusts a certificate of its own has a client of its own")]
async fn shown(port: u16, trusted: &rcgen::CertifiedKey<rcgen::KeyPair>) -> bool {
    salesbridge_egress::install_crypto_provider();
    let root = reqwest::Certificate::from_pem(trusted.cert.pem().as_bytes()).expect("a certificate");
    let client = reqwest::Client::builder()
        .tls_certs_only([root])
        .resolve("bridge.example.com", ([127, 0, 0, 1], port).into())
        .no_proxy()
        .build()
        .expect("a client");
    let answer = client.get(format!("https://bridge.example.com:{port}/health/live")).send().await;
    answer.is_ok()
}

/// A request under way is answered when the door closes, and an idle connection does not hold it open.
#[tokio::test]
async fn the_door_closes_although_somebody_holds_a_connection() {
    let door = Opened::with(words()).await;
    let dialer = Dialer::new(Reach::LocalOrg, Duration::from_secs(5));
    let mut idle = dialer.connect("127.0.0.1", door.port).await.expect("a connection");
    idle.write_all(b"GET /health/live HTTP/1.1\r\nHost: bridge.example.com\r\n\r\n").await.expect("sent");
    let mut head = [0; 12];
    idle.read_exact(&mut head).await.expect("an answer");
    tokio::time::timeout(Duration::from_secs(8), door.close())
        .await
        .expect("it closes before the idle connection's time is over");
}
