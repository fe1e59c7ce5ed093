//! How the engine itself can fail. What the other side refuses is not among it: that is an outcome.

use salesbridge_connector_kit::SourceError;
use salesbridge_store::StoreError;

/// How the engine itself can fail. What it did before is stored; it may be asked to advance again.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The hub's own store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// Another process has the right to write for the sync now; it goes on with it.
    #[error("another process goes on with the sync")]
    LeaseLost,
    /// The stream could not be read.
    #[error("the stream could not be read")]
    Source(#[from] SourceError),
}
