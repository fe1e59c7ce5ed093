//! What was asked of the org, kept for the person who wonders. Bounded, and without secrets.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use serde::Serialize;

/// Headers whose value is a secret.
const SECRET_HEADERS: [&str; 4] = ["authorization", "cookie", "x-sfdc-session", "proxy-authorization"];
/// Form fields and query parameters whose value is a secret.
const SECRET_FIELDS: [&str; 12] = [
    "client_secret",
    "password",
    "assertion",
    "client_assertion",
    "code",
    "code_verifier",
    "refresh_token",
    "token",
    "oauth_token",
    "otp",
    "sid",
    "access_token",
];
/// Elements of SOAP messages whose text is a secret.
const SECRET_ELEMENTS: [&str; 3] = ["password", "sessionId", "newPassword"];
/// The longest body kept, in bytes.
const LONGEST_BODY: usize = 256 * 1024;
/// The bytes of bodies kept together; beyond it the oldest bodies go, and their requests stay.
const MOST_BODY_BYTES: usize = 32 * 1024 * 1024;
/// What stands where a secret stood.
const MASK: &str = "[masked]";

/// One request and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenRequest {
    /// Counts up from 1 over the life of the process.
    pub number: u64,
    /// When it arrived, as the API writes times.
    pub at: String,
    /// The HTTP method.
    pub method: String,
    /// The path without its query string.
    pub path: String,
    /// The query string, secrets masked.
    pub query: Option<String>,
    /// The headers in the order they came, secrets masked.
    pub headers: Vec<(String, String)>,
    /// The body as text, secrets masked, cut when very long.
    pub body: String,
    /// The status answered; nothing while the request runs and when the connection was dropped.
    pub status: Option<u16>,
    /// How long the org took, in microseconds of the machine's time; nothing while the request runs.
    pub took_micros: Option<u64>,
}

/// The newest requests.
pub(crate) struct Requests {
    kept: Mutex<Kept>,
    most: usize,
}

#[derive(Default)]
struct Kept {
    last_number: u64,
    seen: VecDeque<SeenRequest>,
    body_bytes: usize,
    /// Requests at the front whose bodies are gone.
    emptied: usize,
}

impl Requests {
    pub(crate) fn new(most: usize) -> Self {
        Self { kept: Mutex::default(), most }
    }

    /// Keeps a request; answers its number.
    pub(crate) fn add(&self, mut request: SeenRequest) -> u64 {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last_number += 1;
        request.number = kept.last_number;
        kept.body_bytes += request.body.len();
        kept.seen.push_back(request);
        while kept.seen.len() > self.most {
            if let Some(oldest) = kept.seen.pop_front() {
                kept.body_bytes -= oldest.body.len();
                kept.emptied = kept.emptied.saturating_sub(1);
            }
        }
        while kept.body_bytes > MOST_BODY_BYTES && kept.emptied + 1 < kept.seen.len() {
            let at = kept.emptied;
            let body = std::mem::take(&mut kept.seen[at].body);
            kept.body_bytes -= body.len();
            kept.emptied += 1;
        }
        kept.last_number
    }

    /// Says how a request was answered, if at all, and how long that took.
    pub(crate) fn answered(&self, number: u64, status: Option<u16>, took: Duration) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let newer = usize::try_from(kept.last_number.saturating_sub(number)).unwrap_or(usize::MAX);
        let at = kept.seen.len().checked_sub(newer.saturating_add(1));
        if let Some(request) = at.and_then(|at| kept.seen.get_mut(at)).filter(|request| request.number == number) {
            request.status = status;
            request.took_micros = Some(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        }
    }

    pub(crate) fn list(&self) -> Vec<SeenRequest> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).seen.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Kept { last_number: kept.last_number, ..Kept::default() };
    }
}

/// The headers as pairs, secrets masked.
pub(crate) fn masked_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let is_secret = SECRET_HEADERS.contains(&name.as_str());
            let shown =
                if is_secret { MASK.to_owned() } else { String::from_utf8_lossy(value.as_bytes()).into_owned() };
            (name.as_str().to_owned(), shown)
        })
        .collect()
}

/// A form or query string with its secret values masked.
pub(crate) fn masked_form(form: &str) -> String {
    let masked = form.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if SECRET_FIELDS.contains(&name) => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    });
    masked.collect::<Vec<_>>().join("&")
}

/// A body as text for the log.
pub(crate) fn masked_body(path: &str, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(LONGEST_BODY)]);
    let is_form = ["/services/oauth2", "/setup/", "/secur/", "/id/"].iter().any(|start| path.starts_with(start));
    if is_form {
        masked_form(&text)
    } else if path.starts_with("/services/Soap/") {
        masked_xml(&text)
    } else {
        text.into_owned()
    }
}

/// A SOAP body with the texts of its secret elements masked, whatever their prefix. What an element like that holds, be it
/// sections or comments, is masked up to the next tag.
fn masked_xml(xml: &str) -> String {
    let mut pieces = xml.split('<');
    let mut masked = pieces.next().unwrap_or_default().to_owned();
    let mut in_secret = false;
    for piece in pieces {
        if in_secret && piece.starts_with(['!', '?']) {
            continue;
        }
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        let local = tag.split_whitespace().next().unwrap_or_default().rsplit(':').next().unwrap_or_default();
        in_secret = SECRET_ELEMENTS.contains(&local) && !tag.starts_with('/') && !tag.ends_with('/');
        masked.push_str(&format!("<{tag}>{}", if in_secret { MASK } else { text }));
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_soap_are_masked_with_any_prefix() {
        let seen =
            masked_xml("<e:login xmlns='x'><e:username>me</e:username><n1:password a='1'>top</n1:password></e:login>");
        assert_eq!(
            seen,
            "<e:login xmlns='x'><e:username>me</e:username><n1:password a='1'>[masked]</n1:password></e:login>"
        );
        assert_eq!(masked_xml("<sessionId>00D!x"), "<sessionId>[masked]");
        assert_eq!(masked_xml("<password><![CDATA[top]]><!-- -->b</password>"), "<password>[masked]</password>");
    }
}
