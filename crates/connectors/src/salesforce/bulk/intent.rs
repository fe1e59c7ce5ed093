//! What is journalled of a job: one line of JSON, then the file as it is uploaded.

use std::collections::BTreeMap;

use salesbridge_connector_kit::{Cell, ConnectorError, FieldValue, Intent, Operation, WriteBatch};
use salesbridge_model::Timestamp;
use salesbridge_salesforce::{
    CsvCaps, CsvProblem, CsvText, IngestOperation, JobId, KeyKind, NULL_TEXT, Record, RowIndex, RowPrinter, csv_rows,
};
use serde_json::Value;

use crate::salesforce::intent::{PreparedRow, unreadable};

/// Bytes of one file, at most. Salesforce takes ten times as much; a batch has to fit into memory and into the journal.
const MOST_BYTES: usize = 10_000_000;

/// What is journalled, besides the file.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(in crate::salesforce) struct PreparedJob {
    /// The job; `None` when no job can take the rows.
    pub(super) job: Option<JobId>,
    pub(super) object: String,
    pub(super) operation: Operation,
    pub(super) rows: usize,
    pub(super) columns: Vec<Column>,
    /// Whether duplicates are to be saved, which a job cannot ask for.
    pub(super) allow_duplicates: bool,
    /// The user who will have created the records.
    pub(super) user_id: String,
    /// The org's time before which none of them can have been created.
    pub(super) not_before: Timestamp,
    /// Why no job can take the rows.
    pub(super) unfit: Option<String>,
}

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: KeyKind,
    /// Whether a row is known by it.
    pub(super) is_key: bool,
    pub(super) is_boolean: bool,
}

/// Name of the column that holds the record of an update.
const ID: &str = "Id";

impl PreparedJob {
    /// The file of a batch, and what is journalled beside it. No job is made yet.
    pub(in crate::salesforce) fn new(batch: &WriteBatch, user_id: String, not_before: Timestamp) -> (Self, Vec<u8>) {
        let columns = columns(batch);
        let (file, unfit) = match file(batch, &columns) {
            Ok(file) => (file, None),
            Err(problem) => (Vec::new(), Some(problem.to_string())),
        };
        let prepared = Self {
            job: None,
            object: batch.object.clone(),
            operation: batch.operation.clone(),
            rows: batch.rows.len(),
            columns,
            allow_duplicates: batch.options.allow_duplicates,
            user_id,
            not_before,
            unfit,
        };
        (prepared, file)
    }

    pub(in crate::salesforce) fn ingest_operation(&self) -> IngestOperation {
        match &self.operation {
            Operation::Create { external_id_field: None } => IngestOperation::Insert,
            Operation::Create { external_id_field: Some(field) } => {
                IngestOperation::Upsert { external_id_field: field.clone() }
            }
            Operation::Update => IngestOperation::Update,
        }
    }

    pub(in crate::salesforce) fn is_update(&self) -> bool {
        self.operation == Operation::Update
    }

    pub(in crate::salesforce) fn to_intent(&self, file: &[u8]) -> Result<Intent, ConnectorError> {
        let mut bytes = serde_json::to_vec(self).map_err(unreadable)?;
        bytes.reserve_exact(file.len() + 1);
        bytes.push(b'\n');
        bytes.extend_from_slice(file);
        Ok(Intent(bytes))
    }

    /// The job of an intent and its file; `None` when the intent is of another kind, which has no second line.
    pub(in crate::salesforce) fn from_intent(intent: &Intent) -> Option<Result<(Self, &[u8]), ConnectorError>> {
        let end = intent.0.iter().position(|byte| *byte == b'\n')?;
        let (head, file) = intent.0.split_at(end);
        Some(serde_json::from_slice(head).map(|prepared| (prepared, &file[1..])).map_err(unreadable))
    }

    /// The rows of a file by what they are known by.
    pub(super) fn index(&self, job: &JobId, file: &[u8]) -> RowIndex {
        let mut printer = RowPrinter::new(job);
        let mut index = RowIndex::with_capacity(self.rows);
        csv_rows(file, |row| {
            let keys = self.columns.iter().enumerate().filter(|(_, column)| column.is_key);
            index.add(printer.print(keys.map(|(at, column)| (column.kind, row.value(at)))));
        });
        index
    }

