//! What rows are read from.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use async_trait::async_trait;

/// One stream, opened for reading.
///
/// Order: [`Source::after`] gives rows in the byte order of their keys, each key once. A row that exists during a whole pass is given in that pass; one
/// that is added or changed meanwhile may be missed by it and is then announced by the stream's changes.
/// Durability: a row that was given is committed at the source.
#[async_trait]
pub trait Source: Send + Sync {
    /// The columns. Every batch has exactly these.
    fn schema(&self) -> SchemaRef;

    /// The column that holds the primary key; a text, never null.
    fn key_column(&self) -> &str;

    /// How many rows there are, when the source can tell cheaply.
    async fn count(&self) -> Result<Option<u64>, SourceError>;

    /// The first `limit` rows whose key is greater than `key`; an empty batch at the end.
    async fn after(&self, key: Option<&str>, limit: usize) -> Result<RecordBatch, SourceError>;

    /// The rows with these keys; keys that do not exist are left out.
    async fn with_keys(&self, keys: &[String]) -> Result<RecordBatch, SourceError>;
}

/// A source could not be read.
#[derive(Debug, thiserror::Error)]
#[error("could not read the stream `{stream}`")]
pub struct SourceError {
    /// The stream.
    pub stream: String,
    /// Why.
    #[source]
    pub cause: Box<dyn std::error::Error + Send + Sync>,
}
