//! Leads: once converted they stay as they are.

use crate::answers::RowError;
use crate::rows::Saving;
use crate::rules::look_up::flag;

/// What an update of a converted lead is told.
pub(in crate::rules) const CONVERTED: &str = "cannot reference converted lead";

#[expect(clippy::unnecessary_wraps, reason = "as its siblings")]
pub(super) fn complete(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    if flag(&saving.was("IsConverted")) {
        saving.errors.push(RowError::on("CANNOT_UPDATE_CONVERTED_LEAD", CONVERTED, &[]));
    }
    Ok(())
}
