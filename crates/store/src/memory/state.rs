//! Everything a store in memory holds at one moment.

use salesbridge_model::{
    ApiKey, ApiKeyId, AuditEntry, Client, Connection, ConnectionId, Grant, InstallationId, IntentId, Invitation, Link,
    Person, PersonId, PersonSession, PersonSessionId, RecordOutcome, Run, RunId, Secret, Service, ServiceId,
    SignInAttemptId, Sync, SyncId, Timestamp,
};

use super::table::Table;
use crate::clients::{erased_target, told_of};
use crate::{
    Allowance, DueRow, IdempotentRequest, JournalEntry, OutboxEntry, SecretOwner, SignInThrottle, StoreError,
    StoredSession, StoredSignIn, TimelineBatch, Verification,
};

/// Everything a store in memory holds at one moment. A copy is cheap, and a write to it leaves the original alone.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) installation: Option<InstallationId>,
    pub(super) connections: Table<ConnectionId, Connection>,
    pub(super) data_keys: Table<SecretOwner, Vec<u8>>,
    pub(super) allowances: Table<ConnectionId, Allowance>,
    pub(super) secrets: Table<SecretOwner, Table<String, Vec<u8>>>,
    pub(super) sessions: Table<ConnectionId, StoredSession>,
    pub(super) refreshes: Table<ConnectionId, Refresh>,
    pub(super) services: Table<ServiceId, Service>,
    pub(super) sign_ins: Table<SignInAttemptId, StoredSignIn>,
    pub(super) people: Table<PersonId, StoredPerson>,
    pub(super) grants: Table<(PersonId, ConnectionId), Grant>,
    pub(super) person_sessions: Table<PersonSessionId, Hashed<PersonSession>>,
    pub(super) api_keys: Table<ApiKeyId, Hashed<ApiKey>>,
    pub(super) invitations: Table<Vec<u8>, Invitation>,
    pub(super) throttles: Table<String, SignInThrottle>,
    pub(super) audit: Table<i64, AuditEntry>,
    /// By actor and key.
    pub(super) answers: Table<(String, String), StoredAnswer>,
    pub(super) clients: Table<String, Client>,
    /// Keys of the clients that are archived.
    pub(super) archived: Table<String, ()>,
    /// Digests that stand for clients that were erased.
    pub(super) erased: Table<String, ()>,
    /// Sequence of the newest change ever.
    pub(super) newest: i64,
    pub(super) outbox: Table<i64, OutboxEntry>,
    /// When each entry of the outbox was made.
    pub(super) changed_at: Table<i64, Timestamp>,
    pub(super) syncs: Table<SyncId, StoredSync>,
    pub(super) due: Table<SyncId, Table<String, DueRow>>,
    pub(super) links: Table<SyncId, Links>,
    pub(super) runs: Table<RunId, Run>,
    pub(super) outcomes: Table<RunId, Table<String, RecordOutcome>>,
    pub(super) journal: Table<IntentId, JournalEntry>,
    pub(super) leases: Table<String, StoredLease>,
    pub(super) verifications: Table<SyncId, Verification>,
    pub(super) timelines: Table<RunId, Vec<TimelineBatch>>,
}

/// A sync, and how far in the outbox it is.
#[derive(Clone, Debug)]
pub(super) struct StoredSync {
    pub(super) sync: Sync,
    pub(super) position: i64,
}

/// Who gets a new session at the moment.
#[derive(Clone, Debug)]
pub(super) struct Refresh {
    pub(super) holder: String,
    pub(super) until: Timestamp,
}

/// A person, and what stands for the password.
#[derive(Clone, Debug)]
pub(super) struct StoredPerson {
    pub(super) person: Person,
    pub(super) password_hash: Option<Secret<String>>,
}

/// A row, and the digest of what it is found or proved by.
#[derive(Clone, Debug)]
pub(super) struct Hashed<R> {
    pub(super) row: R,
    pub(super) hash: Vec<u8>,
}

/// A request by its key, and when it began.
#[derive(Clone, Debug)]
pub(super) struct StoredAnswer {
    pub(super) request: IdempotentRequest,
    pub(super) created_at: Timestamp,
}

/// A lease, held or given back.
#[derive(Clone, Debug)]
pub(super) struct StoredLease {
    pub(super) token: i64,
    pub(super) holder: Option<String>,
    pub(super) until: Timestamp,
}

impl StoredLease {
    /// Whether it is held under this token.
    pub(super) fn is_current(&self, token: i64) -> bool {
        self.token == token && self.holder.is_some()
    }
}

/// The links of one sync, found from both ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    pub(super) by_key: Table<String, Link>,
    /// Source keys by record id.
    pub(super) by_record: Table<String, String>,
}

/// The stream of the client directory.
const CLIENTS: &str = "clients";

impl Links {
    /// Removes the link of a row; false when it has none.
    fn remove(&mut self, key: &str) -> bool {
        let Some(record_id) = self.by_key.get(key).map(|link| link.record_id.clone()) else { return false };
        self.by_record.remove(&record_id);
        self.by_key.remove(key)
    }
}

