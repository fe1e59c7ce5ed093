//! Runs. Their ids grow with time, so that their order is the order of the ids.

use async_trait::async_trait;
use salesbridge_model::{Page, PageRequest, Run, RunId, SyncId};
use salesbridge_store::paging;
use salesbridge_store::stored::{Stored, json, json_or_null, micros, number, word};
use salesbridge_store::{RunFilter, RunRepository, Sees, StoreError};
use sqlx::SqliteConnection;

use crate::failure::{failed, failed_or_taken};
use crate::listing::{self, Listing};

pub(crate) struct SqliteRuns<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (String, String, String, String, Option<String>, String, i64, Option<String>, String, i64, Option<i64>);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, sync_id, cause, state, cursor, counts, api_calls, problem, warnings, created_at, finished_at \
             FROM runs ",
            $rest
        )
    };
}

#[async_trait]
impl RunRepository for SqliteRuns<'_> {
    async fn insert(&mut self, run: &Run) -> Result<(), StoreError> {
        const OPERATION: &str = "runs.insert";
        sqlx::query(
            "INSERT INTO runs (id, sync_id, cause, state, cursor, counts, api_calls, problem, warnings, created_at, \
             finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(run.id.to_string())
        .bind(run.sync_id.to_string())
        .bind(word(OPERATION, run.trigger)?)
        .bind(word(OPERATION, run.state)?)
        .bind(&run.cursor)
        .bind(json(OPERATION, &run.counts)?)
        .bind(number(run.api_calls))
        .bind(json_or_null(OPERATION, run.problem.as_ref())?)
        .bind(json(OPERATION, &run.warnings)?)
        .bind(micros(run.created_at))
        .bind(run.finished_at.map(micros))
        .execute(&mut *self.0)
        .await
        .map_err(failed_or_taken(OPERATION, "run id"))?;
        Ok(())
    }

    async fn find(&mut self, id: RunId) -> Result<Option<Run>, StoreError> {
        sqlx::query_as(select!("WHERE id = ?"))
            .bind(id.to_string())
            .fetch_optional(&mut *self.0)
            .await
            .map_err(failed("runs.find"))?
            .map(run)
            .transpose()
    }

    async fn update(&mut self, run: &Run) -> Result<bool, StoreError> {
        const OPERATION: &str = "runs.update";
        let done = sqlx::query(
            "UPDATE runs SET state = ?2, cursor = ?3, counts = ?4, api_calls = ?5, problem = ?6, warnings = ?7, \
             finished_at = ?8 WHERE id = ?1",
        )
        .bind(run.id.to_string())
        .bind(word(OPERATION, run.state)?)
        .bind(&run.cursor)
        .bind(json(OPERATION, &run.counts)?)
        .bind(number(run.api_calls))
        .bind(json_or_null(OPERATION, run.problem.as_ref())?)
        .bind(json(OPERATION, &run.warnings)?)
        .bind(run.finished_at.map(micros))
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(done.rows_affected() > 0)
    }

    async fn open(&mut self, sync: SyncId) -> Result<Vec<Run>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as(select!("WHERE sync_id = ? AND state IN ('queued', 'running') ORDER BY id"))
                .bind(sync.to_string())
                .fetch_all(&mut *self.0)
                .await
                .map_err(failed("runs.open"))?;
        rows.into_iter().map(run).collect()
    }

    async fn all_open(&mut self) -> Result<Vec<Run>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(select!("WHERE state IN ('queued', 'running') ORDER BY id"))
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed("runs.all_open"))?;
        rows.into_iter().map(run).collect()
    }

    async fn newer(&mut self, than: Option<RunId>, limit: u32) -> Result<Vec<Run>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(select!("WHERE id > ?1 ORDER BY id LIMIT ?2"))
            .bind(than.map(|than| than.to_string()).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(&mut *self.0)
            .await
            .map_err(failed("runs.newer"))?;
        rows.into_iter().map(run).collect()
    }

    async fn list(&mut self, filter: &RunFilter, page: &PageRequest) -> Result<Page<Run>, StoreError> {
        let mut listing = Listing::new(select!("WHERE true"));
        wanted(&mut listing, filter)?;
        listing::page(&mut listing, "id", filter.order, page);
        let rows = listing.build_query_as::<Row>().fetch_all(&mut *self.0).await.map_err(failed(LIST))?;
        let mut counting = Listing::new("SELECT count(*) FROM runs WHERE true");
        wanted(&mut counting, filter)?;
        let total = counting.build_query_scalar().fetch_one(&mut *self.0).await.map_err(failed(LIST))?;
        let items = rows.into_iter().map(run).collect::<Result<Vec<_>, _>>()?;
        Ok(paging::cut(items, page, total, |run| run.id.to_string()))
    }
}

const LIST: &str = "runs.list";

fn wanted(listing: &mut Listing, filter: &RunFilter) -> Result<(), StoreError> {
    if filter.sees != Sees::All || filter.connection.is_some() {
        listing.push(" AND sync_id IN (SELECT id FROM syncs WHERE true");
        listing::seen(listing, LIST, "connection_id", &filter.sees)?;
        listing::equal(listing, "connection_id", filter.connection.map(|id| id.to_string()));
        listing.push(")");
    }
    listing::equal(listing, "sync_id", filter.sync.map(|id| id.to_string()));
    listing::equal(listing, "state", filter.state.map(|state| word(LIST, state)).transpose()?);
    listing::equal(listing, "cause", filter.trigger.map(|trigger| word(LIST, trigger)).transpose()?);
    if let Some(since) = filter.since {
        listing.push(" AND created_at >= ").push_bind(micros(since));
    }
    if let Some(until) = filter.until {
        listing.push(" AND created_at < ").push_bind(micros(until));
    }
    Ok(())
}

fn run(row: Row) -> Result<Run, StoreError> {
    let (id, sync_id, cause, state, cursor, counts, api_calls, problem, warnings, created_at, finished_at) = row;
    let stored = Stored::new("run", &id);
    Ok(Run {
        id: stored.parse("id", &id)?,
        sync_id: stored.parse("sync id", &sync_id)?,
        trigger: stored.word("trigger", &cause)?,
        state: stored.word("state", &state)?,
        cursor,
        counts: stored.json("counts", &counts)?,
        api_calls: stored.number("number of calls", api_calls)?,
        problem: stored.json_or_none("problem", problem.as_deref())?,
        warnings: stored.json("warnings", &warnings)?,
        created_at: stored.instant("creation time", created_at)?,
        finished_at: stored.instant_or_none("end time", finished_at)?,
    })
}
