//! Contracts: their number, their end, and the category of their status.

use chrono::{Days, Months, NaiveDate};
use rusqlite::types::Value as Cell;

use crate::rows::Saving;
use crate::rules::look_up::{self, cell, number};

/// The number of an org's first contract.
const FIRST_NUMBER: i64 = 100;

pub(super) fn complete(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if saving.is_new() && saving.errors.is_empty() {
        let number = look_up::next_number(saving.work, "Contract.ContractNumber", FIRST_NUMBER)?;
        saving.set("ContractNumber", Cell::Text(format!("{number:08}")));
    }
    if saving.changes("Status") {
        let category = match saving.text("Status") {
            Some("Activated") => "Activated",
            Some("In Approval Process") => "InApproval",
            _ => "Draft",
        };
        saving.set("StatusCode", cell(Some(category)));
        if category == "Activated" {
            saving.set("ActivatedDate", cell(Some(saving.work.stamp())));
            saving.set("ActivatedById", cell(Some(saving.user_id)));
        }
    }
    let end = saving.text("StartDate").and_then(|day| end(day, number(saving.cell("ContractTerm"))?));
    saving.set("EndDate", end.map_or(Cell::Null, |day| Cell::Text(day.to_string())));
    Ok(())
}

/// A term counts in months and ends the day before its anniversary.
fn end(start: &str, months: f64) -> Option<NaiveDate> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an int field, negative terms end at once"
    )]
    let months = Months::new(months.clamp(0.0, 12_000.0) as u32);
    start.parse::<NaiveDate>().ok()?.checked_add_months(months)?.checked_sub_days(Days::new(1))
}