impl State {
    /// Refuses a row that would refer to nothing.
    pub(super) fn needs_connection(&self, id: ConnectionId, operation: &'static str) -> Result<(), StoreError> {
        found(self.connections.contains(&id), operation)
    }

    /// Refuses a row that would refer to nothing.
    pub(super) fn needs_service(&self, id: Option<ServiceId>, operation: &'static str) -> Result<(), StoreError> {
        found(id.is_none_or(|id| self.services.contains(&id)), operation)
    }

    /// Refuses a secret of nobody.
    pub(super) fn needs_owner(&self, owner: SecretOwner, operation: &'static str) -> Result<(), StoreError> {
        match owner {
            SecretOwner::Connection(id) => self.needs_connection(id, operation),
            SecretOwner::Service(id) => self.needs_service(Some(id), operation),
        }
    }

    /// Refuses a row that would refer to nothing.
    pub(super) fn needs_person(&self, id: PersonId, operation: &'static str) -> Result<(), StoreError> {
        found(self.people.contains(&id), operation)
    }

    /// Refuses a row that would refer to nothing.
    pub(super) fn needs_sync(&self, id: SyncId, operation: &'static str) -> Result<(), StoreError> {
        found(self.syncs.contains(&id), operation)
    }

    /// Refuses a row that would refer to nothing.
    pub(super) fn needs_run(&self, id: RunId, operation: &'static str) -> Result<(), StoreError> {
        found(self.runs.contains(&id), operation)
    }

    /// Adds a change of a client to the outbox.
    pub(super) fn announce_client(&mut self, key: &str, at: Timestamp) {
        self.newest += 1;
        let (sequence, source_key) = (self.newest, key.to_owned());
        self.changed_at.insert(sequence, at);
        self.outbox.insert(sequence, OutboxEntry { sequence, stream: CLIENTS.to_owned(), source_key });
    }

    /// Takes the key of a client out of what was done and out of answers; false when it was in neither.
    fn erase_client_from_history(&mut self, key: &str, digest: &str) -> bool {
        let of_client = |entry: &&AuditEntry| entry.noun == "client" && entry.target_id.as_deref() == Some(key);
        let entries: Vec<i64> = self.audit.rows().filter(of_client).map(|entry| entry.sequence).collect();
        for sequence in &entries {
            if let Some(entry) = self.audit.edit(sequence) {
                (entry.target_id, entry.target_name) = (Some(erased_target(digest)), None);
            }
        }
        let told = told_of(key);
        let tells = |stored: &StoredAnswer| {
            let body = stored.request.answer.as_ref().map(|answer| answer.body.as_slice());
            body.is_some_and(|body| body.windows(told.len()).any(|part| part == told.as_bytes()))
        };
        self.answers.retain(|_, stored| !tells(stored)) > 0 || !entries.is_empty()
    }

    /// Removes all that is known of a client; false when nothing was.
    pub(super) fn erase_client(&mut self, key: &str, digest: &str) -> bool {
        let of_clients = |stored: &&StoredSync| stored.sync.stream == CLIENTS;
        let syncs: Vec<SyncId> = self.syncs.rows().filter(of_clients).map(|stored| stored.sync.id).collect();
        self.archived.remove(key);
        let mut known = self.clients.remove(key) | self.erase_client_from_history(key, digest);
        known |= self.outbox.retain(|_, entry| entry.stream != CLIENTS || entry.source_key != key) > 0;
        for sync in &syncs {
            known |= self.due.edit(sync).is_some_and(|due| due.remove(key));
            known |= self.links.edit(sync).is_some_and(|links| links.remove(key));
        }
        let runs: Vec<RunId> = self.runs.rows().filter(|run| syncs.contains(&run.sync_id)).map(|run| run.id).collect();
        let before = self.clients.rows().map(|client| &client.key).filter(|other| other.as_str() < key).max().cloned();
        for run in &runs {
            known |= self.outcomes.edit(run).is_some_and(|outcomes| outcomes.remove(key));
            if let Some(run) = self.runs.edit(run) {
                let notes = run.warnings.len();
                run.warnings.retain(|note| !note.starts_with(&format!("{key}: ")));
                known |= run.warnings.len() < notes;
                if run.cursor.as_deref() == Some(key) {
                    run.cursor.clone_from(&before);
                    known = true;
                }
            }
        }
        known
    }

    /// Removes a sync with all that is its own; false when there is none.
    pub(super) fn remove_sync(&mut self, id: SyncId) -> bool {
        let runs: Vec<RunId> = self.runs.rows().filter(|run| run.sync_id == id).map(|run| run.id).collect();
        self.outcomes.retain(|run, _| !runs.contains(run));
        self.timelines.retain(|run, _| !runs.contains(run));
        self.verifications.remove(&id);
        self.runs.retain(|_, run| run.sync_id != id);
        self.journal.retain(|_, entry| entry.sync_id != id);
        self.due.remove(&id);
        self.links.remove(&id);
        self.syncs.remove(&id)
    }
}

fn found(found: bool, operation: &'static str) -> Result<(), StoreError> {
    if found { Ok(()) } else { Err(StoreError::Reference { operation }) }
}
