//! The refresh token grant: a client comes back for another access token. Refuses to know HTTP.

use crate::oauth::access::{self, Proof};
use crate::oauth::granting::{self, Granted};
use crate::oauth::policies::RefreshPolicy;
use crate::oauth::refresh_grants::{self, Grant, Presented};
use crate::oauth::wire::{Refusal, TokenAnswer, TokenForm};
use crate::oauth::{apps::App, scopes, users};
use crate::org::Work;

const OVER: Refusal = Refusal::new("invalid_grant", "expired access/refresh token");
/// Of a token whose time is over by the app's policy (unconfirmed).
const OVER_BY_TIME: Refusal = Refusal::new("invalid_grant", "token validity expired");

pub(crate) fn grant(work: &Work<'_>, form: &TokenForm) -> Result<TokenAnswer, Refusal> {
    let is_needed = |app: &App| if app.secret_required_for_refresh { Proof::Required } else { Proof::Optional };
    let app = access::authenticated_app(work, form, is_needed)?;
    let token = form.field("refresh_token").ok_or(Refusal::new("invalid_request", "missing required refresh_token"))?;
    let grant = current(work, &app, token)?;
    let user = users::find(work.sql, &grant.user_id)?.ok_or(OVER)?;
    access::check_user(work, &app, &user)?;
    let scopes = scopes::narrowed(&grant.scopes, form.field("scope"))?;
    refresh_grants::mark_used(work.sql, grant.id, work.now)?;
    let next = if app.refresh_rotation { Some(refresh_grants::rotate(work.sql, grant.id)?) } else { None };
    let granted = Granted { signed_in_at: Some(grant.issued_at), ..Granted::without_browser(&app, &user.id, &scopes) };
    Ok(granting::of_grant(work, &granted, grant.id, next)?)
}

/// The grant of a refresh token that is good. One that was replaced shows that there is a copy: the grant ends
/// (unconfirmed).
fn current(work: &Work<'_>, app: &App, token: &str) -> Result<Grant, Refusal> {
    let grant = match refresh_grants::present(work.sql, token)? {
        Presented::Current(grant) => grant,
        Presented::Replaced(grant) => {
            refresh_grants::end(work, grant.id)?;
            return Err(OVER);
        }
        Presented::Unknown => return Err(OVER),
    };
    if grant.consumer_key != app.consumer_key {
        return Err(OVER);
    }
    match refresh_grants::ends_at(app, &grant) {
        Some(ends_at) if ends_at <= work.now.timestamp_millis() => Err(match app.refresh_policy {
            RefreshPolicy::AfterSeconds(_) => OVER_BY_TIME,
            _ => OVER,
        }),
        _ => Ok(grant),
    }
}
