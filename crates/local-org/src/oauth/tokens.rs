//! Access tokens: issued, found again by their digest, extended by use, expired, revoked.
//! The token itself is not kept. Refuses to know HTTP.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::answers::Fault;
use crate::oauth::apps::{App, TokenFormat, random_text};
use crate::oauth::signing::SigningKey;
use crate::org::Work;

const OPAQUE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
/// Characters of an opaque token behind the org id and the exclamation mark.
const OPAQUE_LENGTH: usize = 96;

/// What a presented token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) user_id: String,
    pub(crate) consumer_key: String,
    pub(crate) scopes: String,
    pub(crate) format: TokenFormat,
    pub(crate) issued_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    lifetime: TimeDelta,
}

/// What a token is known by.
pub(crate) type Digest256 = [u8; 32];

impl Session {
    /// When the database has to be asked again: a token ends, or is extended by use in the second half of its life.
    pub(crate) fn next_look(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let half = self.expires_at - self.lifetime / 2;
        if self.format == TokenFormat::Opaque && half > now { half } else { self.expires_at }
    }
}

/// The key id in the header of JWT access tokens and in `/id/keys`.
pub(crate) fn key_id(org_id: &str) -> String {
    format!("CORE_ATJWT.{org_id}.0")
}

/// The lifetime of a session that no app asked for, in seconds (the session timeout of a new org).
pub(crate) const SESSION_SECONDS: u32 = 7_200;

/// Issues a token for a user of an app.
pub(crate) fn issue(work: &Work<'_>, app: &App, user_id: &str, scopes: &str) -> Result<String, Fault> {
    let lifetime = TimeDelta::seconds(i64::from(app.token_lifetime_seconds));
    let token = match app.token_format {
        TokenFormat::Opaque => opaque(&work.org_id()?),
        TokenFormat::Jwt => jwt(work, app, user_id, scopes, work.now + lifetime)?,
    };
    keep(work, app, user_id, scopes, &token)?;
    Ok(token)
}

/// Issues a session to a user who signed in without an app; it may do everything.
pub(crate) fn issue_session(work: &Work<'_>, user_id: &str) -> Result<String, Fault> {
    let no_app = App { token_lifetime_seconds: SESSION_SECONDS, ..App::default() };
    issue(work, &no_app, user_id, "full")
}

fn keep(work: &Work<'_>, app: &App, user_id: &str, scopes: &str, token: &str) -> Result<(), Fault> {
    let lifetime = TimeDelta::seconds(i64::from(app.token_lifetime_seconds));
    work.sql
        .prepare_cached(
            "INSERT INTO token (digest, format, consumer_key, user_id, scopes, issued_at, expires_at, lifetime)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            digest(token),
            app.token_format.as_str(),
            app.consumer_key,
            user_id,
            scopes,
            work.now.timestamp_millis(),
            (work.now + lifetime).timestamp_millis(),
            lifetime.num_milliseconds(),
        ])?;
    Ok(())
}

/// What a token stands for; nothing when it is unknown, expired or revoked. Use in the second half of its life extends
/// an opaque token.
pub(crate) fn present(sql: &Connection, token: &str, now: DateTime<Utc>) -> rusqlite::Result<Option<Session>> {
    let digest = digest(token);
    let statement = "SELECT user_id, consumer_key, scopes, format, issued_at, expires_at, lifetime FROM token
                     WHERE digest = ?1 AND expires_at > ?2";
    let now_ms = now.timestamp_millis();
    let mut found = sql.prepare_cached(statement)?.query_row(params![digest, now_ms], read).optional()?;
    if let Some(session) = &mut found {
        let lifetime = session.lifetime.num_milliseconds();
        let is_late = session.expires_at.timestamp_millis() - now_ms < lifetime / 2;
        if session.format == TokenFormat::Opaque && is_late {
            let extend = "UPDATE token SET expires_at = ?2 WHERE digest = ?1";
            sql.prepare_cached(extend)?.execute(params![digest, now_ms + lifetime])?;
            session.expires_at = now + session.lifetime;
        }
    }
    Ok(found)
}

/// What a token stands for, without the extension that use brings.
pub(crate) fn look_at(sql: &Connection, token: &str, now: DateTime<Utc>) -> rusqlite::Result<Option<Session>> {
    let statement = "SELECT user_id, consumer_key, scopes, format, issued_at, expires_at, lifetime FROM token
                     WHERE digest = ?1 AND expires_at > ?2";
    let row = params![digest(token), now.timestamp_millis()];
    sql.prepare_cached(statement)?.query_row(row, read).optional()
}

