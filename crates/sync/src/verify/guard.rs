//! New rows while records remain that stand for none: each may be one of theirs.

use salesbridge_connector_kit::{Route, RowAnswer};
use salesbridge_model::RunId;
use salesbridge_store::DueRow;

use super::MARGIN;
use super::pool::prints;
use crate::engine::{Engine, Job};
use crate::error::EngineError;
use crate::outgoing::{OutgoingRow, write_batch};
use crate::settle::{RowEnd, Settlement};

impl Engine {
    /// The rows of a batch of creates that may be sent: all, unless a restore left records that stand for no row.
    pub(crate) async fn guard(
        &self,
        job: &Job<'_>,
        run: RunId,
        rows: Vec<OutgoingRow>,
    ) -> Result<Result<Vec<OutgoingRow>, crate::Advance>, EngineError> {
        let creates = rows.first().is_some_and(|row| row.intent.record_id.is_none());
        if !creates || job.sync.options.external_id_field.is_some() {
            return Ok(Ok(rows));
        }
        let Some(verification) = self.store.read().await?.verifications().find(job.sync.id).await? else {
            return Ok(Ok(rows));
        };
        let mut pool = match self.pool(job, verification.since - MARGIN, verification.until).await? {
            Ok(pool) => pool,
            Err(error) => return Ok(Err(self.obstructed(&error))),
        };
        let prints = prints(job, &write_batch(job, job.plan.fields(), &rows, Route::Call).cells);
        let (mut found, mut new) = (Vec::new(), Vec::new());
        for (row, print) in rows.into_iter().zip(prints) {
            match pool.take(print) {
                Some(record_id) => found.push((row, record_id)),
                None => new.push(row),
            }
        }
        self.settle_found(job, run, found).await?;
        if pool.is_empty() {
            self.release(job, &verification).await?;
            return Ok(Ok(new));
        }
        let waiting =
            new.iter().map(|row| pool.waiting(job, &row.intent.source_key, row.intent.revision, self.clock.now()));
        self.settle_waiting(job, run, waiting.collect()).await?;
        Ok(Ok(Vec::new()))
    }

    async fn settle_found(
        &self,
        job: &Job<'_>,
        run: RunId,
        found: Vec<(OutgoingRow, String)>,
    ) -> Result<(), EngineError> {
        if found.is_empty() {
            return Ok(());
        }
        let mut tx = self.write(job).await?;
        let mut settlement = Settlement::new(job, run, self.clock.now(), Vec::new(), Vec::new());
        for (row, record_id) in found {
            settlement.add(&row.intent, RowEnd::Answered(RowAnswer::Created { record_id }));
        }
        settlement.store(&mut *tx, 0).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn settle_waiting(&self, job: &Job<'_>, run: RunId, waiting: Vec<DueRow>) -> Result<(), EngineError> {
        let mut tx = self.write(job).await?;
        tx.due().hold(&waiting).await?;
        let mut settlement = Settlement::new(job, run, self.clock.now(), Vec::new(), Vec::new());
        waiting.into_iter().for_each(|row| settlement.still_waits(row));
        settlement.store(&mut *tx, 0).await?;
        tx.commit().await?;
        Ok(())
    }
}
