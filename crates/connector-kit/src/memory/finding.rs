//! Finding out what became of a write whose answer was lost, as a connector does that can only ask the org.

use std::time::Duration;

use super::connection::MemoryConnection;
use super::org::{Maker, OrgRecord};
use super::writes::OrgIntent;
use super::{PreparedRow, present, trouble};
use crate::{ClaimedRecords, ConnectorError, NextStep, Operation, RecoveredRow, Recovery, RowAnswer};

impl MemoryConnection {
    pub(super) async fn find_out(
        &self,
        intent: &OrgIntent,
        silent_for: Duration,
        claimed: &dyn ClaimedRecords,
    ) -> Result<Recovery, ConnectorError> {
        let under_way_for = self.there.terms.in_flight.saturating_sub(silent_for);
        let (mut found, leftovers) = match &intent.write.operation {
            Operation::Update => (vec![None; intent.write.rows.len()], 0),
            Operation::Create { external_id_field: Some(field) } => (self.find_by_key(intent, field)?, 0),
            Operation::Create { external_id_field: None } => self.find_by_values(intent, claimed).await?,
        };
        // A batch is one transaction: when one of its records is there, all that will ever be there are. Until then it may come
        // yet, and undo what is sent after it.
        if found.iter().all(Option::is_none) && !under_way_for.is_zero() {
            return Ok(Recovery::Wait { pause: under_way_for });
        }
        let recovered = |found: Option<String>| match found {
            Some(record_id) => RecoveredRow::Answered(RowAnswer::Created { record_id }),
            None if leftovers == 0 => RecoveredRow::NotSent,
            None => RecoveredRow::Uncertain { reason: format!("{leftovers} records hold other values") },
        };
        Ok(Recovery::Rows(found.drain(..).map(recovered).collect()))
    }

    fn find_by_key(&self, intent: &OrgIntent, field: &str) -> Result<Vec<Option<String>>, ConnectorError> {
        let records = self.ask(&[field])?;
        let record_of = |row: &PreparedRow| {
            let key = row.fields.get(field)?.as_ref()?;
            let holds = |record: &&OrgRecord| record.fields.get(field) == Some(key);
            records.iter().find(holds).map(|record| record.id.clone())
        };
        Ok(intent.write.rows.iter().map(record_of).collect())
    }

    /// The record of each row, and how many others of the same user fit none.
    async fn find_by_values(
        &self,
        intent: &OrgIntent,
        claimed: &dyn ClaimedRecords,
    ) -> Result<(Vec<Option<String>>, usize), ConnectorError> {
        let fields: Vec<&str> =
            intent.write.rows.iter().flat_map(|row| row.fields.keys()).map(String::as_str).collect();
        let ours = |record: &OrgRecord| record.made_by != Maker::Person && record.made_at >= intent.prepared_at;
        let records: Vec<OrgRecord> = self.ask(&fields)?.into_iter().filter(ours).collect();
        let ids: Vec<String> = records.iter().map(|record| record.id.clone()).collect();
        let claimed = claimed.claimed(&ids).await?;
        let mut free: Vec<_> = records.into_iter().filter(|record| !claimed.contains(&record.id)).collect();
        let mut record_of = |row: &PreparedRow| {
            let wanted = present(&row.fields);
            let holds =
                |record: &OrgRecord| wanted.iter().all(|(field, value)| record.fields.get(field) == Some(value));
            free.iter().position(holds).map(|found| free.remove(found).id)
        };
        let found = intent.write.rows.iter().map(&mut record_of).collect();
        Ok((found, free.len()))
    }

    /// Every record, those in the recycle bin too.
    fn ask(&self, fields: &[&str]) -> Result<Vec<OrgRecord>, ConnectorError> {
        self.call()?;
        let org = self.there.org();
        if let Some(field) = fields.iter().find(|field| org.hidden.contains(**field)) {
            let message = format!("No such column '{field}'");
            return Err(ConnectorError {
                code: "INVALID_FIELD".to_owned(),
                next: NextStep::HoldSync,
                ..trouble(&message)
            });
        }
        Ok(org.records.values().cloned().collect())
    }
}
