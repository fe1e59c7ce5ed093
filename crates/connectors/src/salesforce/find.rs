//! Finding records again after a restore: by external id, by who made them when, and what became of them.

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Duration, SecondsFormat};
use salesbridge_connector_kit::{
    Cell, ConnectorError, CreatedRecords, FieldValue, FoundRecord, RecordFate, RecordFinder, RecordPrint,
};
use salesbridge_model::Timestamp;
use salesbridge_salesforce::{ApiError, Record, quote};
use serde_json::Value;

use super::SalesforceConnector;
use super::intent::json;
use super::judge::connector_error;
use super::recover::{instant, text};
use super::write::CLOCK_DOUBT;

/// External ids in one query: an address may have 16,384 bytes (REST API Developer Guide, "Status Codes and Error Responses", 414).
const EXTERNAL_IDS_PER_QUERY: usize = 60;
/// Record ids in one query, each about 30 bytes of the address.
const RECORD_IDS_PER_QUERY: usize = 400;
/// Records that are compared after a restore, at most. Each takes less than 100 bytes of memory.
const MOST_CREATED: usize = 500_000;

#[async_trait]
impl RecordFinder for SalesforceConnector {
    async fn by_external_ids(
        &self,
        object: &str,
        field: &str,
        ids: &[String],
    ) -> Result<HashMap<String, String>, ConnectorError> {
        self.records_by_external_ids(object, field, ids).await.map_err(connector_error)
    }

    async fn created_between(
        &self,
        object: &str,
        fields: &[String],
        since: Timestamp,
        until: Timestamp,
    ) -> Result<CreatedRecords, ConnectorError> {
        let last = until + Duration::from_std(self.in_flight).unwrap_or_default();
        // The first answer of the org tells how far its clock is from ours.
        let user_id = self.client.session().await.map_err(connector_error)?.user_id.to_string();
        if self.clock.now() < last {
            return Ok(CreatedRecords::Wait { until: last });
        }
        let soql = format!(
            "SELECT {} FROM {object} WHERE CreatedById = {} AND CreatedDate >= {} AND CreatedDate <= {} ORDER BY CreatedDate, Id",
            with_id(fields),
            quote(&user_id),
            seconds(self.org_time(since) - CLOCK_DOUBT),
            seconds(self.org_time(last) + CLOCK_DOUBT),
        );
        let mut pages = self.client.query_pages(&soql);
        let mut found = Vec::new();
        while let Some(page) = pages.next().await.map_err(connector_error)? {
            if page.total > MOST_CREATED as u64 {
                return Ok(CreatedRecords::TooMany { most: MOST_CREATED });
            }
            found.extend(page.records.iter().filter_map(|record| found_record(record, fields)));
        }
        Ok(CreatedRecords::Found(found))
    }

    async fn fates(&self, object: &str, ids: &[String], since: Timestamp) -> Result<Vec<RecordFate>, ConnectorError> {
        let mut modified: HashMap<String, Option<i64>> = HashMap::new();
        for chunk in ids.chunks(RECORD_IDS_PER_QUERY) {
            let soql = format!("SELECT Id, SystemModstamp FROM {object} WHERE Id IN ({})", quoted(chunk));
            let records = self.client.query_rows(&soql, chunk.len()).await.map_err(connector_error)?;
            modified.extend(records.iter().filter_map(|record| {
                Some((text(record, "Id")?.to_owned(), text(record, "SystemModstamp").and_then(instant)))
            }));
        }
        let since = (self.org_time(since) - CLOCK_DOUBT).timestamp();
        let fate = |id: &String| match modified.get(id) {
            None => RecordFate::Gone,
            Some(Some(at)) if *at < since => RecordFate::Same,
            Some(_) => RecordFate::Changed,
        };
        Ok(ids.iter().map(fate).collect())
    }

    fn print_of(&self, values: &[Option<&FieldValue>]) -> RecordPrint {
        print(values.iter().map(|value| value.map_or(Value::Null, |value| json(Cell::Set(value)))))
    }
}

impl SalesforceConnector {
    /// Salesforce compares external ids in any case; the answer has them as they were asked for.
    pub(super) async fn records_by_external_ids(
        &self,
        object: &str,
        field: &str,
        ids: &[String],
    ) -> Result<HashMap<String, String>, ApiError> {
        let mut found = HashMap::new();
        for chunk in ids.chunks(EXTERNAL_IDS_PER_QUERY) {
            let soql = format!("SELECT Id, {field} FROM {object} WHERE {field} IN ({})", quoted(chunk));
            for record in self.client.query_rows(&soql, chunk.len()).await? {
                let (Some(key), Some(id)) = (text(&record, field), text(&record, "Id")) else { continue };
                let asked = chunk.iter().filter(|asked| asked.eq_ignore_ascii_case(key));
                found.extend(asked.map(|asked| (asked.clone(), id.to_owned())));
            }
        }
        Ok(found)
    }
}

fn with_id(fields: &[String]) -> String {
    let others = fields.iter().filter(|field| !field.eq_ignore_ascii_case("Id"));
    std::iter::once("Id").chain(others.map(String::as_str)).collect::<Vec<_>>().join(", ")
}

fn quoted(values: &[String]) -> String {
    values.iter().map(|value| quote(value)).collect::<Vec<_>>().join(",")
}

fn seconds(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn found_record(record: &Record, fields: &[String]) -> Option<FoundRecord> {
    let value = |field: &String| {
        record.iter().find(|(name, _)| name.eq_ignore_ascii_case(field)).map_or(Value::Null, |(_, value)| value.clone())
    };
    Some(FoundRecord { id: text(record, "Id")?.to_owned(), print: print(fields.iter().map(value)) })
}

fn print(values: impl Iterator<Item = Value>) -> RecordPrint {
    let kept: Vec<Option<String>> = values.map(|value| kept(&value)).collect();
    RecordPrint::new(kept.iter().map(Option::as_deref))
}

/// The one form of a value that was sent and of the value that Salesforce keeps of it: outer blanks trimmed, empty as null, times in one notation. A
/// checkbox that was not sent is false.
fn kept(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) => {
            let text = text.trim().replace("\r\n", "\n");
            let time = instant(&text).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
            time.map(|time| time.to_rfc3339()).or(Some(text).filter(|text| !text.is_empty()))
        }
        Value::Number(number) => number.as_f64().map(|number| number.to_string()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_sent_and_what_is_kept_of_it_have_one_form() {
        let same = [
            (json!("Ann "), json!("Ann")),
            (json!("a\nb"), json!("a\r\nb")),
            (json!(5), json!(5.0)),
            (json!(" "), Value::Null),
            (Value::Null, json!(false)),
            (json!("2026-01-01T00:00:00.000Z"), json!("2026-01-01T00:00:00.000+0000")),
        ];
        for (sent, stored) in same {
            assert_eq!(kept(&sent), kept(&stored), "{sent} and {stored}");
        }
        assert_ne!(kept(&json!("Ann")), kept(&json!("ann")), "F8: byte for byte, case too");
        assert_ne!(kept(&json!(true)), kept(&Value::Null));
    }
}
