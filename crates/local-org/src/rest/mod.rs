//! The REST API: one file per family of resources. Refuses to hold rules; those are in `rows` and `soql_execution`.

mod blobs;
pub(crate) mod body;
mod call;
mod collection_retrieve;
mod collection_rows;
mod collection_upsert;
mod collections;
mod composite;
mod conditional;
mod convert_lead;
mod describe;
mod describe_field;
mod describe_object;
mod described_answers;
mod dispatch;
mod external_ids;
mod gate;
mod layouts;
pub(crate) mod limits;
mod listings;
mod operation;
mod presentation;
mod query;
mod recent;
mod relations;
mod replication;
mod rows;
mod search;
mod tooling;
mod versions;
mod xml;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};
use tower_http::decompression::RequestDecompressionLayer;

use crate::answers::Fault;
use crate::org::{Org, Work};
use crate::schema::Object;
use crate::server::LARGEST_BODY;

pub(crate) use call::{Call, CallOptions};
pub(crate) use conditional::SchemaAge;
pub(crate) use described_answers::DescribedAnswers;
pub(crate) use presentation::without_suffix;

pub(crate) fn routes(org: &Org) -> Router<Org> {
    let versioned = Router::new()
        .route("/", get(versions::resources))
        .route("/query", get(query::query))
        .route("/queryAll", get(query::query_all))
        .route("/query/{locator}", get(query::next_page))
        .route("/queryAll/{locator}", get(query::next_page))
        .route("/tooling", any(tooling::handle))
        .route("/tooling/{*rest}", any(tooling::handle))
        .nest("/jobs", crate::bulk::routes())
        .fallback(operation::handle)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(Arc::clone(org), gate::gate))
        .layer(RequestDecompressionLayer::new())
        .layer(from_fn(presentation::present))
        .layer(presentation::compression());
    Router::new().route("/services/data", get(versions::versions)).nest("/services/data/{version}", versioned)
}

/// The object a path names, in any case.
fn object(work: &Work<'_>, name: &str) -> Result<Arc<Object>, Fault> {
    work.schema.object(name).cloned().ok_or_else(Fault::no_resource)
}
