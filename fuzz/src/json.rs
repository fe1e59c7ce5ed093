//! JSON bodies: the first line is a method and a path below the version, such as `POST /composite`, the rest a body.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};

use crate::org::visit;

/// Sends the body.
///
/// # Panics
/// The property does not hold.
pub fn holds(input: &[u8]) {
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else { return };
    let (line, body) = input.split_at(end);
    let Ok(line) = std::str::from_utf8(line) else { return };
    let Some((method, path)) = line.split_once(' ') else { return };
    let Ok(method) = method.parse::<Method>() else { return };
    visit(|org| {
        let target = org.named(format!("/services/data/v66.0{path}").as_bytes());
        let body = Bytes::from(org.named(&body[1..]));
        org.ask(&method, &String::from_utf8_lossy(&target), &HeaderMap::new(), body);
    });
}
