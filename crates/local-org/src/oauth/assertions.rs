//! JSON Web Tokens that clients sign with the key of an app's certificate (RFC 7523). Refuses to know who is granted what.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::params;
use serde_json::Value;
use x509_parser::pem::parse_x509_pem;

use crate::oauth::access::WRONG_CLIENT;
use crate::oauth::apps::App;
use crate::oauth::wire::{Refusal, TokenForm};
use crate::org::Work;

/// How far ahead of the org's clock an assertion may expire.
const LONGEST_LIFE: TimeDelta = TimeDelta::minutes(3);
/// What rounding to whole seconds may add: simple-salesforce asks for three minutes and rounds up as well as down.
const ROUNDING: TimeDelta = TimeDelta::milliseconds(500);
/// Numbers from here on are milliseconds: in seconds they would name the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;
/// The audiences that stand for every org.
const LOGIN_HOSTS: [&str; 2] = ["login.salesforce.com", "test.salesforce.com"];
/// The endpoint that assertions of a client itself may name as their audience.
const TOKEN_PATH: &str = "/services/oauth2/token";
const CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The texts of what is wrong with an assertion are unconfirmed but for the first.
const INVALID: Refusal = Refusal::new("invalid_grant", "invalid assertion");
const AUDIENCE: Refusal = Refusal::new("invalid_grant", "audience is invalid");
const EXPIRED: Refusal = Refusal::new("invalid_grant", "assertion expired");
const TOO_LONG: Refusal = Refusal::new("invalid_grant", "expiration is too far in the future");
const REPLAYED: Refusal = Refusal::new("invalid_grant", "assertion has been used before");

/// The claims of an assertion whose signature and times have been checked.
pub(crate) struct Claims(Value);

impl Claims {
    /// The user it speaks for; `prn` is the older name of `sub`.
    pub(crate) fn subject(&self) -> Option<&str> {
        self.0.get("sub").or_else(|| self.0.get("prn")).and_then(Value::as_str)
    }
}

/// Who says to have signed this; not checked.
pub(crate) fn issuer(assertion: &str) -> Option<String> {
    Some(payload(assertion)?.get("iss")?.as_str()?.to_owned())
}

/// Whether a text is an X.509 certificate in PEM whose key can verify RS256.
pub(crate) fn is_certificate(pem: &str) -> bool {
    let Ok((_, pem)) = parse_x509_pem(pem.as_bytes()) else { return false };
    pem.parse_x509().is_ok_and(|certificate| {
        // Twice 2,048 bits would not fit below; that the key is RSA shows when it is used.
        certificate.public_key().subject_public_key.data.len() >= 256
    })
}

/// The claims of an assertion for this app.
pub(crate) fn checked(work: &Work<'_>, app: &App, form: &TokenForm, assertion: &str) -> Result<Claims, Refusal> {
    if !is_signed_by(app, assertion, work.now) {
        return Err(INVALID);
    }
    let claims = payload(assertion).ok_or(INVALID)?;
    if claims.get("iss").and_then(Value::as_str) != Some(&app.consumer_key) {
        return Err(INVALID);
    }
    if !audiences(&claims).iter().any(|audience| is_own(work, form, audience)) {
        return Err(AUDIENCE);
    }
    let expires_at = expiry(&claims, work.now)?;
    if let Some(jti) = claims.get("jti").and_then(Value::as_str) {
        use_once(work, app, jti, expires_at)?;
    }
    Ok(Claims(claims))
}

/// Whether the client proves by an assertion of its own that it is this app.
pub(crate) fn check_client(work: &Work<'_>, app: &App, form: &TokenForm, assertion: &str) -> Result<(), Refusal> {
    if form.field("client_assertion_type") != Some(CLIENT_ASSERTION) {
        return Err(WRONG_CLIENT);
    }
    match checked(work, app, form, assertion) {
        Ok(claims) if claims.subject() == Some(&app.consumer_key) => Ok(()),
        Err(Refusal::Broken(fault)) => Err(fault.into()),
        Ok(_) | Err(_) => Err(WRONG_CLIENT),
    }
}

