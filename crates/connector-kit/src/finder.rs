//! Finding records again that were made, or changed, without our remembering it: after a restore.

use std::collections::HashMap;

use async_trait::async_trait;
use salesbridge_model::Timestamp;
use xxhash_rust::xxh3::Xxh3;

use crate::{ConnectorError, FieldValue};

/// Looks for records; writes nothing.
#[async_trait]
pub trait RecordFinder: Send + Sync {
    /// The records that carry these external ids, by the ids as they are given here.
    async fn by_external_ids(
        &self,
        object: &str,
        field: &str,
        ids: &[String],
    ) -> Result<HashMap<String, String>, ConnectorError>;

    /// The records that our user made in a span of our time, in the order they were made, with the print of what they hold in these fields.
    async fn created_between(
        &self,
        object: &str,
        fields: &[String],
        since: Timestamp,
        until: Timestamp,
    ) -> Result<CreatedRecords, ConnectorError>;

    /// What became of these records since an instant of our time, in their order.
    async fn fates(&self, object: &str, ids: &[String], since: Timestamp) -> Result<Vec<RecordFate>, ConnectorError>;

    /// The print that a record has which holds exactly these values, in the order of the fields; `None` stands for an empty field.
    fn print_of(&self, values: &[Option<&FieldValue>]) -> RecordPrint;
}

/// Records that were made in a span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreatedRecords {
    /// These, and there will be no other.
    Found(Vec<FoundRecord>),
    /// A write from before the end of the span may still be under way; ask again then.
    Wait {
        /// When.
        until: Timestamp,
    },
    /// More than can be compared.
    TooMany {
        /// How many can be.
        most: usize,
    },
}

/// A record that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRecord {
    /// Its id.
    pub id: String,
    /// What it holds.
    pub print: RecordPrint,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFate {
    /// Nobody has changed it.
    Same,
    /// Somebody has changed it, or it cannot be told.
    Changed,
    /// It is no longer there.
    Gone,
}

/// 128-bit print of what a record holds in some fields: equal contents have equal prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecordPrint(u128);

impl RecordPrint {
    /// The print of values, each in the one form that the other side keeps it in.
    pub fn new<'v>(values: impl IntoIterator<Item = Option<&'v str>>) -> Self {
        let mut hasher = Xxh3::new();
        for value in values {
            match value {
                None => hasher.update(b"\0"),
                Some(text) => {
                    hasher.update(b"\x01");
                    hasher.update(&(text.len() as u64).to_be_bytes());
                    hasher.update(text.as_bytes());
                }
            }
        }
        Self(hasher.digest128())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_print_tells_where_a_value_ends_and_which_field_is_empty() {
        let print = |values: &[Option<&str>]| RecordPrint::new(values.iter().copied());
        assert_eq!(print(&[Some("a"), None]), print(&[Some("a"), None]));
        assert_ne!(print(&[Some("a"), None]), print(&[None, Some("a")]));
        assert_ne!(print(&[Some("ab"), Some("c")]), print(&[Some("a"), Some("bc")]));
        assert_ne!(print(&[Some(""), None]), print(&[None, None]));
    }
}
