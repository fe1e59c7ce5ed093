//! Recovering intents whose answer was lost, before anything else is sent.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_connector_kit::{ClaimedRecords, ConnectorError, Intent, NextStep, RecoveredRow, Recovery};
use salesbridge_model::RunProblem;
use salesbridge_store::Store;

use crate::advance::{Advance, Obstacle};
use crate::deliver::{Delivery, miscounted};
use crate::engine::{Engine, Job};
use crate::settle::RowEnd;

impl Engine {
    /// Finds out what became of every unsettled intent of the sync and settles it; `Some` when that has to wait.
    pub(crate) async fn recover(&self, job: &Job<'_>) -> Delivery {
        let claimed = Links(self.store.clone());
        for (entry, silent_for) in self.journal.unsettled(&*self.store, job.sync.id, job.lease).await? {
            if job.stop.is_cancelled() {
                return Ok(Some(Advance::Stopped));
            }
            let calls_before = job.destination.calls_made();
            let recovered = job.destination.recover(&Intent(entry.payload.clone()), silent_for, &claimed).await;
            let calls = job.destination.calls_made() - calls_before;
            match recovered {
                Ok(Recovery::Rows(rows)) if rows.len() == entry.rows.len() => {
                    tracing::info!(
                        intent.id = %entry.id, sync.id = %entry.sync_id, rows = rows.len(),
                        "recovered intent {}: {} of its {} rows had arrived", entry.id, arrived(&rows), rows.len()
                    );
                    self.settle(job, &entry, rows.into_iter().map(row_end).collect(), calls).await?;
                }
                Ok(Recovery::Rows(rows)) => {
                    return Ok(Some(self.obstructed(&miscounted(&entry, rows.len(), NextStep::HoldSync))));
                }
                Ok(Recovery::Wait { pause }) => return Ok(Some(self.still_under_way(pause))),
                Err(error) => return Ok(Some(self.obstructed(&error))),
            }
        }
        Ok(None)
    }

    /// Settles what a backup had under way, when that is restored; `Some` when that has to wait. The other side may still tell exactly what became of it.
    /// Where records of the time since make it doubtful, the rows are looked for with all others.
    pub(crate) async fn recover_restored(&self, job: &Job<'_>) -> Delivery {
        let claimed = Links(self.store.clone());
        for (entry, silent_for) in self.journal.unsettled(&*self.store, job.sync.id, job.lease).await? {
            let recovered = job.destination.recover(&Intent(entry.payload.clone()), silent_for, &claimed).await;
            let ends = match recovered {
                Ok(Recovery::Rows(rows)) if is_conclusive(&rows, entry.rows.len()) => {
                    rows.into_iter().map(row_end).collect()
                }
                Ok(Recovery::Rows(_)) => vec![RowEnd::SendAgain; entry.rows.len()],
                Ok(Recovery::Wait { pause }) => return Ok(Some(self.still_under_way(pause))),
                Err(error) => return Ok(Some(self.obstructed(&error))),
            };
            self.settle(job, &entry, ends, 0).await?;
        }
        Ok(None)
    }

    fn still_under_way(&self, pause: Duration) -> Advance {
        let again_at = self.clock.now() + chrono::Duration::from_std(pause).unwrap_or_default();
        let problem = RunProblem {
            code: "ANSWER_LOST".to_owned(),
            message: "the answer to a write is not known yet, and it may still be under way".to_owned(),
            remedy: format!("Nothing: it is looked up again at {}", again_at.format("%H:%M:%S UTC")),
        };
        Advance::Obstructed(Obstacle::RetryLater { problem, pause: Some(pause) })
    }
}

fn is_conclusive(rows: &[RecoveredRow], expected: usize) -> bool {
    rows.len() == expected && !rows.iter().any(|row| matches!(row, RecoveredRow::Uncertain { .. }))
}

fn row_end(row: RecoveredRow) -> RowEnd {
    match row {
        RecoveredRow::Answered(answer) => RowEnd::Answered(answer),
        RecoveredRow::NotSent => RowEnd::SendAgain,
        RecoveredRow::Uncertain { reason } => RowEnd::Uncertain(reason),
    }
}

fn arrived(rows: &[RecoveredRow]) -> usize {
    rows.iter().filter(|row| matches!(row, RecoveredRow::Answered(_))).count()
}

struct Links(Arc<dyn Store>);

#[async_trait]
impl ClaimedRecords for Links {
    async fn claimed(&self, record_ids: &[String]) -> Result<HashSet<String>, ConnectorError> {
        let look_up = async { self.0.read().await?.links().claimed(record_ids).await };
        look_up.await.map(HashSet::from_iter).map_err(|cause| ConnectorError {
            code: "STORE".to_owned(),
            message: "the links could not be read".to_owned(),
            remedy: "See the log; the disk may be full".to_owned(),
            next: NextStep::RetryLater { pause: None },
            retry_until: None,
            cause: Some(Box::new(cause)),
        })
    }
}
