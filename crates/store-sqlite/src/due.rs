//! Rows of a sync that are to be sent, or wait.

use async_trait::async_trait;
use salesbridge_model::{Page, PageRequest, SyncId, Timestamp};
use salesbridge_store::paging;
use salesbridge_store::stored::{Stored, json, micros, word};
use salesbridge_store::{DueCounts, DueFilter, DueRepository, DueRow, DueState, LONGEST_PAUSE, StoreError};
use sqlx::SqliteConnection;

use crate::failure::failed;
use crate::listing::{self, Listing};

pub(crate) struct SqliteDue<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (String, String, i64, String, i64, Option<i64>, Option<String>, Option<String>, String, Option<String>, i64);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sync_id, source_key, revision, state, attempts, not_before, code, message, fields, remedy, \
             updated_at FROM due ",
            $rest
        )
    };
}

#[async_trait]
impl DueRepository for SqliteDue<'_> {
    async fn take_in(&mut self, sync: SyncId, stream: &str, at: Timestamp) -> Result<u64, StoreError> {
        const OPERATION: &str = "due.take_in";
        let done = sqlx::query(
            "INSERT INTO due (sync_id, source_key, revision, state, attempts, fields, updated_at) \
             SELECT ?1, source_key, max(sequence), 'due', 0, '[]', ?3 FROM outbox \
             WHERE sequence > (SELECT position FROM syncs WHERE id = ?1) AND stream = ?2 GROUP BY source_key \
             ON CONFLICT (sync_id, source_key) DO UPDATE SET revision = max(due.revision, excluded.revision), \
             state = iif(due.state = 'uncertain', due.state, 'due'), \
             attempts = iif(due.state = 'uncertain', due.attempts, 0), \
             not_before = iif(due.state = 'uncertain', due.not_before, NULL), \
             code = iif(due.state = 'uncertain', due.code, NULL), \
             message = iif(due.state = 'uncertain', due.message, NULL), \
             fields = iif(due.state = 'uncertain', due.fields, '[]'), \
             remedy = iif(due.state = 'uncertain', due.remedy, NULL), \
             updated_at = iif(due.state = 'uncertain', due.updated_at, excluded.updated_at)",
        )
        .bind(sync.to_string())
        .bind(stream)
        .bind(micros(at))
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        self.skip_to_newest(sync).await?;
        Ok(done.rows_affected())
    }

    async fn skip_to_newest(&mut self, sync: SyncId) -> Result<(), StoreError> {
        const OPERATION: &str = "due.skip_to_newest";
        let done = sqlx::query(
            "UPDATE syncs SET position = (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox') \
             WHERE id = ?",
        )
        .bind(sync.to_string())
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        if done.rows_affected() == 0 { Err(StoreError::Reference { operation: OPERATION }) } else { Ok(()) }
    }

    async fn ready(&mut self, sync: SyncId, now: Timestamp, limit: u32) -> Result<Vec<DueRow>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(select!(
            "WHERE sync_id = ?1 AND state = 'due' AND (not_before IS NULL OR not_before <= ?2 OR not_before > ?3) \
             ORDER BY revision, source_key LIMIT ?4"
        ))
        .bind(sync.to_string())
        .bind(micros(now))
        .bind(farthest(now))
        .bind(limit)
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed("due.ready"))?;
        rows.into_iter().map(due_row).collect()
    }

    async fn next_ready_at(&mut self, sync: SyncId, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let earliest: Option<i64> = sqlx::query_scalar(
            "SELECT min(not_before) FROM due WHERE sync_id = ? AND state = 'due' AND not_before > ? AND not_before <= ?",
        )
        .bind(sync.to_string())
        .bind(micros(now))
        .bind(farthest(now))
        .fetch_one(&mut *self.0)
        .await
        .map_err(failed("due.next_ready_at"))?;
        Stored::new("due row", "with the earliest time").instant_or_none("time", earliest)
    }

    async fn find_many(&mut self, sync: SyncId, keys: &[String]) -> Result<Vec<DueRow>, StoreError> {
        const OPERATION: &str = "due.find_many";
        let rows: Vec<Row> = sqlx::query_as(select!(
            "WHERE sync_id = ? AND source_key IN (SELECT value FROM json_each(?)) ORDER BY source_key"
        ))
        .bind(sync.to_string())
        .bind(json(OPERATION, keys)?)
        .fetch_all(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        rows.into_iter().map(due_row).collect()
    }

    async fn hold(&mut self, rows: &[DueRow]) -> Result<(), StoreError> {
        const OPERATION: &str = "due.hold";
        let rows: Vec<_> = rows.iter().map(members).collect();
        sqlx::query(
            "INSERT INTO due (sync_id, source_key, revision, state, attempts, not_before, code, message, fields, remedy, \
             updated_at) \
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, \
             value ->> 7, value -> 8, value ->> 9, value ->> 10 FROM json_each(?) WHERE true ORDER BY json_each.key \
             ON CONFLICT (sync_id, source_key) DO UPDATE SET revision = max(due.revision, excluded.revision), \
             state = excluded.state, attempts = excluded.attempts, not_before = excluded.not_before, \
             code = excluded.code, message = excluded.message, fields = excluded.fields, remedy = excluded.remedy, \
             updated_at = excluded.updated_at \
             WHERE due.revision <= excluded.revision OR excluded.state = 'uncertain'",
        )
        .bind(json(OPERATION, &rows)?)
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(())
    }

    async fn clear(&mut self, sync: SyncId, settled: &[(String, i64)]) -> Result<(), StoreError> {
        const OPERATION: &str = "due.clear";
        // CROSS JOIN keeps this order: one look-up per settled row, whatever SQLite thinks of the table's size.
        sqlx::query(
            "DELETE FROM due WHERE rowid IN (SELECT due.rowid FROM json_each(?2) AS settled \
             CROSS JOIN due ON due.sync_id = ?1 AND due.source_key = settled.value ->> 0 \
             AND due.revision <= settled.value ->> 1)",
        )
        .bind(sync.to_string())
        .bind(json(OPERATION, settled)?)
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(())
    }

    async fn retry(
        &mut self,
        sync: SyncId,
        state: DueState,
        keys: Option<&[String]>,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        const OPERATION: &str = "due.retry";
        let done = sqlx::query(
            "UPDATE due SET state = 'due', attempts = 0, not_before = NULL, code = NULL, message = NULL, fields = '[]', \
             remedy = NULL, updated_at = ?4 \
             WHERE sync_id = ?1 AND state = ?2 AND (?3 IS NULL OR source_key IN (SELECT value FROM json_each(?3)))",
        )
        .bind(sync.to_string())
        .bind(word(OPERATION, state)?)
        .bind(keys.map(|keys| json(OPERATION, keys)).transpose()?)
        .bind(micros(at))
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(done.rows_affected())
    }

    async fn drop_rows(&mut self, sync: SyncId, state: DueState, keys: Option<&[String]>) -> Result<u64, StoreError> {
        const OPERATION: &str = "due.drop_rows";
        let done = sqlx::query(
            "DELETE FROM due WHERE sync_id = ?1 AND state = ?2 \
             AND (?3 IS NULL OR source_key IN (SELECT value FROM json_each(?3)))",
        )
        .bind(sync.to_string())
        .bind(word(OPERATION, state)?)
        .bind(keys.map(|keys| json(OPERATION, keys)).transpose()?)
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(done.rows_affected())
    }

    async fn list(&mut self, sync: SyncId, filter: &DueFilter, page: &PageRequest) -> Result<Page<DueRow>, StoreError> {
        const OPERATION: &str = "due.list";
        let mut listing = Listing::new(select!("WHERE true"));
        wanted(&mut listing, OPERATION, sync, filter)?;
        listing::page(&mut listing, "source_key", filter.order, page);
        let rows = listing.build_query_as::<Row>().fetch_all(&mut *self.0).await.map_err(failed(OPERATION))?;
        let mut counting = Listing::new("SELECT count(*) FROM due WHERE true");
        wanted(&mut counting, OPERATION, sync, filter)?;
        let total = counting.build_query_scalar().fetch_one(&mut *self.0).await.map_err(failed(OPERATION))?;
        let items = rows.into_iter().map(due_row).collect::<Result<Vec<_>, _>>()?;
        Ok(paging::cut(items, page, total, |row| row.source_key.clone()))
    }

    async fn counts(&mut self, sync: SyncId, now: Timestamp) -> Result<DueCounts, StoreError> {
        let (due, deferred, refused, uncertain): (i64, i64, i64, i64) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM due WHERE sync_id = ?1 AND state = 'due'), \
             (SELECT count(*) FROM due WHERE sync_id = ?1 AND state = 'due' AND not_before > ?2 AND not_before <= ?3), \
             (SELECT count(*) FROM due WHERE sync_id = ?1 AND state = 'refused'), \
             (SELECT count(*) FROM due WHERE sync_id = ?1 AND state = 'uncertain')",
        )
        .bind(sync.to_string())
        .bind(micros(now))
        .bind(farthest(now))
        .fetch_one(&mut *self.0)
        .await
        .map_err(failed("due.counts"))?;
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        Ok(DueCounts {
            due: count(due - deferred),
            deferred: count(deferred),
            refused: count(refused),
            uncertain: count(uncertain),
        })
    }
}

