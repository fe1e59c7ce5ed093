//! The tables of signing in, beside those of apps and access tokens. What a caller presents is kept as a digest only.
//! Refuses to know what the rows mean.

use rusqlite::Connection;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS app_change (consumer_key TEXT PRIMARY KEY, changed_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS credential (
    user_id TEXT PRIMARY KEY, salt BLOB, digest BLOB, security_token TEXT NOT NULL DEFAULT '',
    is_expired INTEGER NOT NULL DEFAULT 0, is_frozen INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0, locked_until INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS user_permission_set (
    user_id TEXT NOT NULL, permission_set_id TEXT NOT NULL, PRIMARY KEY (user_id, permission_set_id)) STRICT;
CREATE TABLE IF NOT EXISTS consent (
    consumer_key TEXT NOT NULL, user_id TEXT NOT NULL, scopes TEXT NOT NULL, PRIMARY KEY (consumer_key, user_id)) STRICT;
CREATE TABLE IF NOT EXISTS refresh_grant (
    id INTEGER PRIMARY KEY AUTOINCREMENT, consumer_key TEXT NOT NULL, user_id TEXT NOT NULL, scopes TEXT NOT NULL,
    issued_at INTEGER NOT NULL, used_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS refresh_token (
    digest BLOB PRIMARY KEY, grant_id INTEGER NOT NULL, is_current INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS granted_token (digest BLOB PRIMARY KEY, grant_id INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS authorization_code (
    digest BLOB PRIMARY KEY, consumer_key TEXT NOT NULL, user_id TEXT NOT NULL, scopes TEXT NOT NULL,
    redirect_uri TEXT NOT NULL, challenge TEXT, nonce TEXT, signed_in_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    is_used INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS device_code (
    digest BLOB PRIMARY KEY, user_code TEXT NOT NULL UNIQUE, consumer_key TEXT NOT NULL, scopes TEXT NOT NULL,
    expires_at INTEGER NOT NULL, polled_at INTEGER NOT NULL DEFAULT 0, user_id TEXT, signed_in_at INTEGER,
    is_denied INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS browser_session (
    digest BLOB PRIMARY KEY, user_id TEXT NOT NULL, signed_in_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS front_door (
    digest BLOB PRIMARY KEY, user_id TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS used_assertion (
    consumer_key TEXT NOT NULL, jti TEXT NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (consumer_key, jti)) STRICT;
CREATE TABLE IF NOT EXISTS login_count (
    user_id TEXT NOT NULL, hour INTEGER NOT NULL, logins INTEGER NOT NULL, PRIMARY KEY (user_id, hour)) STRICT;
";

/// Makes the tables where they are missing.
pub(crate) fn create(sql: &Connection) -> rusqlite::Result<()> {
    sql.execute_batch(TABLES)
}
