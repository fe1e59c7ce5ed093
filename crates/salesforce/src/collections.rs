//! Up to 200 records in one call, judged one by one.
//!
//! A write is prepared first, so that it can be journalled as it is and sent again unchanged; the head of its answer and the body
//! are two steps, so that a caller can act in between.

mod wire;

use salesbridge_egress::{Method, MethodKind, Response};

pub(crate) use wire::Row as WireRow;

use crate::{
    ApiError, ApiFault, OrgClient, Record, RecordId, WriteError, WriteOptions,
    call::Call,
    client::{body_of_success, parsed},
};

/// Records in one call, at most (REST API Developer Guide, "sObject Collections").
pub const MOST_ROWS: usize = 200;

/// What is done with the records of a call.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectionOperation {
    /// Make them.
    Create,
    /// Change them by their ids.
    Update,
    /// Make or change them by an external id.
    Upsert {
        /// API name of the external-id field.
        external_id_field: String,
    },
    /// Put them into the Recycle Bin.
    Delete,
}

impl CollectionOperation {
    /// What sending it twice would do.
    pub fn kind(&self) -> MethodKind {
        match self {
            CollectionOperation::Create => MethodKind::Insert,
            CollectionOperation::Update => MethodKind::Update,
            CollectionOperation::Upsert { .. } => MethodKind::Upsert,
            CollectionOperation::Delete => MethodKind::Delete,
        }
    }
}

/// A prepared write of up to 200 records. What it holds is what is sent, byte for byte, however often it is stored and read again.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CollectionRequest {
    operation: CollectionOperation,
    object: String,
    rows: usize,
    /// The JSON text that is sent; for a delete, the ids as they stand in the address.
    body: String,
    options: WriteOptions,
}

/// Why a write cannot be prepared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CollectionProblem {
    /// There is nothing to write.
    #[error("there is no record to write")]
    Empty,
    /// There are too many records.
    #[error("{rows} records are more than the {MOST_ROWS} that Salesforce takes in one call")]
    TooMany {
        /// How many there are.
        rows: usize,
    },
    /// A record to upsert lacks the field it is matched by.
    #[error("record {row} has no value in {field}, by which it is matched")]
    NoExternalId {
        /// Its place, from 0.
        row: usize,
        /// The field.
        field: String,
    },
    /// Not the API name of an object or field.
    #[error("`{text}` is not the API name of an object or field")]
    BadName {
        /// The text.
        text: String,
    },
}

impl CollectionRequest {
    /// Makes records.
    pub fn create(object: &str, records: &[Record], options: WriteOptions) -> Result<Self, CollectionProblem> {
        let body = wire::body(object, records.iter().map(|record| (None, record)));
        Self::prepared(CollectionOperation::Create, object, records.len(), body, options)
    }

    /// Changes records; only the fields given are touched.
    pub fn update(
        object: &str,
        records: &[(RecordId, Record)],
        options: WriteOptions,
    ) -> Result<Self, CollectionProblem> {
        let body = wire::body(object, records.iter().map(|(id, record)| (Some(id), record)));
        Self::prepared(CollectionOperation::Update, object, records.len(), body, options)
    }

    /// Makes or changes records; each has its external id among its fields.
    pub fn upsert(
        object: &str,
        external_id_field: &str,
        records: &[Record],
        options: WriteOptions,
    ) -> Result<Self, CollectionProblem> {
        let has_id =
            |record: &Record| record.get(external_id_field).is_some_and(|value| !value.is_null() && value != "");
        if let Some(row) = records.iter().position(|record| !has_id(record)) {
            return Err(CollectionProblem::NoExternalId { row, field: external_id_field.to_owned() });
        }
        let body = wire::body(object, records.iter().map(|record| (None, record)));
        let operation = CollectionOperation::Upsert { external_id_field: checked_name(external_id_field)?.to_owned() };
        Self::prepared(operation, object, records.len(), body, options)
    }

