//! What happened to each row in a run.

use std::collections::HashMap;

use async_trait::async_trait;
use salesbridge_model::{OutcomeKind, Page, PageRequest, RecordOutcome, RunId};
use salesbridge_store::paging;
use salesbridge_store::stored::{Stored, json, micros};
use salesbridge_store::{OutcomeFilter, OutcomeRepository, StoreError};
use sqlx::PgConnection;

use crate::failure::failed;
use crate::listing::{self, Listing};
use crate::text::{plain, text, text_or_null, texts};
use crate::waves::waves;

pub(crate) struct PostgresOutcomes<'t>(pub(crate) &'t mut PgConnection);

type Row = (String, String, String, Option<String>, Option<String>, Option<String>, String, Option<String>, i64);

#[async_trait]
impl OutcomeRepository for PostgresOutcomes<'_> {
    async fn record(&mut self, outcomes: &[RecordOutcome]) -> Result<Vec<Option<OutcomeKind>>, StoreError> {
        const OPERATION: &str = "outcomes.record";
        let mut kinds = self.kinds(outcomes).await?;
        let replaced = outcomes
            .iter()
            .map(|outcome| kinds.insert((outcome.run_id, outcome.source_key.clone()), outcome.kind))
            .collect();
        for wave in waves(outcomes, |outcome| (outcome.run_id, &outcome.source_key)) {
            self.record_wave(OPERATION, wave).await?;
        }
        Ok(replaced)
    }

    async fn recorded(&mut self, run: RunId, keys: &[String]) -> Result<Vec<String>, StoreError> {
        const OPERATION: &str = "outcomes.recorded";
        sqlx::query_scalar(
            "SELECT source_key FROM outcomes WHERE run_id = $1 AND source_key = ANY($2) \
             ORDER BY source_key",
        )
        .bind(run.to_string())
        .bind(texts(keys))
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

impl PostgresOutcomes<'_> {
    async fn record_wave(&mut self, operation: &'static str, outcomes: &[RecordOutcome]) -> Result<(), StoreError> {
        let fields = outcomes.iter().map(|outcome| json(operation, &outcome.fields)).collect::<Result<Vec<_>, _>>()?;
        let optional = |value: fn(&RecordOutcome) -> Option<&str>| -> Vec<_> {
            outcomes.iter().map(|outcome| text_or_null(value(outcome))).collect()
        };
        sqlx::query(
            "INSERT INTO outcomes (run_id, source_key, kind, record_id, code, message, fields, remedy, at) \
             SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], \
             $8::text[], $9::bigint[]) \
             ON CONFLICT (run_id, source_key) DO UPDATE SET kind = excluded.kind, record_id = excluded.record_id, \
             code = excluded.code, message = excluded.message, fields = excluded.fields, remedy = excluded.remedy, \
             at = excluded.at",
        )
        .bind(outcomes.iter().map(|outcome| outcome.run_id.to_string()).collect::<Vec<_>>())
        .bind(outcomes.iter().map(|outcome| text(&outcome.source_key)).collect::<Vec<_>>())
        .bind(outcomes.iter().map(|outcome| outcome.kind.as_str()).collect::<Vec<_>>())
        .bind(optional(|outcome| outcome.record_id.as_deref()))
        .bind(optional(|outcome| outcome.code.as_deref()))
        .bind(optional(|outcome| outcome.message.as_deref()))
        .bind(fields)
        .bind(optional(|outcome| outcome.remedy.as_deref()))
        .bind(outcomes.iter().map(|outcome| micros(outcome.at)).collect::<Vec<_>>())
        .execute(&mut *self.0)
        .await
        .map_err(failed(operation))?;
        Ok(())
    }

    /// The kinds stored for the rows of these outcomes.
    async fn kinds(&mut self, outcomes: &[RecordOutcome]) -> Result<HashMap<(RunId, String), OutcomeKind>, StoreError> {
        const OPERATION: &str = "outcomes.record";
        let stored: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT run_id, source_key, kind FROM outcomes JOIN unnest($1::text[], $2::text[]) \
             AS asked (run_id, source_key) USING (run_id, source_key)",
        )
        .bind(outcomes.iter().map(|outcome| outcome.run_id.to_string()).collect::<Vec<_>>())
        .bind(outcomes.iter().map(|outcome| text(&outcome.source_key)).collect::<Vec<_>>())
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        stored
            .into_iter()
            .map(|(run_id, source_key, kind)| {
                let stored = Stored::new("outcome", &source_key);
                let (run_id, kind) = (stored.parse("run id", &run_id)?, stored.word("kind", &kind)?);
                Ok(((run_id, plain(source_key)), kind))
            })
            .collect()
    }
}

fn outcome(row: Row) -> Result<RecordOutcome, StoreError> {
    let (run_id, source_key, kind, record_id, code, message, fields, remedy, at) = row;
    let stored = Stored::new("outcome", &source_key);
    Ok(RecordOutcome {
        run_id: stored.parse("run id", &run_id)?,
        kind: stored.word("kind", &kind)?,
        record_id: record_id.map(plain),
        code: code.map(plain),
        message: message.map(plain),
        fields: stored.json("fields", &fields)?,
        remedy: remedy.map(plain),
        at: stored.instant("time", at)?,
        source_key: plain(source_key),
    })
}
