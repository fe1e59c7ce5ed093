//! The bare page for rooms that have pages of their own, such as signing in: no navigation, one style inside.

use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

use crate::page::frame::escaped;

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8886; --soft: #8881; --link: light-dark(#0550ae, #79c0ff); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2rem; }
a { color: var(--link); } code { background: var(--soft); padding: .1em .3em; border-radius: .25em; word-break: break-all; }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; border-radius: .4rem; } .quiet { opacity: .7; }";

pub(crate) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>{}</title><style>{STYLE}</style><body>{body}</body></html>",
        escaped(title)
    )
}

/// Nothing but the page's own style may load or run.
pub(crate) fn shown(page: String) -> Response {
    const POLICY: HeaderValue =
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page)).into_response()
}
