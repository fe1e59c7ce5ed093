//! A transaction on one connection. Dropping it queues a rollback before the connection is used again.

use async_trait::async_trait;
use salesbridge_store::{
    AllowanceRepository, ApiKeyRepository, AuditRepository, ClientRepository, ConnectionRepository, DueRepository,
    HousekeepingRepository, IdempotencyRepository, InstallationRepository, InvitationRepository, JournalRepository,
    LeaseRepository, LinkRepository, OutboxRepository, OutcomeRepository, PersonRepository, PersonSessionRepository,
    RunRepository, SecretRepository, ServiceRepository, SessionRepository, SignInAttemptRepository, StoreError,
    SyncRepository, ThrottleRepository, TimelineRepository, Transaction, VerificationRepository,
};
use sqlx::Sqlite;

use crate::allowances::SqliteAllowances;
use crate::api_keys::SqliteApiKeys;
use crate::audit::SqliteAudit;
use crate::clients::SqliteClients;
use crate::connections::SqliteConnections;
use crate::due::SqliteDue;
use crate::failure::failed;
use crate::housekeeping::SqliteHousekeeping;
use crate::idempotent_answers::SqliteIdempotency;
use crate::installation::SqliteInstallation;
use crate::invitations::SqliteInvitations;
use crate::journal::SqliteJournal;
use crate::leases::SqliteLeases;
use crate::links::SqliteLinks;
use crate::outbox::SqliteOutbox;
use crate::outcomes::SqliteOutcomes;
use crate::people::SqlitePeople;
use crate::person_sessions::SqlitePersonSessions;
use crate::runs::SqliteRuns;
use crate::secrets::SqliteSecrets;
use crate::services::SqliteServices;
use crate::sessions::SqliteSessions;
use crate::sign_ins::SqliteSignIns;
use crate::syncs::SqliteSyncs;
use crate::throttles::SqliteThrottles;
use crate::timelines::SqliteTimelines;
use crate::verifications::SqliteVerifications;

pub(crate) struct SqliteTransaction {
    inner: sqlx::Transaction<'static, Sqlite>,
}

impl SqliteTransaction {
    pub(crate) fn new(inner: sqlx::Transaction<'static, Sqlite>) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl Transaction for SqliteTransaction {
    fn installation(&mut self) -> Box<dyn InstallationRepository + '_> {
        Box::new(SqliteInstallation(&mut self.inner))
    }

    fn connections(&mut self) -> Box<dyn ConnectionRepository + '_> {
        Box::new(SqliteConnections(&mut self.inner))
    }

    fn allowances(&mut self) -> Box<dyn AllowanceRepository + '_> {
        Box::new(SqliteAllowances(&mut self.inner))
    }

    fn secrets(&mut self) -> Box<dyn SecretRepository + '_> {
        Box::new(SqliteSecrets(&mut self.inner))
    }

    fn sessions(&mut self) -> Box<dyn SessionRepository + '_> {
        Box::new(SqliteSessions(&mut self.inner))
    }

    fn clients(&mut self) -> Box<dyn ClientRepository + '_> {
        Box::new(SqliteClients(&mut self.inner))
    }

    fn outbox(&mut self) -> Box<dyn OutboxRepository + '_> {
        Box::new(SqliteOutbox(&mut self.inner))
    }

    fn syncs(&mut self) -> Box<dyn SyncRepository + '_> {
        Box::new(SqliteSyncs(&mut self.inner))
    }

    fn due(&mut self) -> Box<dyn DueRepository + '_> {
        Box::new(SqliteDue(&mut self.inner))
    }

    fn links(&mut self) -> Box<dyn LinkRepository + '_> {
        Box::new(SqliteLinks(&mut self.inner))
    }

    fn runs(&mut self) -> Box<dyn RunRepository + '_> {
        Box::new(SqliteRuns(&mut self.inner))
    }

    fn outcomes(&mut self) -> Box<dyn OutcomeRepository + '_> {
        Box::new(SqliteOutcomes(&mut self.inner))
    }

    fn journal(&mut self) -> Box<dyn JournalRepository + '_> {
        Box::new(SqliteJournal(&mut self.inner))
    }

    fn leases(&mut self) -> Box<dyn LeaseRepository + '_> {
        Box::new(SqliteLeases(&mut self.inner))
    }

    fn verifications(&mut self) -> Box<dyn VerificationRepository + '_> {
        Box::new(SqliteVerifications(&mut self.inner))
    }

    fn timelines(&mut self) -> Box<dyn TimelineRepository + '_> {
        Box::new(SqliteTimelines(&mut self.inner))
    }

    fn housekeeping(&mut self) -> Box<dyn HousekeepingRepository + '_> {
        Box::new(SqliteHousekeeping(&mut self.inner))
    }

    fn api_keys(&mut self) -> Box<dyn ApiKeyRepository + '_> {
        Box::new(SqliteApiKeys(&mut self.inner))
    }

    fn audit(&mut self) -> Box<dyn AuditRepository + '_> {
        Box::new(SqliteAudit(&mut self.inner))
    }

    fn idempotent_answers(&mut self) -> Box<dyn IdempotencyRepository + '_> {
        Box::new(SqliteIdempotency(&mut self.inner))
    }

    fn invitations(&mut self) -> Box<dyn InvitationRepository + '_> {
        Box::new(SqliteInvitations(&mut self.inner))
    }

    fn people(&mut self) -> Box<dyn PersonRepository + '_> {
        Box::new(SqlitePeople(&mut self.inner))
    }

    fn person_sessions(&mut self) -> Box<dyn PersonSessionRepository + '_> {
        Box::new(SqlitePersonSessions(&mut self.inner))
    }

    fn services(&mut self) -> Box<dyn ServiceRepository + '_> {
        Box::new(SqliteServices(&mut self.inner))
    }

    fn sign_ins(&mut self) -> Box<dyn SignInAttemptRepository + '_> {
        Box::new(SqliteSignIns(&mut self.inner))
    }

    fn throttles(&mut self) -> Box<dyn ThrottleRepository + '_> {
        Box::new(SqliteThrottles(&mut self.inner))
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.inner.commit().await.map_err(failed("commit"))
    }
}
