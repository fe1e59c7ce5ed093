//! A request, complete before it leaves. Its `Debug` shows no header, body or query.

use reqwest::{
    Method,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use salesbridge_model::Secret;
use url::Url;

use crate::Body;

/// One HTTP request.
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Body>,
}

/// A header value with a line break or another character that HTTP forbids. The value itself is not repeated: it may be a token.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the value for the header {name} holds characters that HTTP does not allow")]
pub struct BadHeader {
    /// Name of the header.
    pub name: &'static str,
}

impl Request {
    /// A request without body.
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: None }
    }

    /// Adds a header; `name` is in lower case.
    pub fn header(mut self, name: &'static str, value: &str) -> Result<Self, BadHeader> {
        let value = HeaderValue::from_str(value).map_err(|_| BadHeader { name })?;
        self.headers.insert(HeaderName::from_static(name), value);
        Ok(self)
    }

    /// Signs the request with a bearer token (RFC 6750, section 2.1).
    pub fn bearer(mut self, token: &Secret<String>) -> Result<Self, BadHeader> {
        let text = Secret::new(format!("Bearer {}", token.expose()));
        let mut value = HeaderValue::from_str(text.expose()).map_err(|_| BadHeader { name: "authorization" })?;
        value.set_sensitive(true);
        self.headers.insert(AUTHORIZATION, value);
        Ok(self)
    }

    /// Sends a body of the given media type: bytes, or pieces that are sent as they come.
    pub fn body(mut self, media_type: &'static str, body: impl Into<Body>) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        self.body = Some(body.into());
        self
    }

    /// Sends fields as a form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body("application/x-www-form-urlencoded", text.into_bytes())
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}{}", self.method, self.url.host_str().unwrap_or_default(), self.url.path())
    }
}
