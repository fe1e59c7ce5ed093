//! A transaction on one connection. Dropping it queues a rollback before the connection is used again.

use async_trait::async_trait;
use salesbridge_store::{
    AllowanceRepository, ApiKeyRepository, AuditRepository, ClientRepository, ConnectionRepository, DueRepository,
    HousekeepingRepository, IdempotencyRepository, InstallationRepository, InvitationRepository, JournalRepository,
    LeaseRepository, LinkRepository, OutboxRepository, OutcomeRepository, PersonRepository, PersonSessionRepository,
    RunRepository, SecretRepository, ServiceRepository, SessionRepository, SignInAttemptRepository, StoreError,
    SyncRepository, ThrottleRepository, TimelineRepository, Transaction, VerificationRepository,
};
use sqlx::Postgres;

use crate::allowances::PostgresAllowances;
use crate::api_keys::PostgresApiKeys;
use crate::audit::PostgresAudit;
use crate::clients::PostgresClients;
use crate::connections::PgConnections;
use crate::due::PostgresDue;
use crate::failure::failed;
use crate::housekeeping::PostgresHousekeeping;
use crate::idempotent_answers::PostgresIdempotency;
use crate::installation::PostgresInstallation;
use crate::invitations::PostgresInvitations;
use crate::journal::PostgresJournal;
use crate::leases::PostgresLeases;
use crate::links::PostgresLinks;
use crate::outbox::PostgresOutbox;
use crate::outcomes::PostgresOutcomes;
use crate::people::PostgresPeople;
use crate::person_sessions::PostgresPersonSessions;
use crate::runs::PostgresRuns;
use crate::secrets::PostgresSecrets;
use crate::services::PostgresServices;
use crate::sessions::PostgresSessions;
use crate::sign_ins::PostgresSignIns;
use crate::syncs::PostgresSyncs;
use crate::throttles::PostgresThrottles;
use crate::timelines::PostgresTimelines;
use crate::verifications::PostgresVerifications;

pub(crate) struct PostgresTransaction {
    inner: sqlx::Transaction<'static, Postgres>,
}

impl PostgresTransaction {
    pub(crate) fn new(inner: sqlx::Transaction<'static, Postgres>) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl Transaction for PostgresTransaction {
    fn installation(&mut self) -> Box<dyn InstallationRepository + '_> {
        Box::new(PostgresInstallation(&mut self.inner))
    }

    fn connections(&mut self) -> Box<dyn ConnectionRepository + '_> {
        Box::new(PgConnections(&mut self.inner))
    }

    fn allowances(&mut self) -> Box<dyn AllowanceRepository + '_> {
        Box::new(PostgresAllowances(&mut self.inner))
    }

    fn secrets(&mut self) -> Box<dyn SecretRepository + '_> {
        Box::new(PostgresSecrets(&mut self.inner))
    }

    fn sessions(&mut self) -> Box<dyn SessionRepository + '_> {
        Box::new(PostgresSessions(&mut self.inner))
    }

    fn clients(&mut self) -> Box<dyn ClientRepository + '_> {
        Box::new(PostgresClients(&mut self.inner))
    }

    fn outbox(&mut self) -> Box<dyn OutboxRepository + '_> {
        Box::new(PostgresOutbox(&mut self.inner))
    }

    fn syncs(&mut self) -> Box<dyn SyncRepository + '_> {
        Box::new(PostgresSyncs(&mut self.inner))
    }

    fn due(&mut self) -> Box<dyn DueRepository + '_> {
        Box::new(PostgresDue(&mut self.inner))
    }

    fn links(&mut self) -> Box<dyn LinkRepository + '_> {
        Box::new(PostgresLinks(&mut self.inner))
    }

    fn runs(&mut self) -> Box<dyn RunRepository + '_> {
        Box::new(PostgresRuns(&mut self.inner))
    }

    fn outcomes(&mut self) -> Box<dyn OutcomeRepository + '_> {
        Box::new(PostgresOutcomes(&mut self.inner))
    }

    fn journal(&mut self) -> Box<dyn JournalRepository + '_> {
        Box::new(PostgresJournal(&mut self.inner))
    }

    fn leases(&mut self) -> Box<dyn LeaseRepository + '_> {
        Box::new(PostgresLeases(&mut self.inner))
    }

    fn verifications(&mut self) -> Box<dyn VerificationRepository + '_> {
        Box::new(PostgresVerifications(&mut self.inner))
    }

    fn timelines(&mut self) -> Box<dyn TimelineRepository + '_> {
        Box::new(PostgresTimelines(&mut self.inner))
    }

    fn housekeeping(&mut self) -> Box<dyn HousekeepingRepository + '_> {
        Box::new(PostgresHousekeeping(&mut self.inner))
    }

    fn api_keys(&mut self) -> Box<dyn ApiKeyRepository + '_> {
        Box::new(PostgresApiKeys(&mut self.inner))
    }

    fn audit(&mut self) -> Box<dyn AuditRepository + '_> {
        Box::new(PostgresAudit(&mut self.inner))
    }

    fn idempotent_answers(&mut self) -> Box<dyn IdempotencyRepository + '_> {
        Box::new(PostgresIdempotency(&mut self.inner))
    }

    fn invitations(&mut self) -> Box<dyn InvitationRepository + '_> {
        Box::new(PostgresInvitations(&mut self.inner))
    }

    fn people(&mut self) -> Box<dyn PersonRepository + '_> {
        Box::new(PostgresPeople(&mut self.inner))
    }

    fn person_sessions(&mut self) -> Box<dyn PersonSessionRepository + '_> {
        Box::new(PostgresPersonSessions(&mut self.inner))
    }

    fn services(&mut self) -> Box<dyn ServiceRepository + '_> {
        Box::new(PostgresServices(&mut self.inner))
    }

    fn sign_ins(&mut self) -> Box<dyn SignInAttemptRepository + '_> {
        Box::new(PostgresSignIns(&mut self.inner))
    }

    fn throttles(&mut self) -> Box<dyn ThrottleRepository + '_> {
        Box::new(PostgresThrottles(&mut self.inner))
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.inner.commit().await.map_err(failed("commit"))
    }
}
