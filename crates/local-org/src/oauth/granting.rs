//! The end of every flow: tokens are made and the answer is put together. Refuses to know who asked and why.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::answers::Fault;
use crate::oauth::apps::App;
use crate::oauth::signing::SigningKey;
use crate::oauth::wire::TokenAnswer;
use crate::oauth::{refresh_grants, scopes, tokens};
use crate::org::Work;

/// Where the platform APIs are.
const API_INSTANCE_URL: &str = "https://api.salesforce.com";
/// How long an id token can be trusted, in seconds (unconfirmed).
const ID_TOKEN_SECONDS: i64 = 120;

/// What a flow has found out.
pub(crate) struct Granted<'flow> {
    pub(crate) app: &'flow App,
    pub(crate) user_id: &'flow str,
    pub(crate) scopes: &'flow str,
    /// What the client wants to find again in the id token.
    pub(crate) nonce: Option<&'flow str>,
    /// When the user typed a password, in milliseconds since 1970; no id token without it.
    pub(crate) signed_in_at: Option<i64>,
}

impl<'flow> Granted<'flow> {
    /// Of a flow in which nobody was at a browser.
    pub(crate) fn without_browser(app: &'flow App, user_id: &'flow str, scopes: &'flow str) -> Self {
        Self { app, user_id, scopes, nonce: None, signed_in_at: None }
    }
}

/// An access token, and a refresh token where the scopes have it.
pub(crate) fn with_refresh_token(work: &Work<'_>, granted: &Granted<'_>) -> Result<TokenAnswer, Fault> {
    if !scopes::has_refresh(granted.scopes) {
        return access_only(work, granted);
    }
    let (grant_id, refresh_token) = refresh_grants::make(work, granted.app, granted.user_id, granted.scopes)?;
    of_grant(work, granted, grant_id, Some(refresh_token))
}

/// An access token that ends with its grant.
pub(crate) fn of_grant(
    work: &Work<'_>,
    granted: &Granted<'_>,
    grant_id: i64,
    refresh_token: Option<String>,
) -> Result<TokenAnswer, Fault> {
    let access_token = tokens::issue(work, granted.app, granted.user_id, granted.scopes)?;
    refresh_grants::attach(work.sql, grant_id, &access_token)?;
    Ok(full(work, granted, &access_token)?.with_some("refresh_token", refresh_token))
}

/// An access token alone.
pub(crate) fn access_only(work: &Work<'_>, granted: &Granted<'_>) -> Result<TokenAnswer, Fault> {
    let access_token = tokens::issue(work, granted.app, granted.user_id, granted.scopes)?;
    full(work, granted, &access_token)
}

/// The short answer of the bearer flow: no signature and no time.
pub(crate) fn short(work: &Work<'_>, granted: &Granted<'_>) -> Result<TokenAnswer, Fault> {
    let access_token = tokens::issue(work, granted.app, granted.user_id, granted.scopes)?;
    Ok(TokenAnswer::default()
        .with("access_token", access_token)
        .with("scope", granted.scopes)
        .with("instance_url", work.org.instance_url())
        .with("id", identity_url(work, granted.user_id)?)
        .with("token_type", "Bearer"))
}

/// The URL that names a user of this org.
pub(crate) fn identity_url(work: &Work<'_>, user_id: &str) -> Result<String, Fault> {
    Ok(format!("{}/id/{}/{user_id}", work.org.sign_in_url(), work.org_id()?))
}

/// The claims of an id token (OpenID Connect Core, section 2), signed.
pub(crate) fn id_token(work: &Work<'_>, granted: &Granted<'_>, access_token: &str) -> Result<Option<String>, Fault> {
    let Some(signed_in_at) = granted.signed_in_at.filter(|_| scopes::has(granted.scopes, "openid")) else {
        return Ok(None);
    };
    let half = Sha256::digest(access_token.as_bytes());
    let mut claims = json!({
        "iss": work.org.sign_in_url(),
        "sub": identity_url(work, granted.user_id)?,
        "aud": granted.app.consumer_key,
        "iat": work.now.timestamp(),
        "exp": work.now.timestamp() + ID_TOKEN_SECONDS,
        "auth_time": signed_in_at / 1_000,
        "at_hash": URL_SAFE_NO_PAD.encode(&half[..16]),
    });
    if let (Some(nonce), Value::Object(claims)) = (granted.nonce, &mut claims) {
        claims.insert("nonce".to_owned(), nonce.into());
    }
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": tokens::key_id(&work.org_id()?)});
    SigningKey::of(work.org, work.sql)?.token(&header, &claims).map(Some)
}

fn full(work: &Work<'_>, granted: &Granted<'_>, access_token: &str) -> Result<TokenAnswer, Fault> {
    let id = identity_url(work, granted.user_id)?;
    let issued_at = work.now.timestamp_millis().to_string();
    Ok(TokenAnswer::default()
        .with("access_token", access_token)
        .with("signature", signature(&granted.app.consumer_secret, &id, &issued_at))
        .with("scope", granted.scopes)
        .with_some("id_token", id_token(work, granted, access_token)?)
        .with("instance_url", work.org.instance_url())
        .with("id", id)
        .with("token_type", "Bearer")
        .with("issued_at", issued_at)
        .with("api_instance_url", API_INSTANCE_URL)
        .with("token_format", granted.app.token_format.as_str()))
}

/// HMAC-SHA256 over the identity URL and the time of issue, keyed with the consumer secret.
fn signature(consumer_secret: &str, id: &str, issued_at: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, consumer_secret.as_bytes());
    STANDARD.encode(hmac::sign(&key, format!("{id}{issued_at}").as_bytes()))
}
