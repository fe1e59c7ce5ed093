//! What all pages have in common: the frame, escaping, masking, the policy of what may load.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::answers::Fault;
use crate::org::Work;

/// Nothing but the page's own style may load, nothing may run, and forms lead nowhere else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
/// How often a live page loads itself again, in seconds.
const LIVE_SECONDS: u32 = 2;

/// A page to be shown.
pub(super) struct Page<'page> {
    pub(super) org: &'page str,
    pub(super) title: &'page str,
    /// Its address, when it is one of the navigation's.
    pub(super) here: &'page str,
    /// The address that turns its live refresh on or off, and whether it is on; pages without one do not change.
    pub(super) live: Option<(String, bool)>,
    pub(super) body: String,
}

/// The places of the navigation.
const PLACES: [(&str, &str); 2] = [("/", "Overview"), ("/local-org/log", "Requests")];

impl Page<'_> {
    pub(super) fn show(&self) -> Response {
        let places: String = PLACES.iter().map(|(place, name)| self.link(place, name)).collect();
        let (refresh, live) = self.live_parts();
        let html = format!(
            "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width, \
             initial-scale=1'>{refresh}<title>{title} · {org}</title><link rel=stylesheet href='/local-org/page/style.css'>\
             </head><body><a class=skip href='#content'>To the content</a><header><div><strong>{org}</strong>\
             <nav aria-label=Pages>{places}</nav>{live}</div></header><main id=content>{body}</main></body></html>",
            title = escaped(self.title),
            org = escaped(self.org),
            body = self.body
        );
        // What is shown is of this moment, and may be a secret.
        const UNKEPT: HeaderValue = HeaderValue::from_static("no-store");
        ([(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, UNKEPT)], Html(html)).into_response()
    }

    fn link(&self, place: &str, name: &str) -> String {
        let current = if place == self.here { " aria-current=page" } else { "" };
        format!("<a href='{place}'{current}>{name}</a>")
    }

    fn live_parts(&self) -> (String, String) {
        match &self.live {
            None => (String::new(), String::new()),
            Some((address, false)) => (String::new(), format!("<a href='{}'>Refresh by itself</a>", escaped(address))),
            Some((address, true)) => (
                format!("<meta http-equiv=refresh content={LIVE_SECONDS}>"),
                format!("<a href='{}'>Stop refreshing</a>", escaped(address)),
            ),
        }
    }
}

pub(super) fn missing(what: &'static str) -> Response {
    (StatusCode::NOT_FOUND, what).into_response()
}

pub(crate) fn org_name(work: &Work<'_>) -> Result<String, Fault> {
    Ok(work.sql.query_row("SELECT \"Name\" FROM \"record_Organization\"", [], |row| row.get(0))?)
}

/// A table with its heads, in a frame that scrolls by itself.
pub(super) fn table(heads: &[&str], rows: &[String]) -> String {
    let heads: String = heads
        .iter()
        .map(|head| match head.strip_prefix('#') {
            Some(number) => format!("<th scope=col class=number>{}", escaped(number)),
            None => format!("<th scope=col>{}", escaped(head)),
        })
        .collect();
    format!("<div class=scroll><table><thead><tr>{heads}<tbody>{}</table></div>", rows.concat())
}

/// A number with its thousands apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The last four characters of a secret: enough to tell two apart.
pub(super) fn masked(secret: &str) -> String {
    let characters: Vec<char> = secret.chars().collect();
    let kept = if characters.len() >= 16 { characters.len() - 4 } else { characters.len() };
    format!("…{}", characters[kept..].iter().collect::<String>())
}

pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

/// A word as a part of a path or a query.
pub(super) fn in_address(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_secrets_are_shown_as_people_read_them() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!((masked("short").as_str(), masked("0123456789ABCDEF").as_str()), ("…", "…CDEF"));
        assert_eq!(escaped("<a href='x'>&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;");
    }
}
