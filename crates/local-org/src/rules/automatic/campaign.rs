//! Campaigns: two statuses for their members, and counters that begin at nothing.

use rusqlite::types::Value as Cell;

use crate::rows::Saving;
use crate::rules::look_up::cell;
use crate::rules::write_other;
use crate::schema::FieldType;

#[expect(clippy::unnecessary_wraps, reason = "as its siblings")]
pub(super) fn complete(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if saving.is_new() {
        for field in &saving.object.fields {
            let counts = match field.kind {
                FieldType::Int if field.name.starts_with("NumberOf") => Cell::Integer(0),
                FieldType::Currency if field.name.starts_with("Amount") => Cell::Real(0.0),
                _ => continue,
            };
            saving.record.set(field.at, counts);
        }
    }
    Ok(())
}

/// The statuses of a new campaign: Sent by default, and Responded.
pub(super) fn after_save(saving: &Saving<'_, '_>, id: &str) -> rusqlite::Result<()> {
    if !saving.is_new() {
        return Ok(());
    }
    for (order, label, responded) in [(1, "Sent", false), (2, "Responded", true)] {
        let values = [
            ("CampaignId", cell(Some(id))),
            ("Label", cell(Some(label))),
            ("SortOrder", Cell::Integer(order)),
            ("IsDefault", Cell::Integer((!responded).into())),
            ("HasResponded", Cell::Integer(responded.into())),
        ];
        write_other(saving.work, "CampaignMemberStatus", &values, saving.user_id)?;
    }
    Ok(())
}
