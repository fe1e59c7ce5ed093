//! Finding out what became of a write whose answer was lost, by asking the org.
//!
//! By the external-ID field where there is one. Else by who created what since when: a record that holds every value sent was made by the row; equal
//! rows are interchangeable and are matched by number.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat};
use salesbridge_connector_kit::{ClaimedRecords, ConnectorError, Operation, RecoveredRow, Recovery, RowAnswer};
use salesbridge_model::Timestamp;
use salesbridge_salesforce::{ApiError, Record, quote};
use serde_json::Value;

use super::SalesforceConnector;
use super::intent::PreparedRow;
use super::judge::connector_error;

/// Records looked at in one recovery, at most, beyond as many as were sent; a window with more cannot be told apart and is left to a person.
const MOST_RECORDS: usize = 20_000;
/// External ids in one query: an address may have 16,384 bytes (REST API Developer Guide, "Status Codes and Error Responses", 414).
const IDS_PER_QUERY: usize = 60;

/// A write of which nothing is known but what was sent.
pub(super) struct LostWrite<'a> {
    pub(super) operation: &'a Operation,
    pub(super) object: &'a str,
    pub(super) rows: &'a [PreparedRow],
    /// The user who will have created the records.
    pub(super) user_id: &'a str,
    /// The org's time before which none of them can have been created.
    pub(super) not_before: Timestamp,
}

impl LostWrite<'_> {
    fn most_records(&self) -> usize {
        MOST_RECORDS + self.rows.len()
    }
}

impl SalesforceConnector {
    pub(super) async fn find_out(
        &self,
        lost: &LostWrite<'_>,
        silent_for: Duration,
        claimed: &dyn ClaimedRecords,
    ) -> Result<Recovery, ConnectorError> {
        let found = match lost.operation {
            // Doing it again gives the same record; the rows are compared anew and sent again.
            Operation::Update => Found { records: vec![None; lost.rows.len()], others: Vec::new() },
            Operation::Create { external_id_field: Some(field) } => {
                self.find_by_external_id(lost, field).await.map_err(connector_error)?
            }
            Operation::Create { external_id_field: None } => match self.find_by_values(lost, claimed).await? {
                Some(found) => found,
                None => {
                    let reason =
                        format!("more than {} records were created by the same user meanwhile", lost.most_records());
                    return Ok(Recovery::Rows(vec![RecoveredRow::Uncertain { reason }; lost.rows.len()]));
                }
            },
        };
        // A call of up to 200 records is one transaction: when one of its records is there, all that will ever be there are. Until then it may
        // come yet, and make a second record, or undo what was sent after it.
        let under_way_for = self.in_flight.saturating_sub(silent_for);
        if found.records.iter().all(Option::is_none) && !under_way_for.is_zero() {
            return Ok(Recovery::Wait { pause: under_way_for });
        }
        Ok(Recovery::Rows(found.into_rows()))
    }

    async fn find_by_external_id(&self, lost: &LostWrite<'_>, field: &str) -> Result<Found, ApiError> {
        let ids: Vec<String> = lost.rows.iter().filter_map(|row| row.external_id.clone()).collect();
        let (object, since) = (lost.object, since(lost));
        let mut found = Vec::new();
        for chunk in ids.chunks(IDS_PER_QUERY) {
            let list: Vec<String> = chunk.iter().map(|id| quote(id)).collect();
            // One that people deleted meanwhile was made all the same; one that they deleted before is another.
            let soql = format!(
                "SELECT Id, {field} FROM {object} WHERE {field} IN ({}) AND (IsDeleted = false OR CreatedDate >= {since})",
                list.join(",")
            );
            found.extend(self.client.query_rows_with_deleted(&soql, lost.most_records()).await?);
        }
        let record_of = |row: &PreparedRow| {
            let id = row.external_id.as_deref()?;
            let holds = |record: &&Record| text(record, field).is_some_and(|value| value.eq_ignore_ascii_case(id));
            found.iter().find(holds).and_then(|record| text(record, "Id")).map(str::to_owned)
        };
        Ok(Found { records: lost.rows.iter().map(record_of).collect(), others: Vec::new() })
    }

    /// `None` when there are too many records to tell.
    async fn find_by_values(
        &self,
        lost: &LostWrite<'_>,
        claimed: &dyn ClaimedRecords,
    ) -> Result<Option<Found>, ConnectorError> {
        let Some(mut free) = self.created_since(lost, claimed).await? else { return Ok(None) };
        let mut records: Vec<Option<String>> = Vec::with_capacity(lost.rows.len());
        for row in lost.rows {
            let found = free.iter().position(|record| holds_every_value(record, &row.fields));
            records.push(found.and_then(|position| text(&free.remove(position), "Id").map(str::to_owned)));
        }
        Ok(Some(Found { records, others: free }))
    }

