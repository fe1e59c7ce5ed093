//! What happened to each row in a run.

use async_trait::async_trait;
use salesbridge_model::{OutcomeKind, Page, PageRequest, RecordOutcome, RunId};

use crate::StoreError;

/// Which outcomes are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutcomeFilter {
    /// Only this kind.
    pub kind: Option<OutcomeKind>,
}

/// What happened to each row in a run: one outcome per row, the latest. Rows without a change have none.
#[async_trait]
pub trait OutcomeRepository: Send {
    /// Stores outcomes by (run, source key); for each, the kind it replaced, or `None` when the row had none.
    async fn record(&mut self, outcomes: &[RecordOutcome]) -> Result<Vec<Option<OutcomeKind>>, StoreError>;

    /// Those of the keys that have an outcome in the run.
    async fn recorded(&mut self, run: RunId, keys: &[String]) -> Result<Vec<String>, StoreError>;

    /// A page of a run's outcomes, by key.
    async fn list(
        &mut self,
        run: RunId,
        filter: &OutcomeFilter,
        page: &PageRequest,
    ) -> Result<Page<RecordOutcome>, StoreError>;
}
