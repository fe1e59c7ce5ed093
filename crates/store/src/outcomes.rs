//! What happened to each row in a run.

use async_trait::async_trait;
use salesbridge_model::{OutcomeKind, Page, PageRequest, RecordOutcome, RunId};

use crate::StoreError;
use crate::paging::{ByKey, Order};

/// Which outcomes are wanted, and in which order. Empty finds all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutcomeFilter {
    /// Only this kind.
    pub kind: Option<OutcomeKind>,
    /// Of the row with this key.
    pub key: Option<String>,
    /// With this code.
    pub code: Option<String>,
    /// In which order.
    pub order: Order<ByKey>,
}

impl OutcomeFilter {
    /// All of one kind.
    pub fn of(kind: OutcomeKind) -> Self {
        Self { kind: Some(kind), ..Self::default() }
    }

    /// For implementations: whether an outcome passes.
    pub fn wants(&self, outcome: &RecordOutcome) -> bool {
        self.kind.is_none_or(|kind| outcome.kind == kind)
            && self.key.as_ref().is_none_or(|key| outcome.source_key == *key)
            && self.code.as_ref().is_none_or(|code| outcome.code.as_ref() == Some(code))
    }
}

/// What happened to each row in a run: one outcome per row, the latest. Rows without a change have none.
#[async_trait]
pub trait OutcomeRepository: Send {
    /// Stores outcomes by (run, source key); for each, the kind it replaced, or `None` when the row had none.
    async fn record(&mut self, outcomes: &[RecordOutcome]) -> Result<Vec<Option<OutcomeKind>>, StoreError>;

    /// Those of the keys that have an outcome in the run.
    async fn recorded(&mut self, run: RunId, keys: &[String]) -> Result<Vec<String>, StoreError>;

    /// A page of a run's outcomes that pass the filter, by key.
    async fn list(
        &mut self,
        run: RunId,
        filter: &OutcomeFilter,
        page: &PageRequest,
    ) -> Result<Page<RecordOutcome>, StoreError>;
}
