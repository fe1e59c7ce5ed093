//! A run: one execution of a sync.

use crate::{OutcomeKind, RunId, SyncId, Timestamp};

/// One execution of a sync.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Run {
    /// Never changes.
    pub id: RunId,
    /// What it executes.
    pub sync_id: SyncId,
    /// Why it exists.
    pub trigger: RunTrigger,
    /// How far it is.
    pub state: RunState,
    /// Key of the last source row that is settled, in a full run; rows after it are still to be read.
    pub cursor: Option<String>,
    /// Rows by what happened to them; `read` is their sum.
    pub counts: RunCounts,
    /// Calls made to Salesforce.
    pub api_calls: u64,
    /// What stands in the way, when it failed or waits.
    pub problem: Option<RunProblem>,
    /// Mapped fields that were left out because the object does not have them, and rows of which a field was left out or shortened.
    pub warnings: Vec<String>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

/// Why a run exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunTrigger {
    /// Every row of the stream is compared: on enabling, or asked for by a person.
    Full,
    /// Rows that changed, or that are due again.
    Changes,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Asked for, not begun.
    Queued,
    /// Under way, or waiting for a pause to pass; `problem` says so.
    Running,
    /// Every row arrived.
    Completed,
    /// Every row was handled, but some were refused or are uncertain.
    CompletedWithRefusals,
    /// It could not go on.
    Failed,
    /// A person ended it.
    Cancelled,
}

impl RunState {
    /// Whether nothing more will happen in it.
    pub fn is_final(self) -> bool {
        !matches!(self, RunState::Queued | RunState::Running)
    }
}

/// Rows of a run by what happened to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct RunCounts {
    /// Records made.
    pub created: u64,
    /// Records changed.
    pub updated: u64,
    /// Rows without a difference.
    pub unchanged: u64,
    /// Rows refused.
    pub refused: u64,
    /// Rows put off.
    pub deferred: u64,
    /// Rows that wait for a person.
    pub uncertain: u64,
}

impl RunCounts {
    /// Rows read: the sum of all the others.
    pub fn read(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.refused + self.deferred + self.uncertain
    }

    /// The count of one kind, to be changed.
    pub fn of(&mut self, kind: OutcomeKind) -> &mut u64 {
        match kind {
            OutcomeKind::Created => &mut self.created,
            OutcomeKind::Updated => &mut self.updated,
            OutcomeKind::Unchanged => &mut self.unchanged,
            OutcomeKind::Refused => &mut self.refused,
            OutcomeKind::Deferred => &mut self.deferred,
            OutcomeKind::Uncertain => &mut self.uncertain,
        }
    }
}

/// What stands in a run's way.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct RunProblem {
    /// Stable code.
    pub code: String,
    /// What happened.
    pub message: String,
    /// The one thing to do next.
    pub remedy: String,
}