    /// What each row sent, to be compared with records.
    pub(super) fn sent_rows(&self, file: &[u8]) -> Vec<PreparedRow> {
        let external_id_field = match &self.operation {
            Operation::Create { external_id_field } => external_id_field.as_deref(),
            Operation::Update => None,
        };
        let mut rows = Vec::with_capacity(self.rows);
        csv_rows(file, |row| {
            let filled =
                self.columns.iter().enumerate().filter(|(at, column)| !row.value(*at).is_empty() && column.name != ID);
            let fields: Record =
                filled.map(|(at, column)| (column.name.clone(), value(column, &row.text(at)))).collect();
            let external_id = external_id_field.and_then(|field| fields.get(field)?.as_str().map(str::to_owned));
            rows.push(PreparedRow { record_id: None, external_id, fields });
        });
        rows
    }

    /// The record that each row changes.
    pub(super) fn record_ids(&self, file: &[u8]) -> Vec<Option<String>> {
        let mut ids = Vec::with_capacity(self.rows);
        csv_rows(file, |row| ids.push(self.is_update().then(|| row.text(0).into_owned())));
        ids
    }
}

/// The columns that some row fills, and the one that identifies rows. Rows are known by the latter, where there is one.
fn columns(batch: &WriteBatch) -> Vec<Column> {
    let identity = match &batch.operation {
        Operation::Create { external_id_field } => external_id_field.as_deref(),
        Operation::Update => Some(ID),
    };
    let key = |name: &str| Column { name: name.to_owned(), kind: KeyKind::Text, is_key: true, is_boolean: false };
    let mut columns: Vec<Column> = identity.map(key).into_iter().collect();
    let kinds = filled(batch);
    for (at, name) in batch.cells.fields().iter().enumerate() {
        if let Some((kind, is_boolean)) = kinds.get(&at).copied().filter(|_| Some(name.as_str()) != identity) {
            columns.push(Column { name: name.clone(), kind, is_key: identity.is_none(), is_boolean });
        }
    }
    columns
}

/// The fields that some row fills or empties, by their place, with how their values come back.
fn filled(batch: &WriteBatch) -> BTreeMap<usize, (KeyKind, bool)> {
    let mut kinds = BTreeMap::new();
    for row in 0..batch.rows.len() {
        for at in 0..batch.cells.fields().len() {
            let kind = match batch.cells.get(row, at) {
                Cell::Omit => continue,
                Cell::Set(FieldValue::Integer(_) | FieldValue::Decimal(_)) => (KeyKind::Number, false),
                Cell::Set(FieldValue::Instant(_)) => (KeyKind::Instant, false),
                Cell::Set(FieldValue::Boolean(_)) => (KeyKind::Text, true),
                Cell::Clear | Cell::Set(FieldValue::Text(_) | FieldValue::Date(_)) => (KeyKind::Text, false),
            };
            let known = kinds.entry(at).or_insert(kind);
            if *known == (KeyKind::Text, false) {
                *known = kind;
            }
        }
    }
    kinds
}

fn file(batch: &WriteBatch, columns: &[Column]) -> Result<Vec<u8>, CsvProblem> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let mut file = CsvText::new(&names, CsvCaps { bytes: MOST_BYTES, ..CsvCaps::default() })?;
    let fields = batch.cells.fields();
    let places: Vec<Option<usize>> = names.iter().map(|name| fields.iter().position(|field| field == name)).collect();
    let is_identity = |at: usize| at == 0 && columns[0].is_key && !is_known_by_all(batch);
    for (number, row) in batch.rows.iter().enumerate() {
        for (at, place) in places.iter().enumerate() {
            match place {
                _ if is_identity(at) => {
                    file.text(row.record_id.as_deref().or(row.external_id.as_deref()).unwrap_or_default());
                }
                Some(place) => write(&mut file, batch.cells.get(number, *place)),
                None => file.omit(),
            }
        }
        file.end_row()?;
    }
    Ok(file.into_bytes())
}

fn is_known_by_all(batch: &WriteBatch) -> bool {
    batch.operation == Operation::Create { external_id_field: None }
}

fn write(file: &mut CsvText, cell: Cell<'_>) {
    match cell {
        Cell::Omit => file.omit(),
        Cell::Clear => file.clear(),
        Cell::Set(FieldValue::Text(text)) => file.text(text),
        Cell::Set(value) => file.text(&value.to_string()),
    }
}

/// The value as a record would show it.
fn value(column: &Column, text: &str) -> Value {
    match column.kind {
        _ if text == NULL_TEXT => Value::Null,
        KeyKind::Number => text.parse::<f64>().map_or_else(|_| Value::from(text), Value::from),
        _ if column.is_boolean => text.parse::<bool>().map_or_else(|_| Value::from(text), Value::from),
        KeyKind::Text | KeyKind::Instant => Value::from(text),
    }
}
