//! After a restore: finding again what was made after the backup, before anything is written.
//!
//! A restored installation has forgotten the records of the time since its backup. With an external-ID field they are asked for by our keys; without one,
//! those that our user made since are compared with what each row without a link would send, and equal ones are matched by number. While records remain
//! that stand for no row, a row that is new may be one of theirs: it waits for a person.

mod guard;
mod pool;

use std::collections::HashSet;
use std::sync::PoisonError;

use salesbridge_connector_kit::{ConnectorError, CreatedRecords, NextStep, RecordFate, RecordPrint};
use salesbridge_model::{
    ConfirmedFields, Link, LinkState, PageRequest, Run, RunCounts, RunId, RunState, RunTrigger, SyncId, Timestamp,
};
use salesbridge_store::{DueFilter, DueState, StoreError, Transaction, Verification, VerificationState};

use self::pool::{Pool, prints};
use crate::deliver::Delivery;
use crate::difference::{Difference, difference};
use crate::engine::{Engine, Job};
use crate::error::EngineError;
use crate::external_id::external_id;
use crate::mapping::MappedBatch;

/// Code of rows that wait because of a restore.
pub const RESTORED: &str = "RESTORED";

/// Rows, or links, looked at in one stretch.
const PAGE: usize = 500;
/// Records whose links are looked for at once.
const CLAIMS: usize = 5_000;
/// A record may be older than the backup by the time its write was under way, and clocks differ.
const MARGIN: chrono::Duration = chrono::Duration::minutes(15);

/// A row without a link, and what a create would send for it.
struct NewRow {
    key: String,
    print: RecordPrint,
    confirms: ConfirmedFields,
}

impl Engine {
    /// Finds again what a restored sync has forgotten; `Some` when that has to wait. Nothing is written to the other side before. Repeating it
    /// changes nothing.
    pub(crate) async fn verify(&self, job: &Job<'_>) -> Delivery {
        let Some(verification) = self.store.read().await?.verifications().find(job.sync.id).await? else {
            return Ok(None);
        };
        match verification.state {
            VerificationState::Pending if job.sync.options.external_id_field.is_some() => {
                self.verify_by_external_ids(job, &verification).await
            }
            VerificationState::Pending => self.verify_by_values(job, &verification).await,
            VerificationState::Guarding => self.look_again(job, &verification).await,
        }
    }

    /// Ends a sync's verification, in the caller's transaction, because a person says that what was found is none of its rows'; says how many rows
    /// waited for that.
    pub async fn release_restored(&self, tx: &mut dyn Transaction, sync: SyncId) -> Result<u64, EngineError> {
        Ok(release(tx, sync, self.clock.now()).await?)
    }

    async fn verify_by_external_ids(&self, job: &Job<'_>, verification: &Verification) -> Delivery {
        let Some(field) = &job.sync.options.external_id_field else { return Ok(None) };
        let longest = job.object.field(field).and_then(|field| field.length);
        let mut position = None;
        let mut linked = 0;
        while let Some(page) = self.page(job, &mut position).await? {
            let keys: Vec<String> = self.without_link(job, &page.keys).await?;
            let ours = |key: &String| external_id(job.installation, job.sync.id, key, longest);
            let ids: Vec<String> = keys.iter().map(ours).collect();
            let found = match job.destination.finder().by_external_ids(&job.sync.object, field, &ids).await {
                Ok(found) => found,
                Err(error) => return Ok(Some(self.obstructed(&error))),
            };
            // What such a record holds is not known: every field is compared as if it had never been confirmed.
            let links =
                keys.into_iter().zip(&ids).filter_map(|(key, id)| Some(self.link(job, key, found.get(id)?.clone())));
            linked += self.save_links(job, links.collect()).await?;
        }
        self.finish_verification(job, verification, linked, &Pool::default()).await
    }

