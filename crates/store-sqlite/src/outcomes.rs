//! What happened to each row in a run.

use std::collections::HashMap;

use async_trait::async_trait;
use salesbridge_model::{OutcomeKind, Page, PageRequest, RecordOutcome, RunId};
use salesbridge_store::paging;
use salesbridge_store::stored::{Stored, json, micros};
use salesbridge_store::{OutcomeFilter, OutcomeRepository, StoreError};
use sqlx::SqliteConnection;

use crate::failure::failed;
use crate::listing::{self, Listing};

pub(crate) struct SqliteOutcomes<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (String, String, String, Option<String>, Option<String>, Option<String>, String, Option<String>, i64);

#[async_trait]
impl OutcomeRepository for SqliteOutcomes<'_> {
    async fn record(&mut self, outcomes: &[RecordOutcome]) -> Result<Vec<Option<OutcomeKind>>, StoreError> {
        const OPERATION: &str = "outcomes.record";
        let mut kinds = self.kinds(outcomes).await?;
        let replaced = outcomes
            .iter()
            .map(|outcome| kinds.insert((outcome.run_id, outcome.source_key.clone()), outcome.kind))
            .collect();
        let rows: Vec<_> = outcomes.iter().map(members).collect();
        sqlx::query(
            "INSERT INTO outcomes (run_id, source_key, kind, record_id, code, message, fields, remedy, at) \
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value -> 6, \
             value ->> 7, value ->> 8 FROM json_each(?) WHERE true ORDER BY json_each.key \
             ON CONFLICT (run_id, source_key) DO UPDATE SET kind = excluded.kind, record_id = excluded.record_id, \
             code = excluded.code, message = excluded.message, fields = excluded.fields, remedy = excluded.remedy, \
             at = excluded.at",
        )
        .bind(json(OPERATION, &rows)?)
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(replaced)
    }

    async fn recorded(&mut self, run: RunId, keys: &[String]) -> Result<Vec<String>, StoreError> {
        const OPERATION: &str = "outcomes.recorded";
        sqlx::query_scalar(
            "SELECT source_key FROM outcomes WHERE run_id = ? AND source_key IN (SELECT value FROM json_each(?)) \
             ORDER BY source_key",
        )
        .bind(run.to_string())
        .bind(json(OPERATION, keys)?)
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed(OPERATION))
    }

    async fn list(
        &mut self,
        run: RunId,
        filter: &OutcomeFilter,
        page: &PageRequest,
    ) -> Result<Page<RecordOutcome>, StoreError> {
        const OPERATION: &str = "outcomes.list";
        let mut listing = Listing::new(
            "SELECT run_id, source_key, kind, record_id, code, message, fields, remedy, at FROM outcomes WHERE true",
        );
        wanted(&mut listing, run, filter);
        listing::page(&mut listing, "source_key", filter.order, page);
        let rows = listing.build_query_as::<Row>().fetch_all(&mut *self.0).await.map_err(failed(OPERATION))?;
        let mut counting = Listing::new("SELECT count(*) FROM outcomes WHERE true");
        wanted(&mut counting, run, filter);
        let total = counting.build_query_scalar().fetch_one(&mut *self.0).await.map_err(failed(OPERATION))?;
        let items = rows.into_iter().map(outcome).collect::<Result<Vec<_>, _>>()?;
        Ok(paging::cut(items, page, total, |outcome| outcome.source_key.clone()))
    }
}

fn wanted(listing: &mut Listing, run: RunId, filter: &OutcomeFilter) {
    listing::equal(listing, "run_id", Some(run.to_string()));
    listing::equal(listing, "kind", filter.kind.map(OutcomeKind::as_str));
    listing::equal(listing, "source_key", filter.key.as_deref());
    listing::equal(listing, "code", filter.code.as_deref());
}

impl SqliteOutcomes<'_> {
    /// The kinds stored for the rows of these outcomes.
    async fn kinds(&mut self, outcomes: &[RecordOutcome]) -> Result<HashMap<(RunId, String), OutcomeKind>, StoreError> {
        const OPERATION: &str = "outcomes.record";
        let rows: Vec<_> = outcomes.iter().map(|outcome| (outcome.run_id, &outcome.source_key)).collect();
        let stored: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT outcomes.run_id, outcomes.source_key, outcomes.kind FROM json_each(?) AS asked \
             CROSS JOIN outcomes ON outcomes.run_id = asked.value ->> 0 AND outcomes.source_key = asked.value ->> 1",
        )
        .bind(json(OPERATION, &rows)?)
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        stored
            .into_iter()
            .map(|(run_id, source_key, kind)| {
                let stored = Stored::new("outcome", &source_key);
                let (run_id, kind) = (stored.parse("run id", &run_id)?, stored.word("kind", &kind)?);
                Ok(((run_id, source_key), kind))
            })
            .collect()
    }
}

fn members(outcome: &RecordOutcome) -> impl serde::Serialize + '_ {
    (
        outcome.run_id,
        &outcome.source_key,
        outcome.kind,
        &outcome.record_id,
        &outcome.code,
        &outcome.message,
        &outcome.fields,
        &outcome.remedy,
        micros(outcome.at),
    )
}

fn outcome(row: Row) -> Result<RecordOutcome, StoreError> {
    let (run_id, source_key, kind, record_id, code, message, fields, remedy, at) = row;
    let stored = Stored::new("outcome", &source_key);
    Ok(RecordOutcome {
        run_id: stored.parse("run id", &run_id)?,
        kind: stored.word("kind", &kind)?,
        record_id,
        code,
        message,
        fields: stored.json("fields", &fields)?,
        remedy,
        at: stored.instant("time", at)?,
        source_key,
    })
}
