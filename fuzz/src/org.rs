//! The org that inputs are thrown at, in this process and without sockets. It is renewed now and then, so that memory stays flat
//! and what an input did to it does not follow the fuzzer for ever.

use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use salesbridge_local_org::{Credentials, OrgConfig, RunningOrg, start};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// Requests an org answers before a new one takes its place.
const REQUESTS_PER_ORG: u32 = 4_000;

const KEY: &str = "3MVG9fuzz";
const SECRET: &str = "FUZZSECRET";

static ORG: Mutex<Option<Visited>> = Mutex::new(None);

/// An answer, as far as the properties care.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

/// An org with a signed-in caller and the ids of the records that inputs name.
pub(crate) struct Visited {
    runtime: Runtime,
    org: RunningOrg,
    token: String,
    names: Vec<(&'static str, String)>,
    requests: u32,
}

impl Answer {
    /// A text of a JSON body, empty where there is none.
    pub(crate) fn text(&self, key: &str) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body[key].as_str().unwrap_or_default().to_owned()
    }
}

/// Does something with the org, a new one where the old one has served long enough.
///
/// # Panics
/// No org can be had.
pub(crate) fn visit<T>(work: impl FnOnce(&mut Visited) -> T) -> T {
    let mut held = ORG.lock().unwrap_or_else(PoisonError::into_inner);
    if held.as_ref().is_some_and(|visited| visited.requests >= REQUESTS_PER_ORG) {
        *held = None;
    }
    work(held.get_or_insert_with(Visited::new))
}

impl Visited {
    fn new() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let default_app = Some(Credentials { consumer_key: KEY.to_owned(), consumer_secret: SECRET.to_owned() });
        let config = OrgConfig { default_app, daily_api_requests: u64::from(u32::MAX), ..OrgConfig::default() };
        let org = runtime.block_on(start(config)).expect("a local org");
        let mut visited = Self { runtime, org, token: String::new(), names: Vec::new(), requests: 0 };
        visited.sign_in();
        for (name, object, record) in [
            ("{account}", "Account", r#"{"Name":"Acme"}"#),
            ("{contact}", "Contact", r#"{"LastName":"Roe"}"#),
            ("{lead}", "Lead", r#"{"LastName":"Doe","Company":"Acme"}"#),
        ] {
            let path = format!("/services/data/v66.0/sobjects/{object}");
            let made = visited.ask(&Method::POST, &path, &HeaderMap::new(), record.as_bytes().to_vec().into());
            visited.names.push((name, made.map(|answer| answer.text("id")).unwrap_or_default()));
        }
        visited
    }

    /// The input with the ids of this org's records in the places that name them, such as `{lead}`.
    pub(crate) fn named(&self, input: &[u8]) -> Vec<u8> {
        if !input.contains(&b'{') {
            return input.to_vec();
        }
        let mut text = String::from_utf8_lossy(input).into_owned();
        for (name, id) in &self.names {
            text = text.replace(name, id);
        }
        if text.contains('\u{FFFD}') { input.to_vec() } else { text.into_bytes() }
    }

    /// Sends a request as the signed-in caller, unless its own headers say otherwise. `None` where no request can be made of
    /// this, or the org closed the connection.
    ///
    /// # Panics
    /// The org answered 500.
    pub(crate) fn ask(&mut self, method: &Method, target: &str, headers: &HeaderMap, body: Bytes) -> Option<Answer> {
        let uri: Uri = target.parse().ok()?;
        let mut request = Request::new(body);
        *request.method_mut() = method.clone();
        *request.uri_mut() = uri;
        let own = request.headers_mut();
        own.insert(header::HOST, "localhost".parse().ok()?);
        own.insert(header::CONTENT_TYPE, "application/json".parse().ok()?);
        own.insert(header::AUTHORIZATION, format!("Bearer {}", self.token).parse().ok()?);
        for (name, value) in headers {
            own.insert(name.clone(), value.clone());
        }
        self.requests += 1;
        let response = self.runtime.block_on(self.org.call(request))?;
        let (parts, body) = response.into_parts();
        let answer = Answer { status: parts.status, body };
        let told = || String::from_utf8_lossy(&answer.body).into_owned();
        let broke = parts.status == StatusCode::INTERNAL_SERVER_ERROR && !is_soap_fault(&answer.body);
        assert!(!broke, "{method} {target} was answered with 500: {}", told());
        if parts.status == StatusCode::UNAUTHORIZED {
            self.sign_in();
        }
        Some(answer)
    }

    fn sign_in(&mut self) {
        let form = format!("grant_type=client_credentials&client_id={KEY}&client_secret={SECRET}");
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.insert(header::AUTHORIZATION, header::HeaderValue::from_static(""));
        let request = Request::new(Bytes::from(form));
        let (mut parts, body) = request.into_parts();
        parts.method = Method::POST;
        parts.uri = Uri::from_static("/services/oauth2/token");
        parts.headers = headers;
        parts.headers.insert(header::HOST, header::HeaderValue::from_static("localhost"));
        let answered = self.runtime.block_on(self.org.call(Request::from_parts(parts, body)));
        if let Some(response) = answered {
            let answer = Answer { status: response.status(), body: response.into_body() };
            self.token = answer.text("access_token");
        }
    }
}

/// SOAP wants every refusal to be a 500; one that names a code of its own is no mishap.
fn is_soap_fault(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    text.contains(":Fault>") && !text.contains("UNKNOWN_EXCEPTION")
}
