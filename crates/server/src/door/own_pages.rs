//! Only our own pages may have a browser change something in the name of whoever is signed in there (cross-site request forgery).
//!
//! Browsers say where a request comes from: in `Sec-Fetch-Site`, older ones in `Origin`. With a cookie one of them has to say that it comes from us. A
//! request with an API key is exempt, since no browser adds one by itself, and so is one with neither a cookie nor such a header: it is no
//! browser's. What a form of any page could send is refused in any case: it is no JSON. (tower-http has a layer of this kind; it lets a cookie pass that
//! comes with neither header, and does not look at the scheme.)

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::SessionCookie;
use crate::problem::Problem;

/// What forms of pages can send without having asked first (Fetch, "CORS-safelisted request-header").
const FORMS: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

/// Refuses what a page of somebody else's may have made a browser send.
pub(crate) async fn own_pages_only(State(cookie): State<SessionCookie>, request: Request, next: Next) -> Response {
    if let Some(problem) = refusal(cookie, &request) {
        tracing::debug!(code = problem.code(), "a request was refused that a page of somebody else's may have caused");
        return problem.into_response();
    }
    next.run(request).await
}

fn refusal(cookie: SessionCookie, request: &Request) -> Option<Problem> {
    let headers = request.headers();
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) || headers.contains_key(AUTHORIZATION)
    {
        return None;
    }
    if is_a_form(headers) {
        return Some(a_form());
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).or(request.uri().authority().map(|a| a.as_str()));
    let text = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let first = values.next().map(|value| value.to_str().unwrap_or_default());
        if values.next().is_some() { Some("") } else { first }
    };
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => (site != "same-origin").then(|| of_another_site("a page of another site caused it")),
        (None, Some(origin)) => {
            let own = host.is_some_and(|host| is_own(origin, host, cookie.https));
            (!own).then(|| of_another_site("its Origin is that of another site"))
        }
        (None, None) => cookie.read(headers).map(|_| {
            of_another_site(
                "it has a session cookie, but neither Origin nor Sec-Fetch-Site says that it comes from here",
            )
        }),
    }
}

fn is_a_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    FORMS.iter().any(|form| form.eq_ignore_ascii_case(kind))
}

/// Whether an origin is the host that was asked, by the scheme that browsers reach us by.
fn is_own(origin: &str, host: &str, https: bool) -> bool {
    let (scheme, port) = if https { ("https://", ":443") } else { ("http://", ":80") };
    let plain = |name: &str| name.strip_suffix(port).unwrap_or(name).to_ascii_lowercase();
    origin.strip_prefix(scheme).is_some_and(|name| plain(name) == plain(host))
}

fn of_another_site(why: &str) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "cross_site",
        "The request does not come from a page of this Salesbridge",
        format!("nothing was done: {why}"),
        "Use the pages of Salesbridge itself; a program sends an API key as `Authorization: Bearer …` and no cookie",
    )
}

fn a_form() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "The body is not of a kind that can be read here",
        "nothing was done: forms are not taken".to_owned(),
        "Send JSON, with the header `Content-Type: application/json`",
    )
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    /// The code with which a POST with these headers is refused.
    fn refused(https: bool, more: &[(&str, &str)]) -> Option<String> {
        let request = Request::post("/api/v1/syncs/x/enable").header("host", "bridge.example.com");
        let request = more.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let request = request.body(Body::empty()).unwrap();
        refusal(SessionCookie { https }, &request).map(|problem| problem.code().to_owned())
    }

    const COOKIE: (&str, &str) = ("cookie", "__Host-salesbridge=token");

    #[test]
    fn a_cookie_takes_a_word_on_where_the_request_comes_from() {
        for (more, expected) in [
            (vec![COOKIE], Some("cross_site")),
            (vec![COOKIE, ("sec-fetch-site", "same-origin")], None),
            (vec![COOKIE, ("sec-fetch-site", "same-site")], Some("cross_site")),
            (vec![COOKIE, ("sec-fetch-site", "none")], Some("cross_site")),
            (
                vec![COOKIE, ("sec-fetch-site", "cross-site"), ("origin", "https://bridge.example.com")],
                Some("cross_site"),
            ),
            (vec![COOKIE, ("origin", "https://bridge.example.com")], None),
            (vec![COOKIE, ("origin", "https://Bridge.example.com:443")], None),
            (vec![COOKIE, ("origin", "http://bridge.example.com")], Some("cross_site")),
            (vec![COOKIE, ("origin", "https://bridge.example.com.evil.example")], Some("cross_site")),
            (vec![COOKIE, ("origin", "null")], Some("cross_site")),
            (vec![("origin", "https://evil.example")], Some("cross_site")),
            (vec![("cookie", "other=1")], None),
            (vec![], None),
            (vec![COOKIE, ("authorization", "Bearer sbk_1")], None),
        ] {
            assert_eq!(refused(true, &more).as_deref(), expected, "{more:?}");
        }
        let two = [COOKIE, ("origin", "https://bridge.example.com"), ("origin", "https://evil.example")];
        assert_eq!(refused(true, &two).as_deref(), Some("cross_site"));
        assert_eq!(refused(false, &[("origin", "http://bridge.example.com:80")]), None);
    }

    #[test]
    fn a_form_is_not_taken_from_anywhere() {
        for kind in
            ["text/plain", "Multipart/Form-Data; boundary=x", "application/x-www-form-urlencoded; charset=utf-8"]
        {
            let more = [COOKIE, ("sec-fetch-site", "same-origin"), ("content-type", kind)];
            assert_eq!(refused(true, &more).as_deref(), Some("unsupported_media_type"), "{kind}");
        }
        let json = [COOKIE, ("sec-fetch-site", "same-origin"), ("content-type", "application/json")];
        assert_eq!(refused(true, &json), None);
    }
}
