//! Collections on the wire (REST API Developer Guide, "sObject Collections").

use serde::{Deserialize, Serialize};

use super::RowResult;
use crate::{ApiError, Record, RecordId, fault::wire::Fault};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    all_or_none: bool,
    records: Vec<SentRow<'a>>,
}

#[derive(Serialize)]
struct SentRow<'a> {
    attributes: Attributes<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RecordId>,
    #[serde(flatten)]
    fields: &'a Record,
}

#[derive(Serialize)]
struct Attributes<'a> {
    r#type: &'a str,
}

/// The JSON text of a create, update or upsert. Rows stand for themselves: a bad one does not undo the others.
pub(super) fn body<'a>(object: &'a str, records: impl Iterator<Item = (Option<&'a RecordId>, &'a Record)>) -> String {
    let records =
        records.map(|(id, fields)| SentRow { attributes: Attributes { r#type: object }, id, fields }).collect();
    serde_json::to_string(&Body { all_or_none: false, records }).unwrap_or_default()
}

/// The result of one record.
#[derive(Deserialize)]
pub(crate) struct Row {
    #[serde(default)]
    id: Option<String>,
    success: bool,
    #[serde(default)]
    created: Option<bool>,
    #[serde(default)]
    errors: Vec<Fault>,
}

impl TryFrom<Row> for RowResult {
    type Error = ApiError;

    /// A success without a readable id is no success we could build on.
    fn try_from(row: Row) -> Result<Self, ApiError> {
        let id = row.id.and_then(|id| id.parse::<RecordId>().ok());
        if row.success && id.is_none() {
            return Err(ApiError::Unreadable { expected: "the id of a written record" });
        }
        let errors = row.errors.into_iter().map(Into::into).collect();
        Ok(Self { id, success: row.success, created: row.created, errors })
    }
}
