//! Use cases, one folder per noun: the only room that joins rooms. What the command line, the API and later the pages do, is done here.
//!
//! It knows no wire format of ours and no database; it is given both ends and the doors for time and ids.

mod access;
mod allowances;
pub mod api_keys;
mod audit;
pub mod clients;
pub mod connections;
mod destinations;
mod error;
mod happenings;
mod identity;
mod keys;
mod leases;
pub mod people;
mod providers;
mod reconciler;
mod refresh_tokens;
mod refusals;
mod repeats;
pub mod runs;
mod secrets;
pub mod services;
mod sessions;
pub mod sign_ins;
pub mod syncs;
pub mod upkeep;

use std::sync::Arc;

use salesbridge_journal::Steps;
use salesbridge_model::{Clock, IdMaker, InstallationId, RequestId, Timestamp};
use salesbridge_store::Store;
use salesbridge_sync::Engine;
use salesbridge_vault::KeyRing;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

pub use access::{Actor, ActorKind, Caller, Origin, Rights};
pub use audit::AuditQuery;
pub use destinations::ConnectorSettings;
pub use error::{Chain, FieldProblem, HubError, StartNotice, machine_trouble};
pub use happenings::{Change, ConnectionNow, Event, EventQuery, Events, Happening, RunNow, SyncNow, Thing};
pub use identity::Credential;
pub use keys::KeySource;
pub use leases::LeaseTerms;
pub use providers::{Field, FieldKind, Method, Provider, SignInBy};
pub use repeats::{ANSWERS_KEPT_HOURS, Repeat};
pub use salesbridge_connector_kit::FieldSchema;
pub use salesbridge_connectors::salesforce::{Check, CheckState, SetupLink};
pub use salesbridge_store::{
    ApiKeyField, AuditField, ByKey, ClientFilter, ConnectionField, ConnectionFilter, DueFilter, DueRow, DueState,
    IdempotentAnswer, MachineTrouble, Order, OutcomeFilter, PersonField, PersonFilter, PersonSessionField, RunField,
    RunFilter, SortField, StoreError, SyncField, SyncFilter, TableSize, TimelineBatch, Verification, VerificationState,
};
pub use salesbridge_sync::{Preview, PreviewField, PreviewRow};

use crate::connections::Looks;
use crate::destinations::Destinations;
use crate::happenings::Happenings;
use crate::identity::Identities;
use crate::keys::MasterKeys;
use crate::leases::LeaseKeeper;
use crate::people::{Passwords, PeopleTerms};
use crate::reconciler::{Outage, Progress};
use crate::refresh_tokens::TriedTokens;
use crate::refusals::Refusals;
use crate::sign_ins::Following;

/// One installation of Salesbridge, in the process that owns it.
pub struct Hub {
    store: Arc<dyn Store>,
    keys: MasterKeys,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdMaker>,
    engine: Engine,
    destinations: Destinations,
    installation: InstallationId,
    tried: Arc<TriedTokens>,
    /// This process among those that share the store.
    process: String,
    /// Sessions that are being renewed.
    renewals: TaskTracker,
    leases: LeaseKeeper,
    changed: Notify,
    progress: Progress,
    outage: Outage,
    sign_ins: Following,
    happenings: Happenings,
    people_terms: PeopleTerms,
    passwords: Passwords,
    identities: Identities,
    refusals: Refusals,
    looks: Looks,
}

/// What a hub is made of.
pub struct HubParts {
    /// Its memory.
    pub store: Arc<dyn Store>,
    /// The master keys of its vault.
    pub keys: KeyRing,
    /// Where those are read anew when somebody has rotated them.
    pub key_source: Arc<dyn KeySource>,
    /// The door for time.
    pub clock: Arc<dyn Clock>,
    /// The door for ids.
    pub ids: Arc<dyn IdMaker>,
    /// Is told which step a write has reached.
    pub steps: Arc<dyn Steps>,
    /// How connectors behave.
    pub connectors: ConnectorSettings,
    /// How the store is shared with other processes.
    pub leases: LeaseTerms,
    /// How long people stay signed in.
    pub people: PeopleTerms,
}

impl Hub {
    /// Opens the installation that the store remembers; makes it when the store is new.
    pub async fn open(parts: HubParts) -> Result<Arc<Self>, StoreError> {
        let HubParts { store, keys, key_source, clock, ids, steps, connectors, leases, people } = parts;
        let mut tx = store.write().await?;
        let known = tx.installation().id().await?;
        let installation = match known {
            Some(id) => {
                drop(tx); // or whoever writes next would wait for it
                id
            }
            None => {
                let id = InstallationId::make(&*ids);
                tx.installation().create(id, clock.now()).await?;
                tx.commit().await?;
                id
            }
        };
        let leases = LeaseKeeper::begin(store.clone(), clock.clone(), leases).await?;
        let engine = Engine::new(store.clone(), clock.clone(), ids.clone(), steps);
        let destinations = Destinations::new(connectors, store.clone(), clock.clone());
        let progress = Progress::default();
        let process = ids.next().simple().to_string();
        let tried = Arc::new(TriedTokens::new(clock.clone()));
        Ok(Arc::new(Self {
            store,
            keys: MasterKeys::new(keys, key_source),
            clock,
            ids,
            engine,
            destinations,
            installation,
            tried,
            process,
            renewals: TaskTracker::new(),
            leases,
            changed: Notify::new(),
            progress,
            outage: Outage::default(),
            sign_ins: Following::default(),
            happenings: Happenings::default(),
            people_terms: people,
            passwords: Passwords::default(),
            identities: Identities::default(),
            refusals: Refusals::default(),
            looks: Looks::default(),
        }))
    }

    /// This installation.
    pub fn installation(&self) -> InstallationId {
        self.installation
    }

    /// An id for a request.
    pub fn request_id(&self) -> RequestId {
        RequestId::make(&*self.ids)
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Now, and after an instant even where the clock was set back: what goes by the time of an edit sees each edit.
    pub(crate) fn later_than(&self, before: Timestamp) -> Timestamp {
        self.clock.now().max(before + chrono::Duration::microseconds(1))
    }

    /// Whether the store can be read.
    pub async fn is_ready(&self) -> Result<(), StoreError> {
        self.store.read().await?.installation().id().await.map(|_| ())
    }

    /// Tells the reconciler that something changed.
    fn signal(&self) {
        self.changed.notify_one();
    }
}
