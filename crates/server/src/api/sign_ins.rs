//! Signing in to the system behind a connection.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use salesbridge_hub::Hub;
use salesbridge_hub::connections::ConnectionDetails;
use salesbridge_hub::sign_ins::{ImportedLogin, NewSignIn, SignInDetails, SignInWords};

use super::problems::{Anywhere, Conflicting, Missing, OtherSide, Unusable};
use super::{As, Json, Path};
use crate::problem::Problem;

/// Begins a sign-in for a connection, in place of one that was begun before.
#[utoipa::path(
    post, path = "/connections/{name}/sign-in", operation_id = "begin_sign_in", tag = "connections",
    params(("name" = String, Path, description = "Name of the connection")),
    request_body = NewSignIn,
    responses((status = 201, description = "What the person does next", body = SignInDetails), Anywhere, Missing, Conflicting, Unusable, OtherSide),
    extensions(("x-ability" = json!("edit")), ("x-shown-once" = json!(true))),
)]
pub(super) async fn begin(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Json(new): Json<NewSignIn>,
) -> Result<(StatusCode, Json<SignInDetails>), Problem> {
    Ok((StatusCode::CREATED, Json(hub.begin_sign_in(&caller, &name, new).await?)))
}

/// The sign-in that was begun last.
#[utoipa::path(
    get, path = "/connections/{name}/sign-in", operation_id = "get_sign_in", tag = "connections",
    params(("name" = String, Path, description = "Name of the connection")),
    responses((status = 200, description = "How far it has come", body = SignInDetails), Anywhere, Missing, Conflicting),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<SignInDetails>, Problem> {
    Ok(Json(hub.sign_in(&caller, &name).await?))
}

/// Gives up the sign-in that was begun last.
#[utoipa::path(
    delete, path = "/connections/{name}/sign-in", operation_id = "cancel_sign_in", tag = "connections",
    params(("name" = String, Path, description = "Name of the connection")),
    responses((status = 204, description = "It is given up"), Anywhere, Missing, Conflicting),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn cancel(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    hub.cancel_sign_in(&caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives the code, or the address, that the browser showed in the end.
#[utoipa::path(
    post, path = "/connections/{name}/sign-in/answer", operation_id = "answer_sign_in", tag = "connections",
    params(("name" = String, Path, description = "Name of the connection")),
    request_body = SignInWords,
    responses((status = 200, description = "What came of it", body = SignInDetails), Anywhere, Missing, Conflicting, Unusable),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn answer(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
    Json(words): Json<SignInWords>,
) -> Result<Json<SignInDetails>, Problem> {
    Ok(Json(hub.answer_sign_in(&caller, &name, &words).await?))
}

/// Gives back what a person left behind by signing in.
#[utoipa::path(
    post, path = "/connections/{name}/sign-out", operation_id = "sign_out_connection", tag = "connections",
    params(("name" = String, Path, description = "Name of the connection")),
    responses((status = 200, description = "The connection", body = ConnectionDetails), Anywhere, Missing, Conflicting),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn sign_out(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Path(name): Path<String>,
) -> Result<Json<ConnectionDetails>, Problem> {
    Ok(Json(hub.sign_out(&caller, &name).await?))
}

/// Makes a connection of a login of Salesforce's own command line.
#[utoipa::path(
    post, path = "/connections/import-login", operation_id = "import_login", tag = "connections",
    request_body = ImportedLogin,
    responses((status = 201, description = "The connection", body = ConnectionDetails), Anywhere, Conflicting, Unusable, OtherSide),
    extensions(("x-ability" = json!("edit"))),
)]
pub(super) async fn import_login(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(import): Json<ImportedLogin>,
) -> Result<(StatusCode, Json<ConnectionDetails>), Problem> {
    Ok((StatusCode::CREATED, Json(hub.import_login(&caller, import).await?)))
}
