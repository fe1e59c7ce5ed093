//! The door on the network with people behind it: every request goes over a real connection, as a browser or a program sends it.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::header::{COOKIE, HOST, HeaderMap, ORIGIN, SET_COOKIE};
use reqwest::{Method, RequestBuilder, StatusCode};
use salesbridge_hub::Caller;
use salesbridge_hub::people::NewPerson;
use salesbridge_model::{Reach, Role, Secret};
use salesbridge_server::{DoorSettings, DoorWords, TcpDoor, network_router};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::stage::Stage;

/// The address under which people reach it.
pub(crate) const ORIGIN_OF_OURS: &str = "https://bridge.example.com";
/// Everybody's password, until they change it.
pub(crate) const PASSWORD: &str = "seven loose words";

pub(crate) fn words() -> DoorWords {
    DoorWords {
        listen: "127.0.0.1:0".to_owned(),
        public_url: ORIGIN_OF_OURS.to_owned(),
        allowed_hosts: Vec::new(),
        trusted_proxies: vec!["127.0.0.1".to_owned()],
        forwarded_header: "x-forwarded-for".to_owned(),
        tls_certificate_file: PathBuf::new(),
        tls_key_file: PathBuf::new(),
        allow_plain_http: false,
        connections: 100,
        address_requests_per_minute: 100_000,
        caller_reads_per_minute: 100_000,
        caller_writes_per_minute: 100_000,
    }
}

/// A hub behind its door.
pub(crate) struct Network {
    pub(crate) stage: Stage,
    pub(crate) http: reqwest::Client,
    pub(crate) port: u16,
    stop: CancellationToken,
}

impl Drop for Network {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// What the browser is to keep: name and value of the cookie.
    pub(crate) fn cookie(&self) -> String {
        let header = self.headers[SET_COOKIE].to_str().expect("text");
        header.split(';').next().expect("a pair").to_owned()
    }

    pub(crate) fn text(&self, key: &str) -> String {
        self.body[key].as_str().unwrap_or_else(|| panic!("{key}: {self:?}")).to_owned()
    }
}

impl Network {
    pub(crate) async fn open() -> Self {
        Self::open_with(words()).await
    }

    #[expect(clippy::disallowed_methods, reason = "a test asks by a way of its own, not through the product's")]
    pub(crate) async fn open_with(words: DoorWords) -> Self {
        salesbridge_egress::install_crypto_provider();
        let stage = Stage::set().await;
        let settings = DoorSettings::read(&words).expect("settings").expect("a door");
        let door = TcpDoor::open(&settings).await.expect("it listens");
        let (port, stop) = (door.address().expect("an address").port(), CancellationToken::new());
        let router = network_router(stage.hub.clone(), salesbridge_server::router(stage.hub.clone()), &settings);
        TaskTracker::new().spawn(door.serve(router, stop.clone()));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { stage, http, port, stop }
    }

    /// The same with `ann`, who administers, `eve`, who edits, and `vic`, who looks.
    pub(crate) async fn with_people() -> Self {
        let network = Self::open().await;
        for (name, role) in [("ann", Role::Administrator), ("eve", Role::Editor), ("vic", Role::Viewer)] {
            network.add(name, role).await;
        }
        network
    }

    pub(crate) async fn add(&self, name: &str, role: Role) {
        let password = Some(Secret::new(PASSWORD.to_owned()));
        let new = NewPerson { name: name.to_owned(), full_name: None, role, reach: Reach::All, password };
        self.stage.hub.create_person(&Caller::owner(), new).await.expect("a person");
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let address = format!("http://127.0.0.1:{}{path}", self.port);
        self.http.request(method, address).header(HOST, "bridge.example.com")
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.bytes().await.expect("a body");
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() }
    }

    /// Asks as a page of ours does.
    pub(crate) async fn with_cookie(&self, method: Method, path: &str, cookie: &str, body: Option<Value>) -> Answer {
        let request = self.request(method, &format!("/api/v1{path}"));
        let request = request.header(COOKIE, cookie).header(ORIGIN, ORIGIN_OF_OURS);
        self.send(with_body(request, body)).await
    }

    /// Asks as a program does.
    pub(crate) async fn with_key(&self, method: Method, path: &str, key: &str, body: Option<Value>) -> Answer {
        let request = self.request(method, &format!("/api/v1{path}")).bearer_auth(key);
        self.send(with_body(request, body)).await
    }

    /// Asks on nobody's behalf.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, &format!("/api/v1{path}")).json(&body)).await
    }

    pub(crate) async fn tries(&self, name: &str, password: &str) -> Answer {
        self.post("/session", json!({ "name": name, "password": password })).await
    }

    /// The same from another address, which the proxy tells.
    pub(crate) async fn tries_from(&self, address: &str, name: &str, password: &str) -> Answer {
        let body = json!({ "name": name, "password": password });
        let request = self.request(Method::POST, "/api/v1/session").header("x-forwarded-for", address);
        self.send(request.json(&body)).await
    }

    /// The cookie of somebody who signs in.
    pub(crate) async fn sign_in(&self, name: &str) -> String {
        let answer = self.tries(name, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.cookie()
    }

    /// A key of theirs, by its id and as its holder has it.
    pub(crate) async fn make_key(&self, cookie: &str, scopes: &[&str]) -> (String, String) {
        let made = json!({ "name": "a program", "scopes": scopes });
        let made = self.with_cookie(Method::POST, "/keys", cookie, Some(made)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        (made.text("id"), made.text("key"))
    }

    /// Status of asking who one is.
    pub(crate) async fn is_in(&self, cookie: &str) -> StatusCode {
        self.with_cookie(Method::GET, "/session", cookie, None).await.status
    }

    pub(crate) fn later(&self, seconds: u64) {
        self.stage.clock.advance(Duration::from_secs(seconds));
    }

    /// What was done, the newest first, with what is told of it.
    pub(crate) async fn deeds(&self, action: &str) -> Vec<Value> {
        let (_, log) = self.stage.gets(&format!("/audit?limit=500&action={action}")).await;
        log["items"].as_array().expect("entries").clone()
    }
}

fn with_body(request: RequestBuilder, body: Option<Value>) -> RequestBuilder {
    match body {
        Some(body) => request.json(&body),
        None => request,
    }
}
