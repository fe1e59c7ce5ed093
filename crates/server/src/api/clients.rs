//! The client directory.

use std::io::Read;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use futures::TryStreamExt;
use salesbridge_hub::clients::import::{
    HeadingProblem, ReadClient, RepeatedKey, RowProblem, read_clients_csv, read_clients_json_lines,
};
use salesbridge_hub::clients::{ClientLink, EraseReport, ImportManner, ImportReport, SaveReport};
use salesbridge_hub::{ByKey, ClientFilter, Hub, Order};
use salesbridge_model::{Client, Page, Timestamp};
use tokio::sync::mpsc::Sender;
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::problems::{Anywhere, Conflicting, Missing, Unusable};
use super::{As, Json, Paging, Path, Query};
use crate::problem::{Problem, bad_request};

/// What clients are wanted.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Search {
    /// Text that the key, the full name, a company name or the e-mail address contains, in any case
    #[param(example = "miller")]
    q: Option<String>,
    /// Those that are archived, instead of the others
    #[serde(default)]
    archived: bool,
    /// `key`, as it is without this, or `-key`
    #[serde(default)]
    #[param(value_type = Option<String>, example = "-key")]
    sort: Order<ByKey>,
}

/// A page of clients, by key.
#[utoipa::path(
    get, path = "/clients", operation_id = "list_clients", tag = "clients",
    params(Search, Paging),
    responses((status = 200, description = "A page of the list", body = Page<Client>), Anywhere),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Query(Search { q: search, archived, sort: order }): Query<Search>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Client>>, Problem> {
    Ok(Json(hub.clients(&caller, &ClientFilter { search, archived, order }, &paging.into()).await?))
}

/// One client.
#[utoipa::path(
    get, path = "/clients/by-key/{key}", operation_id = "get_client", tag = "clients",
    params(("key" = String, Path, description = "The firm's own key of the client")),
    responses((status = 200, description = "The client", body = Client), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(key): Path<String>,
) -> Result<Json<Client>, Problem> {
    Ok(Json(hub.client(&caller, &key).await?))
}

/// The records that stand for a client.
#[utoipa::path(
    get, path = "/clients/by-key/{key}/links", operation_id = "list_client_links", tag = "clients",
    params(("key" = String, Path, description = "The firm's own key of the client")),
    responses((status = 200, description = "All of them", body = Page<ClientLink>), Anywhere),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn links(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(key): Path<String>,
) -> Result<Json<Page<ClientLink>>, Problem> {
    Ok(Json(Page::whole(hub.client_links(&caller, &key).await?)))
}

/// Stores one client, new or in place of the one with its key.
#[utoipa::path(
    put, path = "/clients/by-key/{key}", operation_id = "save_client", tag = "clients",
    params(("key" = String, Path, description = "The firm's own key of the client")),
    request_body = Client,
    responses((status = 200, description = "What became of it", body = SaveReport), Anywhere, Unusable),
    extensions(("x-ability" = json!("edit"))),
)]
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
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    /// The firm's own keys of them.
    keys: Vec<String>,
}

/// How many clients that changed.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct ClientCount {
    /// So many; those that were so already are not among them.
    clients: u64,
}

/// Archives clients.
#[utoipa::path(
    post, path = "/clients/archive", operation_id = "archive_clients", tag = "clients",
    request_body = Keys,
    responses((status = 200, description = "How many clients that changed", body = ClientCount), Anywhere, Missing, Unusable),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn archive(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(Keys { keys }): Json<Keys>,
) -> Result<Json<ClientCount>, Problem> {
    Ok(Json(ClientCount { clients: hub.set_clients_archived(&caller, &keys, true).await? }))
}

/// Takes archived clients back.
#[utoipa::path(
    post, path = "/clients/unarchive", operation_id = "unarchive_clients", tag = "clients",
    request_body = Keys,
    responses((status = 200, description = "How many clients that changed", body = ClientCount), Anywhere, Missing, Unusable),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn unarchive(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(Keys { keys }): Json<Keys>,
) -> Result<Json<ClientCount>, Problem> {
    Ok(Json(ClientCount { clients: hub.set_clients_archived(&caller, &keys, false).await? }))
}

/// What else there is to know of a client.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(super) struct Standing {
    /// It is kept, not listed and not sent.
    archived: bool,
}

/// What else there is to know of a client.
#[utoipa::path(
    get, path = "/clients/by-key/{key}/standing", operation_id = "get_client_standing", tag = "clients",
    params(("key" = String, Path, description = "The firm's own key of the client")),
    responses((status = 200, description = "How it stands", body = Standing), Anywhere, Missing),
    extensions(("x-ability" = json!("see"))),
)]
pub(super) async fn standing(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(key): Path<String>,
) -> Result<Json<Standing>, Problem> {
    hub.client(&caller, &key).await?;
    Ok(Json(Standing { archived: hub.client_is_archived(&caller, &key).await? }))
}

/// Which client is to be erased, and whether a person has said yes.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Erasure {
    /// The firm's own key of the client.
    key: String,
    /// A person knows what is left in Salesforce, and has said yes.
    #[serde(default)]
    confirmed: bool,
}

/// Erases a client, or says what that would leave in Salesforce.
#[utoipa::path(
    post, path = "/clients/erase", operation_id = "erase_client", tag = "clients",
    request_body = Erasure,
    responses((status = 200, description = "What it did, or would leave", body = EraseReport), Anywhere, Missing, Conflicting, Unusable),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn erase(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(Erasure { key, confirmed }): Json<Erasure>,
) -> Result<Json<EraseReport>, Problem> {
    Ok(Json(hub.erase_client(&caller, &key, confirmed).await?))
}

/// Lets the keys of erased clients be used again.
#[utoipa::path(
    post, path = "/clients/readmit", operation_id = "readmit_clients", tag = "clients",
    request_body = Keys,
    responses((status = 200, description = "How many clients that changed", body = ClientCount), Anywhere, Unusable),
    extensions(("x-ability" = json!("administer"))),
)]
pub(super) async fn readmit(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(Keys { keys }): Json<Keys>,
) -> Result<Json<ClientCount>, Problem> {
    let mut readmitted = 0;
    for key in &keys {
        readmitted += u64::from(hub.readmit_client(&caller, key).await?);
    }
    Ok(Json(ClientCount { clients: readmitted }))
}

/// Rows that are parsed ahead of those being stored.
const ROWS_AHEAD: usize = 1000;

/// How an import is to be done.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Manner {
    /// Say what would happen, and store nothing.
    #[serde(default)]
    dry_run: bool,
}

/// Imports a file of any size, CSV or JSON Lines as its content type says; the body is read as it arrives.
#[utoipa::path(
    post, path = "/clients/import", operation_id = "import_clients", tag = "clients",
    params(Manner),
    request_body(description = "A file of any size", content((String = "text/csv"), (String = "application/x-ndjson"))),
    responses((status = 200, description = "What became of the rows", body = ImportReport), Anywhere),
    extensions(("x-ability" = json!("edit"))),
)]
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
