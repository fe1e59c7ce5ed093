//! What a process was told to fail at.

use crate::StoreError;

/// How a commit fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitFailure {
    /// Nothing of it is stored.
    Lost,
    /// All of it is stored, though the caller is told that it failed: as when a database's answer does not arrive.
    Stored,
}

/// Says of each commit whether and how it fails.
type Decision = Box<dyn FnMut() -> Option<CommitFailure> + Send>;

/// What a process was told to fail at.
#[derive(Default)]
pub(super) struct Failures {
    dead: bool,
    commits: Option<Decision>,
}

impl Failures {
    pub(super) fn decide_commits(&mut self, decide: Decision) {
        self.commits = Some(decide);
    }

    pub(super) fn forget_script(&mut self) {
        self.commits = None;
    }

    pub(super) fn die(&mut self) {
        self.dead = true;
    }

    pub(super) fn is_dead(&self) -> bool {
        self.dead
    }

    /// How the commit that is under way fails, if it does.
    pub(super) fn next_commit(&mut self) -> Option<CommitFailure> {
        self.commits.as_mut().and_then(|decide| decide())
    }
}

/// Why a store in memory fails.
#[derive(Debug, thiserror::Error)]
pub(super) enum MemoryError {
    #[error("a read transaction cannot write")]
    ReadOnly,
    #[error("the process is dead")]
    Dead,
    #[error("the commit was to fail")]
    Scripted,
}

impl MemoryError {
    pub(super) fn during(self, operation: &'static str) -> StoreError {
        StoreError::Database { operation, cause: Box::new(self) }
    }
}