    /// The records that our user created since the write was prepared and that stand for no other row, also those that people have deleted since, oldest
    /// first; `None` when there are too many.
    async fn created_since(
        &self,
        lost: &LostWrite<'_>,
        claimed: &dyn ClaimedRecords,
    ) -> Result<Option<Vec<Record>>, ConnectorError> {
        let mut fields: Vec<&str> = Vec::new();
        for field in lost.rows.iter().flat_map(|row| row.fields.keys()) {
            if !fields.contains(&field.as_str()) && !field.eq_ignore_ascii_case("Id") {
                fields.push(field);
            }
        }
        let soql = format!(
            "SELECT Id{}{} FROM {} WHERE CreatedById = {} AND CreatedDate >= {} ORDER BY CreatedDate, Id",
            if fields.is_empty() { "" } else { ", " },
            fields.join(", "),
            lost.object,
            quote(lost.user_id),
            since(lost),
        );
        let records = match self.client.query_rows_with_deleted(&soql, lost.most_records()).await {
            Ok(records) => records,
            Err(ApiError::TooManyRows { .. }) => return Ok(None),
            Err(error) => return Err(connector_error(error)),
        };
        let ids: Vec<String> = records.iter().filter_map(|record| text(record, "Id")).map(str::to_owned).collect();
        let claimed: HashSet<String> = claimed.claimed(&ids).await?;
        Ok(Some(records.into_iter().filter(|r| text(r, "Id").is_some_and(|id| !claimed.contains(id))).collect()))
    }
}

/// What was found of a write.
struct Found {
    /// The record of each row.
    records: Vec<Option<String>>,
    /// Records of the same user and time that are no row's.
    others: Vec<Record>,
}

impl Found {
    fn into_rows(self) -> Vec<RecoveredRow> {
        let recovered = |found: Option<String>| match found {
            Some(record_id) => RecoveredRow::Answered(RowAnswer::Created { record_id }),
            None if self.others.is_empty() => RecoveredRow::NotSent,
            None => RecoveredRow::Uncertain { reason: leftovers(&self.others) },
        };
        self.records.into_iter().map(recovered).collect()
    }
}

/// The org's time before which no record of the write can have been made.
fn since(lost: &LostWrite<'_>) -> String {
    lost.not_before.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn leftovers(free: &[Record]) -> String {
    let ids: Vec<&str> = free.iter().filter_map(|record| text(record, "Id")).take(5).collect();
    format!(
        "the same user created {} records meanwhile that hold other values, among them {}; one of them may be this row's",
        free.len(),
        ids.join(", ")
    )
}

pub(super) fn text<'a>(record: &'a Record, field: &str) -> Option<&'a str> {
    let (_, value) = record.iter().find(|(name, _)| name.eq_ignore_ascii_case(field))?;
    value.as_str()
}

/// Whether a record holds what was sent, as Salesforce keeps it: outer blanks trimmed, empty as null, times in its own notation.
fn holds_every_value(record: &Record, sent: &Record) -> bool {
    sent.iter().all(|(field, value)| {
        let kept =
            record.iter().find(|(name, _)| name.eq_ignore_ascii_case(field)).map_or(&Value::Null, |(_, kept)| kept);
        is_same(value, kept)
    })
}

/// Whether a value is what Salesforce keeps of one that was sent.
pub(super) fn is_same(sent: &Value, kept: &Value) -> bool {
    match (sent, kept) {
        (Value::String(sent), Value::String(kept)) => {
            let lines = |text: &str| text.trim().replace("\r\n", "\n");
            lines(sent) == lines(kept) || instant(sent).is_some_and(|time| Some(time) == instant(kept))
        }
        (Value::String(sent), Value::Null) => sent.trim().is_empty(),
        (Value::Number(sent), Value::Number(kept)) => sent.as_f64() == kept.as_f64(),
        (sent, kept) => sent == kept,
    }
}

/// A time in our notation (`Z`) or Salesforce's (`+0000`), to the second.
pub(super) fn instant(text: &str) -> Option<i64> {
    let time =
        DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.3f%z"));
    time.ok().map(|time| time.timestamp())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_the_same_as_salesforce_keeps_it() {
        assert!(is_same(&json!("Ann "), &json!("Ann")));
        assert!(is_same(&json!("a\nb"), &json!("a\r\nb")));
        assert!(is_same(&json!(5), &json!(5.0)));
        assert!(is_same(&json!(" "), &Value::Null));
        assert!(is_same(&json!("2026-01-01T00:00:00.000Z"), &json!("2026-01-01T00:00:00.000+0000")));
        assert!(!is_same(&json!("Ann"), &json!("ann")), "F8: byte for byte, case too");
        assert!(!is_same(&json!("Ann"), &Value::Null));
    }
}
