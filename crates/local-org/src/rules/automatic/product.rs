//! Products: their prices carry their names.

use rusqlite::params;

use crate::rows::Saving;

pub(super) fn after_save(saving: &Saving<'_, '_>, id: &str) -> rusqlite::Result<()> {
    if saving.is_new() || !(saving.changes("Name") || saving.changes("ProductCode")) {
        return Ok(());
    }
    let sql = "UPDATE \"record_PricebookEntry\" SET \"Name\" = ?2, \"ProductCode\" = ?3 WHERE \"Product2Id\" = ?1";
    saving.work.sql.prepare_cached(sql)?.execute(params![id, saving.cell("Name"), saving.cell("ProductCode")]).map(drop)
}
