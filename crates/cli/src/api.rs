//! The API as the command line uses it: through the owner's socket, or in this process when nobody owns the data directory.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::RETRY_AFTER;
use http_body_util::BodyExt;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use salesbridge_hub::Hub;
use salesbridge_model::IdMaker;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::UnixStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::data_directory::{DataDirectory, socket_of};
use crate::settings::Settings;
use crate::system::RandomIds;
use crate::terminal::Failure;
use crate::{master_key, wiring};

/// The API.
pub(crate) struct Api {
    settings: Settings,
    door: Door,
}

enum Door {
    Socket,
    Here(Box<Here>),
}

struct Here {
    router: Router,
    hub: Arc<Hub>,
    _data: DataDirectory,
}

impl Api {
    /// Finds the owner of the data directory, or becomes it.
    pub(crate) async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let command: Vec<String> = std::env::args().take(3).collect();
        match DataDirectory::take_or_meet(&settings.data, &command.join(" ")).await? {
            Ok(data) => {
                let hub = wiring::open_hub(settings, &data, master_key::read(settings)?).await?;
                Ok(Self::here(settings, data, hub))
            }
            Err(_) => Ok(Self { settings: settings.clone(), door: Door::Socket }),
        }
    }

    /// The API of a data directory that this process owns already.
    pub(crate) fn here(settings: &Settings, data: DataDirectory, hub: Arc<Hub>) -> Self {
        let router = salesbridge_server::for_owner(salesbridge_server::router(hub.clone()));
        Self { settings: settings.clone(), door: Door::Here(Box::new(Here { router, hub, _data: data })) }
    }

    /// Runs the engine beside `work` when no other process does; batches under way are finished before this returns.
    pub(crate) async fn with_engine<T>(&self, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
        let Door::Here(here) = &self.door else { return work.await };
        let stop = CancellationToken::new();
        let (worked, ()) = tokio::join!(
            async {
                let _stops = stop.clone().drop_guard();
                work.await
            },
            here.hub.clone().reconcile(stop.clone()),
        );
        worked
    }

    /// Whether another process runs the engine.
    pub(crate) fn is_served(&self) -> bool {
        matches!(self.door, Door::Socket)
    }

    /// Asks for something.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        self.call(Method::GET, path, Body::empty(), "application/json").await
    }

    /// Asks for something to be done, once: when the answer is lost on the way it asks again under the same key, and gets the answer that was given.
    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> anyhow::Result<T> {
        let (key, text) = (RandomIds.next().to_string(), body.to_string());
        let mut left = TRIES;
        loop {
            left -= 1;
            let answered = self.send(Method::POST, path, text.clone().into(), "application/json", Some(&key)).await;
            match answered {
                Ok(response) if left > 0 && response.headers().contains_key(RETRY_AFTER) && is_under_way(&response) => {
                }
                Ok(response) => return read(response),
                Err(_) if left > 0 && self.is_served() => {}
                Err(error) => return Err(error),
            }
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
    }

    /// Changes something.
    pub(crate) async fn patch<T: DeserializeOwned>(&self, path: &str, body: &Value) -> anyhow::Result<T> {
        self.call(Method::PATCH, path, Body::from(body.to_string()), "application/json").await
    }

    /// Stores something.
    pub(crate) async fn put<T: DeserializeOwned>(&self, path: &str, body: &Value) -> anyhow::Result<T> {
        self.call(Method::PUT, path, Body::from(body.to_string()), "application/json").await
    }

    /// Removes something.
    pub(crate) async fn delete(&self, path: &str) -> anyhow::Result<()> {
        self.call::<Value>(Method::DELETE, path, Body::empty(), "application/json").await.map(|_| ())
    }

    /// Removes or ends something, and says what became of it.
    pub(crate) async fn delete_told<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        self.call(Method::DELETE, path, Body::empty(), "application/json").await
    }

    /// Sends a body of another kind.
    pub(crate) async fn upload<T: DeserializeOwned>(&self, path: &str, kind: &str, body: Body) -> anyhow::Result<T> {
        self.call(Method::POST, path, body, kind).await
    }

    /// Asks the running salesbridge for a text outside the API.
    pub(crate) async fn text(&self, path: &str) -> anyhow::Result<String> {
        let request = Request::builder().uri(path).header("host", "salesbridge").body(Body::empty())?;
        let response = self.through_socket(request).await?;
        let bytes = response.into_body().collect().await?.to_bytes();
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn call<T: DeserializeOwned>(&self, method: Method, path: &str, body: Body, kind: &str) -> anyhow::Result<T> {
        read(self.send(method, path, body, kind, None).await?)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Body,
        kind: &str,
        key: Option<&str>,
    ) -> anyhow::Result<Response<Bytes>> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("host", "salesbridge")
            .header("content-type", kind);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(body)?;
        let response = match &self.door {
            Door::Here(here) => here.router.clone().oneshot(request).await?.map(Body::new),
            Door::Socket => self.through_socket(request).await?,
        };
        let (parts, body) = response.into_parts();
        Ok(Response::from_parts(parts, body.collect().await?.to_bytes()))
    }

    async fn through_socket(&self, request: Request<Body>) -> anyhow::Result<Response<Body>> {
        let socket = socket_of(&self.settings.data);
        let stream = UnixStream::connect(&socket)
            .await
            .with_context(|| format!("the running salesbridge does not answer at {}", socket.display()))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let exchange = async {
            let response = sender.send_request(request).await?;
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await?.to_bytes();
            anyhow::Ok(Response::from_parts(parts, Body::from(bytes)))
        };
        tokio::select! {
            answered = exchange => answered,
            Err(error) = connection => Err(error).context("the running salesbridge closed the connection"),
        }
    }
}

/// Times that something is asked for before its failure is told.
const TRIES: u32 = 10;
/// Time between two of them.
const BETWEEN_TRIES: Duration = Duration::from_millis(300);

/// Whether the first of the requests with this key is still at work.
fn is_under_way(response: &Response<Bytes>) -> bool {
    let failure: Option<Failure> = serde_json::from_slice(response.body()).ok();
    failure.is_some_and(|failure| failure.code == "request_under_way")
}

fn read<T: DeserializeOwned>(response: Response<Bytes>) -> anyhow::Result<T> {
    let bytes = response.body();
    if response.status().is_success() {
        let text: &[u8] = if bytes.is_empty() { b"null" } else { bytes };
        return serde_json::from_slice(text)
            .context("the answer of the running salesbridge cannot be read; is it another version?");
    }
    let failure: Failure = serde_json::from_slice(bytes).context("the running salesbridge gave an unreadable error")?;
    Err(failure.into())
}

/// A path segment, percent-encoded.
pub(crate) fn segment(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
