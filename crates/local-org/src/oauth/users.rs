//! What signing in needs of a user. The user itself is a record like any other.

use rusqlite::{Connection, OptionalExtension, params};

/// A user as signing in sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) is_active: bool,
    pub(crate) api_enabled: bool,
}

pub(crate) fn find(sql: &Connection, id: &str) -> rusqlite::Result<Option<User>> {
    let statement = "SELECT \"Id\", \"Username\", \"IsActive\", coalesce(api_enabled, 1)
                     FROM \"record_User\" LEFT JOIN user_right ON user_id = \"Id\" WHERE \"Id\" = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        let username: Option<String> = row.get(1)?;
        let username = username.unwrap_or_default();
        Ok(User { id: row.get(0)?, username, is_active: row.get(2)?, api_enabled: row.get(3)? })
    };
    sql.prepare_cached(statement)?.query_row([id], read).optional()
}

/// Grants or takes the right to call the API.
pub(crate) fn set_api_enabled(sql: &Connection, id: &str, api_enabled: bool) -> rusqlite::Result<()> {
    let statement = "INSERT INTO user_right (user_id, api_enabled) VALUES (?1, ?2)
                     ON CONFLICT (user_id) DO UPDATE SET api_enabled = ?2";
    sql.prepare_cached(statement)?.execute(params![id, api_enabled]).map(drop)
}
