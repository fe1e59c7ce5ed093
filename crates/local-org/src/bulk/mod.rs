//! Bulk API 2.0: jobs that load a file of rows, and jobs that write the rows of a query to one.
//! Refuses to hold the rules of rows and queries; those are in `rows` and `soql_execution`.

mod background;
mod change;
mod create;
mod csv_rows;
mod csv_text;
mod download;
mod faults;
mod files;
mod ingest;
mod jobs;
mod listing;
mod query;
mod state;
pub(crate) mod usage;
mod wire;

use axum::Router;
use axum::routing::get;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;

use crate::answers::Fault;
use crate::org::Org;
use crate::rest::Call;

pub(crate) use background::{start, unfinished};
pub(crate) use jobs::create_table;
pub(crate) use state::Bulk;

/// The first version with jobs that load.
const INGEST_SINCE: u32 = 41;
/// The first version with jobs that query.
const QUERY_SINCE: u32 = 47;
/// The first version that lists the pages of a result.
const RESULT_PAGES_SINCE: u32 = 58;

/// Everything under `/services/data/vXX.0/jobs`.
pub(crate) fn routes() -> Router<Org> {
    Router::new()
        .route("/ingest", get(listing::ingest).post(ingest::routes::create))
        .route("/ingest/{id}", get(ingest::routes::info).patch(ingest::routes::change).delete(ingest::routes::delete))
        .route("/ingest/{id}/{part}", get(ingest::routes::part).put(ingest::routes::upload))
        .route("/query", get(listing::query).post(query::routes::create))
        .route("/query/{id}", get(query::routes::info).patch(query::routes::change).delete(query::routes::delete))
        .route("/query/{id}/{part}", get(query::routes::part))
        .layer(RequestDecompressionLayer::new())
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
}

/// Refuses what did not exist yet in the caller's version.
fn since(call: &Call, first: u32) -> Result<(), Fault> {
    let number =
        call.version.strip_prefix('v').and_then(|text| text.strip_suffix(".0")).and_then(|text| text.parse().ok());
    if number.is_some_and(|number: u32| number >= first) { Ok(()) } else { Err(Fault::no_resource()) }
}
