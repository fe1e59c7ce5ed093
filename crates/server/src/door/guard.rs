//! What is looked at before any handler: the name we were asked for, the way it came, and how long its body may be silent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;

use super::DoorSettings;
use crate::problem::Problem;

/// Between whom the connection is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    pub(super) peer: SocketAddr,
    pub(super) local: SocketAddr,
}

/// What the guard knows.
#[derive(Clone)]
pub(crate) struct Guard(Arc<DoorSettings>);

impl Guard {
    pub(crate) fn new(settings: Arc<DoorSettings>) -> Self {
        Self(settings)
    }

    fn refusal(&self, request: &Request, ends: &Ends) -> Option<Problem> {
        let Self(settings) = self;
        if settings.through_proxy_only && !may_speak_plainly(settings, ends) {
            return Some(Problem::new(
                StatusCode::FORBIDDEN,
                "proxy_required",
                "This address is for the proxy alone",
                "a request came past the proxy, where nothing keeps it from being read".to_owned(),
                "Use the public address of Salesbridge",
            ));
        }
        let known = |authority: &str| settings.hosts.know(authority, ends.local);
        let named = names(request);
        if named.is_empty() || !named.iter().all(|name| known(name)) {
            return Some(Problem::new(
                StatusCode::MISDIRECTED_REQUEST,
                "unknown_host",
                "This is not the address of this Salesbridge",
                "the request names a host that is not known here".to_owned(),
                "Use the public address; whoever runs Salesbridge can add a name to server.allowed_hosts",
            ));
        }
        None
    }
}

/// The proxy itself, and whoever is on this machine.
fn may_speak_plainly(settings: &DoorSettings, ends: &Ends) -> bool {
    let peer = ends.peer.ip().to_canonical();
    peer.is_loopback() || settings.trusted_proxies.trust(peer)
}

/// Every name by which a request asks for us: HTTP/2 has it in the address, HTTP/1 in the header, some in both. A second header is a trick.
fn names(request: &Request) -> Vec<String> {
    let headers = request.headers().get_all(HOST).iter().map(|host| host.to_str().unwrap_or_default().to_owned());
    headers.chain(request.uri().authority().map(|authority| authority.as_str().to_owned())).collect()
}

/// Lets in what may come in, and tells the handlers whose it is.
pub(crate) async fn guard(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let Some(ends) = request.extensions().get::<Ends>().copied() else {
        tracing::error!("a request came in without its connection");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Some(problem) = guard.refusal(&request, &ends) {
        let code = problem.code().to_owned();
        tracing::debug!(code = code, peer = %ends.peer.ip(), "a request was refused at the door: {}", code);
        return problem.into_response();
    }
    let client = guard.0.trusted_proxies.client(ends.peer.ip(), request.headers());
    request.extensions_mut().insert(client);
    let limited = request.extensions().get::<MatchedPath>().is_none_or(|path| !LONG.contains(&path.as_str()));
    let answer = next.run(request.map(never_silent));
    if !limited {
        return answer.await;
    }
    tokio::time::timeout(LONGEST_WORK, answer).await.unwrap_or_else(|_| took_too_long().into_response())
}

/// Routes that may take as long as they have something to read or to find.
const LONG: [&str; 2] = ["/api/v1/clients/import", "/api/v1/syncs/{name}/adopt"];
/// Longest time until an answer begins.
const LONGEST_WORK: Duration = Duration::from_secs(150);
/// Longest silence within a body.
const LONGEST_SILENCE: Duration = Duration::from_secs(30);

fn took_too_long() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "took_too_long",
        "It took too long",
        format!("no answer was there after {} seconds", LONGEST_WORK.as_secs()),
        "Look whether it was done, then try again",
    )
}

fn never_silent(body: Body) -> Body {
    Body::from_stream(futures::stream::unfold(body.into_data_stream(), |mut pieces| async move {
        let piece = match tokio::time::timeout(LONGEST_SILENCE, pieces.next()).await {
            Ok(piece) => piece?,
            Err(_) => Err(axum::Error::new(std::io::Error::from(std::io::ErrorKind::TimedOut))),
        };
        Some((piece, pieces))
    }))
}
