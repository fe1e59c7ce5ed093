//! Following converted Leads to the Contact, Account and Opportunity they became.

use std::collections::HashMap;

use salesbridge_connector_kit::{Refusal, RowAnswer};
use salesbridge_model::RecordReference;
use salesbridge_salesforce::{ApiError, Record, quote};

use super::SalesforceConnector;

/// What a Lead can become, with the fields that say so (Object Reference, "Lead").
const SUCCESSORS: [(&str, &str); 3] =
    [("Contact", "ConvertedContactId"), ("Account", "ConvertedAccountId"), ("Opportunity", "ConvertedOpportunityId")];
/// Ids in one query, so that its address stays short.
const IDS_PER_QUERY: usize = 200;

impl SalesforceConnector {
    /// Says of every converted Lead among the answers what it was converted into. `record_ids` has the record of each row. One whose successors
    /// cannot be read now is put off instead, so that they are asked for again.
    pub(super) async fn follow_converted(&self, answers: &mut [RowAnswer], record_ids: &[Option<String>]) {
        let converted: Vec<String> = answers
            .iter()
            .zip(record_ids)
            .filter(|(answer, _)| matches!(answer, RowAnswer::Converted { .. }))
            .filter_map(|(_, id)| id.clone())
            .collect();
        if converted.is_empty() {
            return;
        }
        let found = self.successors(&converted).await;
        for (answer, id) in answers.iter_mut().zip(record_ids) {
            let RowAnswer::Converted { refusal, into } = answer else { continue };
            match (&found, id) {
                (Ok(found), Some(id)) => *into = found.get(id).cloned().unwrap_or_default(),
                (Ok(_), None) => {}
                (Err(_), _) => *answer = RowAnswer::Deferred { refusal: not_followed(refusal), pause: None },
            }
        }
    }

    async fn successors(&self, lead_ids: &[String]) -> Result<HashMap<String, Vec<RecordReference>>, ApiError> {
        let fields = SUCCESSORS.map(|(_, field)| field).join(", ");
        let mut found = HashMap::new();
        for ids in lead_ids.chunks(IDS_PER_QUERY) {
            let list: Vec<String> = ids.iter().map(|id| quote(id)).collect();
            let soql = format!("SELECT Id, {fields} FROM Lead WHERE Id IN ({})", list.join(","));
            let records = self.client.query_rows(&soql, ids.len()).await?;
            found.extend(records.iter().filter_map(|record| Some((text(record, "Id")?, successors_of(record)))));
        }
        Ok(found)
    }
}

fn successors_of(record: &Record) -> Vec<RecordReference> {
    let successor =
        |(object, field): (&str, &str)| text(record, field).map(|id| RecordReference { object: object.to_owned(), id });
    SUCCESSORS.into_iter().filter_map(successor).collect()
}

fn text(record: &Record, field: &str) -> Option<String> {
    record.get(field)?.as_str().map(str::to_owned)
}

fn not_followed(refusal: &Refusal) -> Refusal {
    Refusal { remedy: "Nothing to do; what the Lead became is asked for again.".to_owned(), ..refusal.clone() }
}
