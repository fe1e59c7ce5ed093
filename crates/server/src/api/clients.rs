//! The client directory.

use std::io::Read;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use futures::TryStreamExt;
use salesbridge_hub::clients::import::{
    HeadingProblem, ReadClient, RepeatedKey, RowProblem, read_clients_csv, read_clients_json_lines,
};
use salesbridge_hub::clients::{ClientLink, EraseReport, ImportManner, ImportReport, SaveReport};
use salesbridge_hub::{ClientFilter, Hub};
use salesbridge_model::{Client, Page, Timestamp};
use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::{As, Json, Paging, Query};
use crate::problem::{Problem, bad_request};

/// What clients are wanted.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Search {
    search: Option<String>,
    #[serde(default)]
    archived: bool,
    after: Option<String>,
    limit: Option<u32>,
}

/// A page of clients, by key.
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(Search { search, archived, after, limit }): Query<Search>,
) -> Result<Json<Page<Client>>, Problem> {
    Ok(Json(hub.clients(&caller, &ClientFilter { search, archived }, &Paging { after, limit }.into()).await?))
}

/// One client.
pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(key): Path<String>,
) -> Result<Json<Client>, Problem> {
    Ok(Json(hub.client(&caller, &key).await?))
}

/// The records that stand for a client.
pub(super) async fn links(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(key): Path<String>,
) -> Result<Json<Vec<ClientLink>>, Problem> {
    Ok(Json(hub.client_links(&caller, &key).await?))
}

/// Stores one client, new or in place of the one with its key.
pub(super) async fn save(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(key): Path<String>,
    Json(client): Json<Client>,
) -> Result<Json<SaveReport>, Problem> {
    if client.key != key {
        return Err(bad_request(format!("the address names the client `{key}`, the body `{}`", client.key)));
    }
    Ok(Json(hub.save_client(&caller, &client).await?))
}

/// Which clients are meant.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    keys: Vec<String>,
}

/// Archives clients.
pub(super) async fn archive(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(Keys { keys }): Json<Keys>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "clients": hub.set_clients_archived(&caller, &keys, true).await? })))
}

/// Takes archived clients back.
pub(super) async fn unarchive(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(Keys { keys }): Json<Keys>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "clients": hub.set_clients_archived(&caller, &keys, false).await? })))
}

/// What else there is to know of a client.
pub(super) async fn standing(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(key): Path<String>,
) -> Result<Json<Value>, Problem> {
    hub.client(&caller, &key).await?;
    Ok(Json(json!({ "archived": hub.client_is_archived(&caller, &key).await? })))
}

/// Which client is to be erased, and whether a person has said yes.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Erasure {
    key: String,
    #[serde(default)]
    confirmed: bool,
}

/// Erases a client, or says what that would leave in Salesforce.
pub(super) async fn erase(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(Erasure { key, confirmed }): Json<Erasure>,
) -> Result<Json<EraseReport>, Problem> {
    Ok(Json(hub.erase_client(&caller, &key, confirmed).await?))
}

/// Lets the keys of erased clients be used again.
pub(super) async fn readmit(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(Keys { keys }): Json<Keys>,
) -> Result<Json<Value>, Problem> {
    let mut readmitted = 0;
    for key in &keys {
        readmitted += u32::from(hub.readmit_client(&caller, key).await?);
    }
    Ok(Json(json!({ "clients": readmitted })))
}

/// Rows that are parsed ahead of those being stored.
const ROWS_AHEAD: usize = 1000;

/// How an import is to be done.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Manner {
    #[serde(default)]
    dry_run: bool,
}

/// Imports a file of any size, CSV or JSON Lines as its content type says; the body is read as it arrives.
pub(super) async fn import(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(Manner { dry_run }): Query<Manner>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<ImportReport>, Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_json = JSON_LINES.iter().any(|known| kind.starts_with(known));
    let bytes = StreamReader::new(body.into_data_stream().map_err(std::io::Error::other));
    let mut reader = SyncIoBridge::new(Box::pin(bytes));
    let (rows, received) = tokio::sync::mpsc::channel(ROWS_AHEAD);
    let manner = ImportManner { assumed: hub.now(), dry_run };
    let assumed = manner.assumed;
    let parsing = tokio::task::spawn_blocking(move || {
        let parsed = match is_json {
            true => Ok(parse_json_lines(&mut reader, assumed, &rows)),
            false => parse_csv(&mut reader, assumed, &rows),
        };
        drop(rows);
        // What is left is taken and dropped: whoever is still sending would not read the answer.
        let _ = std::io::copy(&mut reader, &mut std::io::sink());
        parsed
    });
    let report = hub.import_clients(&caller, received, &manner).await;
    let parsed = parsing.await;
    let report = report?;
    match parsed {
        Ok(Ok(repeated)) => Ok(Json(ImportReport { repeated, ..report })),
        Ok(Err(problem)) => Err(problem.into()),
        Err(_) => Err(bad_request("the file could not be read".to_owned())),
    }
}

/// What JSON Lines are called; there is no registered name.
const JSON_LINES: [&str; 3] = ["application/x-ndjson", "application/jsonl", "application/json-lines"];

type Rows = Sender<Result<ReadClient, RowProblem>>;

fn parse_csv(reader: impl Read, assumed: Timestamp, rows: &Rows) -> Result<Vec<RepeatedKey>, HeadingProblem> {
    let mut parsed = read_clients_csv(reader, assumed)?;
    let covered = Arc::new(parsed.covered());
    while let Some(row) = parsed.next() {
        let line = parsed.line();
        let row = row.map(|client| ReadClient { line, client, covered: Some(covered.clone()) });
        // Whoever takes the rows is gone only when the request is.
        if rows.blocking_send(row).is_err() {
            break;
        }
    }
    Ok(parsed.repeated().to_vec())
}

fn parse_json_lines(reader: impl Read, assumed: Timestamp, rows: &Rows) -> Vec<RepeatedKey> {
    let mut parsed = read_clients_json_lines(reader, assumed);
    for row in &mut parsed {
        if rows.blocking_send(row).is_err() {
            break;
        }
    }
    parsed.repeated().to_vec()
}
