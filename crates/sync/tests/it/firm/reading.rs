//! What the firm sends of its clients, and the stream it is read from: clients may change between two reads.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use async_trait::async_trait;
use salesbridge_connector_kit::{Source, SourceError};
use salesbridge_model::{Client, Constant, MappingLine, WhenEmpty, WriteWhen};
use salesbridge_store::Store;

use super::town::Town;
use crate::client_rows::ClientRows;
use crate::samples::line;

/// Last name (else `Undefined`), Company (on create only; what a record is recognised by), first name, e-mail (cleared when empty).
pub(super) fn lines() -> Vec<MappingLine> {
    vec![
        MappingLine { default: Some(Constant::Text("Undefined".into())), ..line("LastName", "last_name") },
        MappingLine { when: WriteWhen::OnCreateOnly, ..line("Company", "status") },
        line("FirstName", "first_name"),
        MappingLine { when_empty: WhenEmpty::Clear, ..line("Email", "email") },
    ]
}

/// What a record is to hold; a field that is not among them is left alone.
pub(super) fn expected(client: &Client) -> [(&'static str, Option<String>); 2] {
    let last_name = client.last_name.clone().filter(|name| !name.trim().is_empty());
    [("LastName", last_name.or_else(|| Some("Undefined".to_owned()))), ("Email", client.email.clone())]
}

/// The stream of clients, as a process reads it.
pub(super) struct Reading {
    town: Arc<Town>,
    rows: ClientRows,
}

impl Reading {
    pub(super) fn new(town: Arc<Town>, store: Arc<dyn Store>) -> Self {
        Self { town, rows: ClientRows(store) }
    }
}

#[async_trait]
impl Source for Reading {
    fn schema(&self) -> SchemaRef {
        self.rows.schema()
    }

    fn key_column(&self) -> &str {
        self.rows.key_column()
    }

    async fn count(&self) -> Result<Option<u64>, SourceError> {
        self.rows.count().await
    }

    async fn after(&self, key: Option<&str>, limit: usize) -> Result<RecordBatch, SourceError> {
        self.town.something_happens_meanwhile(50).await;
        self.rows.after(key, limit).await
    }

    async fn with_keys(&self, keys: &[String]) -> Result<RecordBatch, SourceError> {
        self.town.something_happens_meanwhile(50).await;
        self.rows.with_keys(keys).await
    }
}
