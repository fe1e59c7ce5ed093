//! Results back to rows: a job's lists come in any order and know no row numbers, but repeat what was uploaded.
//!
//! A row is known by the values of its key columns: one that is unique where there is one, else all of them. Rows with the same values are
//! interchangeable and are matched by number.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use chrono::DateTime;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128_with_seed};

use super::NULL_TEXT;

/// How a value comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// As it was sent; outer blanks and the form of line ends do not count.
    Text,
    /// As the same number, perhaps in another notation, such as `9.12260031E8`.
    Number,
    /// As the same moment, perhaps in another notation.
    Instant,
}

/// What a row is known by: 128 bits of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowPrint(u128);

/// Makes prints. Those of one job fit those of no other, so that nobody can prepare rows that are mistaken for each other.
#[derive(Clone, Debug)]
pub struct RowPrinter {
    seed: u64,
    key: Vec<u8>,
}

impl RowPrinter {
    /// A printer for one job.
    pub fn new(job: &super::JobId) -> Self {
        Self { seed: xxh3_64(job.0.as_bytes()), key: Vec::with_capacity(256) }
    }

    /// The print of a row with these values in its key columns.
    pub fn print<'a>(&mut self, values: impl Iterator<Item = (KeyKind, &'a [u8])>) -> RowPrint {
        self.key.clear();
        for (kind, value) in values {
            self.add(kind, value);
            self.key.push(END);
        }
        RowPrint(xxh3_128_with_seed(&self.key, self.seed))
    }

    fn add(&mut self, kind: KeyKind, value: &[u8]) {
        let value = value.trim_ascii();
        if value == NULL_TEXT.as_bytes() {
            return;
        }
        let text = || std::str::from_utf8(value).ok();
        match kind {
            KeyKind::Number => {
                if let Some(number) = text().and_then(|text| text.parse::<f64>().ok()) {
                    return self.key.extend_from_slice(&number.to_bits().to_be_bytes());
                }
            }
            KeyKind::Instant => {
                if let Some(instant) = text().and_then(instant) {
                    return self.key.extend_from_slice(&instant.to_be_bytes());
                }
            }
            KeyKind::Text => {}
        }
        match value.contains(&b'\r') {
            true => self.key.extend(value.iter().filter(|byte| **byte != b'\r')),
            false => self.key.extend_from_slice(value),
        }
    }
}

/// No UTF-8 text holds this byte.
const END: u8 = 0xff;

/// Milliseconds, of `2026-02-03T10:11:12.000Z` and of `2026-02-03T10:11:12.000+0000`.
fn instant(text: &str) -> Option<i64> {
    let time = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    time.ok().map(|time| time.timestamp_millis())
}

/// Row numbers by print.
#[derive(Clone, Debug, Default)]
pub struct RowIndex {
    /// The row with this print that is taken next; `NONE` when all of them are.
    first: HashMap<u128, u32, BuildHasherDefault<PrintHasher>>,
    /// The row with the same print that is taken after this one.
    after: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl RowIndex {
    /// Room for so many rows.
    pub fn with_capacity(rows: usize) -> Self {
        Self {
            first: HashMap::with_capacity_and_hasher(rows, BuildHasherDefault::default()),
            after: Vec::with_capacity(rows),
        }
    }

    /// Adds the next row; the first one has number 0.
    pub fn add(&mut self, print: RowPrint) {
        let number = u32::try_from(self.after.len()).unwrap_or(NONE);
        let before = self.first.insert(print.0, number);
        self.after.push(before.unwrap_or(NONE));
    }

    /// A row with this print that has not been taken yet; `None` when there is none.
    pub fn take(&mut self, print: RowPrint) -> Option<usize> {
        let first = self.first.get_mut(&print.0).filter(|first| **first != NONE)?;
        let number = *first as usize;
        *first = self.after.get(number).copied().unwrap_or(NONE);
        Some(number)
    }

    /// How many rows were added.
    pub fn rows(&self) -> usize {
        self.after.len()
    }
}

/// A print is spread evenly already: a part of it is its hash.
#[derive(Clone, Debug, Default)]
struct PrintHasher(u64);

impl Hasher for PrintHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u128(&mut self, print: u128) {
        self.0 = u64::try_from(print >> 64).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bulk::jobs::JobId;

    fn printer() -> RowPrinter {
        RowPrinter::new(&JobId("750AA00000BbCcDIAV".to_owned()))
    }

    fn print(kind: KeyKind, values: &[&str]) -> RowPrint {
        printer().print(values.iter().map(|value| (kind, value.as_bytes())))
    }

    #[test]
    fn a_value_is_known_however_it_comes_back() {
        assert_eq!(print(KeyKind::Number, &["912260031"]), print(KeyKind::Number, &["9.12260031E8"]));
        assert_ne!(print(KeyKind::Text, &["912260031"]), print(KeyKind::Text, &["9.12260031E8"]));
        let (ours, theirs) = ("2026-02-03T10:11:12.000Z", "2026-02-03T10:11:12.000+0000");
        assert_eq!(print(KeyKind::Instant, &[ours]), print(KeyKind::Instant, &[theirs]));
        assert_eq!(print(KeyKind::Text, &[" a\nb "]), print(KeyKind::Text, &["a\r\nb"]));
        assert_eq!(print(KeyKind::Text, &["#N/A"]), print(KeyKind::Text, &[""]));
        assert_ne!(print(KeyKind::Text, &["ab", "c"]), print(KeyKind::Text, &["a", "bc"]));
        assert_eq!(print(KeyKind::Number, &["x"]), print(KeyKind::Number, &["x"]), "no number is compared as a text");
        let other = RowPrinter::new(&JobId("750AA00000BbCcEIAV".to_owned()));
        let values = [(KeyKind::Text, &b"a"[..])];
        assert_ne!(other.clone().print(values.into_iter()), printer().print(values.into_iter()), "jobs differ");
    }

    proptest! {
        /// Equal rows are matched by number: each row once, and no result without a row.
        #[test]
        fn every_row_is_taken_once(rows in prop::collection::vec(0..6_u8, 0..60), results in prop::collection::vec(0..6_u8, 0..60)) {
            let text = |value: &u8| print(KeyKind::Text, &[&value.to_string()]);
            let mut index = RowIndex::with_capacity(rows.len());
            rows.iter().for_each(|value| index.add(text(value)));
            let mut left = rows.clone().into_iter().map(Some).collect::<Vec<_>>();
            for value in &results {
                match index.take(text(value)) {
                    Some(row) => prop_assert_eq!(left[row].take(), Some(*value)),
                    None => prop_assert!(!left.contains(&Some(*value))),
                }
            }
        }
    }
}
