//! The paths of the SOAP API: `/services/Soap/u/60.0` and `/services/Soap/c/60.0`, with or without an org id.
//! Refuses to know what is called.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use crate::answers::Fault;
use crate::org::Org;
use crate::soap::calls::{SoapCall, answered, unsupported};
use crate::soap::envelope;
use crate::soap::wire::{Dialect, SoapFault};

/// The versions that are served.
const VERSIONS: std::ops::RangeInclusive<u32> = 31..=68;

pub(crate) fn routes() -> Router<Org> {
    Router::new()
        .route("/services/Soap/{dialect}/{version}", post(short))
        .route("/services/Soap/{dialect}/{version}/{org_id}", post(long))
}

async fn short(State(org): State<Org>, Path((dialect, version)): Path<(String, String)>, body: Bytes) -> Response {
    called(org, &dialect, &version, &body).await
}

/// What follows the version says only which org is meant, and here is just one.
async fn long(
    State(org): State<Org>,
    Path((dialect, version, _)): Path<(String, String, String)>,
    body: Bytes,
) -> Response {
    called(org, &dialect, &version, &body).await
}

async fn called(org: Org, dialect: &str, version: &str, body: &[u8]) -> Response {
    let Some(dialect) = Dialect::of_path(dialect) else { return Fault::no_resource().into_response() };
    let number = version.strip_suffix(".0").and_then(|number| number.parse().ok());
    let Some(version) = number.filter(|version| VERSIONS.contains(version)) else {
        return dialect.fault(&unsupported("Invalid Api version specified on URL"));
    };
    let message = match envelope::read(body) {
        Ok(message) => message,
        Err(unreadable) => return dialect.fault(&SoapFault::client(unreadable.0)),
    };
    let call = SoapCall { dialect, version, message };
    // A refusal is an outcome too: mistakes are remembered.
    match org.write(move |work| Ok(answered(work, &call))).await {
        Ok(Ok(body)) => dialect.answer(&body),
        Ok(Err(fault)) => dialect.fault(&fault),
        Err(fault) => dialect.fault(&fault.into()),
    }
}