    async fn verify_by_values(&self, job: &Job<'_>, verification: &Verification) -> Delivery {
        let unsettled = self.store.read().await?.journal().unsettled(job.sync.id).await?;
        let told_since = verification.since;
        let since =
            unsettled.iter().map(|entry| entry.created_at).min().map_or(told_since, |oldest| oldest.min(told_since));
        let verification = Verification { since, ..verification.clone() };
        if since < told_since {
            // Before what tells it is settled.
            let mut tx = self.write(job).await?;
            tx.verifications().save(job.sync.id, Some(&verification)).await?;
            tx.commit().await?;
        }
        if let Some(ending) = self.recover_restored(job).await? {
            return Ok(Some(ending));
        }
        let mut pool = match self.pool(job, since - MARGIN, verification.until).await? {
            Ok(pool) => pool,
            Err(error) => return Ok(Some(self.obstructed(&error))),
        };
        let mut linked = 0;
        let mut position = None;
        while let Some(page) = self.page(job, &mut position).await? {
            linked += self.link_found(job, &mut pool, &page).await?;
        }
        let mut position = None;
        while !pool.is_empty()
            && let Some(page) = self.page(job, &mut position).await?
        {
            self.let_wait(job, &pool, &page).await?;
        }
        self.finish_verification(job, &verification, linked, &pool).await
    }

    /// Compares the links with the other side, and stores that the sync may write.
    async fn finish_verification(
        &self,
        job: &Job<'_>,
        verification: &Verification,
        linked: usize,
        pool: &Pool,
    ) -> Delivery {
        if let Err(error) = self.verify_links(job, verification).await? {
            return Ok(Some(self.obstructed(&error)));
        }
        let guarding = Verification { state: VerificationState::Guarding, ..verification.clone() };
        let mut tx = self.write(job).await?;
        let open = tx.runs().open(job.sync.id).await?;
        if !open.iter().any(|run| run.trigger == RunTrigger::Full && run.state == RunState::Queued) {
            tx.runs().insert(&self.full_run_to_come(job)).await?;
        }
        tx.verifications().save(job.sync.id, Some(&guarding).filter(|_| !pool.is_empty())).await?;
        tx.commit().await?;
        tracing::info!(
            sync.id = %job.sync.id, rows.linked = linked, records.left = pool.size,
            "sync {} was verified after a restore: {linked} records were found again, {} stand for no row", job.sync.name, pool.size
        );
        Ok(None)
    }

    async fn verify_links(
        &self,
        job: &Job<'_>,
        verification: &Verification,
    ) -> Result<Result<(), ConnectorError>, EngineError> {
        let since = verification.since - MARGIN;
        let mut page = PageRequest { after: None, limit: Some(PAGE as u32) };
        loop {
            let links = self.store.read().await?.links().list(job.sync.id, &page).await?;
            let active: Vec<Link> = links.items.into_iter().filter(|link| link.state == LinkState::Active).collect();
            let ids: Vec<String> = active.iter().map(|link| link.record_id.clone()).collect();
            let fates = match job.destination.finder().fates(&job.sync.object, &ids, since).await {
                Ok(fates) => fates,
                Err(error) => return Ok(Err(error)),
            };
            let differs =
                active.into_iter().zip(fates).filter_map(|(link, fate)| self.after_fate(link, fate, verification));
            self.save_links(job, differs.collect()).await?;
            let Some(next) = links.next else { return Ok(Ok(())) };
            page.after = Some(next);
        }
    }

    fn after_fate(&self, link: Link, fate: RecordFate, verification: &Verification) -> Option<Link> {
        let now = self.clock.now();
        match fate {
            RecordFate::Same => None,
            // Confirmed in this verification, by what the record holds now.
            RecordFate::Changed if link.updated_at >= verification.until => None,
            RecordFate::Changed => Some(Link { confirmed: ConfirmedFields::default(), updated_at: now, ..link }),
            RecordFate::Gone => Some(Link { state: LinkState::Broken, updated_at: now, ..link }),
        }
    }

