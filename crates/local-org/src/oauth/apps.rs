//! Connected apps: who may ask for tokens, and on what terms. Refuses to know the wire.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::oauth::policies::{AddressRange, PermittedUsers, RefreshPolicy};
use crate::oauth::tokens;

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
    /// Whether the web server flow (authorization code) is enabled.
    pub authorization_code: bool,
    /// Whether the user-agent flow (a token in the fragment of the callback) is enabled.
    pub user_agent: bool,
    /// Whether the JWT bearer flow is enabled. It needs a certificate too.
    pub jwt_bearer: bool,
    /// Whether the device flow is enabled.
    pub device: bool,
    /// Whether the username-password flow is enabled.
    pub username_password: bool,
    /// The scopes the app may ask for.
    pub scopes: Vec<String>,
    /// Where the browser is sent after sign-in.
    pub callback_url: Option<String>,
    /// Further places where the browser may be sent. Each is compared byte by byte.
    pub callback_urls: Vec<String>,
    /// The X.509 certificate of assertions, in PEM.
    pub certificate: Option<String>,
    /// Whether the web server flow needs the secret.
    pub secret_required: bool,
    /// Whether the refresh token flow needs the secret.
    pub secret_required_for_refresh: bool,
    /// Whether the web server flow needs a code challenge (PKCE).
    pub pkce_required: bool,
    /// Who may use the app.
    pub permitted_users: PermittedUsers,
    /// Ids of the profiles whose users an administrator has approved.
    pub approved_profiles: Vec<String>,
    /// Ids of the permission sets whose users an administrator has approved.
    pub approved_permission_sets: Vec<String>,
    /// The kind of access token issued.
    pub token_format: TokenFormat,
    /// How long an access token lives, in seconds. Use extends an opaque one.
    pub token_lifetime_seconds: u32,
    /// How long a refresh token is good.
    pub refresh_policy: RefreshPolicy,
    /// Whether each refresh replaces the refresh token.
    pub refresh_rotation: bool,
    /// Whether the app may introspect tokens of other apps.
    pub introspect_all_tokens: bool,
    /// Refuses every sign-in as one from a forbidden address.
    pub ip_restricted: bool,
    /// The only addresses signed in from, when there are any. Callers of this org come from 127.0.0.1.
    pub allowed_addresses: Vec<AddressRange>,
    /// How long the app is unknown to the org after it was made or changed, in seconds (Salesforce: 2 to 10 minutes).
    pub propagation_seconds: u32,
    /// Whether an administrator has blocked the app. Blocking it ends its sessions.
    pub is_blocked: bool,
    /// Whether the app is installed in the org.
    pub is_installed: bool,
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

/// The app that Salesforce's own command line signs in with: part of every org, without a secret.
const PLATFORM_CLI: &str = "PlatformCLI";
/// Where that command line waits for the browser.
pub(crate) const PLATFORM_CLI_CALLBACK: &str = "http://localhost:1717/OauthRedirect";

impl Default for App {
    fn default() -> Self {
        Self {
            name: "Local App".to_owned(),
            consumer_key: String::new(),
            consumer_secret: String::new(),
            client_credentials: true,
            run_as: None,
            authorization_code: true,
            user_agent: false,
            jwt_bearer: true,
            device: true,
            username_password: false,
            scopes: ["api", "id", "refresh_token"].map(str::to_owned).to_vec(),
            callback_url: None,
            callback_urls: Vec::new(),
            certificate: None,
            secret_required: true,
            secret_required_for_refresh: true,
            pkce_required: false,
            permitted_users: PermittedUsers::default(),
            approved_profiles: Vec::new(),
            approved_permission_sets: Vec::new(),
            token_format: TokenFormat::Opaque,
            token_lifetime_seconds: 7_200,
            refresh_policy: RefreshPolicy::default(),
            refresh_rotation: false,
            introspect_all_tokens: false,
            ip_restricted: false,
            allowed_addresses: Vec::new(),
            propagation_seconds: 0,
            is_blocked: false,
            is_installed: true,
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

impl App {
    /// Whether the browser may be sent here: byte by byte what was registered.
    pub(crate) fn has_callback(&self, url: &str) -> bool {
        self.callback_url.iter().chain(&self.callback_urls).any(|known| known == url)
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
    let kept = definition.and_then(|definition| serde_json::from_str(&definition).ok());
    Ok(kept.or_else(|| (consumer_key == PLATFORM_CLI).then(platform_cli)))
}

pub(crate) fn list(sql: &Connection) -> rusqlite::Result<Vec<App>> {
    let mut statement = sql.prepare_cached("SELECT definition FROM app ORDER BY rowid")?;
    let definitions: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(definitions.iter().filter_map(|definition| serde_json::from_str(definition).ok()).collect())
}

/// Keeps an app, new or changed; an empty key or secret is made up.
pub(crate) fn keep(sql: &Connection, mut app: App, now: DateTime<Utc>) -> rusqlite::Result<App> {
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
    if app.is_blocked {
        tokens::end_all_of_app(sql, &app.consumer_key)?;
    }
    let changed = "INSERT INTO app_change (consumer_key, changed_at) VALUES (?1, ?2)
                   ON CONFLICT (consumer_key) DO UPDATE SET changed_at = ?2";
    sql.prepare_cached(changed)?.execute(params![app.consumer_key, now.timestamp_millis()])?;
    Ok(app)
}

/// Whether the org has heard of the app's newest definition by now.
pub(crate) fn has_propagated(sql: &Connection, app: &App, now: DateTime<Utc>) -> rusqlite::Result<bool> {
    let changed_at: Option<i64> = sql
        .prepare_cached("SELECT changed_at FROM app_change WHERE consumer_key = ?1")?
        .query_row([&app.consumer_key], |row| row.get(0))
        .optional()?;
    let delay = i64::from(app.propagation_seconds) * 1_000;
    Ok(changed_at.is_none_or(|changed_at| now.timestamp_millis() >= changed_at + delay))
}

/// Forgets an app and everything it was granted; answers whether there was one.
pub(crate) fn delete(sql: &Connection, consumer_key: &str) -> rusqlite::Result<bool> {
    tokens::end_all_of_app(sql, consumer_key)?;
    for table in ["consent", "authorization_code", "device_code", "used_assertion", "app_change"] {
        sql.execute(&format!("DELETE FROM {table} WHERE consumer_key = ?1"), [consumer_key])?;
    }
    Ok(sql.prepare_cached("DELETE FROM app WHERE consumer_key = ?1")?.execute([consumer_key])? > 0)
}

/// Random text of these ASCII characters.
pub(crate) fn random_text(length: usize, characters: &[u8]) -> String {
    (0..length).map(|_| char::from(characters[rand::random_range(0..characters.len())])).collect()
}

fn platform_cli() -> App {
    App {
        name: "Salesforce CLI".to_owned(),
        consumer_key: PLATFORM_CLI.to_owned(),
        scopes: ["refresh_token", "api", "web", "id"].map(str::to_owned).to_vec(),
        callback_url: Some(PLATFORM_CLI_CALLBACK.to_owned()),
        client_credentials: false,
        jwt_bearer: false,
        secret_required: false,
        secret_required_for_refresh: false,
        ..App::default()
    }
}
