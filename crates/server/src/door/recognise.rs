//! Who knocks: from the API key or the session cookie of a request to the caller on whose behalf it is.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use salesbridge_hub::{Credential, Hub};
use salesbridge_model::Secret;

use super::SessionCookie;
use crate::problem::Problem;

/// What [`recognise`] needs.
#[derive(Clone)]
pub(crate) struct Recognise {
    pub(crate) hub: Arc<Hub>,
    pub(crate) cookie: SessionCookie,
}

/// What a request carried, and nobody is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// A session that has ended, or never was.
    Session,
    /// An API key that has expired, was revoked, or never was.
    Key,
}

/// Puts the caller into the extensions of a request that says on whose behalf it is.
pub(crate) async fn recognise(
    State(Recognise { hub, cookie }): State<Recognise>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(cookie);
    if let Some(credential) = credential(request.headers(), cookie) {
        match hub.authenticate(&credential).await {
            Ok(Some(caller)) => drop(request.extensions_mut().insert(caller)),
            Ok(None) => drop(request.extensions_mut().insert(unknown(&credential))),
            Err(error) => return Problem::from(error).into_response(),
        }
    }
    next.run(request).await
}

fn unknown(credential: &Credential) -> Unknown {
    match credential {
        Credential::Session(_) => Unknown::Session,
        Credential::Key(_) => Unknown::Key,
    }
}

/// A key goes before a cookie: no browser adds one by itself.
fn credential(headers: &HeaderMap, cookie: SessionCookie) -> Option<Credential> {
    let Some(authorization) = headers.get(AUTHORIZATION) else {
        return cookie.read(headers).map(Credential::Session);
    };
    let text = authorization.to_str().unwrap_or_default();
    let key =
        text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map_or("", |(_, key)| key);
    Some(Credential::Key(Secret::new(key.trim().to_owned())))
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;

    use super::*;

    #[test]
    fn a_key_goes_before_a_cookie_and_nonsense_is_a_key_that_nobody_has() {
        let cookie = SessionCookie { https: false };
        let mut headers = HeaderMap::new();
        assert!(credential(&headers, cookie).is_none());
        headers.insert(COOKIE, "salesbridge=token".parse().unwrap());
        assert!(matches!(credential(&headers, cookie), Some(Credential::Session(_))));
        for (header, expected) in [("Bearer sbk_1", "sbk_1"), ("bearer  sbk_1", "sbk_1"), ("Basic YTpi", ""), ("x", "")]
        {
            headers.insert(AUTHORIZATION, header.parse().unwrap());
            let Some(Credential::Key(key)) = credential(&headers, cookie) else { panic!("{header}") };
            assert_eq!(key.expose(), expected, "{header}");
        }
    }
}
