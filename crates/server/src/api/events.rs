//! What happens, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event as Line, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use salesbridge_hub::{Event, EventQuery, Events, Happening, Hub};

use super::problems::{Anywhere, Missing};
use super::{As, Query};
use crate::problem::Problem;

/// What is watched.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Watched {
    /// Name of a connection: it, its syncs and their runs
    #[param(example = "acme")]
    connection: Option<String>,
    /// Name of a sync: it and its runs
    #[param(example = "acme-leads")]
    sync: Option<String>,
    /// Id of a run: it alone
    #[param(example = "run_0197c2f0a1b27c3d8e4f5a6b7c8d9e0f")]
    run: Option<String>,
}

/// Time after which a stream that has nothing to tell says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What happens: runs, and the state of connections and syncs.
///
/// Server-sent events. Each has the name of its noun (`run`, `sync`, `connection`) and the thing as it is then. It begins with `reset`, how everything is,
/// and `ready`; it does so again when something may have been missed. `Last-Event-ID` goes on where a stream broke off.
#[utoipa::path(
    get, path = "/events", operation_id = "watch_events", tag = "runs",
    params(Watched, ("Last-Event-ID" = Option<String>, Header, description = "Go on after this event", example = "0197c2f0a1b27c3d8e4f5a6b7c8d9e0f.42")),
    responses((status = 200, description = "Events, without an end", body = Happening, content_type = "text/event-stream"), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn watch(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(Watched { connection, sync, run }): Query<Watched>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let run = run.map(|run| run.parse()).transpose()?;
    let after = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let events = hub.events(&caller, &EventQuery { connection, sync, run }, after).await?;
    let keep_alive = KeepAlive::new().interval(HEARTBEAT).text("here");
    // Proxies that gather an answer before they pass it on would keep everything back.
    Ok(([("x-accel-buffering", "no")], Sse::new(lines(events)).keep_alive(keep_alive)).into_response())
}

fn lines(events: Events) -> impl Stream<Item = Result<Line, Infallible>> {
    let batches = futures::stream::unfold(events, |mut events| async move {
        let batch = events.next().await?;
        Some((futures::stream::iter(batch), events))
    });
    batches.flatten().map(|event| Ok(line(event)))
}

fn line(event: Event) -> Line {
    match event {
        Event::Reset => Line::default().event("reset").data("{}"),
        Event::Ready { position } => Line::default().event("ready").id(position).data("{}"),
        Event::Told { position, happening } => {
            let line = Line::default().event(happening.thing.noun());
            let line = if let Some(position) = position { line.id(position) } else { line };
            line.data(serde_json::to_string(&happening).unwrap_or_else(|_| "{}".to_owned()))
        }
    }
}
