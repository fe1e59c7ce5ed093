//! A queued job worked on in the background, to its end or until the org stops. Refuses to know what a row is.

use std::io::{self, Read};

use crate::answers::Fault;
use crate::bulk::background::Ended;
use crate::bulk::csv_rows::{Block, CsvError, CsvReader};
use crate::bulk::faults;
use crate::bulk::files::Part;
use crate::bulk::ingest::columns::Columns;
use crate::bulk::ingest::line_endings::{self, BYTE_ORDER_MARK};
use crate::bulk::ingest::results::{from, text};
use crate::bulk::ingest::writer::Writer;
use crate::bulk::jobs::Job;
use crate::org::OrgState;

/// Does what the job asks, from where it stopped.
pub(in crate::bulk) fn worked(org: &OrgState, job: Job) -> Result<Ended, Fault> {
    let disk = |error: io::Error| faults::disk(&error);
    if !job.progress.is_uploaded {
        return Ok(Ended::Failed(faults::no_records()));
    }
    let upload = match org.bulk.files.open(&job.id, Part::Upload) {
        Ok(upload) => upload,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ended::Failed(faults::interrupted())),
        Err(error) => return Err(disk(error)),
    };
    if let Some(error) = mistake(&job, &upload).map_err(disk)? {
        return Ok(Ended::Failed(error));
    }
    let delimiter = job.definition.delimiter.byte();
    let mut reader = CsvReader::new(from(upload.try_clone().map_err(disk)?, 0).map_err(disk)?, delimiter, 0);
    let columns = match columns(org, &job, &mut reader)? {
        Ok(columns) => columns,
        Err(error) => return Ok(Ended::Failed(error)),
    };
    let resume = job.progress.read_to.max(reader.position());
    let rows = CsvReader::new(from(upload, resume).map_err(disk)?, delimiter, resume);
    Writer::new(org, job, columns).map_err(disk)?.write_all(rows)
}

/// What is wrong with the file before any row of it is looked at.
fn mistake(job: &Job, upload: &std::fs::File) -> io::Result<Option<String>> {
    if job.progress.read_to > 0 {
        return Ok(None);
    }
    let mut start = Vec::new();
    from(upload.try_clone()?, 0)?.take(4).read_to_end(&mut start)?;
    if start.strip_prefix(BYTE_ORDER_MARK) == Some(b"\"") {
        return Ok(Some(faults::unparsed(&CsvError::UnescapedQuote)));
    }
    let expected = job.definition.line_ending;
    let are_right = line_endings::are_all(expected, from(upload.try_clone()?, 0)?)?;
    Ok((!are_right).then(|| faults::wrong_line_ending(expected)))
}

/// The meaning of the header, or why the job fails.
fn columns(org: &OrgState, job: &Job, reader: &mut CsvReader<impl Read>) -> Result<Result<Columns, String>, Fault> {
    let mut block = Block::default();
    if let Err(error) = reader.read(&mut block, 1) {
        return Ok(Err(faults::unparsed(&error)));
    }
    let Some(header) = block.row(0) else { return Ok(Err(faults::no_records())) };
    let names = header.values().map(text).collect();
    if header.has_blank_before_quote() {
        return Ok(Err(faults::unparsed(&CsvError::UnescapedQuote)));
    }
    Ok(Columns::read(&org.schema(), &job.definition, names))
}
