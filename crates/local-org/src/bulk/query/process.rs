//! A query job worked on: its rows go to a file once, with a note of where each begins. Refuses to serve them.

use std::fs::File;
use std::io::{BufWriter, Write};

use rusqlite::Row;

use crate::answers::Fault;
use crate::bulk::background::Ended;
use crate::bulk::faults;
use crate::bulk::files::Part;
use crate::bulk::jobs::{Job, Operation, Progress};
use crate::bulk::query::results::{self, Form};
use crate::bulk::usage::{self, Allowance};
use crate::org::{OrgState, Work};
use crate::soql_execution::Export;

/// How much is gathered before it is written.
const PIECE: usize = 256 * 1024;
/// Rows between two looks at whether to stop.
const LOOK_EVERY: u64 = 4_096;

/// Runs the query to its end; answers also how many rows it found.
pub(in crate::bulk) fn worked(org: &OrgState, job: Job) -> Result<(Ended, Progress), Fault> {
    let mut progress = job.progress.clone();
    let written = org.read_now(|work| match export(work, &job) {
        Ok(export) => Written::new(org, &job, &export)?.write_all(work, &export).map(Ok),
        // What the query named at its creation is gone.
        Err(fault) => Ok(Err(reason(&fault))),
    })?;
    match written {
        Err(reason) => Ok((Ended::Failed(reason), progress)),
        Ok(None) => Ok((Ended::Elsewhere, progress)),
        Ok(Some((rows, bytes))) => {
            progress.processed = rows;
            progress.successes_end = bytes;
            org.write_now(|work| Ok(usage::take(work.sql, Allowance::ResultBytes, bytes, work.now)?))?;
            Ok((Ended::Complete, progress))
        }
    }
}

fn export(work: &Work<'_>, job: &Job) -> Result<Export, Fault> {
    let text = job.definition.query.as_deref().unwrap_or_default();
    Export::ready(work, text, &job.definition.created_by, job.definition.operation == Operation::QueryAll)
}

fn reason(fault: &Fault) -> String {
    let told = fault.errors.first().map(|error| format!("{}: {}", error.code, error.message));
    format!("InvalidBatch : Failed to process query: {}", told.unwrap_or_default())
}

/// The result as far as it is written.
struct Written<'job> {
    org: &'job OrgState,
    job: &'job Job,
    form: Form,
    file: BufWriter<File>,
    starts: BufWriter<File>,
    row: Vec<u8>,
    rows: u64,
    bytes: u64,
    is_stopped: bool,
}

impl<'job> Written<'job> {
    fn new(org: &'job OrgState, job: &'job Job, export: &Export) -> Result<Self, Fault> {
        let create = |part| {
            let file = org.bulk.files.create(&job.id, part);
            file.map(|file| BufWriter::with_capacity(PIECE, file)).map_err(|error| faults::disk(&error))
        };
        Ok(Self {
            org,
            job,
            form: Form::new(&job.definition, &export.columns),
            file: create(Part::Results)?,
            starts: create(Part::RowStarts)?,
            row: Vec::new(),
            rows: 0,
            bytes: 0,
            is_stopped: false,
        })
    }

    /// The numbers of rows and bytes; none when the job was ended from outside.
    fn write_all(mut self, work: &Work<'_>, export: &Export) -> Result<Option<(u64, u64)>, Fault> {
        let head = self.form.head();
        self.write(&head)?;
        let run = export.run(work, |row| self.add(row));
        if self.is_stopped {
            return Ok(None);
        }
        run?;
        self.starts.write_all(&self.bytes.to_le_bytes()).map_err(|error| faults::disk(&error))?;
        let flushed = self.file.flush().and_then(|()| self.starts.flush());
        flushed.map_err(|error| faults::disk(&error))?;
        Ok(Some((self.rows, self.bytes)))
    }

    fn add(&mut self, row: &Row<'_>) -> Result<(), Fault> {
        let is_over = |org: &OrgState, job: &Job| org.stop.is_cancelled() || org.bulk.is_aborted(&job.id);
        if self.rows.is_multiple_of(LOOK_EVERY) && is_over(self.org, self.job) {
            self.is_stopped = true;
            return Err(faults::no_results_yet("Aborted"));
        }
        self.starts.write_all(&self.bytes.to_le_bytes()).map_err(|error| faults::disk(&error))?;
        let mut text = std::mem::take(&mut self.row);
        text.clear();
        results::add(&mut text, &self.form, row)?;
        self.write(&text)?;
        self.row = text;
        self.rows += 1;
        Ok(())
    }

    fn write(&mut self, text: &[u8]) -> Result<(), Fault> {
        self.bytes += u64::try_from(text.len()).unwrap_or_default();
        self.file.write_all(text).map_err(|error| faults::disk(&error))
    }
}
