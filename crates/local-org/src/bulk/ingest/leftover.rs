//! The rows of a job that ended before it came to them. Refuses to guess: what cannot be read as rows is given back as it
//! was sent.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use crate::bulk::csv_rows::{Block, CsvError, CsvReader};
use crate::bulk::csv_text;
use crate::bulk::files::Part;
use crate::bulk::ingest::results::from;
use crate::bulk::jobs::Job;
use crate::org::OrgState;

/// Rows read at once.
const BLOCK: usize = 2_000;

/// The list of them, written when it is first asked for.
pub(super) fn opened(org: &OrgState, job: &Job) -> io::Result<(File, u64, u64)> {
    let file = match org.bulk.files.open(&job.id, Part::Unprocessed) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => written(org, job)?,
        Err(error) => return Err(error),
    };
    let end = file.metadata()?.len();
    Ok((file, 0, end))
}

fn written(org: &OrgState, job: &Job) -> io::Result<File> {
    let mut upload = org.bulk.files.open(&job.id, Part::Upload)?;
    let (delimiter, ending) = (job.definition.delimiter.byte(), job.definition.line_ending.bytes());
    let mut out = BufWriter::new(org.bulk.files.create(&job.id, Part::Unprocessed)?);
    let start = job.progress.read_to.min(upload.metadata()?.len());
    let mut reader = CsvReader::new(from(upload.try_clone()?, start)?, delimiter, start);
    let (mut block, mut text) = (Block::default(), Vec::new());
    // A job that failed before its header was taken has the header still before it.
    let mut skipped = usize::from(start == 0);
    loop {
        match reader.read(&mut block, BLOCK) {
            Ok(()) if block.len() == 0 => break,
            Ok(()) => {
                text.clear();
                block.rows().skip(skipped).for_each(|row| csv_text::row(&mut text, row.values(), delimiter, ending));
                out.write_all(&text)?;
                skipped = 0;
            }
            Err(CsvError::Unreadable(error)) => return Err(error),
            Err(_) => {
                upload.seek(SeekFrom::Start(reader.position()))?;
                io::copy(&mut Read::by_ref(&mut upload), &mut out)?;
                break;
            }
        }
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)
}
