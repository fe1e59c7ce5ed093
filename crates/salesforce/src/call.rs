//! One call to an org, complete before it leaves; it can be sent again with another session.

use salesbridge_egress::{BadHeader, Method, MethodKind, Request};

use crate::{ApiError, InstanceUrl, Session, SignInError, WriteOptions, bulk::UploadBody};

pub(crate) struct Call {
    pub(crate) kind: MethodKind,
    method: Method,
    target: Target,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, &'static str)>,
    accept: &'static str,
    content: Content,
}

enum Content {
    None,
    Json(Vec<u8>),
    Csv(UploadBody),
}

enum Target {
    /// Segments below `/services/data/VERSION`.
    Versioned(Vec<String>),
    /// A path as the org gave it, or one outside the versions.
    Path(String),
}

impl Call {
    /// A read below the API version.
    pub(crate) fn get<const N: usize>(segments: [&str; N]) -> Self {
        Self::new(MethodKind::Get, Method::GET, segments)
    }

    /// A read of a path as the org gave it.
    pub(crate) fn get_path(path: String) -> Self {
        Self::to(MethodKind::Get, Method::GET, Target::Path(path))
    }

    pub(crate) fn new<const N: usize>(kind: MethodKind, method: Method, segments: [&str; N]) -> Self {
        Self::to(kind, method, Target::Versioned(segments.map(str::to_owned).to_vec()))
    }

    fn to(kind: MethodKind, method: Method, target: Target) -> Self {
        let accept = "application/json";
        Self { kind, method, target, query: vec![], headers: vec![], accept, content: Content::None }
    }

    pub(crate) fn accept(mut self, media_type: &'static str) -> Self {
        self.accept = media_type;
        self
    }

    pub(crate) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub(crate) fn options(mut self, options: WriteOptions) -> Self {
        self.headers.extend(options.headers());
        self
    }

    pub(crate) fn json(mut self, body: Vec<u8>) -> Self {
        self.content = Content::Json(body);
        self
    }

    pub(crate) fn csv(mut self, file: UploadBody) -> Self {
        self.content = Content::Csv(file);
        self
    }

    /// The request that makes this call in `session`.
    pub(crate) fn request(&self, version: &str, session: &Session) -> Result<Request, ApiError> {
        let mut url = match &self.target {
            Target::Path(path) => session.instance.at(path),
            Target::Versioned(segments) => below_version(&session.instance, version, segments)?,
        };
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(self.query.iter().map(|(name, value)| (*name, value.as_str())));
        }
        let unsendable = |_: BadHeader| ApiError::SignIn(SignInError::Unsendable);
        let mut request = Request::new(self.method.clone(), url).bearer(&session.access_token).map_err(unsendable)?;
        request = request.header("accept", self.accept).map_err(unsendable)?;
        for (name, value) in &self.headers {
            request = request.header(name, value).map_err(unsendable)?;
        }
        Ok(match &self.content {
            Content::None => request,
            Content::Json(body) => request.body("application/json; charset=utf-8", body.clone()),
            Content::Csv(file) => request.body("text/csv; charset=UTF-8", file.body()),
        })
    }
}

/// Each segment is percent-encoded, so that a slash in a value stays a value. Segments that the address rules would swallow are refused.
fn below_version(
    instance: &InstanceUrl,
    version: &str,
    segments: &[String],
) -> Result<salesbridge_egress::Url, ApiError> {
    if let Some(bad) = segments.iter().find(|segment| matches!(segment.as_str(), "" | "." | "..")) {
        return Err(ApiError::BadName { text: bad.clone() });
    }
    let mut url = instance.at("/services/data");
    if let Ok(mut path) = url.path_segments_mut() {
        path.push(version).extend(segments);
    }
    Ok(url)
}
