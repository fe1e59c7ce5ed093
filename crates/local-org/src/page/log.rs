//! What the org was asked lately, newest first, and one request in full. Secrets were masked before they were kept.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde_json::Value;

use crate::answers::Fault;
use crate::org::Org;
use crate::page::frame::{Page, escaped, in_address, missing, org_name, table};
use crate::requests::SeenRequest;

/// Requests of one page.
const SHOWN: usize = 100;

pub(super) async fn requests(
    State(org): State<Org>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Fault> {
    let asked = |key: &str| query.get(key).cloned().unwrap_or_default();
    let (words, is_live) = (asked("q"), query.contains_key("live"));
    let page_number: usize = asked("page").parse().unwrap_or(1).max(1);
    let seen: Vec<SeenRequest> =
        org.requests.list().into_iter().rev().filter(|request| is_about(request, &words)).collect();
    let rows: Vec<String> = seen.iter().skip((page_number - 1) * SHOWN).take(SHOWN).map(row).collect();
    let address = |page: usize| format!("/local-org/log?q={}&page={page}", in_address(&words));
    let body = format!(
        "<h1>Requests</h1><form role=search><input type=search name=q aria-label='Method, path or status' placeholder='Method, path \
         or status' value='{}'><button>Search</button></form>{}{}",
        escaped(&words),
        if rows.is_empty() { "<p class=quiet>None.</p>".to_owned() } else { table(&HEADS, &rows) },
        turning(page_number, seen.len() > page_number * SHOWN, address)
    );
    let live = (page_number == 1).then(|| {
        let on = format!("/local-org/log?q={}&live=1", in_address(&words));
        (if is_live { address(1) } else { on }, is_live)
    });
    org.read(move |work| {
        Ok(Page { org: &org_name(work)?, title: "Requests", here: "/local-org/log", live, body }.show())
    })
    .await
}

const HEADS: [&str; 6] = ["#No.", "Time", "Method", "Path", "#Status", "#Took"];

pub(super) async fn request(State(org): State<Org>, Path(number): Path<u64>) -> Result<Response, Fault> {
    let found = org.requests.list().into_iter().find(|request| request.number == number);
    let Some(request) = found else { return Ok(missing("This request is not kept any more")) };
    let headers: String = request
        .headers
        .iter()
        .map(|(name, value)| format!("<tr><th scope=row>{}<td><code>{}</code>", escaped(name), escaped(value)))
        .collect();
    let body = format!(
        "<h1>{} {}</h1><table class=facts><tr><th scope=row>Number<td>{number}<tr><th scope=row>Time<td>{}<tr><th scope=row>Query<td>\
         <code>{}</code><tr><th scope=row>Answer<td>{}<tr><th scope=row>Took<td>{}</table><h2>Headers</h2><table class=facts>{headers}\
         </table><h2>Body</h2>{}<p><a href='/local-org/log'>All requests</a></p>",
        escaped(&request.method),
        escaped(&request.path),
        escaped(&request.at),
        escaped(request.query.as_deref().unwrap_or("none")),
        status(&request),
        took(&request),
        body(&request.body)
    );
    let title = format!("Request {number}");
    org.read(move |work| Ok(Page { org: &org_name(work)?, title: &title, here: "", live: None, body }.show())).await
}

/// Links to the page before and the page after.
pub(super) fn turning(page: usize, has_more: bool, address: impl Fn(usize) -> String) -> String {
    let link =
        |page: usize, rel: &str, name: &str| format!("<a rel={rel} href='{}'>{name}</a>", escaped(&address(page)));
    let before = if page > 1 { link(page - 1, "prev", "← Newer") } else { String::new() };
    let after = if has_more { link(page + 1, "next", "Older →") } else { String::new() };
    if before.is_empty() && after.is_empty() {
        return String::new();
    }
    format!("<nav class=pages aria-label='More'>{before}<span class=quiet>Page {page}</span>{after}</nav>")
}

fn is_about(request: &SeenRequest, words: &str) -> bool {
    let status = request.status.map(|status| status.to_string()).unwrap_or_default();
    let line = format!("{} {} {status}", request.method, request.path).to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| line.contains(word))
}

fn row(request: &SeenRequest) -> String {
    let query = request.query.as_deref().map(|query| format!("?{query}")).unwrap_or_default();
    format!(
        "<tr><td class=number><a href='/local-org/log/{number}'>{number}</a><td class=short>{}<td class=short>{}<td class=long>\
         <code>{}<span class=quiet>{}</span></code><td class=number>{}<td class=number>{}",
        escaped(time_of_day(&request.at)),
        escaped(&request.method),
        escaped(&request.path),
        escaped(&query),
        status(request),
        took(request),
        number = request.number
    )
}

fn time_of_day(at: &str) -> &str {
    at.split_once('T').map_or(at, |(_, time)| time.split_once('+').map_or(time, |(time, _)| time))
}

fn status(request: &SeenRequest) -> String {
    match request.status {
        None if request.took_micros.is_none() => "<span class=quiet>under way</span>".to_owned(),
        None => "<span class=bad>no answer</span>".to_owned(),
        Some(status) => {
            let class = match status {
                ..400 => "good",
                400..500 => "warn",
                _ => "bad",
            };
            format!("<span class={class}>{status}</span>")
        }
    }
}

fn took(request: &SeenRequest) -> String {
    request.took_micros.map_or_else(String::new, |micros| format!("{}.{} ms", micros / 1000, micros % 1000 / 100))
}

/// JSON is laid out, anything else shown as it came.
fn body(text: &str) -> String {
    if text.is_empty() {
        return "<p class=quiet>None.</p>".to_owned();
    }
    let laid_out = serde_json::from_str::<Value>(text).ok().and_then(|value| serde_json::to_string_pretty(&value).ok());
    format!("<pre class=wrap>{}</pre>", escaped(laid_out.as_deref().unwrap_or(text)))
}
