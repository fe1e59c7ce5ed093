//! What a user has approved, and the refresh tokens that came of it: five per user and app, replaced when rotation is on,
//! over when the app's policy says so. Refuses to know HTTP and access tokens beyond their digests.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use crate::oauth::apps::{App, random_text};
use crate::oauth::policies::RefreshPolicy;
use crate::oauth::{scopes, tokens};
use crate::org::Work;

/// Grants of one user to one app that are kept; the oldest gives way to the next.
const GRANTS_KEPT: u32 = 5;
const CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";

/// One approval with the right to come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) id: i64,
    pub(crate) consumer_key: String,
    pub(crate) user_id: String,
    pub(crate) scopes: String,
    pub(crate) issued_at: i64,
    pub(crate) used_at: i64,
}

/// What a refresh token is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Presented {
    Current(Grant),
    /// It was replaced: somebody uses a copy.
    Replaced(Grant),
    Unknown,
}

/// Remembers what a user allowed an app, beside what was allowed before.
pub(crate) fn keep_consent(sql: &Connection, app: &App, user_id: &str, allowed: &str) -> rusqlite::Result<()> {
    let before = consent(sql, &app.consumer_key, user_id)?.unwrap_or_default();
    let statement = "INSERT INTO consent (consumer_key, user_id, scopes) VALUES (?1, ?2, ?3)
                     ON CONFLICT (consumer_key, user_id) DO UPDATE SET scopes = ?3";
    let all = scopes::united(&before, allowed);
    sql.prepare_cached(statement)?.execute(params![app.consumer_key, user_id, all]).map(drop)
}

/// The scopes a user allowed an app.
pub(crate) fn consent(sql: &Connection, consumer_key: &str, user_id: &str) -> rusqlite::Result<Option<String>> {
    sql.prepare_cached("SELECT scopes FROM consent WHERE consumer_key = ?1 AND user_id = ?2")?
        .query_row([consumer_key, user_id], |row| row.get(0))
        .optional()
}

/// Makes a grant; answers its id and its refresh token. The sixth takes the oldest away.
pub(crate) fn make(work: &Work<'_>, app: &App, user_id: &str, scopes: &str) -> rusqlite::Result<(i64, String)> {
    let sql = work.sql;
    let statement = "INSERT INTO refresh_grant (consumer_key, user_id, scopes, issued_at, used_at)
                     VALUES (?1, ?2, ?3, ?4, ?4) RETURNING id";
    let row = params![app.consumer_key, user_id, scopes, work.now.timestamp_millis()];
    let id = sql.prepare_cached(statement)?.query_row(row, |row| row.get(0))?;
    let surplus = "SELECT id FROM refresh_grant WHERE consumer_key = ?1 AND user_id = ?2 ORDER BY id DESC
                   LIMIT -1 OFFSET ?3";
    let surplus: Vec<i64> = sql
        .prepare_cached(surplus)?
        .query_map(params![app.consumer_key, user_id, GRANTS_KEPT], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for oldest in surplus {
        end(work, oldest)?;
    }
    Ok((id, new_token(sql, id)?))
}

pub(crate) fn present(sql: &Connection, token: &str) -> rusqlite::Result<Presented> {
    let statement = "SELECT id, consumer_key, user_id, scopes, issued_at, used_at, is_current
                     FROM refresh_token JOIN refresh_grant ON id = grant_id WHERE digest = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        let grant = Grant {
            id: row.get(0)?,
            consumer_key: row.get(1)?,
            user_id: row.get(2)?,
            scopes: row.get(3)?,
            issued_at: row.get(4)?,
            used_at: row.get(5)?,
        };
        Ok(if row.get(6)? { Presented::Current(grant) } else { Presented::Replaced(grant) })
    };
    let found = sql.prepare_cached(statement)?.query_row([tokens::digest(token)], read).optional()?;
    Ok(found.unwrap_or(Presented::Unknown))
}

/// When a grant's refresh token stops to work, in milliseconds since 1970; never without a time.
pub(crate) fn ends_at(app: &App, grant: &Grant) -> Option<i64> {
    match app.refresh_policy {
        RefreshPolicy::ValidUntilRevoked => None,
        RefreshPolicy::ExpireImmediately => Some(grant.issued_at),
        RefreshPolicy::UnusedForSeconds(seconds) => Some(grant.used_at + i64::from(seconds) * 1_000),
        RefreshPolicy::AfterSeconds(seconds) => Some(grant.issued_at + i64::from(seconds) * 1_000),
    }
}

pub(crate) fn mark_used(sql: &Connection, id: i64, now: DateTime<Utc>) -> rusqlite::Result<()> {
    sql.prepare_cached("UPDATE refresh_grant SET used_at = ?2 WHERE id = ?1")?
        .execute(params![id, now.timestamp_millis()])
        .map(drop)
}

/// A refresh token that takes the place of the one before.
pub(crate) fn rotate(sql: &Connection, id: i64) -> rusqlite::Result<String> {
    sql.prepare_cached("UPDATE refresh_token SET is_current = 0 WHERE grant_id = ?1")?.execute([id])?;
    new_token(sql, id)
}

/// Notes that an access token came from a grant and ends with it.
pub(crate) fn attach(sql: &Connection, id: i64, access_token: &str) -> rusqlite::Result<()> {
    sql.prepare_cached("INSERT OR REPLACE INTO granted_token (digest, grant_id) VALUES (?1, ?2)")?
        .execute(params![tokens::digest(access_token), id])
        .map(drop)
}

/// Ends a grant with its refresh tokens and access tokens; with the last one, the user's approval of the app.
pub(crate) fn end(work: &Work<'_>, id: i64) -> rusqlite::Result<()> {
    work.sessions_changed();
    let sql = work.sql;
    let owner: Option<(String, String)> = sql
        .prepare_cached("DELETE FROM refresh_grant WHERE id = ?1 RETURNING consumer_key, user_id")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    tokens::end_all_of_grant(sql, id)?;
    sql.prepare_cached("DELETE FROM refresh_token WHERE grant_id = ?1")?.execute([id])?;
    let Some((consumer_key, user_id)) = owner else { return Ok(()) };
    let others = "SELECT 1 FROM refresh_grant WHERE consumer_key = ?1 AND user_id = ?2";
    if !sql.prepare_cached(others)?.exists([&consumer_key, &user_id])? {
        sql.prepare_cached("DELETE FROM consent WHERE consumer_key = ?1 AND user_id = ?2")?
            .execute([&consumer_key, &user_id])?;
    }
    Ok(())
}

fn new_token(sql: &Connection, id: i64) -> rusqlite::Result<String> {
    let token = format!("5Aep861{}", random_text(80, CHARACTERS));
    sql.prepare_cached("INSERT INTO refresh_token (digest, grant_id, is_current) VALUES (?1, ?2, 1)")?
        .execute(params![tokens::digest(&token), id])?;
    Ok(token)
}
