//! What is journalled of a call: the request byte for byte, and what recovering it needs.

use salesbridge_connector_kit::{Cell, ConnectorError, FieldValue, Intent, NextStep, Operation, WriteBatch};
use salesbridge_model::Timestamp;
use salesbridge_salesforce::{CollectionProblem, CollectionRequest, Record, RecordId, WriteOptions};
use serde_json::Value;

use super::recover::LostWrite;

/// What is journalled.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct PreparedWrite {
    pub(super) operation: Operation,
    pub(super) request: CollectionRequest,
    /// What each row sends, for finding the record it made.
    pub(super) rows: Vec<PreparedRow>,
    /// The user who will have created the records.
    pub(super) user_id: String,
    /// The org's time before which none of them can have been created.
    pub(super) not_before: Timestamp,
}

#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct PreparedRow {
    /// The record it changes.
    #[serde(default)]
    pub(super) record_id: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) fields: Record,
}

impl PreparedWrite {
    pub(super) fn new(batch: &WriteBatch, user_id: String, not_before: Timestamp) -> Result<Self, CollectionProblem> {
        let options = WriteOptions {
            allow_duplicates: batch.options.allow_duplicates,
            assignment_rules: batch.options.assignment_rules,
        };
        let records: Vec<Record> = (0..batch.rows.len()).map(|row| record(batch, row)).collect();
        let request = match &batch.operation {
            Operation::Create { external_id_field: Some(field) } => {
                CollectionRequest::upsert(&batch.object, field, &records, options)
            }
            Operation::Create { external_id_field: None } => {
                CollectionRequest::create(&batch.object, &records, options)
            }
            Operation::Update => CollectionRequest::update(&batch.object, &with_ids(batch, records.clone())?, options),
        }?;
        let row = |(row, fields): (usize, Record)| PreparedRow {
            record_id: batch.rows[row].record_id.clone(),
            external_id: batch.rows[row].external_id.clone(),
            fields,
        };
        let rows = records.into_iter().enumerate().map(row).collect();
        Ok(Self { operation: batch.operation.clone(), request, rows, user_id, not_before })
    }

    /// The record that each row changes.
    pub(super) fn record_ids(&self) -> Vec<Option<String>> {
        self.rows.iter().map(|row| row.record_id.clone()).collect()
    }

    /// What recovering it needs.
    pub(super) fn lost(&self) -> LostWrite<'_> {
        LostWrite {
            operation: &self.operation,
            object: self.request.object(),
            rows: &self.rows,
            user_id: &self.user_id,
            not_before: self.not_before,
        }
    }

    pub(super) fn to_intent(&self) -> Result<Intent, ConnectorError> {
        serde_json::to_vec(self).map(Intent).map_err(unreadable)
    }

    pub(super) fn from_intent(intent: &Intent) -> Result<Self, ConnectorError> {
        serde_json::from_slice(&intent.0).map_err(unreadable)
    }
}

fn record(batch: &WriteBatch, row: usize) -> Record {
    let mut record: Record = batch.cells.present(row).map(|(field, cell)| (field.to_owned(), json(cell))).collect();
    if let (Operation::Create { external_id_field: Some(field) }, Some(key)) =
        (&batch.operation, &batch.rows[row].external_id)
    {
        record.insert(field.clone(), Value::from(key.as_str()));
    }
    record
}

fn with_ids(batch: &WriteBatch, records: Vec<Record>) -> Result<Vec<(RecordId, Record)>, CollectionProblem> {
    let id = |row: usize| -> Result<RecordId, CollectionProblem> {
        let text = batch.rows[row].record_id.clone().unwrap_or_default();
        text.parse().map_err(|_| CollectionProblem::BadName { text })
    };
    records.into_iter().enumerate().map(|(row, record)| Ok((id(row)?, record))).collect()
}

/// The value as the REST API wants it (REST API Developer Guide, "Valid Date and DateTime Formats" among others).
pub(super) fn json(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Omit | Cell::Clear => Value::Null,
        Cell::Set(FieldValue::Integer(number)) => Value::from(*number),
        Cell::Set(FieldValue::Decimal(number)) => Value::from(*number),
        Cell::Set(FieldValue::Boolean(truth)) => Value::from(*truth),
        Cell::Set(text) => Value::from(text.to_string()),
    }
}

pub(super) fn unreadable(cause: serde_json::Error) -> ConnectorError {
    ConnectorError {
        code: "journal.unreadable".to_owned(),
        message: "a journalled write cannot be read".to_owned(),
        remedy: "Use the version of Salesbridge that wrote it, let it finish, then upgrade again".to_owned(),
        next: NextStep::HoldSync,
        retry_until: None,
        cause: Some(Box::new(cause)),
    }
}
