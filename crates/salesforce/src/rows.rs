//! One record at a time.

use salesbridge_egress::{Method, MethodKind};

use crate::{
    ApiError, OrgClient, Record, RecordId, RowResult, WriteError, WriteOptions,
    call::Call,
    client::{body_of_success, parsed},
    collections::WireRow,
    query::without_attributes,
};

/// What an upsert did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upserted {
    /// The record.
    pub id: RecordId,
    /// Whether it was made.
    pub created: bool,
}

impl OrgClient {
    /// Makes a record. Sent once: an insert that may have happened is for the caller to look up.
    pub async fn create(&self, object: &str, fields: &Record, options: WriteOptions) -> Result<RecordId, WriteError> {
        let call = Call::new(MethodKind::Insert, Method::POST, ["sobjects", object]);
        Ok(self.written(call, fields, options).await?.id)
    }

    /// Reads fields of a record; `None` when it does not exist, is deleted, or is hidden from us.
    pub async fn get(&self, object: &str, id: &RecordId, fields: &[&str]) -> Result<Option<Record>, ApiError> {
        let call = Call::get(["sobjects", object, id.as_str()]).query("fields", fields.join(","));
        match self.read(&call, "a record").await {
            Ok(record) => Ok(Some(without_attributes(record))),
            Err(ApiError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Changes fields of a record.
    pub async fn update(
        &self,
        object: &str,
        id: &RecordId,
        fields: &Record,
        options: WriteOptions,
    ) -> Result<(), WriteError> {
        let call = Call::new(MethodKind::Update, Method::PATCH, ["sobjects", object, id.as_str()]);
        self.done(call.options(options).json(json_of(fields))).await
    }

    /// Makes or changes the record whose `external_id_field` has `value`. The field itself does not stand among `fields`.
    pub async fn upsert(
        &self,
        object: &str,
        external_id_field: &str,
        value: &str,
        fields: &Record,
        options: WriteOptions,
    ) -> Result<Upserted, WriteError> {
        let segments = ["sobjects", object, external_id_field, value];
        self.written(Call::new(MethodKind::Upsert, Method::PATCH, segments), fields, options).await
    }

    /// Puts a record into the Recycle Bin. One that is there already counts as done.
    pub async fn delete(&self, object: &str, id: &RecordId) -> Result<(), WriteError> {
        let call = Call::new(MethodKind::Delete, Method::DELETE, ["sobjects", object, id.as_str()]);
        match self.done(call).await {
            Err(WriteError::Refused(cause)) if cause.faults().iter().any(|fault| fault.code == "ENTITY_IS_DELETED") => {
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// A write that answers with an id.
    async fn written(&self, call: Call, fields: &Record, options: WriteOptions) -> Result<Upserted, WriteError> {
        let call = call.options(options).json(json_of(fields));
        let judge = |cause| WriteError::judge(call.kind, cause);
        let body = body_of_success(self.write(&call).await?).await.map_err(judge)?;
        let result = parsed::<WireRow>(&body, "the id of the record").and_then(RowResult::try_from).map_err(judge)?;
        let id = result.id.ok_or_else(|| judge(ApiError::Unreadable { expected: "the id of the record" }))?;
        Ok(Upserted { id, created: result.created.unwrap_or(call.kind == MethodKind::Insert) })
    }

    /// A write that answers with nothing.
    async fn done(&self, call: Call) -> Result<(), WriteError> {
        let response = self.write(&call).await?;
        body_of_success(response).await.map(drop).map_err(|cause| WriteError::judge(call.kind, cause))
    }
}

fn json_of(fields: &Record) -> Vec<u8> {
    serde_json::Value::Object(fields.clone()).to_string().into_bytes()
}
