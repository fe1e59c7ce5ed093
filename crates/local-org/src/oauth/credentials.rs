//! Passwords and security tokens: kept as salted digests, compared in constant time, locked after too many mistakes.
//! Refuses to know who asks and what is granted.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use subtle::ConstantTimeEq;

use crate::oauth::policies::SignInRules;
use crate::oauth::users::{self, User};

/// The password of a new org's administrator, unless its configuration names another.
pub(crate) const ADMIN_PASSWORD: &str = "local-org-password";
/// The security token of a new org's administrator.
pub(crate) const ADMIN_SECURITY_TOKEN: &str = "LOCALORGSECURITYTOKEN";
/// Wrong passwords in a row that lock a user (Salesforce's default).
const MISTAKES_ALLOWED: u32 = 10;
/// How long a user stays locked (Salesforce's default).
const LOCKED_FOR: TimeDelta = TimeDelta::minutes(15);
/// Enough to be slow for a thief of the file, and unnoticed at a start.
const ROUNDS: NonZeroU32 = NonZeroU32::new(5_000).unwrap();

/// Why a password does not open the org.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// No such user, or another password.
    Wrong,
    /// The password is right and the security token is missing.
    NoSecurityToken,
    Locked,
    Inactive,
    Frozen,
    /// The password is right and has to be changed.
    Expired,
}

/// Whether the security token has to follow the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecurityToken {
    /// A browser: never.
    Unknown,
    /// An API login from a trusted address: it may be there.
    Optional,
    /// An API login from any other address.
    Required,
}

impl SecurityToken {
    /// What the org's rules want of an API login.
    pub(crate) fn by(rules: &SignInRules) -> Self {
        if rules.security_token_required { Self::Required } else { Self::Optional }
    }
}

struct Kept {
    salt: Vec<u8>,
    digest: Vec<u8>,
    security_token: String,
    is_expired: bool,
    failures: u32,
    locked_until: i64,
}

/// Tries a password. A mistake is remembered, and success forgets the mistakes before it.
pub(crate) fn attempt(
    sql: &Connection,
    username: &str,
    password: &str,
    token: SecurityToken,
    now: DateTime<Utc>,
) -> rusqlite::Result<Result<User, Refused>> {
    let user = users::named(sql, username)?;
    let kept = user.as_ref().map(|user| find(sql, &user.id)).transpose()?.flatten();
    let (Some(user), Some(kept)) = (user, kept) else {
        // As slow as a known user, so that nobody learns names by the clock.
        derived(password, username.as_bytes());
        return Ok(Err(Refused::Wrong));
    };
    if kept.locked_until > now.timestamp_millis() {
        return Ok(Err(Refused::Locked));
    }
    if let Err(refused) = kept.check(password, token) {
        if refused == Refused::Wrong {
            remember_mistake(sql, &user.id, kept.failures + 1, now)?;
        }
        return Ok(Err(refused));
    }
    sql.prepare_cached("UPDATE credential SET failures = 0 WHERE user_id = ?1")?.execute([&user.id])?;
    Ok(match (user.is_active, user.is_frozen, kept.is_expired) {
        (false, _, _) => Err(Refused::Inactive),
        (_, true, _) => Err(Refused::Frozen),
        (_, _, true) => Err(Refused::Expired),
        _ => Ok(user),
    })
}

pub(crate) fn has_password(sql: &Connection, user_id: &str) -> rusqlite::Result<bool> {
    Ok(find(sql, user_id)?.is_some_and(|kept| !kept.digest.is_empty()))
}

/// Gives a user a new password, which also ends a lock and an expiry.
pub(crate) fn set_password(sql: &Connection, user_id: &str, password: &str) -> rusqlite::Result<()> {
    let salt: [u8; 16] = rand::random();
    set(sql, user_id, "salt", salt.to_vec())?;
    set(sql, user_id, "digest", derived(password, &salt))?;
    set(sql, user_id, "is_expired", false)?;
    unlock(sql, user_id)
}

