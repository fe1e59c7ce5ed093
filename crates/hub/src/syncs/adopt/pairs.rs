//! Adopting from pairs of a source key and a record id, as a CSV file has them.

use std::collections::{BTreeSet, HashMap};
use std::io::Read;

use salesbridge_connectors::salesforce::full_id;

use super::deciding::{Decided, Deciding, refused};
use super::{AdoptReport, BATCH};
use crate::syncs::open::OpenSync;
use crate::{Caller, Hub, HubError};

/// A source row and the record that a person says is its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Line of the file, counted from 1.
    pub line: u64,
    /// The source row's key.
    pub key: String,
    /// The record's id, of 15 or 18 characters.
    pub record_id: String,
}

/// Why a file of pairs cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PairsProblem {
    /// The first line does not name the two columns.
    #[error("the first line has to name the columns `key` and `record_id`; it names: {found}")]
    Heading {
        /// What it names.
        found: String,
    },
    /// A line cannot be read.
    #[error("line {line}: {message}")]
    Line {
        /// Counted from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
}

/// Reads a CSV file with the columns `key` and `record_id`, in any order; others are passed over.
///
/// # Errors
/// [`PairsProblem`], for the first line that cannot be read: a half of the pairs would be worse than none.
pub fn read_pairs(reader: impl Read) -> Result<Vec<Pair>, PairsProblem> {
    let mut rows = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(reader);
    let unreadable = |error: csv::Error| PairsProblem::Line {
        line: error.position().map_or(1, csv::Position::line),
        message: format!("cannot be read: {error}"),
    };
    let headings = rows.headers().map_err(unreadable)?.clone();
    let place = |name: &str| {
        headings.iter().position(|heading| heading.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name))
    };
    let (Some(key), Some(record_id)) = (place("key"), place("record_id")) else {
        return Err(PairsProblem::Heading { found: headings.iter().collect::<Vec<_>>().join(", ") });
    };
    let mut pairs = Vec::new();
    for row in rows.records() {
        let row = row.map_err(unreadable)?;
        let cell = |place: usize| row.get(place).unwrap_or_default().to_owned();
        let line = row.position().map_or(0, csv::Position::line);
        pairs.push(Pair { line, key: cell(key), record_id: cell(record_id) });
    }
    Ok(pairs)
}

impl Hub {
    pub(super) async fn adopt_pairs(
        &self,
        open: &OpenSync,
        pairs: Vec<Pair>,
        by: Option<&Caller>,
    ) -> Result<AdoptReport, HubError> {
        let mut report = AdoptReport::new(by.is_some());
        let (mut keys, mut records) = (HashMap::new(), HashMap::new());
        for batch in pairs.chunks(BATCH) {
            let mut decided = Vec::with_capacity(batch.len());
            let mut good = Vec::with_capacity(batch.len());
            for pair in batch {
                match checked(pair, &mut keys, &mut records) {
                    Ok(pair) => good.push(pair),
                    Err(message) => {
                        decided.push(refused(Some(pair.line), &pair.key, vec![pair.record_id.clone()], message));
                    }
                }
            }
            decided.extend(self.decide_pairs(open, &good).await?);
            self.finish_batch(open, decided, by, &mut report).await?;
        }
        Ok(report)
    }

    async fn decide_pairs(&self, open: &OpenSync, pairs: &[Pair]) -> Result<Vec<Decided>, HubError> {
        if pairs.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<String> = pairs.iter().map(|pair| pair.key.clone()).collect();
        let ids: BTreeSet<String> = pairs.iter().map(|pair| pair.record_id.clone()).collect();
        let mapped = open.plan().apply(&open.source().with_keys(&keys).await.map_err(HubError::Source)?);
        let found = open.connector().look_up(&open.sync().object, "Id", &ids, open.plan().fields()).await?;
        let deciding = Deciding::begin(self, open, &keys, ids.into_iter().collect()).await?;
        let row_of: HashMap<&str, usize> =
            mapped.keys.iter().enumerate().map(|(row, key)| (key.as_str(), row)).collect();
        let decide = |pair: &Pair| {
            let refused = |message| refused(Some(pair.line), &pair.key, vec![pair.record_id.clone()], message);
            let Some(row) = row_of.get(pair.key.as_str()) else {
                return refused(format!("the stream {} has no row with this key", open.sync().stream));
            };
            match found.iter().find(|record| record.id() == pair.record_id) {
                None => refused(format!("there is no {} with this id that the user may see", open.sync().object)),
                Some(record) => deciding.row(Some(pair.line), &mapped, *row, record),
            }
        };
        Ok(pairs.iter().map(decide).collect())
    }
}

/// The pair with its id in full, unless it is none or its key or record was named before.
fn checked(pair: &Pair, keys: &mut HashMap<String, u64>, records: &mut HashMap<String, u64>) -> Result<Pair, String> {
    let Some(record_id) = full_id(&pair.record_id) else {
        return Err("the record id is none; one has 15 or 18 letters and digits, such as 00Q5e00000AbCdEFGH".to_owned());
    };
    if let Some(line) = keys.get(&pair.key) {
        return Err(format!("line {line} names this key already"));
    }
    if let Some(line) = records.get(&record_id) {
        return Err(format!("line {line} names this record already"));
    }
    keys.insert(pair.key.clone(), pair.line);
    records.insert(record_id.clone(), pair.line);
    Ok(Pair { record_id, ..pair.clone() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    #[test]
    fn columns_are_found_by_name() {
        let pairs = read_pairs("\u{feff}Record_Id,note,KEY\n00Q1, x ,C-1\n00Q2,,\"C,2\"\n".as_bytes()).unwrap();
        let pair = |line, key: &str, record_id: &str| Pair { line, key: key.into(), record_id: record_id.into() };
        assert_eq!(pairs, [pair(2, "C-1", "00Q1"), pair(3, "C,2", "00Q2")]);
        let told = read_pairs("key;record_id\n".as_bytes()).unwrap_err().to_string();
        assert!(told.ends_with("it names: key;record_id"), "{told}");
        let told = read_pairs("key,record_id\nC-1\n".as_bytes()).unwrap_err().to_string();
        assert!(told.starts_with("line 2: "), "{told}");
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(read_pairs(&bytes[..]));
        }
    }
}
