//! Users: names to sign in with, active unless said otherwise, and the permission set of their profile.

use rusqlite::types::Value as Cell;
use rusqlite::{OptionalExtension, params};

use crate::answers::RowError;
use crate::rows::{Saving, is_email};
use crate::rules::look_up::{self, cell, text};
use crate::rules::write_other;

/// What a user name is told that is held already.
const TAKEN: &str = "Duplicate Username.<br>The username already exists in this or another Salesforce organization. Usernames \
                     must be unique across all Salesforce organizations. To resolve, use a different username (it doesn't \
                     need to match the user's email address).";
/// What a user name is told that is no address (unconfirmed).
const NO_ADDRESS: &str =
    "Username: Your username must be in the form of an email address (for example, john@acme.com).";

pub(super) fn complete(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if saving.is_new() {
        if !saving.gives("IsActive") {
            saving.set("IsActive", Cell::Integer(1));
        }
        let nickname = saving.text("Username").and_then(|name| name.split('@').next()).map(str::to_owned);
        if saving.text("CommunityNickname").is_none() {
            saving.set("CommunityNickname", cell(nickname.as_deref()));
        }
        saving.set("UserType", cell(Some("Standard")));
    }
    if saving.changes("Username") {
        check_name(saving)?;
    }
    Ok(())
}

fn check_name(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    let Some(name) = saving.text("Username").map(str::to_owned) else { return Ok(()) };
    if !is_email(&name) {
        saving.errors.push(RowError::on("INVALID_EMAIL_ADDRESS", NO_ADDRESS, &["Username"]));
        return Ok(());
    }
    let own = saving.id.unwrap_or_default();
    let taken: Option<i64> = saving
        .work
        .sql
        .prepare_cached("SELECT 1 FROM \"record_User\" WHERE \"Username\" = ?1 AND \"Id\" <> ?2")?
        .query_row(params![name, own], |row| row.get(0))
        .optional()?;
    if taken.is_some() {
        saving.errors.push(RowError::on("DUPLICATE_USERNAME", TAKEN, &["Username"]));
    }
    Ok(())
}

/// A user has the permission set of the profile, and of no other.
pub(super) fn after_save(saving: &Saving<'_, '_>, id: &str) -> rusqlite::Result<()> {
    let Some(profile) = saving.text("ProfileId").filter(|_| saving.changes("ProfileId")) else { return Ok(()) };
    let work = saving.work;
    work.sql
        .prepare_cached(
            "DELETE FROM \"record_PermissionSetAssignment\" WHERE \"AssigneeId\" = ?1 AND \"PermissionSetId\" IN
             (SELECT \"Id\" FROM \"record_PermissionSet\" WHERE \"IsOwnedByProfile\")",
        )?
        .execute([id])?;
    let owned = look_up::first(work, "PermissionSet", "ProfileId", profile, ["Id"])?;
    let Some(permission_set) = owned.as_ref().and_then(|[id]| text(id)) else { return Ok(()) };
    let values = [("PermissionSetId", cell(Some(permission_set))), ("AssigneeId", cell(Some(id)))];
    write_other(work, "PermissionSetAssignment", &values, saving.user_id)
}
