//! One part of a composite request as it is written, and the rules of writing it. Refuses to run it.

use std::collections::HashSet;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::answers::{Fault, RowError};
use crate::rest::composite::ill_made;
use crate::rest::operation::Operation;
use crate::rest::{Call, versions};

/// Headers a part may not bring: they belong to the whole call.
const REFUSED_HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];
/// The methods of parts, in exactly this case.
const METHODS: [&str; 5] = ["POST", "PUT", "PATCH", "GET", "DELETE"];
/// From this version on an illegal reference id fails the whole call; before, only those that use it.
const LEGAL_IDS_SINCE: &str = "v52.0";
/// The code of a resource that a part may not name (unconfirmed, as is the text).
const NOT_POSSIBLE_HERE: &str = "INVALID_INPUT";

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Subrequest {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) reference_id: String,
    #[serde(default)]
    pub(super) http_headers: Option<Map<String, Value>>,
    #[serde(default)]
    pub(super) body: Option<Value>,
}

/// Where a part stands, which says what it may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Composite,
    Graph,
}

/// A part with its references filled in: the version it asks in, and what it asks.
pub(super) struct Ready {
    pub(super) version: String,
    pub(super) operation: Operation,
}

impl Subrequest {
    /// The resource below the version, as written.
    fn resource(&self) -> &str {
        let path = self.url.split('?').next().unwrap_or_default();
        path.strip_prefix("/services/data/").and_then(|rest| rest.split_once('/')).map_or("", |(_, resource)| resource)
    }

    /// Whether it is a query or a collection, of which a call may have few.
    pub(super) fn is_large(&self) -> bool {
        let resource = self.resource();
        ["query", "queryAll", "composite/sobjects"].iter().any(|name| is_at(resource, name))
    }

    pub(super) fn is_collection(&self) -> bool {
        is_at(self.resource(), "composite/sobjects")
    }
}

/// The rules that fail a whole call.
pub(super) fn check(requests: &[Subrequest], call: &Call) -> Result<(), Fault> {
    if requests.is_empty() {
        return Err(ill_made("The request has no subrequests."));
    }
    let mut seen = HashSet::new();
    for request in requests {
        let id = request.reference_id.as_str();
        if !is_legal(id) && call.version.as_str() >= LEGAL_IDS_SINCE {
            return Err(ill_made(format!("The referenceId '{id}' contains illegal characters.")));
        }
        if !seen.insert(id) {
            return Err(ill_made(format!("Duplicate referenceId '{id}'.")));
        }
        if !METHODS.contains(&request.method.as_str()) {
            return Err(ill_made(format!("The method '{}' is not allowed.", request.method)));
        }
        let names = request.http_headers.iter().flat_map(Map::keys);
        if let Some(name) = names.into_iter().find(|name| REFUSED_HEADERS.contains(&name.to_lowercase().as_str())) {
            return Err(ill_made(format!("The header '{name}' is not allowed in a subrequest.")));
        }
    }
    Ok(())
}

/// Letters, digits and underscores, the first no underscore.
pub(super) fn is_legal(id: &str) -> bool {
    id.starts_with(|first: char| first.is_ascii_alphanumeric())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The operation that `url` and `body`, references filled in, ask for.
pub(super) fn ready(request: &Subrequest, url: &str, body: Option<&Value>, place: Place) -> Result<Ready, Fault> {
    let below = url.strip_prefix("/services/data/").ok_or_else(Fault::no_resource)?;
    let (version, target) = below.split_once('/').ok_or_else(Fault::no_resource)?;
    versions::check(version)?;
    let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| Fault::no_resource())?;
    let bytes = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
    let operation = Operation::new(method, target, headers(request), bytes)?;
    check_resource(&operation, place)?;
    Ok(Ready { version: version.to_owned(), operation })
}

fn check_resource(operation: &Operation, place: Place) -> Result<(), Fault> {
    let path: Vec<&str> = operation.path.iter().map(String::as_str).collect();
    let is_possible = match (place, path.as_slice()) {
        (Place::Composite, ["sobjects" | "query" | "queryAll", ..] | ["composite", "sobjects", ..]) => true,
        (Place::Graph, ["sobjects", _]) => operation.method == Method::POST,
        (Place::Graph, ["sobjects", _, _] | ["sobjects", _, _, _]) => operation.method != Method::POST,
        _ => false,
    };
    if is_possible {
        return Ok(());
    }
    let text = format!("The resource '{}' is not supported in a subrequest.", path.join("/"));
    Err(Fault::bad_request(RowError::new(NOT_POSSIBLE_HERE, text)))
}

fn headers(request: &Subrequest) -> HeaderMap {
    let given = request.http_headers.iter().flatten();
    let readable = given.filter_map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(&text).ok()?))
    });
    readable.collect()
}

fn is_at(resource: &str, name: &str) -> bool {
    resource.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::is_legal;

    #[test]
    fn reference_ids_are_letters_digits_and_inner_underscores() {
        for legal in ["a", "refA", "1_2", "New_Account"] {
            assert!(is_legal(legal), "{legal}");
        }
        for illegal in ["", "_a", "a-b", "a.b", "a b", "ä"] {
            assert!(!is_legal(illegal), "{illegal}");
        }
    }
}
