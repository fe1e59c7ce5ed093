//! Connected apps: who may ask for tokens, and on what terms. Refuses to know the wire.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

/// A connected app.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct App {
    /// The name people see.
    pub name: String,
    /// The consumer key (client id). Random when empty.
    pub consumer_key: String,
    /// The consumer secret (client secret). Random when empty.
    pub consumer_secret: String,
    /// Whether the client credentials flow is enabled.
    pub client_credentials: bool,
    /// The id of the user the client credentials flow runs as.
    pub run_as: Option<String>,
    /// The scopes the app may ask for.
    pub scopes: Vec<String>,
    /// Where the browser is sent after sign-in.
    pub callback_url: Option<String>,
    /// The kind of access token issued.
    pub token_format: TokenFormat,
    /// How long an access token lives, in seconds. Use extends an opaque one.
    pub token_lifetime_seconds: u32,
    /// Refuses every sign-in as one from a forbidden address.
    pub ip_restricted: bool,
}

/// The kinds of access tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenFormat {
    /// A session id.
    #[default]
    Opaque,
    /// A signed JSON Web Token; not extended by use.
    Jwt,
}

impl Default for App {
    fn default() -> Self {
        Self {
            name: "Local App".to_owned(),
            consumer_key: String::new(),
            consumer_secret: String::new(),
            client_credentials: true,
            run_as: None,
            scopes: ["api", "id", "refresh_token"].map(str::to_owned).to_vec(),
            callback_url: None,
            token_format: TokenFormat::Opaque,
            token_lifetime_seconds: 7_200,
            ip_restricted: false,
        }
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = out.debug_struct("App");
        shown.field("name", &self.name).field("consumer_key", &self.consumer_key).field("run_as", &self.run_as);
        shown.finish_non_exhaustive()
    }
}

impl TokenFormat {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Opaque => "opaque",
            Self::Jwt => "jwt",
        }
    }
}

pub(crate) fn find(sql: &Connection, consumer_key: &str) -> rusqlite::Result<Option<App>> {
    let definition: Option<String> = sql
        .prepare_cached("SELECT definition FROM app WHERE consumer_key = ?1")?
        .query_row([consumer_key], |row| row.get(0))
        .optional()?;
    Ok(definition.and_then(|definition| serde_json::from_str(&definition).ok()))
}

pub(crate) fn list(sql: &Connection) -> rusqlite::Result<Vec<App>> {
    let mut statement = sql.prepare_cached("SELECT definition FROM app ORDER BY rowid")?;
    let definitions: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(definitions.iter().filter_map(|definition| serde_json::from_str(definition).ok()).collect())
}

/// Keeps an app, new or changed; an empty key or secret is made up.
pub(crate) fn keep(sql: &Connection, mut app: App) -> rusqlite::Result<App> {
    if app.consumer_key.is_empty() {
        app.consumer_key =
            format!("3MVG9{}", random_text(80, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._"));
    }
    if app.consumer_secret.is_empty() {
        app.consumer_secret = random_text(64, b"0123456789ABCDEF");
    }
    let definition = serde_json::to_string(&app).unwrap_or_default();
    let statement = "INSERT INTO app (consumer_key, definition) VALUES (?1, ?2)
                     ON CONFLICT (consumer_key) DO UPDATE SET definition = ?2";
    sql.prepare_cached(statement)?.execute(params![app.consumer_key, definition])?;
    Ok(app)
}

/// Forgets an app and every token it was given; answers whether there was one.
pub(crate) fn delete(sql: &Connection, consumer_key: &str) -> rusqlite::Result<bool> {
    sql.prepare_cached("DELETE FROM token WHERE consumer_key = ?1")?.execute([consumer_key])?;
    Ok(sql.prepare_cached("DELETE FROM app WHERE consumer_key = ?1")?.execute([consumer_key])? > 0)
}

/// Random text of these ASCII characters.
pub(crate) fn random_text(length: usize, characters: &[u8]) -> String {
    (0..length).map(|_| char::from(characters[rand::random_range(0..characters.len())])).collect()
}
