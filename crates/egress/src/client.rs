//! The one maker of HTTP clients.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use url::{Host, Url};

use crate::{
    Dialer, EgressError, Reach, Request, Response, address::refusal, dialer::ResolveProblem, silence::Silence,
};

/// Limits of a client.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// Which addresses it may dial.
    pub reach: Reach,
    /// Longest wait for a connection, its name look-up and its TLS handshake included.
    pub connect_timeout: Duration,
    /// Longest silence: while the request leaves, while its answer is awaited and while that is read. Counted from the beginning of the call, so it is
    /// longer than `connect_timeout`; every piece of a body, out or in, begins it anew.
    pub read_timeout: Duration,
    /// Largest body that is read, in bytes after decompression.
    pub body_cap_bytes: usize,
}

impl ClientSettings {
    /// The usual limits: 10 s to connect, 120 s of silence, 64 MiB of body.
    pub fn new(reach: Reach) -> Self {
        Self {
            reach,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(120),
            body_cap_bytes: 64 << 20,
        }
    }
}

/// Sends requests. Cheap to clone; clones share connections and the count of calls.
///
/// It follows no redirects, takes no proxy from the environment, keeps no cookies and repeats nothing by itself.
#[derive(Clone, Debug)]
pub struct HttpClient {
    inner: reqwest::Client,
    settings: Arc<ClientSettings>,
    calls: Arc<AtomicU64>,
}

/// Idle connections are dropped after this time. Salesforce closes them after about a minute; reusing one that is being closed
/// would leave us in doubt whether a write happened.
const IDLE_LIMIT: Duration = Duration::from_secs(20);

impl HttpClient {
    /// A client with these limits. Installs the TLS provider when nobody has yet.
    pub fn new(settings: ClientSettings) -> Result<Self, EgressError> {
        crate::install_crypto_provider();
        #[expect(clippy::disallowed_methods, reason = "this is the one place that makes clients")]
        let inner = reqwest::Client::builder()
            .user_agent(concat!("salesbridge/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .gzip(true)
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(IDLE_LIMIT)
            .https_only(settings.reach != Reach::LocalOrg)
            .dns_resolver(Dialer::new(settings.reach, settings.connect_timeout))
            .build()
            .map_err(|cause| EgressError::Setup { cause })?;
        Ok(Self { inner, settings: Arc::new(settings), calls: Arc::default() })
    }

    /// Sends `request` once and waits for the head of the answer, whatever its status.
    pub async fn send(&self, request: Request) -> Result<Response, EgressError> {
        let host: Arc<str> = request.url.host_str().unwrap_or_default().into();
        check_url(self.settings.reach, &request.url)?;
        let (method, path) = (request.method.clone(), request.url.path().to_owned());
        self.calls.fetch_add(1, Ordering::Relaxed);
        let begun = Instant::now();
        let silence = Silence::begins(self.settings.read_timeout);
        let outcome = silence.breaks(self.inner.execute(prepared(request, &silence))).await;
        let elapsed_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let outcome = match outcome {
            Some(outcome) => outcome.map_err(|cause| on_send(&host, cause)),
            None => Err(EgressError::TimedOutAfterSend { host: host.to_string() }),
        };
        match outcome {
            Ok(inner) => {
                let status = inner.status().as_u16();
                tracing::debug!(http.method = %method, http.host = %host, http.path = %path, http.status = status, elapsed_ms,
                    "{method} {host}{path} answered {status} in {elapsed_ms} ms");
                let ClientSettings { read_timeout, body_cap_bytes, .. } = *self.settings;
                Ok(Response { inner, host, read_timeout, body_cap_bytes })
            }
            Err(error) => {
                tracing::debug!(http.method = %method, http.host = %host, http.path = %path, elapsed_ms, error = %error,
                    "{method} {host}{path} failed after {elapsed_ms} ms");
                Err(error)
            }
        }
    }

    /// Calls begun since the client was made, failed ones included.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Which addresses it may dial.
    pub fn reach(&self) -> Reach {
        self.settings.reach
    }
}

/// Scheme and literal addresses; names are checked when they are resolved.
fn check_url(reach: Reach, url: &Url) -> Result<(), EgressError> {
    let refused = |reason: &str| {
        Err(EgressError::NotPermitted {
            target: url.host_str().unwrap_or_default().to_owned(),
            reason: reason.to_owned(),
        })
    };
    match (url.scheme(), reach) {
        ("https", _) | ("http", Reach::LocalOrg) => {}
        ("http", Reach::Public | Reach::Network) => {
            return refused("asked for over http, and tokens travel over https alone");
        }
        _ => return refused("not an http or https address"),
    }
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) => return Ok(()),
        None => return refused("an address without a host"),
    };
    refusal(reach, literal).map_or(Ok(()), refused)
}

fn prepared(request: Request, silence: &Silence) -> reqwest::Request {
    let mut prepared = reqwest::Request::new(request.method, request.url);
    *prepared.headers_mut() = request.headers;
    *prepared.body_mut() = request.body.map(|body| body.into_inner(silence));
    prepared
}

/// What went wrong before the head of an answer was here. Only what surely happened before the first byte counts as unsent.
fn on_send(host: &str, cause: reqwest::Error) -> EgressError {
    let cause = cause.without_url(); // the address has a query, which may hold data
    if let Some(problem) = resolve_problem(&cause) {
        return problem.at(host);
    }
    let host = host.to_owned();
    match () {
        () if cause.is_builder() => EgressError::Unsendable { host, cause },
        () if cause.is_connect() && cause.is_timeout() => EgressError::TimedOutBeforeSend { host },
        () if cause.is_connect() => match tls_problem(&cause) {
            Some(reason) => EgressError::TlsFailed { host, reason },
            None => EgressError::CouldNotConnect { host, cause },
        },
        () => after_send(&host, cause),
    }
}

/// What went wrong once the request was on its way.
pub(crate) fn after_send(host: &str, cause: reqwest::Error) -> EgressError {
    let host = host.to_owned();
    if cause.is_timeout() {
        EgressError::TimedOutAfterSend { host }
    } else {
        EgressError::BrokenAfterSend { host, cause: cause.without_url() }
    }
}

/// What TLS says against the other side. It hides inside errors of the socket, whose own chain leaves out what they hold.
fn tls_problem(error: &reqwest::Error) -> Option<String> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(problem) = error.downcast_ref::<rustls::Error>() {
            return Some(problem.to_string());
        }
        let of_socket = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = of_socket.map(|held| held as &(dyn std::error::Error + 'static)).or_else(|| error.source());
    }
    None
}

fn resolve_problem(error: &reqwest::Error) -> Option<&ResolveProblem> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(problem) = error.downcast_ref::<ResolveProblem>() {
            return Some(problem);
        }
        next = error.source();
    }
    None
}
