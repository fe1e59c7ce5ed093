//! The JWT bearer grant: who holds the key of the app's certificate speaks for users who approved the app.
//! Refuses to know HTTP.

use crate::oauth::access::{self, FLOW_OFF};
use crate::oauth::apps::App;
use crate::oauth::granting::{self, Granted};
use crate::oauth::policies::PermittedUsers;
use crate::oauth::users::{self, User};
use crate::oauth::wire::{Refusal, TokenAnswer, TokenForm};
use crate::oauth::{assertions, refresh_grants, scopes};
use crate::org::Work;

const NOT_APPROVED: Refusal = Refusal::new("invalid_grant", "user hasn't approved this consumer");
/// The text is unconfirmed.
const NO_SCOPE: Refusal = Refusal::new("invalid_request", "scope parameter not supported");

pub(crate) fn grant(work: &Work<'_>, form: &TokenForm) -> Result<TokenAnswer, Refusal> {
    let assertion = form.field("assertion").ok_or(Refusal::new("invalid_request", "missing required assertion"))?;
    let issuer = assertions::issuer(assertion).ok_or(Refusal::new("invalid_grant", "invalid assertion"))?;
    let app = access::named_app(work, Some(&issuer))?;
    access::check_admitted(&app)?;
    if !app.jwt_bearer {
        return Err(FLOW_OFF);
    }
    if form.field("scope").is_some() {
        return Err(NO_SCOPE);
    }
    let claims = assertions::checked(work, &app, form, assertion)?;
    let user = users::named(work.sql, claims.subject().unwrap_or_default())?.ok_or(NOT_APPROVED)?;
    access::check_user(work, &app, &user).map_err(access::in_bearer_words)?;
    let scopes = approved_scopes(work, &app, &user)?;
    access::count_login(work, &user.id)?;
    Ok(granting::short(work, &Granted::without_browser(&app, &user.id, &scopes))?)
}

/// All scopes of the app where an administrator has approved it, else those the user allowed once.
fn approved_scopes(work: &Work<'_>, app: &App, user: &User) -> Result<String, Refusal> {
    if app.permitted_users == PermittedUsers::AdminApproved {
        return scopes::granted(app, None, false);
    }
    let allowed = refresh_grants::consent(work.sql, &app.consumer_key, &user.id)?.ok_or(NOT_APPROVED)?;
    Ok(scopes::without_refresh(&allowed))
}
