//! What is remembered: one trait per noun, handed out by a transaction, and the suite every implementation passes.
//!
//! It knows no SQL and no policy. A missing row is `Ok(None)`; only a use case knows whether that is an error.

mod allowances;
mod api_keys;
pub mod archive;
mod audit;
mod clients;
pub mod conformance;
mod connections;
mod due;
mod error;
mod housekeeping;
mod idempotent_answers;
mod installation;
pub mod intent_rows;
mod invitations;
mod journal;
mod leases;
mod links;
mod machine;
pub mod memory;
mod outbox;
mod outcomes;
pub mod paging;
mod people;
mod person_sessions;
mod runs;
mod secrets;
mod services;
mod sessions;
mod sign_ins;
pub mod stored;
mod syncs;
mod throttles;
mod timelines;
mod verifications;

pub use allowances::{Allowance, AllowanceRepository};
pub use api_keys::{ApiKeyField, ApiKeyFilter, ApiKeyRepository};
pub use audit::{AuditField, AuditFilter, AuditRepository};
pub use clients::{ClientFilter, ClientRepository, Saved, erased_target, told_of};
pub use connections::{ConnectionField, ConnectionFilter, ConnectionRepository};
pub use due::{DueCounts, DueFilter, DueRepository, DueRow, DueState, LONGEST_PAUSE};
pub use error::StoreError;
pub use housekeeping::{HousekeepingRepository, TableSize};
pub use idempotent_answers::{IdempotencyRepository, IdempotentAnswer, IdempotentRequest};
pub use installation::InstallationRepository;
pub use invitations::InvitationRepository;
pub use journal::{IntentRow, JournalEntry, JournalRepository};
pub use leases::LeaseRepository;
pub use links::LinkRepository;
pub use machine::MachineTrouble;
pub use outbox::{OutboxEntry, OutboxRepository};
pub use outcomes::{OutcomeFilter, OutcomeRepository};
pub use paging::{ByKey, Order, Sees, SortField, UnknownOrder};
pub use people::{PersonField, PersonFilter, PersonRepository};
pub use person_sessions::{PersonSessionField, PersonSessionFilter, PersonSessionRepository};
pub use runs::{RunField, RunFilter, RunRepository};
pub use secrets::{SecretOwner, SecretRepository};
pub use services::ServiceRepository;
pub use sessions::{SessionRepository, StoredSession};
pub use sign_ins::{SignInAttemptRepository, StoredSignIn};
pub use syncs::{SyncField, SyncFilter, SyncRepository};
pub use throttles::{SignInThrottle, ThrottleRepository};
pub use timelines::{TIMELINE_BATCHES, TimelineBatch, TimelineRepository};
pub use verifications::{Verification, VerificationRepository, VerificationState};

use async_trait::async_trait;

/// The hub's memory.
///
/// Durability: when [`Transaction::commit`] of a [`Store::write`] returned `Ok`, its changes survive the loss of the process and of power.
/// Isolation: write transactions are serialized; a read transaction sees one committed state from its first statement to its end.
/// Fidelity: texts come back byte for byte; instants are kept to the microsecond. Keys are neither empty nor hold U+0000, which no
/// PostgreSQL text can; lists ordered by a text are ordered by its bytes. Lists of keys may be long and may repeat a key.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// A transaction that only reads. Writing through it is an error.
    async fn read(&self) -> Result<Box<dyn Transaction>, StoreError>;

    /// A transaction that may write. There is one at a time, so nothing slow (no network call) happens inside it.
    async fn write(&self) -> Result<Box<dyn Transaction>, StoreError>;
}

/// Hands out the repositories. Dropped without [`Transaction::commit`], it leaves no trace. After an error in a write transaction drop
/// it: whether it could still be committed differs between databases.
#[async_trait]
pub trait Transaction: Send {
    /// This installation.
    fn installation(&mut self) -> Box<dyn InstallationRepository + '_>;
    /// Connections.
    fn connections(&mut self) -> Box<dyn ConnectionRepository + '_>;
    /// Calls that connections may make.
    fn allowances(&mut self) -> Box<dyn AllowanceRepository + '_>;
    /// Connected services.
    fn services(&mut self) -> Box<dyn ServiceRepository + '_>;
    /// Sealed secrets of connections and services.
    fn secrets(&mut self) -> Box<dyn SecretRepository + '_>;
    /// Sessions that processes share.
    fn sessions(&mut self) -> Box<dyn SessionRepository + '_>;
    /// Sign-ins to other systems that were begun.
    fn sign_ins(&mut self) -> Box<dyn SignInAttemptRepository + '_>;
    /// The client directory.
    fn clients(&mut self) -> Box<dyn ClientRepository + '_>;
    /// Changes of our own streams, in order.
    fn outbox(&mut self) -> Box<dyn OutboxRepository + '_>;
    /// Syncs.
    fn syncs(&mut self) -> Box<dyn SyncRepository + '_>;
    /// Rows that are to be sent, or wait.
    fn due(&mut self) -> Box<dyn DueRepository + '_>;
    /// Source row ↔ record.
    fn links(&mut self) -> Box<dyn LinkRepository + '_>;
    /// Runs.
    fn runs(&mut self) -> Box<dyn RunRepository + '_>;
    /// What happened to each row in a run.
    fn outcomes(&mut self) -> Box<dyn OutcomeRepository + '_>;
    /// Writes that were prepared and are not settled.
    fn journal(&mut self) -> Box<dyn JournalRepository + '_>;
    /// Which process does what.
    fn leases(&mut self) -> Box<dyn LeaseRepository + '_>;

    /// What syncs have to find again after a restore.
    fn verifications(&mut self) -> Box<dyn VerificationRepository + '_>;
    /// What runs did, batch by batch.
    fn timelines(&mut self) -> Box<dyn TimelineRepository + '_>;
    /// Removing what is too old.
    fn housekeeping(&mut self) -> Box<dyn HousekeepingRepository + '_>;

    /// People and their grants.
    fn people(&mut self) -> Box<dyn PersonRepository + '_>;
    /// People who have signed in.
    fn person_sessions(&mut self) -> Box<dyn PersonSessionRepository + '_>;
    /// API keys.
    fn api_keys(&mut self) -> Box<dyn ApiKeyRepository + '_>;
    /// One-time links.
    fn invitations(&mut self) -> Box<dyn InvitationRepository + '_>;
    /// Failed sign-ins.
    fn throttles(&mut self) -> Box<dyn ThrottleRepository + '_>;
    /// What was done, by whom.
    fn audit(&mut self) -> Box<dyn AuditRepository + '_>;
    /// Answers to requests that may be sent twice.
    fn idempotent_answers(&mut self) -> Box<dyn IdempotencyRepository + '_>;

    /// Makes the changes durable.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}
