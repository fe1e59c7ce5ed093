//! Mapped fields that are left out: remembered, told, and sent again once they are back.

use salesbridge_model::{LeftOutField, Sync};
use salesbridge_sync::MappingPlan;

use crate::{Hub, HubError};

impl Hub {
    /// Remembers which mapped fields a plan leaves out. What was confirmed for a field that has gone is forgotten, because a field that is made again
    /// is empty; once one is back, every row is compared anew.
    pub(crate) async fn note_left_out(&self, sync: &Sync, plan: &MappingPlan) -> Result<(), HubError> {
        if sync.left_out == plan.left_out() {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        let Some(mut stored) = tx.syncs().find(sync.id).await? else { return Ok(()) };
        if stored.mapping != sync.mapping {
            return Ok(());
        }
        let before = std::mem::replace(&mut stored.left_out, plan.left_out().to_vec());
        // Before the first record was made nothing has gone: the org is without the field.
        let has_records = tx.links().count(sync.id).await? > 0;
        for gone in without(&stored.left_out, &before) {
            let LeftOutField { target, reason } = gone;
            if has_records {
                tracing::warn!(sync.id = %sync.id, field = target, "sync {} leaves the field {target} out: {reason}", sync.name);
            } else {
                tracing::info!(sync.id = %sync.id, field = target, "sync {} leaves the field {target} out: {reason}", sync.name);
            }
            tx.links().forget_field(sync.id, &gone.target).await?;
        }
        let is_back = |field: &LeftOutField| stored.mapping.lines.iter().any(|line| line.target == field.target);
        let back = without(&before, &stored.left_out).into_iter().any(is_back);
        tx.syncs().update(&stored).await?;
        if back && stored.enabled {
            self.queue_full_run(&mut *tx, &stored).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Those of `fields` that are not among `others`.
fn without<'a>(fields: &'a [LeftOutField], others: &[LeftOutField]) -> Vec<&'a LeftOutField> {
    fields.iter().filter(|field| others.iter().all(|other| other.target != field.target)).collect()
}