    /// While records remain that stand for no row: whether they still do, and whether a row that waits has become the one that made one of them. Asked
    /// when such a row has changed, and when a full run begins.
    async fn look_again(&self, job: &Job<'_>, verification: &Verification) -> Delivery {
        let waiting = self.waiting(job).await?;
        let newest = waiting.iter().map(|(_, revision)| *revision).max().unwrap_or_default();
        let open = self.store.read().await?.runs().open(job.sync.id).await?;
        let asked = open.iter().any(|run| run.trigger == RunTrigger::Full && run.state == RunState::Queued);
        let looked = self.looked_again.lock().unwrap_or_else(PoisonError::into_inner).get(&job.sync.id).copied();
        if !asked && looked.is_some_and(|looked| looked >= newest) {
            return Ok(None);
        }
        let mut pool = match self.pool(job, verification.since - MARGIN, verification.until).await? {
            Ok(pool) => pool,
            Err(error) => return Ok(Some(self.obstructed(&error))),
        };
        for rows in waiting.chunks(PAGE) {
            let keys: Vec<String> = rows.iter().map(|(key, _)| key.clone()).collect();
            let page = job.plan.apply(&job.source.with_keys(&keys).await?);
            self.link_found(job, &mut pool, &page).await?;
        }
        if pool.is_empty() {
            self.release(job, verification).await?;
        }
        self.looked_again.lock().unwrap_or_else(PoisonError::into_inner).insert(job.sync.id, newest);
        Ok(None)
    }

    /// Rows that wait because of the restore, with their revision.
    async fn waiting(&self, job: &Job<'_>) -> Result<Vec<(String, i64)>, EngineError> {
        let mut page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
        let mut waiting = Vec::new();
        loop {
            let rows =
                self.store.read().await?.due().list(job.sync.id, &DueFilter::of(DueState::Uncertain), &page).await?;
            let ours = rows.items.into_iter().filter(|row| row.code.as_deref() == Some(RESTORED));
            waiting.extend(ours.map(|row| (row.source_key, row.revision)));
            let Some(next) = rows.next else { return Ok(waiting) };
            page.after = Some(next);
        }
    }

    /// Links the rows of a page that have no link to records that hold exactly what they would send; says how many.
    async fn link_found(&self, job: &Job<'_>, pool: &mut Pool, page: &MappedBatch) -> Result<usize, EngineError> {
        let rows = self.new_rows(job, page).await?;
        let links = rows.into_iter().filter_map(|row| {
            let link = self.link(job, row.key, pool.take(row.print)?);
            Some(Link { confirmed: row.confirms, ..link })
        });
        self.save_links(job, links.collect()).await
    }

    /// The records that were made in a span and that no link holds.
    async fn pool(
        &self,
        job: &Job<'_>,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Result<Pool, ConnectorError>, EngineError> {
        let finder = job.destination.finder();
        let created = match finder.created_between(&job.sync.object, job.plan.fields(), since, until).await {
            Ok(CreatedRecords::Found(created)) => created,
            Ok(CreatedRecords::TooMany { most }) => {
                return Ok(Ok(Pool::of_more_than(most)));
            }
            Ok(CreatedRecords::Wait { until }) => return Ok(Err(self.too_early(until))),
            Err(error) => return Ok(Err(error)),
        };
        let mut pool = Pool::default();
        for records in created.chunks(CLAIMS) {
            let ids: Vec<String> = records.iter().map(|record| record.id.clone()).collect();
            let claimed: HashSet<String> = self.store.read().await?.links().claimed(&ids).await?.into_iter().collect();
            let free = records.iter().filter(|record| !claimed.contains(&record.id));
            free.for_each(|record| pool.add(record.print, record.id.clone()));
        }
        Ok(Ok(pool))
    }

    async fn page(&self, job: &Job<'_>, position: &mut Option<String>) -> Result<Option<MappedBatch>, EngineError> {
        let page = job.plan.apply(&job.source.after(position.as_deref(), PAGE).await?);
        let Some(last) = page.keys.last() else { return Ok(None) };
        *position = Some(last.clone());
        Ok(Some(page))
    }

    async fn without_link(&self, job: &Job<'_>, keys: &[String]) -> Result<Vec<String>, EngineError> {
        let links = self.store.read().await?.links().find_many(job.sync.id, keys).await?;
        let linked = |key: &&String| links.binary_search_by(|link| link.source_key.as_str().cmp(key)).is_ok();
        Ok(keys.iter().filter(|key| !linked(key)).cloned().collect())
    }

