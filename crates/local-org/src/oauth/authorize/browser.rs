//! Who sits at a browser: a cookie for the person who signed in, and one that ties forms to the browser they were shown to,
//! so that no page elsewhere can send them. Refuses to know what is asked for.

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::TimeDelta;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::oauth::apps::random_text;
use crate::oauth::tokens;
use crate::org::{OrgState, Work};

/// How long a browser stays signed in (the session timeout of a new org).
const LIFETIME: TimeDelta = TimeDelta::seconds(tokens::SESSION_SECONDS as i64);
const CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const SECRET_LENGTH: usize = 43;

/// The person at a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedIn {
    pub(crate) user_id: String,
    /// In milliseconds since 1970.
    pub(crate) signed_in_at: i64,
}

/// What a browser brings: both cookies, the second made up when it is new here.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    session: Option<String>,
    form_secret: String,
    is_new: bool,
    suffix: String,
    is_secure: bool,
}

impl Browser {
    pub(crate) fn of(org: &OrgState, headers: &HeaderMap) -> Self {
        // Browsers keep one jar for all ports of a host; two orgs side by side must not take each other's cookies.
        let suffix = org.sign_in_url().rsplit(':').next().unwrap_or_default().to_owned();
        let known = cookie(headers, &format!("local_org_form_{suffix}"));
        Self {
            session: cookie(headers, &format!("local_org_session_{suffix}")),
            is_new: known.is_none(),
            form_secret: known.unwrap_or_else(|| random_text(SECRET_LENGTH, CHARACTERS)),
            suffix,
            is_secure: org.sign_in_url().starts_with("https:"),
        }
    }

    /// What forms carry; only who can read the cookie could make it.
    pub(crate) fn form_token(&self) -> String {
        let digest = Sha256::digest(format!("form {}", self.form_secret).as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a form was shown to this browser.
    pub(crate) fn is_own_form(&self, token: Option<&str>) -> bool {
        !self.is_new && token.is_some_and(|token| token.as_bytes().ct_eq(self.form_token().as_bytes()).into())
    }

    /// The cookie that a browser without one is given.
    pub(crate) fn form_cookie(&self) -> Option<HeaderValue> {
        if self.is_new { self.set_cookie("form", &self.form_secret) } else { None }
    }

    pub(crate) fn session_cookie(&self, session: &str) -> Option<HeaderValue> {
        self.set_cookie("session", session)
    }

    /// Who signed in at this browser, if that is not too long ago.
    pub(crate) fn person(&self, work: &Work<'_>) -> rusqlite::Result<Option<SignedIn>> {
        let Some(session) = &self.session else { return Ok(None) };
        let statement = "SELECT user_id, signed_in_at FROM browser_session WHERE digest = ?1 AND expires_at > ?2";
        let read = |row: &rusqlite::Row<'_>| Ok(SignedIn { user_id: row.get(0)?, signed_in_at: row.get(1)? });
        let row = params![tokens::digest(session), work.now.timestamp_millis()];
        work.sql.prepare_cached(statement)?.query_row(row, read).optional()
    }

    /// Signs a user in at this browser, in place of who was; answers the value of the new cookie.
    pub(crate) fn sign_in(&self, work: &Work<'_>, user_id: &str) -> rusqlite::Result<String> {
        self.sign_out(work)?;
        let session = random_text(SECRET_LENGTH, CHARACTERS);
        let (now, over) = (work.now.timestamp_millis(), (work.now + LIFETIME).timestamp_millis());
        work.sql.execute("DELETE FROM browser_session WHERE expires_at <= ?1", [now])?;
        let statement =
            "INSERT INTO browser_session (digest, user_id, signed_in_at, expires_at) VALUES (?1, ?2, ?3, ?4)";
        work.sql.execute(statement, params![tokens::digest(&session), user_id, now, over])?;
        Ok(session)
    }

    pub(crate) fn sign_out(&self, work: &Work<'_>) -> rusqlite::Result<()> {
        let Some(session) = &self.session else { return Ok(()) };
        work.sql.execute("DELETE FROM browser_session WHERE digest = ?1", [tokens::digest(session)]).map(drop)
    }
}

impl Browser {
    /// Out of reach of scripts, and not sent along when another site posts a form here.
    fn set_cookie(&self, name: &str, value: &str) -> Option<HeaderValue> {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let cookie = format!("local_org_{name}_{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}", self.suffix);
        HeaderValue::from_str(&cookie).ok()
    }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, value)| *known == name && !value.is_empty()).map(|(_, value)| value.to_owned())
}