fn wanted(listing: &mut Listing, operation: &'static str, sync: SyncId, filter: &DueFilter) -> Result<(), StoreError> {
    listing::equal(listing, "sync_id", Some(sync.to_string()));
    listing::equal(listing, "state", filter.state.map(|state| word(operation, state)).transpose()?);
    listing::equal(listing, "source_key", filter.key.as_deref());
    listing::equal(listing, "code", filter.code.as_deref());
    Ok(())
}

/// The latest time for which a row can have been put off at an instant by a clock that is right.
fn farthest(now: Timestamp) -> i64 {
    let longest = i64::try_from(LONGEST_PAUSE.as_micros()).unwrap_or(i64::MAX);
    micros(now).saturating_add(longest)
}

fn members(row: &DueRow) -> impl serde::Serialize + '_ {
    (
        row.sync_id,
        &row.source_key,
        row.revision,
        row.state,
        row.attempts,
        row.not_before.map(micros),
        &row.code,
        &row.message,
        &row.fields,
        &row.remedy,
        micros(row.updated_at),
    )
}

fn due_row(row: Row) -> Result<DueRow, StoreError> {
    let (sync_id, source_key, revision, state, attempts, not_before, code, message, fields, remedy, updated_at) = row;
    let stored = Stored::new("due row", &source_key);
    Ok(DueRow {
        sync_id: stored.parse("sync id", &sync_id)?,
        revision,
        state: stored.word("state", &state)?,
        attempts: stored.number("number of attempts", attempts)?,
        not_before: stored.instant_or_none("time", not_before)?,
        code,
        message,
        fields: stored.json("fields", &fields)?,
        remedy,
        updated_at: stored.instant("update time", updated_at)?,
        source_key,
    })
}
