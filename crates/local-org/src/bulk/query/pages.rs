//! Pages of a result that lies on the disk: any page is found by reading where its first row and the row behind its last
//! begin. Refuses to know the rows.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::bulk::files::Part;
use crate::bulk::jobs::Job;
use crate::org::OrgState;

/// Rows of a page when the caller names no number.
pub(super) const PAGE: u64 = 100_000;
/// Bytes of one note of where a row begins.
const NOTE: u64 = 8;

/// A page: the header, the part of the file, and what comes after.
pub(super) struct Page {
    pub(super) head: Vec<u8>,
    pub(super) part: (File, u64, u64),
    pub(super) rows: u64,
    /// The row the next page begins with; none on the last.
    pub(super) next: Option<u64>,
}

/// The rows of a finished job from `first` on, at most `most`.
pub(super) fn page(org: &OrgState, job: &Job, first: u64, most: u64) -> io::Result<Page> {
    let mut starts = org.bulk.files.open(&job.id, Part::RowStarts)?;
    let mut results = org.bulk.files.open(&job.id, Part::Results)?;
    let last = first.saturating_add(most).min(job.progress.processed);
    let mut head = vec![0; usize::try_from(start_of(&mut starts, 0)?).unwrap_or_default()];
    results.read_exact(&mut head)?;
    let (from, to) = (start_of(&mut starts, first)?, start_of(&mut starts, last)?);
    let next = (last < job.progress.processed).then_some(last);
    Ok(Page { head, part: (results, from, to), rows: last - first, next })
}

/// Where a page begins, as callers hand it back.
pub(super) fn locator(row: u64) -> String {
    STANDARD_NO_PAD.encode(row.to_string())
}

/// The row a locator stands for.
pub(super) fn row_of(locator: &str) -> Option<u64> {
    let text = STANDARD_NO_PAD.decode(locator.trim_end_matches('=')).ok()?;
    std::str::from_utf8(&text).ok()?.parse().ok()
}

fn start_of(starts: &mut File, row: u64) -> io::Result<u64> {
    let mut note = [0; 8];
    starts.seek(SeekFrom::Start(row * NOTE))?;
    starts.read_exact(&mut note)?;
    Ok(u64::from_le_bytes(note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locators_come_back_as_the_row_they_were_made_of() {
        for row in [0, 1, 99, 100_000, u64::MAX] {
            assert_eq!(row_of(&locator(row)), Some(row));
        }
        assert_eq!(row_of(&format!("{}==", locator(7))), Some(7));
        for text in ["", "null", "%%%", "MTAwMDAw\n"] {
            assert_eq!(row_of(text), None, "{text:?}");
        }
    }
}
