//! Authorization codes: made when a user allows an app, exchanged once for tokens. Refuses to know pages and HTTP.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::oauth::access::{self, FLOW_OFF, Proof};
use crate::oauth::apps::{App, random_text};
use crate::oauth::granting::{self, Granted};
use crate::oauth::wire::{Refusal, TokenAnswer, TokenForm};
use crate::oauth::{tokens, users};
use crate::org::Work;

/// How long a code is good (unconfirmed).
const LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// The lengths of a code verifier. RFC 7636 ends at 128 characters, Salesforce at 128 bytes, which jsforce sends in base64.
const VERIFIER_LENGTHS: std::ops::RangeInclusive<usize> = 43..=171;
const CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";

/// The text is unconfirmed.
const UNKNOWN: Refusal = Refusal::new("invalid_grant", "invalid authorization code");
const OVER: Refusal = Refusal::new("invalid_grant", "expired authorization code");
const WRONG_VERIFIER: Refusal = Refusal::new("invalid_grant", "invalid code verifier");
const OTHER_CALLBACK: Refusal = Refusal::new("redirect_uri_mismatch", "redirect_uri must match configuration");
/// The text is unconfirmed.
const NO_CALLBACK: Refusal = Refusal::new("redirect_uri_missing", "must provide redirect_uri");

/// What a user has allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Allowed {
    pub(crate) consumer_key: String,
    pub(crate) user_id: String,
    pub(crate) scopes: String,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) signed_in_at: i64,
}

struct Kept {
    allowed: Allowed,
    expires_at: i64,
    is_used: bool,
}

/// Makes the code that stands for what was allowed. As Salesforce's, it has characters that a URL must escape.
pub(crate) fn make(work: &Work<'_>, allowed: &Allowed) -> rusqlite::Result<String> {
    let code = format!("aPrx{}==", random_text(76, CHARACTERS));
    let statement =
        "INSERT INTO authorization_code (digest, consumer_key, user_id, scopes, redirect_uri, challenge, nonce,
                     signed_in_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    work.sql.prepare_cached(statement)?.execute(params![
        tokens::digest(&code),
        allowed.consumer_key,
        allowed.user_id,
        allowed.scopes,
        allowed.redirect_uri,
        allowed.challenge,
        allowed.nonce,
        allowed.signed_in_at,
        (work.now + LIFETIME).timestamp_millis(),
    ])?;
    Ok(code)
}

pub(crate) fn grant(work: &Work<'_>, form: &TokenForm) -> Result<TokenAnswer, Refusal> {
    let is_needed = |app: &App| if app.secret_required { Proof::Required } else { Proof::Optional };
    let app = access::authenticated_app(work, form, is_needed)?;
    if !app.authorization_code {
        return Err(FLOW_OFF);
    }
    let code = form.field("code").ok_or(Refusal::new("invalid_request", "missing required code"))?;
    let kept = find(work, code)?.filter(|kept| kept.allowed.consumer_key == app.consumer_key).ok_or(UNKNOWN)?;
    if kept.is_used || kept.expires_at <= work.now.timestamp_millis() {
        return Err(OVER);
    }
    let allowed = kept.allowed;
    if form.field("redirect_uri").ok_or(NO_CALLBACK)? != allowed.redirect_uri {
        return Err(OTHER_CALLBACK);
    }
    if !is_verified(allowed.challenge.as_deref(), form.field("code_verifier")) {
        return Err(WRONG_VERIFIER);
    }
    work.sql
        .prepare_cached("UPDATE authorization_code SET is_used = 1 WHERE digest = ?1")?
        .execute([tokens::digest(code)])?;
    let user = users::find(work.sql, &allowed.user_id)?.ok_or(UNKNOWN)?;
    access::check_user(work, &app, &user)?;
    access::count_login(work, &user.id)?;
    let granted = Granted {
        app: &app,
        user_id: &user.id,
        scopes: &allowed.scopes,
        nonce: allowed.nonce.as_deref(),
        signed_in_at: Some(allowed.signed_in_at),
    };
    Ok(granting::with_refresh_token(work, &granted)?)
}

/// PKCE (RFC 7636): the verifier's digest is the challenge; neither comes without the other.
fn is_verified(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) if VERIFIER_LENGTHS.contains(&verifier.len()) => {
            let expected = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
            expected.as_bytes().ct_eq(challenge.as_bytes()).into()
        }
        _ => false,
    }
}

fn find(work: &Work<'_>, code: &str) -> rusqlite::Result<Option<Kept>> {
    let statement =
        "SELECT consumer_key, user_id, scopes, redirect_uri, challenge, nonce, signed_in_at, expires_at, is_used
                     FROM authorization_code WHERE digest = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Kept {
            allowed: Allowed {
                consumer_key: row.get(0)?,
                user_id: row.get(1)?,
                scopes: row.get(2)?,
                redirect_uri: row.get(3)?,
                challenge: row.get(4)?,
                nonce: row.get(5)?,
                signed_in_at: row.get(6)?,
            },
            expires_at: row.get(7)?,
            is_used: row.get(8)?,
        })
    };
    work.sql.prepare_cached(statement)?.query_row([tokens::digest(code)], read).optional()
}
