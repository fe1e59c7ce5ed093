//! The client directory as a stream of text columns; clients that are archived are not in it.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use salesbridge_connector_kit::{Source, SourceError};
use salesbridge_model::Client;
use salesbridge_store::{Store, StoreError};

/// The client directory as a stream of text columns.
pub(crate) struct ClientRows(pub(crate) Arc<dyn Store>);

const COLUMNS: [&str; 5] = ["key", "last_name", "first_name", "email", "status"];

#[async_trait]
impl Source for ClientRows {
    fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(COLUMNS.map(|name| Field::new(name, DataType::Utf8, name != "key")).to_vec()))
    }

    fn key_column(&self) -> &str {
        "key"
    }

    async fn count(&self) -> Result<Option<u64>, SourceError> {
        Ok(None)
    }

    async fn after(&self, key: Option<&str>, limit: usize) -> Result<RecordBatch, SourceError> {
        let clients = async { self.0.read().await?.clients().after(key, limit as u32).await };
        self.rows(clients.await)
    }

    async fn with_keys(&self, keys: &[String]) -> Result<RecordBatch, SourceError> {
        let clients = async {
            let mut tx = self.0.read().await?;
            let mut clients = tx.clients().find_many(keys).await?;
            let archived = tx.clients().archived(keys).await?;
            clients.retain(|client| !archived.contains(&client.key));
            Ok(clients)
        };
        self.rows(clients.await)
    }
}

impl ClientRows {
    fn rows(&self, clients: Result<Vec<Client>, StoreError>) -> Result<RecordBatch, SourceError> {
        let clients = clients.map_err(|cause| SourceError { stream: "clients".into(), cause: Box::new(cause) })?;
        let column = |value: fn(&Client) -> Option<&str>| -> ArrayRef {
            Arc::new(StringArray::from_iter(clients.iter().map(value)))
        };
        let columns = vec![
            column(|client| Some(&client.key)),
            column(|client| client.last_name.as_deref()),
            column(|client| client.first_name.as_deref()),
            column(|client| client.email.as_deref()),
            column(|client| client.status.as_deref()),
        ];
        Ok(RecordBatch::try_new(self.schema(), columns).unwrap())
    }
}