pub(crate) fn set_security_token(sql: &Connection, user_id: &str, token: &str) -> rusqlite::Result<()> {
    set(sql, user_id, "security_token", token)
}

pub(crate) fn set_frozen(sql: &Connection, user_id: &str, is_frozen: bool) -> rusqlite::Result<()> {
    set(sql, user_id, "is_frozen", is_frozen)
}

/// Whether the user must choose another password before anything else.
pub(crate) fn set_expired(sql: &Connection, user_id: &str, is_expired: bool) -> rusqlite::Result<()> {
    set(sql, user_id, "is_expired", is_expired)
}

/// Locks a user as too many mistakes do.
pub(crate) fn lock(sql: &Connection, user_id: &str, now: DateTime<Utc>) -> rusqlite::Result<()> {
    set(sql, user_id, "locked_until", (now + LOCKED_FOR).timestamp_millis())
}

pub(crate) fn unlock(sql: &Connection, user_id: &str) -> rusqlite::Result<()> {
    set(sql, user_id, "locked_until", 0_i64)?;
    set(sql, user_id, "failures", 0_i64)
}

impl Kept {
    fn check(&self, given: &str, token: SecurityToken) -> Result<(), Refused> {
        if token != SecurityToken::Unknown
            && let Some(password) = without_token(given, &self.security_token)
            && self.is_password(password)
        {
            return Ok(());
        }
        match (self.is_password(given), token) {
            (false, _) => Err(Refused::Wrong),
            (true, SecurityToken::Required) => Err(Refused::NoSecurityToken),
            (true, _) => Ok(()),
        }
    }

    fn is_password(&self, password: &str) -> bool {
        !self.digest.is_empty() && bool::from(derived(password, &self.salt).ct_eq(&self.digest))
    }
}

/// The password in front of the security token, when that is what was given.
fn without_token<'given>(given: &'given str, token: &str) -> Option<&'given str> {
    let (password, end) = given.split_at_checked(given.len().checked_sub(token.len())?)?;
    (!token.is_empty() && bool::from(end.as_bytes().ct_eq(token.as_bytes()))).then_some(password)
}

fn remember_mistake(sql: &Connection, user_id: &str, failures: u32, now: DateTime<Utc>) -> rusqlite::Result<()> {
    if failures >= MISTAKES_ALLOWED {
        set(sql, user_id, "failures", 0_i64)?;
        return lock(sql, user_id, now);
    }
    set(sql, user_id, "failures", failures)
}

fn find(sql: &Connection, user_id: &str) -> rusqlite::Result<Option<Kept>> {
    let statement = "SELECT salt, digest, security_token, is_expired, failures, locked_until FROM credential
                     WHERE user_id = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Kept {
            salt: row.get::<_, Option<Vec<u8>>>(0)?.unwrap_or_default(),
            digest: row.get::<_, Option<Vec<u8>>>(1)?.unwrap_or_default(),
            security_token: row.get(2)?,
            is_expired: row.get(3)?,
            failures: row.get(4)?,
            locked_until: row.get(5)?,
        })
    };
    sql.prepare_cached(statement)?.query_row([user_id], read).optional()
}

/// Sets one column of a user's row, which is made when missing. `column` is one of the names above.
fn set(sql: &Connection, user_id: &str, column: &str, value: impl rusqlite::ToSql) -> rusqlite::Result<()> {
    let statement = format!(
        "INSERT INTO credential (user_id, {column}) VALUES (?1, ?2) ON CONFLICT (user_id) DO UPDATE SET {column} = ?2"
    );
    sql.prepare_cached(&statement)?.execute(params![user_id, value]).map(drop)
}

fn derived(password: &str, salt: &[u8]) -> Vec<u8> {
    let mut digest = vec![0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, salt, password.as_bytes(), &mut digest);
    digest
}
