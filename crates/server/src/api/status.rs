//! This installation.

use std::sync::Arc;

use axum::extract::State;
use salesbridge_hub::Hub;
use serde_json::{Value, json};

use super::{As, Json};

/// Which program serves which installation.
pub(super) async fn show(State(hub): State<Arc<Hub>>, As(_): As) -> Json<Value> {
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "installation": hub.installation(),
        "process": std::process::id(),
    }))
}
