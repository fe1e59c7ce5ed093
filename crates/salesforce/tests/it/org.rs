//! A scripted org: it answers what a test tells it to and remembers what it was asked. It ends when it is dropped.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use salesbridge_egress::{ClientSettings, HttpClient, RetryBudget, RetryPolicy, RetryTiming};
use salesbridge_model::{Clock, Secret, Timestamp};
use salesbridge_salesforce::{
    ApiVersion, CallBudget, CountingBudget, DomainUrl, MemoryTokenKeeper, OauthApp, OrgClient, OrgClientParts, SignsIn,
    TokenEndpoint, WithClientCredentials,
};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::task::JoinSet;

pub(crate) const SECRET: &str = "S3CRET-OF-THE-APP";
pub(crate) const ORG_ID: &str = "00D000000000001EAA";
pub(crate) const USER_ID: &str = "005000000000001AAA";

pub(crate) struct ScriptedOrg {
    pub(crate) base: String,
    pub(crate) state: Arc<OrgState>,
    _server: JoinSet<()>,
}

#[derive(Default)]
pub(crate) struct OrgState {
    base: Mutex<String>,
    script: Mutex<HashMap<String, VecDeque<Answer>>>,
    seen: Mutex<Vec<Asked>>,
    pub(crate) tokens: AtomicU64,
    /// Tokens up to this one have ended.
    ended: AtomicU64,
}

#[derive(Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// Which token the request carries.
    fn serial(&self) -> Option<u64> {
        self.header("authorization").rsplit_once("T0KEN-")?.1.parse().ok()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

pub(crate) fn answer(status: u16, body: &Value) -> Answer {
    Answer { status, headers: vec![("content-type", "application/json;charset=UTF-8".into())], body: body.to_string() }
}

pub(crate) fn text(status: u16, body: &str) -> Answer {
    Answer { status, headers: vec![("content-type", "text/html".into())], body: body.to_owned() }
}

pub(crate) fn fault(status: u16, code: &str, message: &str) -> Answer {
    answer(status, &json!([{ "message": message, "errorCode": code }]))
}

pub(crate) fn expired() -> Answer {
    fault(401, "INVALID_SESSION_ID", "Session expired or invalid")
}

impl Answer {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

impl ScriptedOrg {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(OrgState { base: Mutex::new(base.clone()), ..OrgState::default() });
        let app = Router::new().fallback(respond).with_state(state.clone());
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, app).await.expect("a server") });
        Self { base, state, _server: server }
    }

    /// Answers `line`, such as `GET /services/data`, with these in turn; the last one repeats.
    pub(crate) fn on(&self, line: &str, answers: impl IntoIterator<Item = Answer>) {
        self.state.script.lock().expect("unpoisoned").insert(line.to_owned(), answers.into_iter().collect());
    }

    /// Ends every token given so far.
    pub(crate) fn end_sessions(&self) {
        self.state.ended.store(self.tokens(), Ordering::SeqCst);
    }

    /// What it was asked besides tokens.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let seen = self.state.seen.lock().expect("unpoisoned");
        seen.iter().filter(|asked| asked.line != TOKEN).cloned().collect()
    }

    /// What it was asked, all of it.
    pub(crate) fn all_asked(&self) -> Vec<Asked> {
        self.state.seen.lock().expect("unpoisoned").clone()
    }

    pub(crate) fn tokens(&self) -> u64 {
        self.state.tokens.load(Ordering::SeqCst)
    }

    pub(crate) fn sign_in(&self) -> WithClientCredentials {
        sign_in_at(&self.base)
    }

    pub(crate) fn client(&self) -> OrgClient {
        self.client_with(Arc::new(CountingBudget::default()), Arc::new(ManualClock::default()))
    }

    pub(crate) fn client_with(&self, budget: Arc<dyn CallBudget>, clock: Arc<ManualClock>) -> OrgClient {
        client_of(self.sign_in(), budget, clock)
    }
}

