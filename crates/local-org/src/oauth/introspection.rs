//! What a token is worth, told to the app it was made for (RFC 7662). Refuses to extend it.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::oauth::access::{self, Proof};
use crate::oauth::apps::{self, App};
use crate::oauth::refresh_grants::{self, Presented};
use crate::oauth::wire::{Refusal, TokenForm};
use crate::oauth::{granting, tokens, users};
use crate::org::Work;

/// The status of a wrong client (unconfirmed).
const WRONG_CLIENT_STATUS: StatusCode = StatusCode::UNAUTHORIZED;

struct Described {
    consumer_key: String,
    user_id: String,
    scopes: String,
    kind: &'static str,
    /// Seconds since 1970.
    issued_at: i64,
    expires_at: Option<i64>,
}

pub(crate) fn describe(work: &Work<'_>, form: &TokenForm) -> Result<Value, Refusal> {
    let app = access::authenticated_app(work, form, |_| Proof::Required).map_err(|refusal| match refusal {
        Refusal::Grant { description, .. } => {
            Refusal::Grant { status: WRONG_CLIENT_STATUS, error: "invalid_client", description }
        }
        broken => broken,
    })?;
    let token = form.field("token").ok_or(Refusal::new("invalid_request", "must specify token"))?;
    let found = match access_token(work, token)? {
        Some(found) => Some(found),
        None => refresh_token(work, token)?,
    };
    let may_know = |found: &Described| app.introspect_all_tokens || found.consumer_key == app.consumer_key;
    match found.filter(may_know) {
        Some(found) => Ok(in_words(work, found)?),
        None => Ok(json!({"active": false})),
    }
}

fn access_token(work: &Work<'_>, token: &str) -> Result<Option<Described>, Refusal> {
    let session = tokens::look_at(work.sql, token, work.now)?;
    Ok(session.map(|session| Described {
        consumer_key: session.consumer_key,
        user_id: session.user_id,
        scopes: session.scopes,
        kind: "access_token",
        issued_at: session.issued_at.timestamp(),
        expires_at: Some(session.expires_at.timestamp()),
    }))
}

fn refresh_token(work: &Work<'_>, token: &str) -> Result<Option<Described>, Refusal> {
    let Presented::Current(grant) = refresh_grants::present(work.sql, token)? else { return Ok(None) };
    let owner: Option<App> = apps::find(work.sql, &grant.consumer_key)?;
    let ends_at = owner.and_then(|owner| refresh_grants::ends_at(&owner, &grant));
    if ends_at.is_some_and(|ends_at| ends_at <= work.now.timestamp_millis()) {
        return Ok(None);
    }
    Ok(Some(Described {
        consumer_key: grant.consumer_key,
        user_id: grant.user_id,
        scopes: grant.scopes,
        kind: "refresh_token",
        issued_at: grant.issued_at / 1_000,
        expires_at: ends_at.map(|ends_at| ends_at / 1_000),
    }))
}

fn in_words(work: &Work<'_>, found: Described) -> Result<Value, Refusal> {
    let Some(user) = users::find(work.sql, &found.user_id)?.filter(|user| user.is_active && !user.is_frozen) else {
        return Ok(json!({"active": false}));
    };
    let mut document = Map::new();
    for (name, value) in [
        ("active", json!(true)),
        ("scope", json!(found.scopes)),
        ("client_id", json!(found.consumer_key)),
        ("username", json!(user.username)),
        ("sub", json!(granting::identity_url(work, &user.id)?)),
        ("token_type", json!(found.kind)),
        ("iat", json!(found.issued_at)),
        ("nbf", json!(found.issued_at)),
    ] {
        document.insert(name.to_owned(), value);
    }
    if let Some(expires_at) = found.expires_at {
        document.insert("exp".to_owned(), expires_at.into());
    }
    Ok(document.into())
}