    /// Puts records into the Recycle Bin.
    pub fn delete(object: &str, ids: &[RecordId]) -> Result<Self, CollectionProblem> {
        let body = ids.iter().map(RecordId::as_str).collect::<Vec<_>>().join(",");
        Self::prepared(CollectionOperation::Delete, object, ids.len(), body, WriteOptions::default())
    }

    fn prepared(
        operation: CollectionOperation,
        object: &str,
        rows: usize,
        body: String,
        options: WriteOptions,
    ) -> Result<Self, CollectionProblem> {
        match rows {
            0 => Err(CollectionProblem::Empty),
            1..=MOST_ROWS => Ok(Self { operation, object: checked_name(object)?.to_owned(), rows, body, options }),
            _ => Err(CollectionProblem::TooMany { rows }),
        }
    }

    /// What it does.
    pub fn operation(&self) -> &CollectionOperation {
        &self.operation
    }

    /// API name of the object it writes.
    pub fn object(&self) -> &str {
        &self.object
    }

    /// How many records it writes.
    pub fn rows(&self) -> usize {
        self.rows
    }

    fn call(&self) -> Call {
        let kind = self.operation.kind();
        let collection = ["composite", "sobjects"];
        let call = match &self.operation {
            CollectionOperation::Create => Call::new(kind, Method::POST, collection),
            CollectionOperation::Update => Call::new(kind, Method::PATCH, collection),
            CollectionOperation::Upsert { external_id_field } => {
                Call::new(kind, Method::PATCH, ["composite", "sobjects", &self.object, external_id_field])
            }
            CollectionOperation::Delete => {
                let call = Call::new(kind, Method::DELETE, collection);
                return call.query("ids", self.body.as_str()).query("allOrNone", "false");
            }
        };
        call.options(self.options).json(self.body.clone().into_bytes())
    }
}

/// Field values are people's data: they are not shown.
impl std::fmt::Debug for CollectionRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {} {}", self.operation, self.rows, self.object)
    }
}

/// What became of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowResult {
    /// Its id; present whenever `success` is.
    pub id: Option<RecordId>,
    /// Whether it was written.
    pub success: bool,
    /// Whether an upsert made it; other operations do not say.
    pub created: Option<bool>,
    /// Why it was not.
    pub errors: Vec<ApiFault>,
}

/// A write whose answer has begun: the org has the request, and its verdict is still to be read.
#[derive(Debug)]
pub struct SentCall {
    response: Response,
    kind: MethodKind,
    rows: usize,
}

impl OrgClient {
    /// Sends a prepared write, once. It is repeated only after a 401 or while no connection came about.
    pub async fn send_collection(&self, request: &CollectionRequest) -> Result<SentCall, WriteError> {
        let call = request.call();
        let response = self.write(&call).await?;
        Ok(SentCall { response, kind: call.kind, rows: request.rows })
    }
}

impl SentCall {
    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        self.response.status()
    }

    /// One result for each record, in their order.
    pub async fn answer(self) -> Result<Vec<RowResult>, WriteError> {
        let Self { response, kind, rows } = self;
        read_results(response, rows).await.map_err(|cause| WriteError::judge(kind, cause))
    }
}

async fn read_results(response: Response, rows: usize) -> Result<Vec<RowResult>, ApiError> {
    const EXPECTED: &str = "one result for each record";
    let results: Vec<wire::Row> = parsed(&body_of_success(response).await?, EXPECTED)?;
    if results.len() != rows {
        return Err(ApiError::Unreadable { expected: EXPECTED });
    }
    results.into_iter().map(RowResult::try_from).collect()
}

/// API names have letters, digits and underscores and begin with a letter.
fn checked_name(text: &str) -> Result<&str, CollectionProblem> {
    let well_formed = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if well_formed { Ok(text) } else { Err(CollectionProblem::BadName { text: text.to_owned() }) }
}
