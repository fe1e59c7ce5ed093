//! Cases: their number, when they were closed, and what they know of their contact.

use rusqlite::types::Value as Cell;

use crate::rows::Saving;
use crate::rules::automatic::activities::state;
use crate::rules::look_up::{self, cell, flag};

/// The number of an org's first case.
const FIRST_NUMBER: i64 = 1_000;

pub(super) fn complete(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if saving.is_new() && saving.errors.is_empty() {
        let number = look_up::next_number(saving.work, "Case.CaseNumber", FIRST_NUMBER)?;
        saving.set("CaseNumber", Cell::Text(format!("{number:08}")));
    }
    if saving.changes("Status") {
        let is_closed = state(saving, "CaseStatus", "Status", "IsClosed")?;
        if is_closed != flag(&saving.was("IsClosed")) {
            let now = is_closed.then(|| saving.work.stamp());
            saving.set("ClosedDate", cell(now));
        }
        saving.set("IsClosed", Cell::Integer(is_closed.into()));
    }
    if saving.changes("ContactId") {
        know_contact(saving)?;
    }
    Ok(())
}

/// A case shows how its contact is reached; one without an account gets the contact's.
fn know_contact(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    let fields = ["Phone", "MobilePhone", "Email", "Fax", "AccountId"];
    let found = match saving.text("ContactId") {
        Some(contact) => look_up::by_id(saving.work, "Contact", contact, fields)?,
        None => None,
    };
    let [phone, mobile, email, fax, account] = found.unwrap_or([const { Cell::Null }; 5]);
    for (name, value) in
        [("ContactPhone", phone), ("ContactMobile", mobile), ("ContactEmail", email), ("ContactFax", fax)]
    {
        saving.set(name, value);
    }
    if saving.text("AccountId").is_none() && !saving.gives("AccountId") {
        saving.set("AccountId", account);
    }
    Ok(())
}
