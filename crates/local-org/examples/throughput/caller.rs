//! A caller that costs little: one connection, requests made beforehand, answers read to their end.

use axum::body::Bytes;
use axum::http::{HeaderMap, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use salesbridge_local_org::RunningOrg;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_util::task::TaskTracker;

use crate::Problem;

/// One connection with a token.
pub(crate) struct Caller {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    token: String,
}

impl Caller {
    /// Connects and signs in.
    #[expect(clippy::disallowed_methods, reason = "it calls the org that it started")]
    pub(crate) async fn new(org: &RunningOrg) -> Result<Self, Problem> {
        let stream = TcpStream::connect(org.address()).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Ends with the connection, at the latest with the process.
        TaskTracker::new().spawn(connection);
        let mut caller = Self { sender, host: org.address().to_string(), token: String::new() };
        let app = org.control().apps().await?.into_iter().next().ok_or("the org has no app")?;
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            app.consumer_key, app.consumer_secret
        );
        let request = Request::post("/services/oauth2/token")
            .header(header::HOST, &caller.host)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(form))?;
        let (_, body) = caller.send(request).await?;
        let answer: Value = serde_json::from_slice(&body)?;
        caller.token = answer["access_token"].as_str().ok_or("no access token")?.to_owned();
        Ok(caller)
    }

    /// Sends one call of the REST API; answers its body. Anything but a success is an error.
    pub(crate) async fn call(&mut self, method: &str, path: &str, body: Bytes) -> Result<Bytes, Problem> {
        self.call_as(method, path, "application/json", body).await
    }

    /// As [`Caller::call`], with a body of another type.
    pub(crate) async fn call_as(
        &mut self,
        method: &str,
        path: &str,
        content_type: &str,
        body: Bytes,
    ) -> Result<Bytes, Problem> {
        let request = self.request(method, path, content_type, body)?;
        let (_, body) = self.send(request).await?;
        Ok(body)
    }

    /// Reads a page of bulk results; answers the locator of the next and the page.
    pub(crate) async fn page(&mut self, path: &str) -> Result<(String, Bytes), Problem> {
        let request = self.request("GET", path, "application/json", Bytes::new())?;
        let (headers, body) = self.send(request).await?;
        let locator = headers.get("sforce-locator").ok_or("no locator")?.to_str()?.to_owned();
        Ok((locator, body))
    }

    fn request(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, Problem> {
        Ok(Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.host)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, content_type)
            .body(Full::from(body))?)
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<(HeaderMap, Bytes), Problem> {
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        if parts.status.is_success() {
            return Ok((parts.headers, body));
        }
        Err(format!("{}: {}", parts.status, String::from_utf8_lossy(&body)).into())
    }
}