pub(crate) fn revoke(sql: &Connection, token: &str) -> rusqlite::Result<()> {
    sql.prepare_cached("DELETE FROM token WHERE digest = ?1")?.execute([digest(token)]).map(drop)
}

/// Ends every token now.
pub(crate) fn expire_all(sql: &Connection) -> rusqlite::Result<usize> {
    sql.prepare_cached("UPDATE token SET expires_at = 0")?.execute([])
}

/// Ends every token of a user now.
pub(crate) fn expire_of_user(sql: &Connection, user_id: &str) -> rusqlite::Result<usize> {
    sql.prepare_cached("UPDATE token SET expires_at = 0 WHERE user_id = ?1")?.execute([user_id])
}

/// Ends every access token and refresh token of an app.
pub(crate) fn end_all_of_app(sql: &Connection, consumer_key: &str) -> rusqlite::Result<()> {
    sql.execute("DELETE FROM token WHERE consumer_key = ?1", [consumer_key])?;
    let of_app = "(SELECT id FROM refresh_grant WHERE consumer_key = ?1)";
    sql.execute(&format!("DELETE FROM granted_token WHERE grant_id IN {of_app}"), [consumer_key])?;
    sql.execute(&format!("DELETE FROM refresh_token WHERE grant_id IN {of_app}"), [consumer_key])?;
    sql.execute("DELETE FROM refresh_grant WHERE consumer_key = ?1", [consumer_key]).map(drop)
}

/// Ends the access tokens that came from a grant.
pub(crate) fn end_all_of_grant(sql: &Connection, grant_id: i64) -> rusqlite::Result<()> {
    let of_grant = "DELETE FROM token WHERE digest IN (SELECT digest FROM granted_token WHERE grant_id = ?1)";
    sql.prepare_cached(of_grant)?.execute([grant_id])?;
    sql.prepare_cached("DELETE FROM granted_token WHERE grant_id = ?1")?.execute([grant_id]).map(drop)
}

/// Forgets tokens and codes that ended more than a day ago: nobody can tell them from those that never were.
pub(crate) fn forget_old(sql: &Connection, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let yesterday = (now - TimeDelta::days(1)).timestamp_millis();
    for table in ["token", "authorization_code", "device_code", "browser_session"] {
        sql.execute(&format!("DELETE FROM {table} WHERE expires_at < ?1"), [yesterday])?;
    }
    sql.execute("DELETE FROM granted_token WHERE digest NOT IN (SELECT digest FROM token)", []).map(drop)
}

/// Whether a token has the shape of a JWT: Salesforce refuses a bad one of these in other words.
pub(crate) fn looks_like_jwt(token: &str) -> bool {
    token.starts_with("eyJ") && token.matches('.').count() == 2 && !token.contains('!')
}

fn opaque(org_id: &str) -> String {
    format!("{}!{}", org_id.get(..15).unwrap_or_default(), random_text(OPAQUE_LENGTH, OPAQUE))
}

fn jwt(work: &Work<'_>, app: &App, user_id: &str, scopes: &str, expires_at: DateTime<Utc>) -> Result<String, Fault> {
    let org_id = work.org_id()?;
    let header = json!({
        "tnk": format!("core/local/{org_id}"), "ver": "1.0", "kid": key_id(&org_id), "tty": "sfdc-core-token",
        "typ": "JWT", "alg": "RS256",
    });
    let payload = json!({
        "scp": scopes,
        "aud": [work.org.instance_url()],
        "sub": format!("uid:{user_id}"),
        "nbf": work.now.timestamp(),
        "mty": "oauth",
        "sfi": random_text(64, b"0123456789abcdef"),
        "roles": [],
        "iss": work.org.instance_url(),
        "hsc": false,
        "exp": expires_at.timestamp(),
        "iat": work.now.timestamp(),
        "client_id": app.consumer_key,
    });
    SigningKey::of(work.org, work.sql)?.token(&header, &payload)
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Session> {
    let format: String = row.get(3)?;
    Ok(Session {
        user_id: row.get(0)?,
        consumer_key: row.get(1)?,
        scopes: row.get(2)?,
        format: if format == TokenFormat::Jwt.as_str() { TokenFormat::Jwt } else { TokenFormat::Opaque },
        issued_at: DateTime::from_timestamp_millis(row.get(4)?).unwrap_or_default(),
        expires_at: DateTime::from_timestamp_millis(row.get(5)?).unwrap_or_default(),
        lifetime: TimeDelta::milliseconds(row.get(6)?),
    })
}

/// What a token is known by; the token itself is not kept.
pub(crate) fn digest(token: &str) -> Digest256 {
    Sha256::digest(token.as_bytes()).into()
}
