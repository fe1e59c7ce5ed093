//! What an app may ask for, and what it is given. Refuses to know which flow asks.

use crate::oauth::apps::App;
use crate::oauth::wire::Refusal;

/// The two names of the right to a refresh token.
const REFRESH: [&str; 2] = ["refresh_token", "offline_access"];
/// What `id` stands for.
const PARTS_OF_ID: [&str; 4] = ["profile", "email", "address", "phone"];
/// Scopes with what a person reads on the consent page.
const IN_WORDS: [(&str, &str); 20] = [
    ("api", "Manage your data through the APIs"),
    ("refresh_token", "Stay signed in and act for you at any time"),
    ("offline_access", "Stay signed in and act for you at any time"),
    ("full", "Do everything you may do"),
    ("web", "Use your session in a web browser"),
    ("id", "See who you are"),
    ("profile", "See your name and locale"),
    ("email", "See your e-mail address"),
    ("address", "See your address"),
    ("phone", "See your phone number"),
    ("openid", "Get a signed statement of who you are"),
    ("chatter_api", "Use the Connect API"),
    ("custom_permissions", "See your custom permissions"),
    ("visualforce", "Open Visualforce pages"),
    ("lightning", "Open Lightning pages"),
    ("content", "Open files"),
    ("sfap_api", "Use the platform APIs"),
    ("mcp_api", "Use hosted MCP servers"),
    ("wave_api", "Use analytics"),
    ("eclair_api", "Use dashboards"),
];

/// The asked scopes in their order, which must be the app's; all of the app's when none is asked for.
/// Where no refresh token can be given, `with_refresh` is false and its scope is not among the app's.
pub(crate) fn granted(app: &App, asked: Option<&str>, with_refresh: bool) -> Result<String, Refusal> {
    let own: Vec<&str> =
        app.scopes.iter().map(String::as_str).filter(|scope| with_refresh || !REFRESH.contains(scope)).collect();
    if own.is_empty() {
        return Err(Refusal::new("invalid_grant", "no valid scopes defined"));
    }
    let Some(asked) = asked else { return Ok(own.join(" ")) };
    if asked.split_whitespace().all(|scope| app_covers(app, scope)) {
        Ok(asked.split_whitespace().collect::<Vec<_>>().join(" "))
    } else {
        Err(INVALID)
    }
}

/// A part of what was granted before; widening is refused.
pub(crate) fn narrowed(granted: &str, asked: Option<&str>) -> Result<String, Refusal> {
    let Some(asked) = asked else { return Ok(granted.to_owned()) };
    if is_covered(asked, granted) { Ok(asked.split_whitespace().collect::<Vec<_>>().join(" ")) } else { Err(INVALID) }
}

/// Whether every asked scope is among those granted.
pub(crate) fn is_covered(asked: &str, granted: &str) -> bool {
    asked.split_whitespace().all(|scope| granted.split_whitespace().any(|known| is_same(scope, known)))
}

/// Both lists as one, nothing twice.
pub(crate) fn united(left: &str, right: &str) -> String {
    let mut all: Vec<&str> = left.split_whitespace().collect();
    for scope in right.split_whitespace() {
        if !all.contains(&scope) {
            all.push(scope);
        }
    }
    all.join(" ")
}

pub(crate) fn without_refresh(scopes: &str) -> String {
    scopes.split_whitespace().filter(|scope| !REFRESH.contains(scope)).collect::<Vec<_>>().join(" ")
}

pub(crate) fn has_refresh(scopes: &str) -> bool {
    scopes.split_whitespace().any(|scope| REFRESH.contains(&scope))
}

pub(crate) fn has(scopes: &str, wanted: &str) -> bool {
    scopes.split_whitespace().any(|scope| scope == wanted)
}

/// A scope as a person reads it.
pub(crate) fn in_words(scope: &str) -> &str {
    IN_WORDS.iter().find(|(name, _)| *name == scope).map_or(scope, |(_, words)| words)
}

const INVALID: Refusal = Refusal::new("invalid_scope", "the requested scope is invalid, unknown, or malformed");

fn app_covers(app: &App, scope: &str) -> bool {
    let has = |wanted: &str| app.scopes.iter().any(|known| is_same(wanted, known));
    let is_known = IN_WORDS.iter().any(|(name, _)| *name == scope);
    has(scope)
        || (PARTS_OF_ID.contains(&scope) && has("id"))
        || (is_known && !REFRESH.contains(&scope) && has("full"))
        || (scope == "chatter_api" && has("api"))
        || (scope == "visualforce" && has("web"))
}

fn is_same(left: &str, right: &str) -> bool {
    left == right || (REFRESH.contains(&left) && REFRESH.contains(&right))
}
