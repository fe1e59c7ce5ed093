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

/// What a process was told to fail at.
#[derive(Debug, Default)]
pub(super) struct Failures {
    dead: bool,
    commits: Option<(usize, CommitFailure)>,
}

impl Failures {
    pub(super) fn fail_commit(&mut self, passes: usize, failure: CommitFailure) {
        self.commits = Some((passes, failure));
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

    /// Counts a commit; how it fails, if it does.
    pub(super) fn next_commit(&mut self) -> Option<CommitFailure> {
        let (passes, failure) = self.commits.as_mut()?;
        if *passes > 0 {
            *passes -= 1;
            return None;
        }
        let failure = *failure;
        self.commits = None;
        Some(failure)
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
