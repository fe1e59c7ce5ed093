//! A transaction: a copy of the state, put in place of the committed one or thrown away.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::OwnedMutexGuard;

use super::MemoryStore;
use super::allowances::MemoryAllowances;
use super::api_keys::MemoryApiKeys;
use super::audit::MemoryAudit;
use super::clients::MemoryClients;
use super::connections::MemoryConnections;
use super::due::MemoryDue;
use super::failures::{CommitFailure, MemoryError};
use super::housekeeping::MemoryHousekeeping;
use super::idempotent_answers::MemoryIdempotency;
use super::installation::MemoryInstallation;
use super::invitations::MemoryInvitations;
use super::journal::MemoryJournal;
use super::leases::MemoryLeases;
use super::links::MemoryLinks;
use super::outbox::MemoryOutbox;
use super::outcomes::MemoryOutcomes;
use super::people::MemoryPeople;
use super::person_sessions::MemoryPersonSessions;
use super::runs::MemoryRuns;
use super::secrets::MemorySecrets;
use super::services::MemoryServices;
use super::sessions::MemorySessions;
use super::sign_ins::MemorySignIns;
use super::state::State;
use super::syncs::MemorySyncs;
use super::throttles::MemoryThrottles;
use super::timelines::MemoryTimelines;
use super::verifications::MemoryVerifications;
use crate::{
    AllowanceRepository, ApiKeyRepository, AuditRepository, ClientRepository, ConnectionRepository, DueRepository,
    HousekeepingRepository, IdempotencyRepository, InstallationRepository, InvitationRepository, JournalRepository,
    LeaseRepository, LinkRepository, OutboxRepository, OutcomeRepository, PersonRepository, PersonSessionRepository,
    RunRepository, SecretRepository, ServiceRepository, SessionRepository, SignInAttemptRepository, StoreError,
    SyncRepository, ThrottleRepository, TimelineRepository, Transaction, VerificationRepository,
};

pub(super) struct MemoryTransaction {
    store: MemoryStore,
    view: View,
}

enum View {
    Reading(Arc<State>),
    Writing { state: Box<State>, _turn: OwnedMutexGuard<()> },
}

impl MemoryTransaction {
    pub(super) fn reading(store: MemoryStore, state: Arc<State>) -> Self {
        Self { store, view: View::Reading(state) }
    }

    pub(super) fn writing(store: MemoryStore, state: State, turn: OwnedMutexGuard<()>) -> Self {
        Self { store, view: View::Writing { state: Box::new(state), _turn: turn } }
    }

    /// The state this transaction sees.
    pub(super) fn seen(&self, operation: &'static str) -> Result<&State, StoreError> {
        self.store.is_alive(operation)?;
        Ok(match &self.view {
            View::Reading(state) => state,
            View::Writing { state, .. } => state,
        })
    }

    /// The state this transaction may change.
    pub(super) fn changed(&mut self, operation: &'static str) -> Result<&mut State, StoreError> {
        self.store.is_alive(operation)?;
        match &mut self.view {
            View::Reading(_) => Err(MemoryError::ReadOnly.during(operation)),
            View::Writing { state, .. } => Ok(state),
        }
    }
}

#[async_trait]
impl Transaction for MemoryTransaction {
    fn installation(&mut self) -> Box<dyn InstallationRepository + '_> {
        Box::new(MemoryInstallation(self))
    }

    fn connections(&mut self) -> Box<dyn ConnectionRepository + '_> {
        Box::new(MemoryConnections(self))
    }

    fn allowances(&mut self) -> Box<dyn AllowanceRepository + '_> {
        Box::new(MemoryAllowances(self))
    }

    fn secrets(&mut self) -> Box<dyn SecretRepository + '_> {
        Box::new(MemorySecrets(self))
    }

    fn sessions(&mut self) -> Box<dyn SessionRepository + '_> {
        Box::new(MemorySessions(self))
    }

    fn clients(&mut self) -> Box<dyn ClientRepository + '_> {
        Box::new(MemoryClients(self))
    }

    fn outbox(&mut self) -> Box<dyn OutboxRepository + '_> {
        Box::new(MemoryOutbox(self))
    }

    fn syncs(&mut self) -> Box<dyn SyncRepository + '_> {
        Box::new(MemorySyncs(self))
    }

    fn due(&mut self) -> Box<dyn DueRepository + '_> {
        Box::new(MemoryDue(self))
    }

    fn links(&mut self) -> Box<dyn LinkRepository + '_> {
        Box::new(MemoryLinks(self))
    }

    fn runs(&mut self) -> Box<dyn RunRepository + '_> {
        Box::new(MemoryRuns(self))
    }

    fn outcomes(&mut self) -> Box<dyn OutcomeRepository + '_> {
        Box::new(MemoryOutcomes(self))
    }

    fn journal(&mut self) -> Box<dyn JournalRepository + '_> {
        Box::new(MemoryJournal(self))
    }

    fn leases(&mut self) -> Box<dyn LeaseRepository + '_> {
        Box::new(MemoryLeases(self))
    }

    fn verifications(&mut self) -> Box<dyn VerificationRepository + '_> {
        Box::new(MemoryVerifications(self))
    }

    fn timelines(&mut self) -> Box<dyn TimelineRepository + '_> {
        Box::new(MemoryTimelines(self))
    }

    fn housekeeping(&mut self) -> Box<dyn HousekeepingRepository + '_> {
        Box::new(MemoryHousekeeping(self))
    }

    fn api_keys(&mut self) -> Box<dyn ApiKeyRepository + '_> {
        Box::new(MemoryApiKeys(self))
    }

    fn audit(&mut self) -> Box<dyn AuditRepository + '_> {
        Box::new(MemoryAudit(self))
    }

    fn idempotent_answers(&mut self) -> Box<dyn IdempotencyRepository + '_> {
        Box::new(MemoryIdempotency(self))
    }

    fn invitations(&mut self) -> Box<dyn InvitationRepository + '_> {
        Box::new(MemoryInvitations(self))
    }

    fn people(&mut self) -> Box<dyn PersonRepository + '_> {
        Box::new(MemoryPeople(self))
    }

    fn person_sessions(&mut self) -> Box<dyn PersonSessionRepository + '_> {
        Box::new(MemoryPersonSessions(self))
    }

    fn services(&mut self) -> Box<dyn ServiceRepository + '_> {
        Box::new(MemoryServices(self))
    }

    fn sign_ins(&mut self) -> Box<dyn SignInAttemptRepository + '_> {
        Box::new(MemorySignIns(self))
    }

    fn throttles(&mut self) -> Box<dyn ThrottleRepository + '_> {
        Box::new(MemoryThrottles(self))
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        const OPERATION: &str = "commit";
        self.store.is_alive(OPERATION)?;
        let View::Writing { state, _turn } = self.view else { return Ok(()) };
        let failure = self.store.failures().next_commit();
        if failure != Some(CommitFailure::Lost) {
            *self.store.committed() = Arc::new(*state);
        }
        if failure.is_some() { Err(MemoryError::Scripted.during(OPERATION)) } else { Ok(()) }
    }
}
