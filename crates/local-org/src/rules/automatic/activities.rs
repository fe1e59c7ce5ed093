//! Tasks, and what tasks and events share: the account of the records they are about.

use rusqlite::types::Value as Cell;

use crate::ids;
use crate::rows::Saving;
use crate::rules::look_up::{self, cell, flag, text};

pub(super) fn complete_task(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if saving.changes("Status") {
        let is_closed = state(saving, "TaskStatus", "Status", "IsClosed")?;
        let was_closed = flag(&saving.was("IsClosed"));
        saving.set("IsClosed", Cell::Integer(is_closed.into()));
        if is_closed != was_closed {
            let now = is_closed.then(|| saving.work.stamp());
            saving.set("CompletedDateTime", cell(now));
        }
    }
    if saving.changes("Priority") {
        let is_high = state(saving, "TaskPriority", "Priority", "IsHighPriority")?;
        saving.set("IsHighPriority", Cell::Integer(is_high.into()));
    }
    find_account(saving)
}

/// The account of what an activity is about, else of whom.
pub(super) fn find_account(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if !(saving.changes("WhatId") || saving.changes("WhoId")) {
        return Ok(());
    }
    let account = match account_of(saving, "WhatId")? {
        Some(account) => Some(account),
        None => account_of(saving, "WhoId")?,
    };
    saving.set("AccountId", cell(account.as_deref()));
    Ok(())
}

/// The account behind a reference: itself, or the one its record belongs to.
fn account_of(saving: &Saving<'_, '_>, field: &str) -> rusqlite::Result<Option<String>> {
    let Some(id) = saving.text(field) else { return Ok(None) };
    let object = match ids::prefix(id) {
        "001" => return Ok(Some(id.to_owned())),
        "003" => "Contact",
        "006" => "Opportunity",
        "500" => "Case",
        "800" => "Contract",
        "801" => "Order",
        "02i" => "Asset",
        _ => return Ok(None),
    };
    let found = look_up::by_id(saving.work, object, id, ["AccountId"])?;
    Ok(found.as_ref().and_then(|[account]| text(account)).map(str::to_owned))
}

/// What a status or priority says of itself.
pub(super) fn state(saving: &Saving<'_, '_>, object: &str, field: &str, says: &str) -> rusqlite::Result<bool> {
    let Some(value) = saving.text(field) else { return Ok(false) };
    let found = look_up::first(saving.work, object, "MasterLabel", value, [says])?;
    Ok(found.is_some_and(|[said]| flag(&said)))
}
