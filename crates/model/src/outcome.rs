//! What happened to one source row in a run.

use crate::{RunId, Timestamp};

/// What happened to one source row in a run. `unchanged` rows are counted, and listed only when there is something to say of
/// them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct RecordOutcome {
    /// The run.
    pub run_id: RunId,
    /// The source row's key.
    pub source_key: String,
    /// What happened.
    pub kind: OutcomeKind,
    /// The record it stands for, when known.
    pub record_id: Option<String>,
    /// Salesforce's own code, or ours when we refused before sending.
    pub code: Option<String>,
    /// Salesforce's own message, or ours.
    pub message: Option<String>,
    /// API names of the fields the message is about.
    #[serde(default)]
    pub fields: Vec<String>,
    /// The one thing to do next.
    pub remedy: Option<String>,
    /// When it was settled.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// The ways a row can end in a run.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// A record was made.
    Created,
    /// Its record was changed.
    Updated,
    /// Nothing differed from what was confirmed.
    Unchanged,
    /// Salesforce or our own check said no; the row stays due.
    Refused,
    /// Put off; tried again by itself.
    Deferred,
    /// A record may or may not have been made; a person decides.
    Uncertain,
}

impl OutcomeKind {
    /// The word used in the store, the API and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            OutcomeKind::Created => "created",
            OutcomeKind::Updated => "updated",
            OutcomeKind::Unchanged => "unchanged",
            OutcomeKind::Refused => "refused",
            OutcomeKind::Deferred => "deferred",
            OutcomeKind::Uncertain => "uncertain",
        }
    }
}
