//! The REST API: one file per family of resources. Refuses to hold rules; those are in `rows` and `soql_execution`.

mod body;
mod collection_retrieve;
mod collection_rows;
mod collection_upsert;
mod collections;
mod describe;
mod describe_field;
mod external_ids;
mod gate;
pub(crate) mod limits;
mod query;
mod rows;
mod tooling;
mod versions;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, patch, post};

use crate::answers::Fault;
use crate::org::{Org, Work};
use crate::schema::Object;

/// Who calls, and in which version of the API; put into each request by the gate.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// As in paths: `v66.0`.
    pub(crate) version: String,
    pub(crate) user_id: String,
}

pub(crate) fn routes(org: &Org) -> Router<Org> {
    let versioned = Router::new()
        .route("/", get(versions::resources))
        .route("/limits", get(limits::limits))
        .route("/limits/recordCount", get(limits::record_count))
        .route("/sobjects", get(describe::global))
        .route("/sobjects/{object}", get(describe::basic).post(rows::create))
        .route("/sobjects/{object}/describe", get(describe::object))
        .route("/sobjects/{object}/Id", post(rows::create_by_id_path))
        .route("/sobjects/{object}/{id}", get(rows::retrieve).patch(rows::update).delete(rows::delete))
        .route(
            "/sobjects/{object}/{field}/{value}",
            get(external_ids::retrieve).patch(external_ids::upsert).delete(external_ids::delete),
        )
        .route("/composite/sobjects", post(collections::create).patch(collections::update).delete(collections::delete))
        .route(
            "/composite/sobjects/{object}",
            get(collection_retrieve::retrieve).post(collection_retrieve::retrieve_posted),
        )
        .route("/composite/sobjects/{object}/{field}", patch(collection_upsert::upsert))
        .route("/query", get(query::query))
        .route("/queryAll", get(query::query_all))
        .route("/query/{locator}", get(query::next_page))
        .route("/queryAll/{locator}", get(query::next_page))
        .route("/tooling/sobjects/CustomField", post(tooling::create_field))
        .route("/tooling/sobjects/CustomField/{id}", delete(tooling::delete_field))
        .fallback(no_resource)
        .layer(from_fn_with_state(Arc::clone(org), gate::gate));
    Router::new().route("/services/data", get(versions::versions)).nest("/services/data/{version}", versioned)
}

pub(crate) async fn no_resource() -> Fault {
    Fault::no_resource()
}

/// The object a path names, in any case.
fn object(work: &Work<'_>, name: &str) -> Result<Arc<Object>, Fault> {
    work.schema.object(name).cloned().ok_or_else(Fault::no_resource)
}
