//! Queries: whatever parses prints as text that parses to the same tree, and runs or is refused.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::org::visit;

/// Reads the input as a query, prints it, reads that again, and runs it.
///
/// # Panics
/// The property does not hold.
pub fn holds(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(query) = salesbridge_soql::parse(text) else { return };
    let printed = query.to_string();
    match salesbridge_soql::parse(&printed) {
        Ok(again) => assert_eq!(query, again, "{printed}"),
        Err(error) => panic!("what was printed does not parse: {printed}: {error}"),
    }
    visit(|org| {
        let target = format!("/services/data/v66.0/query?q={}", utf8_percent_encode(text, NON_ALPHANUMERIC));
        org.ask(&Method::GET, &target, &HeaderMap::new(), Bytes::new());
    });
}
