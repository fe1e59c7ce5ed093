//! The client directory.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use futures::TryStreamExt;
use salesbridge_hub::Hub;
use salesbridge_hub::clients::import::{HeadingProblem, read_clients_csv};
use salesbridge_hub::clients::{ClientLink, ImportManner, ImportReport, SaveReport};
use salesbridge_model::{Client, Page};
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::{Json, Paging, Query};
use crate::problem::{Problem, bad_request};

/// What clients are wanted.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Search {
    search: Option<String>,
    after: Option<String>,
    limit: Option<u32>,
}

/// A page of clients, by key.
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    Query(Search { search, after, limit }): Query<Search>,
) -> Result<Json<Page<Client>>, Problem> {
    Ok(Json(hub.clients(search, &Paging { after, limit }.into()).await?))
}

/// One client.
pub(super) async fn show(State(hub): State<Arc<Hub>>, Path(key): Path<String>) -> Result<Json<Client>, Problem> {
    Ok(Json(hub.client(&key).await?))
}

/// The records that stand for a client.
pub(super) async fn links(
    State(hub): State<Arc<Hub>>,
    Path(key): Path<String>,
) -> Result<Json<Vec<ClientLink>>, Problem> {
    Ok(Json(hub.client_links(&key).await?))
}

/// Stores one client, new or in place of the one with its key.
pub(super) async fn save(
    State(hub): State<Arc<Hub>>,
    Path(key): Path<String>,
    Json(client): Json<Client>,
) -> Result<Json<SaveReport>, Problem> {
    if client.key != key {
        return Err(bad_request(format!("the address names the client `{key}`, the body `{}`", client.key)));
    }
    Ok(Json(hub.save_client(&client).await?))
}

/// Rows that are parsed ahead of those being stored.
const ROWS_AHEAD: usize = 1000;

/// Imports a CSV file of any size; the body is read as it arrives.
pub(super) async fn import(State(hub): State<Arc<Hub>>, body: Body) -> Result<Json<ImportReport>, Problem> {
    let bytes = StreamReader::new(body.into_data_stream().map_err(std::io::Error::other));
    let reader = SyncIoBridge::new(Box::pin(bytes));
    let (rows, received) = tokio::sync::mpsc::channel(ROWS_AHEAD);
    let (heading, heading_read) = tokio::sync::oneshot::channel();
    let assumed = hub.now();
    let parsing = tokio::task::spawn_blocking(move || {
        let mut parsed = read_clients_csv(reader, assumed)?;
        // Whoever waits for it is gone only when the request is.
        drop(heading.send(parsed.covered()));
        for row in &mut parsed {
            if rows.blocking_send(row).is_err() {
                break;
            }
        }
        Ok::<_, HeadingProblem>(parsed.repeated().to_vec())
    });
    let report = match heading_read.await {
        Ok(covered) => hub.import_clients(received, &ImportManner { assumed, covered: Some(covered) }).await?,
        Err(_) => ImportReport::default(),
    };
    match parsing.await {
        Ok(Ok(repeated)) => Ok(Json(ImportReport { repeated, ..report })),
        Ok(Err(problem)) => Err(problem.into()),
        Err(_) => Err(bad_request("the file could not be read".to_owned())),
    }
}
