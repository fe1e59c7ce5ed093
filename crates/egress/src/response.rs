//! An answer whose head is here and whose body is still to be read.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;

use crate::{EgressError, client::after_send};

/// An answer: the head has arrived, the body is read by [`Response::bytes`] or [`Response::piece`].
pub struct Response {
    pub(crate) inner: reqwest::Response,
    pub(crate) host: Arc<str>,
    pub(crate) read_timeout: Duration,
    pub(crate) body_cap_bytes: usize,
}

impl Response {
    /// The HTTP status code.
    pub fn status(&self) -> u16 {
        self.inner.status().as_u16()
    }

    /// A header's value when it is there and is text. `name` is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.inner.headers().get(name)?.to_str().ok()
    }

    /// How long the other side asked us to wait, when it said so in seconds (RFC 9110, section 10.2.3).
    pub fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after")?.trim().parse().ok().map(Duration::from_secs)
    }

    /// The whole body, decompressed, up to the client's cap. Errors count as "may have been sent".
    pub async fn bytes(mut self) -> Result<Vec<u8>, EgressError> {
        let mut body = Vec::new();
        loop {
            let Some(piece) = self.piece().await? else { return Ok(body) };
            if body.len() + piece.len() > self.body_cap_bytes {
                return Err(EgressError::BodyTooLarge {
                    host: self.host.to_string(),
                    limit_bytes: self.body_cap_bytes,
                });
            }
            body.extend_from_slice(&piece);
        }
    }

    /// The next piece of the body, decompressed; `None` at its end. For bodies that are worked on as they come: the cap does not hold for them.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, EgressError> {
        match tokio::time::timeout(self.read_timeout, self.inner.chunk()).await {
            Ok(piece) => piece.map_err(|cause| after_send(&self.host, cause)),
            Err(_) => Err(EgressError::TimedOutAfterSend { host: self.host.to_string() }),
        }
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response").field("host", &self.host).field("status", &self.status()).finish_non_exhaustive()
    }
}
