//! Settling an intent: links, due rows, outcomes and counts, in the one transaction that removes it from the journal.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::time::Duration;

use salesbridge_connector_kit::{Refusal, RowAnswer};
use salesbridge_journal::Step;
use salesbridge_model::{Link, LinkState, OutcomeKind, RecordOutcome, RecordReference, RunId, Timestamp};
use salesbridge_store::{DueRow, DueState, IntentRow, JournalEntry, LONGEST_PAUSE, StoreError, Transaction};

use crate::engine::{Engine, Job};
use crate::error::EngineError;
use crate::notes;
use crate::timeline;

/// What became of one row of an intent.
#[derive(Clone, Debug)]
pub(crate) enum RowEnd {
    /// The other side answered, or is found to have acted.
    Answered(RowAnswer),
    /// It did not arrive and never will.
    NotSent,
    /// It is to be sent again; if it changes a record, it may have done so all the same.
    SendAgain,
    /// It cannot be told.
    Uncertain(String),
}

/// Rows whose links, due rows and outcomes are held at once: a batch may have twenty thousand.
const PIECE_ROWS: usize = 1000;

/// First pause of a row that was put off; it doubles with every attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

impl Engine {
    /// Stores what became of every row of an intent and removes it from the journal, at once or not at all. Doing so again changes nothing.
    pub(crate) async fn settle(
        &self,
        job: &Job<'_>,
        entry: &JournalEntry,
        ends: Vec<RowEnd>,
        calls: u64,
    ) -> Result<(), EngineError> {
        let answered = ends.iter().any(|end| matches!(end, RowEnd::Answered(_)));
        self.locked.learn(entry.sync_id, &entry.rows, &ends);
        self.steps.reached(Step::BeforeSettle);
        let mut tx = self.store.write().await?;
        if !self.journal.settle(&mut *tx, entry.id).await? {
            return Ok(());
        }
        tx.timelines().add(entry.run_id, &timeline::batch(entry, &ends, calls, self.clock.now())).await?;
        timeline::count_calls(job, &ends, calls);
        let mut ends = ends.into_iter();
        let mut calls = calls;
        for rows in entry.rows.chunks(PIECE_ROWS) {
            let keys: Vec<String> = rows.iter().map(|row| row.source_key.clone()).collect();
            let links = tx.links().find_many(job.sync.id, &keys).await?;
            let due = tx.due().find_many(job.sync.id, &keys).await?;
            let mut settlement = Settlement::new(job, entry.run_id, self.clock.now(), links, due);
            for (row, end) in rows.iter().zip(&mut ends) {
                settlement.add(row, end);
            }
            settlement.store(&mut *tx, std::mem::take(&mut calls)).await?;
        }
        tx.commit().await?;
        if answered {
            *self.answered.lock().unwrap_or_else(PoisonError::into_inner).entry(entry.sync_id).or_default() += 1;
        }
        self.steps.reached(Step::AfterSettle);
        Ok(())
    }
}

/// Everything that one transaction stores about rows that came to an end.
pub(crate) struct Settlement<'a> {
    job: &'a Job<'a>,
    run: RunId,
    now: Timestamp,
    known_links: HashMap<String, Link>,
    known_due: HashMap<String, DueRow>,
    links: Vec<Link>,
    cleared: Vec<(String, i64)>,
    held: Vec<DueRow>,
    outcomes: Vec<RecordOutcome>,
    notes: Vec<String>,
}

