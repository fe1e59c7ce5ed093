//! What signing in needs of a user. The user itself is a record like any other.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::ids::normalized;
use crate::oauth::apps::App;
use crate::oauth::policies::PermittedUsers;

/// A user as signing in sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) profile_id: String,
    pub(crate) is_active: bool,
    pub(crate) is_frozen: bool,
    pub(crate) api_enabled: bool,
}

const SELECT: &str =
    "SELECT \"Id\", \"Username\", \"ProfileId\", \"IsActive\", coalesce(is_frozen, 0), coalesce(api_enabled, 1)
     FROM \"record_User\" LEFT JOIN user_right ON user_right.user_id = \"Id\"
     LEFT JOIN credential ON credential.user_id = \"Id\"";

pub(crate) fn find(sql: &Connection, id: &str) -> rusqlite::Result<Option<User>> {
    sql.prepare_cached(&format!("{SELECT} WHERE \"Id\" = ?1"))?.query_row([id], read).optional()
}

/// The user with this user name, in any case.
pub(crate) fn named(sql: &Connection, username: &str) -> rusqlite::Result<Option<User>> {
    let statement = format!("{SELECT} WHERE \"Username\" = ?1 COLLATE ignoring_case");
    sql.prepare_cached(&statement)?.query_row([username], read).optional()
}

/// Grants or takes the right to call the API.
pub(crate) fn set_api_enabled(sql: &Connection, id: &str, api_enabled: bool) -> rusqlite::Result<()> {
    let statement = "INSERT INTO user_right (user_id, api_enabled) VALUES (?1, ?2)
                     ON CONFLICT (user_id) DO UPDATE SET api_enabled = ?2";
    sql.prepare_cached(statement)?.execute(params![id, api_enabled]).map(drop)
}

/// Gives a user these permission sets and no others.
pub(crate) fn set_permission_sets(sql: &Connection, id: &str, permission_sets: &[String]) -> rusqlite::Result<()> {
    sql.execute("DELETE FROM user_permission_set WHERE user_id = ?1", [id])?;
    for permission_set in permission_sets {
        let permission_set = normalized(permission_set).unwrap_or_else(|| permission_set.clone());
        sql.prepare_cached("INSERT OR IGNORE INTO user_permission_set VALUES (?1, ?2)")?
            .execute([id, permission_set.as_str()])?;
    }
    Ok(())
}

/// Whether an administrator has approved the app for this user.
pub(crate) fn is_approved(sql: &Connection, app: &App, user: &User) -> rusqlite::Result<bool> {
    if app.permitted_users == PermittedUsers::SelfAuthorize {
        return Ok(false);
    }
    let is_same = |approved: &String, id: &str| normalized(approved).as_deref().unwrap_or(approved) == id;
    if app.approved_profiles.iter().any(|profile| is_same(profile, &user.profile_id)) {
        return Ok(true);
    }
    let held = permission_sets(sql, &user.id)?;
    Ok(app.approved_permission_sets.iter().any(|approved| held.iter().any(|id| is_same(approved, id))))
}

/// Permission sets given through control and those assigned by records, where the org has such records.
fn permission_sets(sql: &Connection, user_id: &str) -> rusqlite::Result<Vec<String>> {
    let mut held = ids(sql, "SELECT permission_set_id FROM user_permission_set WHERE user_id = ?1", user_id)?;
    let has_records =
        sql.prepare_cached("SELECT 1 FROM sqlite_schema WHERE name = 'record_PermissionSetAssignment'")?.exists([])?;
    if has_records {
        let assigned = "SELECT \"PermissionSetId\" FROM \"record_PermissionSetAssignment\" WHERE \"AssigneeId\" = ?1";
        held.extend(ids(sql, assigned, user_id)?);
    }
    Ok(held)
}

fn ids(sql: &Connection, statement: &str, user_id: &str) -> rusqlite::Result<Vec<String>> {
    sql.prepare_cached(statement)?.query_map([user_id], |row| row.get(0))?.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(0)?,
        username: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
        profile_id: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
        is_active: row.get(3)?,
        is_frozen: row.get(4)?,
        api_enabled: row.get(5)?,
    })
}
