//! The client directory as a stream: one row per client that is not archived, phones and addresses as lists.

use std::sync::{Arc, LazyLock};

use arrow_array::RecordBatch;
use arrow_json::ReaderBuilder;
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use async_trait::async_trait;
use salesbridge_connector_kit::{Source, SourceError};
use salesbridge_model::Client;
use salesbridge_store::{Store, StoreError};
use salesbridge_sync::CLIENTS_STREAM;

/// The client directory as a stream.
pub(crate) struct ClientStream(pub(crate) Arc<dyn Store>);

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let time = |name: &str| Field::new(name, DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())), true);
    let list = |name: &str, element: DataType| Field::new_list(name, Field::new_list_field(element, true), true);
    let phone =
        Fields::from(vec![text("number"), Field::new("confirmed", DataType::Boolean, true), time("updated_at")]);
    let address = Fields::from(vec![
        text("type"),
        text("street"),
        text("city"),
        text("state"),
        text("postal_code"),
        time("updated_at"),
    ]);
    Arc::new(Schema::new(vec![
        Field::new("key", DataType::Utf8, false),
        text("email"),
        text("first_name"),
        text("middle_name"),
        text("last_name"),
        list("phones", DataType::Struct(phone)),
        list("addresses", DataType::Struct(address)),
        text("country"),
        text("country_code"),
        list("company_names", DataType::Utf8),
        text("status"),
        text("client_type"),
        Field::new("verification_level", DataType::UInt32, true),
    ]))
});

#[async_trait]
impl Source for ClientStream {
    fn schema(&self) -> SchemaRef {
        SCHEMA.clone()
    }

    fn key_column(&self) -> &str {
        "key"
    }

    async fn count(&self) -> Result<Option<u64>, SourceError> {
        let count = async { self.0.read().await?.clients().count().await };
        count.await.map(Some).map_err(unreadable)
    }

    async fn after(&self, key: Option<&str>, limit: usize) -> Result<RecordBatch, SourceError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let clients = async { self.0.read().await?.clients().after(key, limit).await };
        in_columns(&clients.await.map_err(unreadable)?)
    }

    async fn with_keys(&self, keys: &[String]) -> Result<RecordBatch, SourceError> {
        let clients = async {
            let mut tx = self.0.read().await?;
            let mut clients = tx.clients().find_many(keys).await?;
            let archived = tx.clients().archived(keys).await?;
            clients.retain(|client| !archived.contains(&client.key));
            Ok(clients)
        };
        in_columns(&clients.await.map_err(unreadable)?)
    }
}

fn in_columns(clients: &[Client]) -> Result<RecordBatch, SourceError> {
    let batch = || -> Result<RecordBatch, ArrowError> {
        let mut decoder = ReaderBuilder::new(SCHEMA.clone()).with_batch_size(clients.len().max(1)).build_decoder()?;
        decoder.serialize(clients)?;
        Ok(decoder.flush()?.unwrap_or_else(|| RecordBatch::new_empty(SCHEMA.clone())))
    };
    batch().map_err(|cause| SourceError { stream: CLIENTS_STREAM.to_owned(), cause: Box::new(cause) })
}

fn unreadable(cause: StoreError) -> SourceError {
    SourceError { stream: CLIENTS_STREAM.to_owned(), cause: Box::new(cause) }
}
