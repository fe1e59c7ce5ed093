//! What every flow asks before it grants: which app is this, is it really this app, may this user use it now.
//! Refuses to know what is granted then.

use rusqlite::params;
use subtle::ConstantTimeEq;

use crate::oauth::apps::{self, App};
use crate::oauth::assertions;
use crate::oauth::policies::{PermittedUsers, SignInRules};
use crate::oauth::tokens;
use crate::oauth::users::{self, User};
use crate::oauth::wire::{Refusal, TokenForm};
use crate::org::Work;

/// Whether an app has to prove that it is itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    Required,
    /// A proof that is given has to hold all the same.
    Optional,
}

pub(crate) const UNKNOWN_APP: Refusal = Refusal::new("invalid_client_id", "client identifier invalid");
pub(crate) const WRONG_CLIENT: Refusal = Refusal::new("invalid_client", "invalid client credentials");
pub(crate) const FLOW_OFF: Refusal = Refusal::new("unsupported_grant_type", "grant type not supported");
pub(crate) const BLOCKED: Refusal = Refusal::new("OAUTH_APP_BLOCKED", "this app is blocked by admin");
/// The text is unconfirmed.
pub(crate) const NOT_INSTALLED: Refusal =
    Refusal::new("OAUTH_APPROVAL_ERROR_GENERIC", "this app is not installed in the org");
const NOT_APPROVED: &str = "user is not admin approved to access this app";
const MILLISECONDS_OF_HOUR: i64 = 3_600_000;

/// The app the request names, known to the org by now.
pub(crate) fn named_app(work: &Work<'_>, consumer_key: Option<&str>) -> Result<App, Refusal> {
    let app = apps::find(work.sql, consumer_key.ok_or(UNKNOWN_APP)?)?.ok_or(UNKNOWN_APP)?;
    if apps::has_propagated(work.sql, &app, work.now)? { Ok(app) } else { Err(UNKNOWN_APP) }
}

/// Whether an administrator lets the app be used at all.
pub(crate) fn check_admitted(app: &App) -> Result<(), Refusal> {
    match (app.is_blocked, app.is_installed) {
        (true, _) => Err(BLOCKED),
        (_, false) => Err(NOT_INSTALLED),
        _ => Ok(()),
    }
}

/// The app the request names, proven by its secret or by an assertion where `proof` wants that of it.
pub(crate) fn authenticated_app(
    work: &Work<'_>,
    form: &TokenForm,
    proof: impl FnOnce(&App) -> Proof,
) -> Result<App, Refusal> {
    let asserted = form.field("client_assertion").and_then(assertions::issuer);
    let app = named_app(work, form.client_id().or(asserted.as_deref()))?;
    check_admitted(&app)?;
    if let Some(assertion) = form.field("client_assertion") {
        return assertions::check_client(work, &app, form, assertion).map(|()| app);
    }
    match form.client_secret() {
        Some(secret) if bool::from(secret.as_bytes().ct_eq(app.consumer_secret.as_bytes())) => Ok(app),
        Some(_) => Err(WRONG_CLIENT),
        None if proof(&app) == Proof::Optional => Ok(app),
        None => Err(Refusal::new("invalid_client", "client secret required")),
    }
}

/// Whether the user may be signed in to the app now.
pub(crate) fn check_user(work: &Work<'_>, app: &App, user: &User) -> Result<(), Refusal> {
    let refused = |description| Err(Refusal::new("invalid_grant", description));
    if !SignInRules::of(work.sql)?.is_org_active {
        return refused("org inactive");
    }
    if !user.is_active {
        return refused("inactive user");
    }
    if user.is_frozen {
        return refused("user is frozen");
    }
    if app.permitted_users == PermittedUsers::AdminApproved && !users::is_approved(work.sql, app, user)? {
        return refused(NOT_APPROVED);
    }
    check_address(app)
}

/// Whether an administrator's approval is what is missing.
pub(crate) fn is_missing_approval(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Grant { description: NOT_APPROVED, .. })
}

/// The bearer flow names the missing approval with another code.
pub(crate) fn in_bearer_words(refusal: Refusal) -> Refusal {
    if is_missing_approval(&refusal) { Refusal::new("invalid_app_access", NOT_APPROVED) } else { refusal }
}

/// Counts and dates a login of the user, or refuses it as one too many in this hour.
pub(crate) fn count_login(work: &Work<'_>, user_id: &str) -> Result<(), Refusal> {
    let hour = work.now.timestamp_millis() / MILLISECONDS_OF_HOUR;
    let statement = "INSERT INTO login_count (user_id, hour, logins) VALUES (?1, ?2, 1)
                     ON CONFLICT (user_id, hour) DO UPDATE SET logins = logins + 1 RETURNING logins";
    let logins: u32 = work.sql.prepare_cached(statement)?.query_row(params![user_id, hour], |row| row.get(0))?;
    if logins == 1 {
        work.sql.execute("DELETE FROM login_count WHERE hour < ?1", [hour])?;
        tokens::forget_old(work.sql, work.now)?;
    }
    if logins > SignInRules::of(work.sql)?.logins_per_hour {
        return Err(Refusal::new("rate_limit_exceeded", "login rate exceeded"));
    }
    let at = "UPDATE \"record_User\" SET \"LastLoginDate\" = ?2 WHERE \"Id\" = ?1";
    work.sql.prepare_cached(at)?.execute([user_id, work.stamp()])?;
    Ok(())
}

fn check_address(app: &App) -> Result<(), Refusal> {
    let is_listed = app.allowed_addresses.is_empty() || app.allowed_addresses.iter().any(|range| range.has_caller());
    if app.ip_restricted || !is_listed {
        return Err(Refusal::new("invalid_grant", "ip restricted"));
    }
    Ok(())
}
