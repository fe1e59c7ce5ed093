//! Refused permissions go into the audit log: who asked for what may not be theirs.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use salesbridge_hub::{Caller, Chain, Hub};

use crate::api::origin_of;

/// Why a request was refused; problems with status 403 leave it with their answer.
#[derive(Clone, Debug)]
pub(crate) struct Refused(pub(crate) String);

/// Writes down what was refused to somebody who is known. The path is told as it was declared: what stands in its place may be about a client.
pub(crate) async fn written_down(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let (method, origin) = (request.method().clone(), origin_of(request.extensions()));
    let mut answer = next.run(request).await;
    let refused = answer.extensions_mut().remove::<Refused>();
    if let (Some(Refused(reason)), Some(caller), Some(path)) = (refused, caller, path) {
        let operation = format!("{method} {}", path.as_str());
        if let Err(error) = hub.record_refusal(&caller.from(origin), &operation, &reason).await {
            tracing::warn!(error = %Chain(&error), "it could not be written down that {operation} was refused");
        }
    }
    answer
}
