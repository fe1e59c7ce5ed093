//! Whole requests: a line with method and target, lines with headers, an empty line, a body.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::org::visit;

/// What a person uses to make the org answer 500 on purpose.
const CONTROL: &str = "/local-org";
/// A header that does the same for one request.
const FAULT: &str = "x-local-org-fault";

/// Sends the request.
///
/// # Panics
/// The property does not hold.
pub fn holds(input: &[u8]) {
    visit(|org| {
        let input = org.named(input);
        let (head, body) = split(&input, b"\n\n");
        let mut lines = head.split(|byte| *byte == b'\n');
        let Ok(line) = std::str::from_utf8(lines.next().unwrap_or_default()) else { return };
        let Some((method, target)) = line.split_once(' ') else { return };
        let Ok(method) = method.parse::<Method>() else { return };
        if target.contains(CONTROL) && method != Method::GET {
            return;
        }
        org.ask(&method, target, &headers(lines), Bytes::copy_from_slice(body));
    });
}

fn headers<'a>(lines: impl Iterator<Item = &'a [u8]>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = split(line, b":");
        let name = HeaderName::from_bytes(name.trim_ascii());
        match (name, HeaderValue::from_bytes(value.trim_ascii())) {
            (Ok(name), Ok(value)) if name != FAULT => drop(headers.append(name, value)),
            _ => {}
        }
    }
    headers
}

fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> (&'a [u8], &'a [u8]) {
    match bytes.windows(mark.len()).position(|window| window == mark) {
        Some(at) => (&bytes[..at], &bytes[at + mark.len()..]),
        None => (bytes, &[]),
    }
}
