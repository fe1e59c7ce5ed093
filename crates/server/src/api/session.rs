//! The session of whoever asks: signing in and out, and what one may know and change about oneself.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use salesbridge_hub::Hub;
use salesbridge_hub::people::{Myself, PasswordChange, SignIn};
use salesbridge_model::Secret;

use super::problems::{Anywhere, Conflicting, SigningIn, Unusable};
use super::{As, FromWhere, Json};
use crate::door::SessionCookie;
use crate::problem::Problem;

/// Who somebody says they are.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NameAndPassword {
    /// Name to sign in with.
    name: String,
    /// The password.
    #[schema(value_type = String, format = Password, write_only)]
    password: Secret<String>,
}

/// Signs in: begins a session, whose token the answer gives to the browser as a cookie. The session it had until now ends.
#[utoipa::path(
    post, path = "/session", operation_id = "sign_in", tag = "people",
    request_body = NameAndPassword,
    responses(
        (status = 200, description = "Who has signed in", body = Myself, headers(("set-cookie" = String, description = "The session"))),
        Anywhere, SigningIn, Unusable,
    ),
    security(()), extensions(("x-ability" = json!("public"))),
)]
pub(super) async fn sign_in(
    State(hub): State<Arc<Hub>>,
    FromWhere(origin): FromWhere,
    cookie: Option<Extension<SessionCookie>>,
    headers: HeaderMap,
    Json(NameAndPassword { name, password }): Json<NameAndPassword>,
) -> Result<impl IntoResponse, Problem> {
    let cookie = of_this_door(cookie);
    let user_agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).map(str::to_owned);
    let wanted = SignIn { name, password, user_agent, earlier: cookie.read(&headers) };
    let begun = hub.sign_in_person(&origin, wanted).await?;
    let header = cookie.set(&begun.token, hub.now(), begun.session.expires_at);
    Ok((with_cookie(header), Json(hub.who_am_i(&begun.caller).await?)))
}

/// Who asks, and what they may do.
#[utoipa::path(
    get, path = "/session", operation_id = "get_session", tag = "people",
    responses((status = 200, description = "Who asks", body = Myself), Anywhere),
    extensions(("x-ability" = json!("none"))),
)]
pub(super) async fn show(State(hub): State<Arc<Hub>>, As(caller): As) -> Result<Json<Myself>, Problem> {
    Ok(Json(hub.who_am_i(&caller).await?))
}

/// What one may change about oneself.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MyEdit {
    /// What others read.
    full_name: String,
}

/// Changes one's own full name.
#[utoipa::path(
    patch, path = "/session", operation_id = "edit_myself", tag = "people",
    request_body = MyEdit,
    responses((status = 200, description = "Who asks", body = Myself), Anywhere, Conflicting, Unusable),
    extensions(("x-ability" = json!("none"))),
)]
pub(super) async fn edit(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(MyEdit { full_name }): Json<MyEdit>,
) -> Result<Json<Myself>, Problem> {
    Ok(Json(hub.edit_myself(&caller, &full_name).await?))
}

/// Signs out: the session ends.
#[utoipa::path(
    delete, path = "/session", operation_id = "sign_out", tag = "people",
    responses((status = 204, description = "It has ended"), Anywhere),
    extensions(("x-ability" = json!("none"))),
)]
pub(super) async fn sign_out(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    cookie: Option<Extension<SessionCookie>>,
) -> Result<impl IntoResponse, Problem> {
    hub.sign_out_person(&caller).await?;
    Ok((StatusCode::NO_CONTENT, with_cookie(of_this_door(cookie).take_back())))
}

/// Changes one's own password. All other sessions of the person end.
#[utoipa::path(
    put, path = "/session/password", operation_id = "change_password", tag = "people",
    request_body = PasswordChange,
    responses((status = 204, description = "The new password holds"), Anywhere, Conflicting, SigningIn, Unusable),
    extensions(("x-ability" = json!("none"))),
)]
pub(super) async fn change_password(
    State(hub): State<Arc<Hub>>,
    As(caller): As,
    Json(change): Json<PasswordChange>,
) -> Result<StatusCode, Problem> {
    hub.change_password(&caller, &change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The cookie of the door that a request came by; the socket's is as plain as it is.
fn of_this_door(cookie: Option<Extension<SessionCookie>>) -> SessionCookie {
    cookie.map(|Extension(cookie)| cookie).unwrap_or_default()
}

fn with_cookie(header: Option<HeaderValue>) -> AppendHeaders<Option<(axum::http::HeaderName, HeaderValue)>> {
    AppendHeaders(header.map(|header| (SET_COOKIE, header)))
}