impl<'a> Settlement<'a> {
    pub(crate) fn new(job: &'a Job<'a>, run: RunId, now: Timestamp, links: Vec<Link>, due: Vec<DueRow>) -> Self {
        Self {
            job,
            run,
            now,
            known_links: links.into_iter().map(|link| (link.source_key.clone(), link)).collect(),
            known_due: due.into_iter().map(|row| (row.source_key.clone(), row)).collect(),
            links: Vec::new(),
            cleared: Vec::new(),
            held: Vec::new(),
            outcomes: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a row that was sent.
    pub(crate) fn add(&mut self, row: &IntentRow, end: RowEnd) {
        match end {
            RowEnd::Answered(RowAnswer::Created { record_id } | RowAnswer::Updated { record_id }) => {
                self.add_confirmed(row, record_id);
            }
            RowEnd::Answered(RowAnswer::Refused(refusal)) => self.refuse(&row.source_key, row.revision, refusal),
            RowEnd::Answered(RowAnswer::Deferred { refusal, pause }) => self.defer(row, refusal, pause),
            RowEnd::Answered(RowAnswer::Contended { refusal, .. }) => self.defer(row, refusal, None),
            RowEnd::Answered(RowAnswer::Gone(refusal)) => self.add_gone(row, refusal),
            RowEnd::Answered(RowAnswer::Converted { refusal, into }) => self.add_converted(row, refusal, into),
            // As if it had not been journalled: it is due still, or a full run has not moved past it.
            RowEnd::NotSent => {}
            RowEnd::SendAgain => self.forget_confirmed(row),
            RowEnd::Uncertain(reason) => {
                self.forget_confirmed(row);
                self.add_uncertain(&row.source_key, row.revision, reason);
            }
        }
    }

    /// Adds a row that is refused, by the other side or before it was sent.
    pub(crate) fn refuse(&mut self, key: &str, revision: i64, refusal: Refusal) {
        self.outcomes.push(self.outcome(key, OutcomeKind::Refused, None, Some(&refusal)));
        let due = self.due_row(key, revision, DueState::Refused, Some(refusal));
        self.held.push(due);
    }

    /// Adds a row that waits already, for a person or for a pause to pass.
    pub(crate) fn still_waits(&mut self, due: DueRow) {
        let kind = if due.state == DueState::Uncertain { OutcomeKind::Uncertain } else { OutcomeKind::Deferred };
        let known = self.outcome(&due.source_key, kind, None, None);
        let DueRow { code, message, fields, remedy, .. } = due;
        self.outcomes.push(RecordOutcome { code, message, fields, remedy, ..known });
    }

    /// Adds what people are to know of rows that are sent without all of their fields.
    pub(crate) fn note(&mut self, notes: Vec<String>) {
        self.notes.extend(notes);
    }

    /// Adds a row without a difference: it is no longer due.
    pub(crate) fn clear(&mut self, key: String, revision: i64) {
        self.cleared.push((key, revision));
    }

    /// Stores all of it, and the run's counts with it.
    pub(crate) async fn store(self, tx: &mut dyn Transaction, calls: u64) -> Result<(), StoreError> {
        let sync = self.job.sync.id;
        tx.links().save(&self.links).await?;
        tx.due().clear(sync, &self.cleared).await?;
        tx.due().hold(&self.held).await?;
        let replaced = tx.outcomes().record(&self.outcomes).await?;
        let Some(mut run) = tx.runs().find(self.run).await? else { return Ok(()) };
        for (outcome, before) in self.outcomes.iter().zip(replaced) {
            if let Some(before) = before {
                let count = run.counts.of(before);
                *count = count.saturating_sub(1);
            }
            *run.counts.of(outcome.kind) += 1;
            timeline::count_row(self.job, outcome.kind);
        }
        run.api_calls += calls;
        notes::add(&mut run.warnings, self.notes);
        tx.runs().update(&run).await?;
        Ok(())
    }

    fn add_confirmed(&mut self, row: &IntentRow, record_id: String) {
        let kind = if row.record_id.is_none() { OutcomeKind::Created } else { OutcomeKind::Updated };
        let mut confirmed =
            self.known_links.get(&row.source_key).map(|link| link.confirmed.clone()).unwrap_or_default();
        confirmed.0.extend(row.confirms.0.iter().map(|(field, print)| (field.clone(), *print)));
        self.outcomes.push(self.outcome(&row.source_key, kind, Some(record_id.clone()), None));
        self.links.push(Link {
            sync_id: self.job.sync.id,
            source_key: row.source_key.clone(),
            record_id,
            confirmed,
            state: LinkState::Active,
            successors: Vec::new(),
            updated_at: self.now,
        });
        self.cleared.push((row.source_key.clone(), row.revision));
    }

    /// The fields of a change that may have happened hold what was confirmed, or what was sent: whatever the source says now is sent, even if it is
    /// what was confirmed.
    fn forget_confirmed(&mut self, row: &IntentRow) {
        if let Some(link) = self.known_links.get(&row.source_key) {
            let mut link = Link { updated_at: self.now, ..link.clone() };
            link.confirmed.0.retain(|field, _| !row.confirms.0.contains_key(field));
            self.links.push(link);
        }
    }

    fn add_gone(&mut self, row: &IntentRow, refusal: Refusal) {
        if let Some(link) = self.known_links.get(&row.source_key) {
            self.links.push(Link { state: LinkState::Broken, updated_at: self.now, ..link.clone() });
        }
        self.refuse(&row.source_key, row.revision, refusal);
    }

    /// The row has nothing more to send: the record that stands for it belongs to the sales people now.
    fn add_converted(&mut self, row: &IntentRow, refusal: Refusal, into: Vec<RecordReference>) {
        if let Some(link) = self.known_links.get(&row.source_key) {
            let link = link.clone();
            self.links.push(Link { state: LinkState::Converted, successors: into, updated_at: self.now, ..link });
        }
        self.outcomes.push(self.outcome(&row.source_key, OutcomeKind::Unchanged, None, Some(&refusal)));
        self.cleared.push((row.source_key.clone(), row.revision));
    }

    fn add_uncertain(&mut self, key: &str, revision: i64, reason: String) {
        let refusal = Refusal {
            code: "UNCERTAIN".to_owned(),
            message: reason,
            fields: Vec::new(),
            remedy: format!(
                "Look in Salesforce whether the record is there. If it is, disable the sync and link the row to it: `salesbridge sync adopt \
                 {sync} --pairs FILE.csv --apply`; if it is not, send the row again: `salesbridge sync retry {sync} KEY --state uncertain`",
                sync = self.job.sync.name
            ),
        };
        self.outcomes.push(self.outcome(key, OutcomeKind::Uncertain, None, Some(&refusal)));
        let due = self.due_row(key, revision, DueState::Uncertain, Some(refusal));
        self.held.push(due);
    }

    fn defer(&mut self, row: &IntentRow, refusal: Refusal, pause: Option<Duration>) {
        self.outcomes.push(self.outcome(&row.source_key, OutcomeKind::Deferred, None, Some(&refusal)));
        let mut due = self.due_row(&row.source_key, row.revision, DueState::Due, Some(refusal));
        let growing = FIRST_PAUSE.saturating_mul(1 << due.attempts.min(16)).min(LONGEST_PAUSE);
        let pause = pause.unwrap_or_default().max(growing).min(LONGEST_PAUSE);
        let pause = chrono::Duration::from_std(pause).unwrap_or_default();
        due.attempts += 1;
        due.not_before = Some(self.now + pause);
        self.held.push(due);
    }

    fn due_row(&self, key: &str, revision: i64, state: DueState, refusal: Option<Refusal>) -> DueRow {
        let (code, message, fields, remedy) = match refusal {
            Some(refusal) => (Some(refusal.code), Some(refusal.message), refusal.fields, Some(refusal.remedy)),
            None => (None, None, Vec::new(), None),
        };
        DueRow {
            sync_id: self.job.sync.id,
            source_key: key.to_owned(),
            revision,
            state,
            attempts: self.known_due.get(key).map_or(0, |due| due.attempts),
            not_before: None,
            code,
            message,
            fields,
            remedy,
            updated_at: self.now,
        }
    }

    fn outcome(
        &self,
        key: &str,
        kind: OutcomeKind,
        record_id: Option<String>,
        refusal: Option<&Refusal>,
    ) -> RecordOutcome {
        let linked = || self.known_links.get(key).map(|link| link.record_id.clone());
        RecordOutcome {
            run_id: self.run,
            source_key: key.to_owned(),
            kind,
            record_id: record_id.or_else(linked),
            code: refusal.map(|refusal| refusal.code.clone()),
            message: refusal.map(|refusal| refusal.message.clone()),
            fields: refusal.map(|refusal| refusal.fields.clone()).unwrap_or_default(),
            remedy: refusal.map(|refusal| refusal.remedy.clone()),
            at: self.now,
        }
    }
}
