//! Looking records up by the values of a field, in bulk.

use std::collections::BTreeSet;

use salesbridge_connector_kit::{Cell, ConnectorError};
use salesbridge_salesforce::{Record, RecordId, quote};
use serde_json::Value;

use super::SalesforceConnector;
use super::intent::json;
use super::judge::connector_error;
use super::recover::is_same;

/// Bytes of the values of one query, percent-encoded: an address may have 16,384 (REST API Developer Guide, "Status Codes and Error Responses", 414).
const LONGEST_LIST: usize = 8_000;
/// Records of one query at most. More stand for the same few values, and no row could be told which is its own.
const MOST_RECORDS: usize = 10_000;

/// A record that was found, with the fields that were asked for.
#[derive(Clone, Debug)]
pub struct FoundRecord {
    id: String,
    values: Record,
}

impl FoundRecord {
    /// Its id, in 18 characters.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The text of a field, if it has one.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.value(field).as_str()
    }

    /// Whether a field holds what a cell would write.
    pub fn holds(&self, field: &str, cell: Cell<'_>) -> bool {
        is_same(&json(cell), self.value(field))
    }

    fn value(&self, field: &str) -> &Value {
        let found = self.values.iter().find(|(name, _)| name.eq_ignore_ascii_case(field));
        found.map_or(&Value::Null, |(_, value)| value)
    }
}

/// A record id in 18 characters, from one in 15 or 18; `None` for a text that is none.
pub fn full_id(text: &str) -> Option<String> {
    text.trim().parse::<RecordId>().ok().map(|id| id.to_string())
}

impl SalesforceConnector {
    /// The records of an object whose field `by` has one of these values, with these fields. Salesforce compares texts without regard to case.
    ///
    /// # Errors
    /// [`ConnectorError`], also when a few values stand for more than ten thousand records.
    pub async fn look_up(
        &self,
        object: &str,
        by: &str,
        values: &BTreeSet<String>,
        fields: &[String],
    ) -> Result<Vec<FoundRecord>, ConnectorError> {
        let mut wanted: Vec<&str> = vec!["Id"];
        for field in fields.iter().map(String::as_str).chain([by]) {
            if !wanted.iter().any(|known| known.eq_ignore_ascii_case(field)) {
                wanted.push(field);
            }
        }
        let mut found = Vec::new();
        for list in lists(values) {
            let soql = format!("SELECT {} FROM {object} WHERE {by} IN ({list})", wanted.join(","));
            let records = self.client.query_rows(&soql, MOST_RECORDS).await.map_err(connector_error)?;
            found.extend(records.into_iter().filter_map(|values| {
                let id = values.get("Id").and_then(Value::as_str).and_then(full_id)?;
                Some(FoundRecord { id, values })
            }));
        }
        Ok(found)
    }
}

/// The values as lists of SOQL, each short enough for one query.
fn lists(values: &BTreeSet<String>) -> Vec<String> {
    let mut lists = Vec::new();
    let (mut list, mut length) = (String::new(), 0);
    for value in values {
        let literal = quote(value);
        let encoded: usize = literal.bytes().map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 }).sum();
        if !list.is_empty() && length + encoded > LONGEST_LIST {
            lists.push(std::mem::take(&mut list));
            length = 0;
        }
        if !list.is_empty() {
            list.push(',');
        }
        list.push_str(&literal);
        length += encoded + 3;
    }
    if !list.is_empty() {
        lists.push(list);
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_and_split_by_length() {
        let values = ["O'Brien", "a"].map(str::to_owned).into();
        assert_eq!(lists(&values), [r"'O\'Brien','a'"]);
        let many: BTreeSet<String> = (0..1_000).map(|number| format!("person{number}@example.com")).collect();
        let lists = lists(&many);
        assert!(lists.len() > 1 && lists.iter().all(|list| list.len() < 2 * LONGEST_LIST));
        assert_eq!(lists.iter().map(|list| list.split(',').count()).sum::<usize>(), 1_000);
    }

    #[test]
    fn an_id_has_eighteen_characters() {
        assert_eq!(full_id(" 00Q000000000001 ").map(|id| id.len()), Some(18));
        assert_eq!(full_id("nonsense"), None);
    }
}