fn payload(assertion: &str) -> Option<Value> {
    part(assertion.split('.').nth(1)?)
}

fn part(encoded: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(encoded.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok().filter(Value::is_object)
}

fn is_signed_by(app: &App, assertion: &str, now: DateTime<Utc>) -> bool {
    let Some((signed, signature)) = assertion.rsplit_once('.') else { return false };
    let algorithm =
        signed.split_once('.').and_then(|(header, _)| part(header)?.get("alg")?.as_str().map(str::to_owned));
    let signature = URL_SAFE_NO_PAD.decode(signature.trim_end_matches('='));
    let (Some("RS256"), Ok(signature), Some(pem)) = (algorithm.as_deref(), signature, &app.certificate) else {
        return false;
    };
    let Ok((_, pem)) = parse_x509_pem(pem.as_bytes()) else { return false };
    pem.parse_x509().is_ok_and(|certificate| {
        let validity = certificate.validity();
        let is_current = (validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&now.timestamp());
        let key =
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &certificate.public_key().subject_public_key.data);
        is_current && key.verify(signed.as_bytes(), &signature).is_ok()
    })
}

fn audiences(claims: &Value) -> Vec<&str> {
    match claims.get("aud") {
        Some(Value::String(audience)) => vec![audience],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Whether an audience is this org: a login host, or a host of its own, with or without a closing slash.
fn is_own(work: &Work<'_>, form: &TokenForm, audience: &str) -> bool {
    let audience = audience.trim_end_matches('/');
    let audience = audience.strip_suffix(TOKEN_PATH).unwrap_or(audience);
    let Some((scheme, host)) = audience.split_once("://") else { return false };
    let is_login = scheme == "https" && LOGIN_HOSTS.contains(&host);
    let own = [work.org.sign_in_url(), work.org.instance_url()];
    let is_asked = matches!(scheme, "http" | "https") && host.eq_ignore_ascii_case(&form.host);
    let config = &work.org.config;
    let mut names = config.login_hosts.iter().chain(&config.host_names);
    is_login || own.contains(&audience) || is_asked || names.any(|name| name.eq_ignore_ascii_case(host))
}

/// When it expires. Real clients write a number, a number as text, or milliseconds (the `sf` command line, which adds
/// next to nothing to its own time: so milliseconds are given what an assertion may live).
fn expiry(claims: &Value, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
    let number = match claims.get("exp") {
        Some(Value::String(text)) => text.trim().parse::<f64>().ok(),
        Some(value) => value.as_f64(),
        None => None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "casting a float saturates, and what saturates is refused")]
    let number = number.ok_or(EXPIRED)? as i64;
    let is_milliseconds = number >= MILLISECONDS_FROM;
    let milliseconds = if is_milliseconds { number } else { number.saturating_mul(1_000) };
    let expires_at = DateTime::from_timestamp_millis(milliseconds).ok_or(TOO_LONG)?;
    let grace = if is_milliseconds { LONGEST_LIFE } else { TimeDelta::zero() };
    if expires_at - now > LONGEST_LIFE + ROUNDING {
        return Err(TOO_LONG);
    }
    if now - expires_at >= grace && now >= expires_at {
        return Err(EXPIRED);
    }
    Ok(expires_at)
}

fn use_once(work: &Work<'_>, app: &App, jti: &str, expires_at: DateTime<Utc>) -> Result<(), Refusal> {
    let over = (work.now - LONGEST_LIFE).timestamp_millis();
    work.sql.prepare_cached("DELETE FROM used_assertion WHERE expires_at < ?1")?.execute([over])?;
    let statement = "INSERT OR IGNORE INTO used_assertion (consumer_key, jti, expires_at) VALUES (?1, ?2, ?3)";
    let row = params![app.consumer_key, jti, expires_at.timestamp_millis()];
    if work.sql.prepare_cached(statement)?.execute(row)? == 1 { Ok(()) } else { Err(REPLAYED) }
}
