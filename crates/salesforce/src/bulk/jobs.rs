//! What a job is and how far it can be.

use crate::ApiFault;

/// The id of a job. Salesforce remembers finished jobs for seven days.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct JobId(pub(super) String);

impl std::fmt::Display for JobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a job does with the rows of its file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IngestOperation {
    /// A record is made for every row.
    Insert,
    /// Records are changed; the file has a column `Id`.
    Update,
    /// Records are made or changed by a key.
    Upsert {
        /// API name of the external-id field; the file has it as a column.
        external_id_field: String,
    },
    /// Records are put into the Recycle Bin; the file has the column `Id` and no other.
    Delete,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// It waits for its file: nothing has been written.
    Open,
    /// It is queued.
    UploadComplete,
    /// Rows are being written.
    InProgress,
    /// It ran to its end, which says nothing about its rows.
    JobComplete,
    /// It ended early; rows written before stay written.
    Failed,
    /// Somebody ended it; rows written before stay written.
    Aborted,
}

impl JobState {
    /// Whether nothing happens to the job any more, so that its results can be read.
    pub fn is_final(self) -> bool {
        match self {
            JobState::Open | JobState::UploadComplete | JobState::InProgress => false,
            JobState::JobComplete | JobState::Failed | JobState::Aborted => true,
        }
    }
}

/// What Salesforce says of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobInfo {
    /// Its id.
    pub id: JobId,
    /// How far it is.
    pub state: JobState,
    /// Rows that were looked at so far, refused ones included; for a query, rows that were found.
    pub processed: u64,
    /// Rows among them that were refused.
    pub failed: u64,
    /// Why it failed as a whole.
    pub fault: Option<ApiFault>,
}
