//! The device flow: a device shows a code, a person allows it at a browser elsewhere, the device asks until then.
//! Refuses to know pages and HTTP.

use chrono::TimeDelta;
use rusqlite::{Connection, OptionalExtension, params};

use crate::oauth::access::{self, FLOW_OFF, Proof};
use crate::oauth::apps::{App, random_text};
use crate::oauth::granting::{self, Granted};
use crate::oauth::wire::{Refusal, TokenAnswer, TokenForm};
use crate::oauth::{scopes, tokens, users};
use crate::org::Work;

/// Where a person types the code.
pub(crate) const CONNECT_PATH: &str = "/setup/connect";
/// How long a code is good.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// Seconds between two questions of a device.
const INTERVAL: u32 = 5;
/// Two questions closer than this come too fast; below the interval, since clocks and networks waver.
const CLOSEST: TimeDelta = TimeDelta::milliseconds(4_500);
/// Letters and digits that nobody confuses.
const USER_CODE: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ23456789";
const DEVICE_CODE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const PENDING: Refusal = Refusal::new("authorization_pending", "End-user authorization is pending");
const TOO_FAST: Refusal = Refusal::new("slow_down", "Polling too frequently");
const DENIED: Refusal = Refusal::new("access_denied", "end-user denied authorization");
/// The text is unconfirmed.
const UNKNOWN: Refusal = Refusal::new("invalid_grant", "invalid device code");
/// The text is unconfirmed.
const OVER: Refusal = Refusal::new("invalid_grant", "expired device code");

/// What a device waits for.
pub(crate) struct Waiting {
    digest: Vec<u8>,
    pub(crate) consumer_key: String,
    pub(crate) scopes: String,
    expires_at: i64,
    polled_at: i64,
    allowed_by: Option<String>,
    signed_in_at: Option<i64>,
    is_denied: bool,
}

/// Gives a device its two codes.
pub(crate) fn start(work: &Work<'_>, form: &TokenForm) -> Result<TokenAnswer, Refusal> {
    let app = access::named_app(work, form.client_id())?;
    access::check_admitted(&app)?;
    if !app.device {
        return Err(FLOW_OFF);
    }
    let scopes = scopes::granted(&app, form.field("scope"), true)?;
    let (device_code, user_code) = (random_text(43, DEVICE_CODE), random_text(8, USER_CODE));
    let over = work.now.timestamp_millis() - LIFETIME.num_milliseconds();
    work.sql.execute("DELETE FROM device_code WHERE expires_at < ?1", [over])?;
    let statement = "INSERT INTO device_code (digest, user_code, consumer_key, scopes, expires_at)
                     VALUES (?1, ?2, ?3, ?4, ?5)";
    let expires_at = (work.now + LIFETIME).timestamp_millis();
    let row = params![tokens::digest(&device_code), user_code, app.consumer_key, scopes, expires_at];
    work.sql.prepare_cached(statement)?.execute(row)?;
    Ok(TokenAnswer::default()
        .with("device_code", device_code)
        .with("user_code", user_code)
        .with("verification_uri", format!("{}{CONNECT_PATH}", work.org.sign_in_url()))
        .with("interval", INTERVAL))
}

/// Answers a device that asks whether it was allowed.
pub(crate) fn grant(work: &Work<'_>, form: &TokenForm) -> Result<TokenAnswer, Refusal> {
    let app = access::authenticated_app(work, form, |_| Proof::Optional)?;
    if !app.device {
        return Err(FLOW_OFF);
    }
    let code = form.field("code").ok_or(Refusal::new("invalid_request", "missing required code"))?;
    let waiting = find(work.sql, "digest = ?1", &tokens::digest(code))?.filter(|found| found.is_of(&app));
    let waiting = waiting.ok_or(UNKNOWN)?;
    let now = work.now.timestamp_millis();
    work.sql
        .prepare_cached("UPDATE device_code SET polled_at = ?2 WHERE digest = ?1")?
        .execute(params![waiting.digest, now])?;
    if waiting.expires_at <= now {
        return Err(OVER);
    }
    if waiting.is_denied {
        return Err(DENIED);
    }
    let Some(user_id) = &waiting.allowed_by else {
        return Err(if now - waiting.polled_at < CLOSEST.num_milliseconds() { TOO_FAST } else { PENDING });
    };
    let user = users::find(work.sql, user_id)?.ok_or(DENIED)?;
    access::check_user(work, &app, &user)?;
    access::count_login(work, &user.id)?;
    work.sql.prepare_cached("DELETE FROM device_code WHERE digest = ?1")?.execute([&waiting.digest])?;
    let granted =
        Granted { signed_in_at: waiting.signed_in_at, ..Granted::without_browser(&app, &user.id, &waiting.scopes) };
    Ok(granting::with_refresh_token(work, &granted)?)
}

/// What waits for this code, written as people write codes.
pub(crate) fn waiting(work: &Work<'_>, user_code: &str) -> rusqlite::Result<Option<Waiting>> {
    let plain: String = user_code.chars().filter(char::is_ascii_alphanumeric).collect();
    let found = find(work.sql, "user_code = ?1", &plain.to_ascii_uppercase())?;
    Ok(found.filter(|found| found.is_undecided() && found.expires_at > work.now.timestamp_millis()))
}

/// Writes down what the person decided.
pub(crate) fn decide(sql: &Connection, waiting: &Waiting, allowed_by: Option<(&str, i64)>) -> rusqlite::Result<()> {
    let statement = "UPDATE device_code SET user_id = ?2, signed_in_at = ?3, is_denied = ?4 WHERE digest = ?1";
    let (user_id, signed_in_at) = allowed_by.unzip();
    sql.prepare_cached(statement)?
        .execute(params![waiting.digest, user_id, signed_in_at, allowed_by.is_none()])
        .map(drop)
}

impl Waiting {
    fn is_of(&self, app: &App) -> bool {
        self.consumer_key == app.consumer_key
    }

    fn is_undecided(&self) -> bool {
        self.allowed_by.is_none() && !self.is_denied
    }
}

fn find(sql: &Connection, condition: &str, value: &dyn rusqlite::ToSql) -> rusqlite::Result<Option<Waiting>> {
    let statement = format!(
        "SELECT digest, consumer_key, scopes, expires_at, polled_at, user_id, signed_in_at, is_denied
         FROM device_code WHERE {condition}"
    );
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Waiting {
            digest: row.get(0)?,
            consumer_key: row.get(1)?,
            scopes: row.get(2)?,
            expires_at: row.get(3)?,
            polled_at: row.get(4)?,
            allowed_by: row.get(5)?,
            signed_in_at: row.get(6)?,
            is_denied: row.get(7)?,
        })
    };
    sql.prepare_cached(&statement)?.query_row([value], read).optional()
}
