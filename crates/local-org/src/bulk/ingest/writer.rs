//! The rows of a job, read on one thread and written on another, some thousand in each transaction. What became of them
//! and how far the job is are kept in the same transaction. Refuses to parse.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use crate::answers::Fault;
use crate::bulk::background::{Ended, milliseconds};
use crate::bulk::csv_rows::{Block, CsvError, CsvReader};
use crate::bulk::faults;
use crate::bulk::files::Part;
use crate::bulk::ingest::columns::Columns;
use crate::bulk::ingest::operations::{Chunk, Done};
use crate::bulk::ingest::results;
use crate::bulk::jobs::{self, Job, Kind, State};
use crate::bulk::usage::{self, Allowance};
use crate::faults::JobFault;
use crate::org::{OrgState, Work};

/// Rows of one batch, as the day's allowance counts them.
const BATCH: u64 = 10_000;
/// Rows of one transaction; a batch is a whole number of them.
const BLOCK: usize = 2_000;
/// Rows that Salesforce writes in one transaction of its own: keys are told apart within them.
const CHUNK: usize = 200;
/// Rows of one block that may fail for locks; with more, the block is put back and tried again.
const MOST_LOCK_FAILURES: usize = 100;
/// How often one block is tried again.
const MOST_RETRIES: u64 = 20;
/// The code of a row whose record somebody else holds.
const LOCKED: &str = "UNABLE_TO_LOCK_ROW";
/// Blocks read ahead.
const AHEAD: usize = 2;

pub(super) struct Writer<'org> {
    org: &'org OrgState,
    job: Job,
    /// How it ends before its end, by a fault.
    ends: Option<JobFault>,
    columns: Columns,
    successes: File,
    failures: File,
    /// The results of one block: those of good rows and of bad ones.
    texts: (Vec<u8>, Vec<u8>),
}

enum Step {
    Kept,
    /// Too many rows met locks: nothing of the block was kept.
    PutBack,
    Ended(Ended),
}

impl<'org> Writer<'org> {
    pub(super) fn new(org: &'org OrgState, job: Job, columns: Columns) -> io::Result<Self> {
        let files = &org.bulk.files;
        let successes = files.resume(&job.id, Part::Successes, job.progress.successes_end)?;
        let failures = files.resume(&job.id, Part::Failures, job.progress.failures_end)?;
        let ends = org.faults.end_of_job(org.now());
        Ok(Self { org, job, ends, columns, successes, failures, texts: (Vec::new(), Vec::new()) })
    }

    pub(super) fn write_all(mut self, reader: CsvReader<impl Read + Send>) -> Result<Ended, Fault> {
        let (blocks, read) = sync_channel(AHEAD);
        std::thread::scope(|scope| {
            scope.spawn(move || read_ahead(reader, &blocks));
            self.received(read)
        })
    }

    fn received(&mut self, read: Receiver<Result<Block, CsvError>>) -> Result<Ended, Fault> {
        if let Some(ended) = self.end_by_fault() {
            return Ok(ended);
        }
        for block in read {
            if self.org.stop.is_cancelled() {
                return Ok(Ended::Elsewhere);
            }
            match block {
                Err(error) => return Ok(Ended::Failed(faults::unparsed(&error))),
                Ok(block) => {
                    if let Some(ended) = self.block(&block)? {
                        return Ok(ended);
                    }
                }
            }
        }
        Ok(if self.job.progress.processed == 0 { Ended::Failed(faults::no_records()) } else { Ended::Complete })
    }

    /// Writes a block, again and again while too many of its rows meet locks.
    fn block(&mut self, block: &Block) -> Result<Option<Ended>, Fault> {
        for _ in 0..=MOST_RETRIES {
            match self.transaction(block)? {
                Step::Kept => return Ok(self.end_by_fault()),
                Step::Ended(ended) => return Ok(Some(ended)),
                Step::PutBack => {}
            }
        }
        Ok(Some(Ended::Failed(faults::too_many_locks(MOST_LOCK_FAILURES))))
    }

    /// The end that a fault makes, when as many rows have been worked on as it lets pass.
    fn end_by_fault(&self) -> Option<Ended> {
        let ends = self.ends.as_ref().filter(|ends| self.job.progress.processed >= ends.after_rows)?;
        Some(ends.error.clone().map_or(Ended::Aborted, Ended::Failed))
    }