    /// The rows of a page that have no link and can be sent.
    async fn new_rows(&self, job: &Job<'_>, page: &MappedBatch) -> Result<Vec<NewRow>, EngineError> {
        let keys = self.without_link(job, &page.keys).await?;
        let prints = prints(job, &page.cells);
        let sendable = page.keys.iter().zip(prints).enumerate().filter(|(row, (key, _))| {
            keys.binary_search(key).is_ok() && !page.refusals.iter().any(|(refused, _)| refused == row)
        });
        let new_row = |(row, (key, print)): (usize, (&String, RecordPrint))| {
            let confirms = match difference(job.plan, &page.cells, row, None) {
                Difference::Create { confirms, .. } => confirms,
                Difference::Update { .. } | Difference::Unchanged => ConfirmedFields::default(),
            };
            NewRow { key: key.clone(), print, confirms }
        };
        Ok(sendable.map(new_row).collect())
    }

    fn link(&self, job: &Job<'_>, source_key: String, record_id: String) -> Link {
        Link {
            sync_id: job.sync.id,
            source_key,
            record_id,
            confirmed: ConfirmedFields::default(),
            state: LinkState::Active,
            successors: Vec::new(),
            updated_at: self.clock.now(),
        }
    }

    /// Stores links; rows of theirs that waited for a person are due again. Says how many.
    async fn save_links(&self, job: &Job<'_>, links: Vec<Link>) -> Result<usize, EngineError> {
        if links.is_empty() {
            return Ok(0);
        }
        let keys: Vec<String> = links.iter().map(|link| link.source_key.clone()).collect();
        let mut tx = self.write(job).await?;
        tx.links().save(&links).await?;
        tx.due().retry(job.sync.id, DueState::Uncertain, Some(&keys), self.clock.now()).await?;
        tx.commit().await?;
        Ok(links.len())
    }

    /// Lets the rows of a page that are new wait for a person.
    async fn let_wait(&self, job: &Job<'_>, pool: &Pool, page: &MappedBatch) -> Result<(), EngineError> {
        let keys: Vec<String> = self.new_rows(job, page).await?.into_iter().map(|row| row.key).collect();
        let mut tx = self.write(job).await?;
        let due = tx.due().find_many(job.sync.id, &keys).await?;
        let now = self.clock.now();
        let waiting = keys.iter().filter_map(|key| match due.iter().find(|row| row.source_key == *key) {
            // It waits for a person already, and has a reason of its own.
            Some(row) if row.state == DueState::Uncertain => None,
            row => Some(pool.waiting(job, key, row.map_or(0, |row| row.revision), now)),
        });
        tx.due().hold(&waiting.collect::<Vec<_>>()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends the verification; the rows that waited for it are due.
    async fn release(&self, job: &Job<'_>, verification: &Verification) -> Result<(), EngineError> {
        let mut tx = self.write(job).await?;
        if tx.verifications().find(job.sync.id).await?.as_ref() == Some(verification) {
            release(&mut *tx, job.sync.id, self.clock.now()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    fn full_run_to_come(&self, job: &Job<'_>) -> Run {
        Run {
            id: RunId::make(&*self.ids),
            sync_id: job.sync.id,
            trigger: RunTrigger::Full,
            state: RunState::Queued,
            cursor: None,
            counts: RunCounts::default(),
            api_calls: 0,
            problem: None,
            warnings: Vec::new(),
            created_at: self.clock.now(),
            finished_at: None,
        }
    }

    fn too_early(&self, until: Timestamp) -> ConnectorError {
        ConnectorError {
            code: RESTORED.to_owned(),
            message: "this installation was restored from a backup, and a write from before may still be under way"
                .to_owned(),
            remedy: format!("Nothing: the sync looks for its records at {}", until.format("%H:%M:%S UTC")),
            next: NextStep::RetryLater { pause: (until - self.clock.now()).to_std().ok() },
            retry_until: None,
            cause: None,
        }
    }
}

/// Ends a sync's verification: the rows that waited for it are due.
async fn release(tx: &mut dyn Transaction, sync: SyncId, at: Timestamp) -> Result<u64, StoreError> {
    tx.verifications().save(sync, None).await?;
    let mut page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
    let mut released = 0;
    loop {
        let waiting = tx.due().list(sync, &DueFilter::of(DueState::Uncertain), &page).await?;
        let ours = waiting.items.into_iter().filter(|row| row.code.as_deref() == Some(RESTORED));
        let keys: Vec<String> = ours.map(|row| row.source_key).collect();
        released += tx.due().retry(sync, DueState::Uncertain, Some(&keys), at).await?;
        let Some(next) = waiting.next else { return Ok(released) };
        page.after = Some(next);
    }
}