pub(crate) fn client_of(
    sign_in: impl SignsIn + 'static,
    budget: Arc<dyn CallBudget>,
    clock: Arc<ManualClock>,
) -> OrgClient {
    OrgClient::new(OrgClientParts {
        http: http(),
        keeper: Arc::new(MemoryTokenKeeper::new(sign_in)),
        budget,
        clock,
        version: ApiVersion::default(),
        retries: quick(),
        concurrent_calls: 4,
    })
}

pub(crate) const TOKEN: &str = "POST /services/oauth2/token";

pub(crate) fn sign_in_at(base: &str) -> WithClientCredentials {
    sign_in_with(base, "3MVG9.KEY", SECRET)
}

pub(crate) fn sign_in_with(base: &str, consumer_key: &str, consumer_secret: &str) -> WithClientCredentials {
    WithClientCredentials::new(endpoint(base, consumer_key, consumer_secret, Arc::new(ManualClock::default())))
}

/// The token endpoint of an app, which has no secret when that is empty.
pub(crate) fn endpoint(base: &str, key: &str, secret: &str, clock: Arc<ManualClock>) -> TokenEndpoint {
    let app = OauthApp {
        host: DomainUrl::parse_sign_in_host(base).expect("an address"),
        consumer_key: key.to_owned(),
        consumer_secret: (!secret.is_empty()).then(|| Secret::new(secret.to_owned())),
    };
    TokenEndpoint::new(app, http(), quick(), clock)
}

fn http() -> HttpClient {
    HttpClient::new(ClientSettings::new(salesbridge_egress::Reach::LocalOrg)).expect("a client")
}

fn quick() -> RetryPolicy {
    let timing =
        RetryTiming { first_pause: Duration::from_micros(10), longest_pause: Duration::from_millis(1), repetitions: 2 };
    RetryPolicy::new(timing, Arc::new(RetryBudget::new(100)))
}

#[derive(Default)]
pub(crate) struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    pub(crate) fn advance(&self, by: chrono::Duration) {
        *self.0.lock().expect("unpoisoned") += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("unpoisoned")
    }

    fn monotonic(&self) -> Duration {
        (self.now() - Timestamp::UNIX_EPOCH).to_std().unwrap_or_default()
    }
}

async fn respond(State(state): State<Arc<OrgState>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    let asked = Asked {
        line: format!("{} {}", head.method, head.uri.path()),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body: String::from_utf8(body.to_vec()).expect("text"),
    };
    let line = asked.line.clone();
    let has_ended = asked.serial().is_some_and(|serial| serial <= state.ended.load(Ordering::SeqCst));
    state.seen.lock().expect("unpoisoned").push(asked);
    let answer = match scripted(&state, &line) {
        _ if has_ended => expired(),
        Some(answer) => answer,
        None if line == TOKEN => token(&state),
        None => fault(404, "NOT_FOUND", "The requested resource does not exist"),
    };
    let mut response = Response::builder().status(StatusCode::from_u16(answer.status).expect("a status"));
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).expect("a response")
}

fn scripted(state: &OrgState, line: &str) -> Option<Answer> {
    if line == TOKEN {
        state.tokens.fetch_add(1, Ordering::SeqCst);
    }
    let mut script = state.script.lock().expect("unpoisoned");
    let answers = script.get_mut(line)?;
    if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
}

fn token(state: &OrgState) -> Answer {
    let base = state.base.lock().expect("unpoisoned").clone();
    answer(200, &token_answer(&base, state.tokens.load(Ordering::SeqCst)))
}

/// A token answer as the documentation shows it, signed with the app's secret.
pub(crate) fn token_answer(base: &str, serial: u64) -> Value {
    let id = format!("{base}/id/{ORG_ID}/{USER_ID}");
    let issued_at = "1763780400123";
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
    mac.update(format!("{id}{issued_at}").as_bytes());
    json!({
        "access_token": format!("00D000000000001!T0KEN-{serial}"),
        "signature": STANDARD.encode(mac.finalize().into_bytes()),
        "scope": "api refresh_token",
        "instance_url": base,
        "id": id,
        "token_type": "Bearer",
        "issued_at": issued_at,
        "api_instance_url": "https://api.salesforce.com",
    })
}
