//! Finding records of an org in memory again, after a restore.

use std::collections::HashMap;

use async_trait::async_trait;
use salesbridge_model::Timestamp;

use super::connection::MemoryConnection;
use super::org::{Maker, RecordState};
use crate::{ConnectorError, CreatedRecords, FieldValue, FoundRecord, RecordFate, RecordFinder, RecordPrint};

#[async_trait]
impl RecordFinder for MemoryConnection {
    async fn by_external_ids(
        &self,
        _: &str,
        field: &str,
        ids: &[String],
    ) -> Result<HashMap<String, String>, ConnectorError> {
        self.call()?;
        let mut found = HashMap::new();
        self.there.look(|record| {
            if let Some(key) = record.fields.get(field).filter(|key| ids.contains(key)) {
                found.insert(key.clone(), record.id.clone());
            }
        });
        Ok(found)
    }

    async fn created_between(
        &self,
        _: &str,
        fields: &[String],
        since: Timestamp,
        until: Timestamp,
    ) -> Result<CreatedRecords, ConnectorError> {
        self.call()?;
        let last = until + chrono::Duration::from_std(self.there.terms.in_flight).unwrap_or_default();
        if self.there.now() < last {
            return Ok(CreatedRecords::Wait { until: last });
        }
        let mut found = Vec::new();
        self.there.look(|record| {
            if record.made_by != Maker::Person && record.made_at >= since && record.made_at <= last {
                let values = fields.iter().map(|field| record.fields.get(field).map(String::as_str));
                found.push(FoundRecord { id: record.id.clone(), print: RecordPrint::new(values) });
            }
        });
        Ok(CreatedRecords::Found(found))
    }

    /// It does not know when a record was changed.
    async fn fates(&self, _: &str, ids: &[String], _: Timestamp) -> Result<Vec<RecordFate>, ConnectorError> {
        self.call()?;
        let mut fates = vec![RecordFate::Gone; ids.len()];
        self.there.look(|record| {
            let position = ids.iter().position(|id| *id == record.id);
            if let Some(fate) = position.filter(|_| record.state != RecordState::Deleted).map(|at| &mut fates[at]) {
                *fate = RecordFate::Changed;
            }
        });
        Ok(fates)
    }

    fn print_of(&self, values: &[Option<&FieldValue>]) -> RecordPrint {
        let kept: Vec<Option<String>> = values.iter().map(|value| value.map(ToString::to_string)).collect();
        RecordPrint::new(kept.iter().map(Option::as_deref))
    }
}
