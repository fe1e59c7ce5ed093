//! A store in memory, for tests: as strict as a database, as fast as a map, and it fails when it is told to.
//!
//! Nothing of it survives the process. What a test calls a process here is a handle: one may die, and another, opened on the same
//! [`MemoryStore`], finds what was committed.

mod allowances;
mod api_keys;
mod audit;
mod clients;
mod connections;
mod due;
mod failures;
mod housekeeping;
mod idempotent_answers;
mod installation;
mod invitations;
mod journal;
mod leases;
mod links;
mod outbox;
mod outcomes;
mod paging;
mod people;
mod person_sessions;
mod runs;
mod secrets;
mod services;
mod sessions;
mod sign_ins;
mod state;
mod syncs;
mod table;
mod throttles;
mod timelines;
mod transaction;
mod verifications;

pub use failures::CommitFailure;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use self::failures::{Failures, MemoryError};
use self::state::State;
use self::transaction::MemoryTransaction;
use crate::{Store, StoreError, Transaction};

/// A store in memory. Cloning shares the state and the fate of the process; [`MemoryStore::reopen`] shares the state alone.
#[derive(Clone, Default)]
pub struct MemoryStore {
    shared: Arc<Shared>,
    process: Arc<Mutex<Failures>>,
}

/// What all processes see.
#[derive(Debug, Default)]
struct Shared {
    committed: Mutex<Arc<State>>,
    /// Held by the one transaction that writes.
    writer: Arc<tokio::sync::Mutex<()>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same store in another process, which lives, and of which nothing is scripted. Transactions of this one stay what they are.
    pub fn reopen(&self) -> Self {
        Self { shared: self.shared.clone(), process: Arc::default() }
    }

    /// Lets the commit after `passes` more ones fail, once.
    pub fn fail_commit(&self, passes: usize, failure: CommitFailure) {
        let mut passes = Some(passes);
        self.decide_commits(move || match passes {
            Some(0) => {
                passes = None;
                Some(failure)
            }
            _ => {
                passes = passes.map(|passes| passes - 1);
                None
            }
        });
    }

    /// Asks of every commit from now on whether and how it fails.
    pub fn decide_commits(&self, decide: impl FnMut() -> Option<CommitFailure> + Send + 'static) {
        self.failures().decide_commits(Box::new(decide));
    }

    /// Lets no commit fail any more.
    pub fn forget_script(&self) {
        self.failures().forget_script();
    }

    /// The process dies here: everything it asks of the store from now on fails. What was committed stays.
    pub fn die(&self) {
        self.failures().die();
    }

    fn failures(&self) -> MutexGuard<'_, Failures> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_alive(&self, operation: &'static str) -> Result<(), StoreError> {
        if self.failures().is_dead() { Err(MemoryError::Dead.during(operation)) } else { Ok(()) }
    }

    fn committed(&self) -> MutexGuard<'_, Arc<State>> {
        self.shared.committed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn read(&self) -> Result<Box<dyn Transaction>, StoreError> {
        self.is_alive("read")?;
        let state = self.committed().clone();
        Ok(Box::new(MemoryTransaction::reading(self.clone(), state)))
    }

    async fn write(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let turn = self.shared.writer.clone().lock_owned().await;
        self.is_alive("write")?;
        let state = State::clone(&self.committed());
        Ok(Box::new(MemoryTransaction::writing(self.clone(), state, turn)))
    }
}