    fn transaction(&mut self, block: &Block) -> Result<Step, Fault> {
        let org = self.org;
        let step = org.write_now(|work| self.in_transaction(work, block));
        if step.is_err() {
            // What the database took back leaves the files too.
            drop(self.successes.set_len(self.job.progress.successes_end));
            drop(self.failures.set_len(self.job.progress.failures_end));
        }
        let (job, step) = step?;
        self.job = job;
        Ok(step)
    }

    fn in_transaction(&mut self, work: &Work<'_>, block: &Block) -> Result<(Job, Step), Fault> {
        let started = Instant::now();
        let job = jobs::find(work.sql, Kind::Ingest, &self.job.id, work.now)?;
        let Some(mut job) = job.filter(|job| job.state == State::InProgress) else {
            return Ok((self.job.clone(), Step::Ended(Ended::Elsewhere)));
        };
        if job.progress.processed.is_multiple_of(BATCH) {
            let most = work.org.config.bulk.daily_batches;
            if usage::left(work)?.batches.is_none() {
                // Rows beyond the allowance are in none of the lists.
                job.progress.read_to = u64::MAX;
                jobs::keep(work.sql, &job)?;
                return Ok((job, Step::Ended(Ended::Failed(faults::no_batches_left(most)))));
            }
            usage::take(work.sql, Allowance::Batches, 1, work.now)?;
            job.progress.batches += 1;
        }
        let before = job.progress.clone();
        let is_kept = work.attempt(|| {
            let is_kept = self.write_rows(work, &mut job, block)? <= MOST_LOCK_FAILURES;
            Ok((is_kept, is_kept))
        })?;
        if is_kept {
            self.keep_texts(&mut job)?;
        } else {
            job.progress = before;
            job.progress.retries += 1;
        }
        job.progress.active_ms += milliseconds(started);
        jobs::keep(work.sql, &job)?;
        Ok((job, if is_kept { Step::Kept } else { Step::PutBack }))
    }

    /// Writes the rows; answers how many failed for locks.
    fn write_rows(&mut self, work: &Work<'_>, job: &mut Job, block: &Block) -> Result<usize, Fault> {
        let (columns, definition) = (&self.columns, &self.job.definition);
        self.texts.0.clear();
        self.texts.1.clear();
        let mut locked = 0;
        let left = self.ends.as_ref().map(|ends| ends.after_rows.saturating_sub(job.progress.processed));
        let most = left.and_then(|left| usize::try_from(left).ok()).unwrap_or(usize::MAX);
        for start in (0..block.len()).step_by(CHUNK) {
            let rows = || block.rows().take(most).skip(start).take(CHUNK);
            let chunk = Chunk::new(work, columns, definition, rows());
            for row in rows() {
                let done = chunk.write(row)?;
                job.progress.processed += 1;
                if let Done::Refused { errors, .. } = &done {
                    job.progress.failed += 1;
                    locked += usize::from(errors.iter().any(|error| error.code == LOCKED));
                }
                job.progress.read_to = row.next();
                results::add((&mut self.texts.0, &mut self.texts.1), columns, definition, row, &done);
            }
        }
        Ok(locked)
    }

    /// Adds what became of a block to the job's lists.
    fn keep_texts(&mut self, job: &mut Job) -> Result<(), Fault> {
        let written = self.successes.write_all(&self.texts.0).and_then(|()| self.failures.write_all(&self.texts.1));
        written.map_err(|error| faults::disk(&error))?;
        job.progress.successes_end += length(&self.texts.0);
        job.progress.failures_end += length(&self.texts.1);
        Ok(())
    }
}

fn read_ahead(mut reader: CsvReader<impl Read>, blocks: &SyncSender<Result<Block, CsvError>>) {
    loop {
        let mut block = Block::default();
        let read = reader.read(&mut block, BLOCK);
        let is_last = read.is_err() || block.len() == 0;
        let is_empty = read.is_ok() && block.len() == 0;
        // Nobody listens any more when the job was ended from outside.
        if is_empty || blocks.send(read.map(|()| block)).is_err() || is_last {
            return;
        }
    }
}

fn length(text: &[u8]) -> u64 {
    u64::try_from(text.len()).unwrap_or_default()
}
