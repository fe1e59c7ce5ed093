//! The client credentials grant: an app signs in as itself and acts as its run-as user. Refuses to know HTTP.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

use crate::oauth::apps::{self, App};
use crate::oauth::wire::{Refusal, TokenAnswer, TokenForm};
use crate::oauth::{tokens, users};
use crate::org::Work;

/// Grants a token, or says why not. `on_login_host` tells that the request came to a host that stands for
/// `login.salesforce.com`, where this grant does not exist.
pub(crate) fn grant(work: &Work<'_>, form: &TokenForm, on_login_host: bool) -> Result<TokenAnswer, Refusal> {
    if on_login_host {
        return Err(Refusal::new("invalid_grant", "request not supported on this domain"));
    }
    let app = authenticated_app(work, form)?;
    if !app.client_credentials {
        return Err(Refusal::new("unsupported_grant_type", "grant type not supported"));
    }
    if app.ip_restricted {
        return Err(Refusal::new("invalid_grant", "ip restricted"));
    }
    let scopes = granted_scopes(&app, form.field("scope"))?;
    let run_as = app.run_as.as_deref().ok_or(NO_RUN_AS)?;
    let user = users::find(work.sql, run_as).map_err(crate::answers::Fault::from)?.ok_or(NO_RUN_AS)?;
    if !user.is_active {
        return Err(Refusal::new("invalid_grant", "inactive user"));
    }
    let access_token = tokens::issue(work, &app, &user.id, &scopes)?;
    answer(work, &app, &user.id, scopes, access_token)
}

const NO_RUN_AS: Refusal = Refusal::new("invalid_grant", "no client credentials user enabled");

/// The app whose key and secret were given.
pub(crate) fn authenticated_app(work: &Work<'_>, form: &TokenForm) -> Result<App, Refusal> {
    let unknown = || Refusal::new("invalid_client_id", "client identifier invalid");
    let consumer_key = form.client_id().ok_or_else(unknown)?;
    let app = apps::find(work.sql, consumer_key).map_err(crate::answers::Fault::from)?.ok_or_else(unknown)?;
    let secret = form.client_secret().ok_or(Refusal::new("invalid_client", "client secret required"))?;
    if bool::from(secret.as_bytes().ct_eq(app.consumer_secret.as_bytes())) {
        Ok(app)
    } else {
        Err(Refusal::new("invalid_client", "invalid client credentials"))
    }
}

/// The asked scopes, which must be the app's; all of them when none is asked for.
fn granted_scopes(app: &App, asked: Option<&str>) -> Result<String, Refusal> {
    // Without a refresh token there is nothing the refresh scope could grant.
    let own = app.scopes.iter().filter(|scope| !matches!(scope.as_str(), "refresh_token" | "offline_access"));
    let own: Vec<&str> = own.map(String::as_str).collect();
    if own.is_empty() {
        return Err(Refusal::new("invalid_grant", "no valid scopes defined"));
    }
    let Some(asked) = asked else { return Ok(own.join(" ")) };
    if asked.split_whitespace().all(|scope| app.scopes.iter().any(|known| known == scope)) {
        Ok(asked.split_whitespace().collect::<Vec<_>>().join(" "))
    } else {
        Err(Refusal::new("invalid_scope", "the requested scope is invalid, unknown, or malformed"))
    }
}

fn answer(
    work: &Work<'_>,
    app: &App,
    user_id: &str,
    scope: String,
    access_token: String,
) -> Result<TokenAnswer, Refusal> {
    let id = format!("{}/id/{}/{user_id}", work.org.sign_in_url(), work.org_id()?);
    let issued_at = work.now.timestamp_millis().to_string();
    Ok(TokenAnswer {
        access_token,
        signature: signature(&app.consumer_secret, &id, &issued_at),
        scope,
        instance_url: work.org.instance_url().to_owned(),
        id,
        token_type: "Bearer",
        issued_at,
        api_instance_url: "https://api.salesforce.com".to_owned(),
        token_format: app.token_format.as_str(),
    })
}

/// HMAC-SHA256 over the identity URL and the time of issue, keyed with the consumer secret.
fn signature(consumer_secret: &str, id: &str, issued_at: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, consumer_secret.as_bytes());
    STANDARD.encode(hmac::sign(&key, format!("{id}{issued_at}").as_bytes()))
}
