//! What runs did, batch by batch.

use async_trait::async_trait;
use salesbridge_model::RunId;
use salesbridge_store::stored::{Stored, micros, number};
use salesbridge_store::{StoreError, TIMELINE_BATCHES, TimelineBatch, TimelineRepository};
use sqlx::PgConnection;

use crate::failure::failed;
use crate::text::{plain, text};

pub(crate) struct PostgresTimelines<'t>(pub(crate) &'t mut PgConnection);

type Row = (i64, i64, i64, i64, String);

#[async_trait]
impl TimelineRepository for PostgresTimelines<'_> {
    async fn add(&mut self, run: RunId, batch: &TimelineBatch) -> Result<(), StoreError> {
        const OPERATION: &str = "timelines.add";
        let run = run.to_string();
        sqlx::query(
            "INSERT INTO timelines (run_id, number, at, rows, calls, took_milliseconds, result) \
             SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6 FROM timelines WHERE run_id = $1",
        )
        .bind(&run)
        .bind(micros(batch.at))
        .bind(i64::from(batch.rows))
        .bind(i64::from(batch.calls))
        .bind(number(batch.took_milliseconds))
        .bind(text(&batch.result))
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        sqlx::query(
            "DELETE FROM timelines WHERE run_id = $1 AND \
             number <= (SELECT max(number) FROM timelines WHERE run_id = $1) - $2",
        )
        .bind(&run)
        .bind(i64::from(TIMELINE_BATCHES))
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(())
    }

    async fn list(&mut self, run: RunId) -> Result<Vec<TimelineBatch>, StoreError> {
        let run = run.to_string();
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT at, rows, calls, took_milliseconds, result FROM timelines WHERE run_id = $1 ORDER BY number",
        )
        .bind(&run)
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed("timelines.list"))?;
        rows.into_iter().map(|row| batch(&run, row)).collect()
    }
}

fn batch(run: &str, (at, rows, calls, took_milliseconds, result): Row) -> Result<TimelineBatch, StoreError> {
    let stored = Stored::new("batch of run", run);
    Ok(TimelineBatch {
        at: stored.instant("time", at)?,
        rows: stored.number("number of rows", rows)?,
        calls: stored.number("number of calls", calls)?,
        took_milliseconds: stored.number("duration", took_milliseconds)?,
        result: plain(result),
    })
}
