//! The master key is rotated while processes run: each of them finds the new key when it meets it, and nothing sealed is lost.

use std::sync::{Arc, Mutex};

use salesbridge_hub::connections::NewConnection;
use salesbridge_hub::upkeep::MasterKeyUse;
use salesbridge_hub::{Caller, Hub, HubError, HubParts, KeySource, LeaseTerms};
use salesbridge_local_org::OrgConfig;
use salesbridge_model::Secret;
use salesbridge_store_postgres::PostgresStore;
use salesbridge_testkit::{PostgresDatabase, SequentialIds};
use salesbridge_vault::KeyRing;

use crate::org::Org;
use crate::stage::{connection_to, parts};

/// The file of the master keys, which every process reads.
#[derive(Clone)]
pub(crate) struct KeyFile(Arc<Mutex<KeyRing>>);

impl KeyFile {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(KeyRing::generate().expect("a key"))))
    }

    pub(crate) fn ring(&self) -> KeyRing {
        self.0.lock().expect("unpoisoned").clone()
    }

    pub(crate) fn put(&self, ring: KeyRing) {
        *self.0.lock().expect("unpoisoned") = ring;
    }

    pub(crate) fn rotate(&self) {
        self.put(self.ring().rotate().expect("a ring with a newer key"));
    }
}

impl KeySource for KeyFile {
    fn read(&self) -> Result<KeyRing, String> {
        Ok(self.ring())
    }
}

pub(crate) async fn process(database: &PostgresDatabase, file: &KeyFile, number: u64) -> Arc<Hub> {
    let store = PostgresStore::open(&Secret::new(database.address())).await.expect("a store");
    let parts = HubParts {
        ids: Arc::new(SequentialIds::starting_at(number * 1_000_000)),
        leases: LeaseTerms { holder: format!("hub {number}"), shared_for: Some(std::time::Duration::from_secs(30)) },
        people: salesbridge_hub::people::PeopleTerms::default(),
        key_source: Arc::new(file.clone()),
        ..parts(Arc::new(store), file.ring(), Arc::default())
    };
    Hub::open(parts).await.expect("a hub")
}

async fn signs_in(hub: &Hub, name: &str) {
    let report = hub.test_connection(&Caller::owner(), name).await.expect("a report");
    assert!(report.passed, "{report:?}");
}

async fn connect(hub: &Hub, org: &Org, name: &str) {
    let new = NewConnection { name: name.to_owned(), company: None, ..connection_to(org, &org.app) };
    hub.create_connection(&Caller::owner(), new).await.expect("a connection");
}

fn of(used: &MasterKeyUse, ring: &KeyRing) -> Vec<u64> {
    ring.ids().iter().map(|id| used.wrapped[&id.to_string()]).collect()
}

#[tokio::test]
async fn processes_that_run_find_the_new_key_and_the_old_one_may_go() {
    let (org, database, file) =
        (Org::start(OrgConfig::default()).await, PostgresDatabase::create().await, KeyFile::new());
    let (one, two) = (process(&database, &file, 1).await, process(&database, &file, 2).await);
    connect(&one, &org, "first").await;
    connect(&two, &org, "second").await;

    file.rotate();
    let used = one.rewrap_data_keys(&Caller::owner()).await.expect("data keys wrapped anew");
    assert_eq!((used.rewrapped, of(&used, &file.ring())), (2, vec![0, 2]));
    // It has only the old key yet, opens with the new one, and seals with that from then on.
    signs_in(&two, "first").await;
    connect(&two, &org, "third").await;
    let used = one.master_key_use(&Caller::owner()).await.expect("how the keys are used");
    assert_eq!(of(&used, &file.ring()), [0, 3]);

    file.put(file.ring().newest_alone());
    for hub in [&one, &two, &process(&database, &file, 3).await] {
        for name in ["first", "second", "third"] {
            signs_in(hub, name).await;
        }
    }
    assert!(one.connections_without_key().await.expect("connections").is_empty());
}

#[tokio::test]
async fn what_a_process_sealed_meanwhile_with_the_old_key_is_wrapped_anew_by_the_next_round() {
    let (org, database, file) =
        (Org::start(OrgConfig::default()).await, PostgresDatabase::create().await, KeyFile::new());
    let (one, two) = (process(&database, &file, 1).await, process(&database, &file, 2).await);
    file.rotate();
    one.rewrap_data_keys(&Caller::owner()).await.expect("nothing to do");
    connect(&two, &org, "late").await;
    let used = one.master_key_use(&Caller::owner()).await.expect("how the keys are used");
    assert_eq!(of(&used, &file.ring()), [1, 0], "the other process has not met the new key");
    let used = one.rewrap_data_keys(&Caller::owner()).await.expect("data keys wrapped anew");
    assert_eq!((used.rewrapped, of(&used, &file.ring())), (1, vec![0, 1]));
    signs_in(&two, "late").await;
}

#[tokio::test]
async fn a_file_without_the_key_that_seals_is_refused_and_forgets_nothing() {
    let (org, database, file) =
        (Org::start(OrgConfig::default()).await, PostgresDatabase::create().await, KeyFile::new());
    let hub = process(&database, &file, 1).await;
    connect(&hub, &org, "first").await;
    file.put(KeyRing::generate().expect("another key"));
    let refused = hub.rewrap_data_keys(&Caller::owner()).await;
    assert!(matches!(refused, Err(HubError::NotPossible { code: "master_key_unreadable", .. })), "{refused:?}");
    signs_in(&hub, "first").await;
}
