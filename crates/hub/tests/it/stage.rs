//! A whole hub in the test's process: a store in a throwaway folder, the real clock, the engine running.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use salesbridge_hub::connections::{ConnectionEdit, NewConnection};
use salesbridge_hub::syncs::SyncDetails;
use salesbridge_hub::{Caller, ConnectorSettings, Hub, HubParts, LeaseTerms};
use salesbridge_journal::Unobserved;
use salesbridge_local_org::{App, OrgConfig};
use salesbridge_model::{Client, Clock, Run, Secret, Timestamp};
use salesbridge_store::Store;
use salesbridge_store_sqlite::SqliteStore;
use salesbridge_testkit::{SequentialIds, TempFolder};
use salesbridge_vault::KeyRing;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::org::Org;

/// Company of every new Lead.
pub(crate) const COMPANY: &str = "Acme Brokers";
/// The sync that comes with the connection `acme`.
pub(crate) const SYNC: &str = "acme-leads";
/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Stage {
    pub(crate) org: Org,
    pub(crate) hub: Arc<Hub>,
    pub(crate) clock: Arc<HubClock>,
    pub(crate) folder: TempFolder,
    pub(crate) stop: CancellationToken,
}

/// The machine's clock, and as far ahead of it as a test says.
#[derive(Default)]
pub(crate) struct HubClock(Mutex<Duration>);

impl HubClock {
    /// Lets time pass.
    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().expect("unpoisoned") += by;
    }

    fn ahead(&self) -> Duration {
        *self.0.lock().expect("unpoisoned")
    }
}

impl Clock for HubClock {
    #[expect(clippy::disallowed_methods, reason = "the org has a real clock too")]
    fn now(&self) -> Timestamp {
        chrono::Utc::now() + self.ahead()
    }

    fn monotonic(&self) -> Duration {
        salesbridge_testkit::since_the_test_began() + self.ahead()
    }
}

impl Stage {
    /// A hub without connections, and an org.
    pub(crate) async fn set(config: OrgConfig) -> Self {
        Self::set_with(config, |_| {}).await
    }

    /// The same, whose settings of connectors a test changes.
    pub(crate) async fn set_with(config: OrgConfig, change: impl FnOnce(&mut ConnectorSettings)) -> Self {
        let org = Org::start(config).await;
        let (folder, clock) = (TempFolder::new(), Arc::new(HubClock::default()));
        let store = Arc::new(SqliteStore::open(folder.join("hub.sqlite")).await.expect("a store"));
        let mut parts = parts(store, KeyRing::generate().expect("a key"), clock.clone());
        change(&mut parts.connectors);
        let hub = Hub::open(parts).await.expect("a hub");
        let stop = CancellationToken::new();
        TaskTracker::new().spawn(hub.clone().reconcile(stop.clone()));
        Self { org, hub, clock, folder, stop }
    }

    /// A hub whose clients have become Leads of the org.
    pub(crate) async fn connected(clients: &[Client]) -> Self {
        let stage = Self::set(OrgConfig::default()).await;
        stage.save(clients).await;
        stage.connect(connection_to(&stage.org, &stage.org.app)).await;
        stage
    }

    /// Makes the connection `acme` and waits for its first sync.
    pub(crate) async fn connect(&self, new: NewConnection) {
        self.hub.create_connection(&Caller::owner(), new).await.expect("a connection");
        self.settled("the first sync", |_| true).await;
    }

    pub(crate) async fn save(&self, clients: &[Client]) {
        for client in clients {
            self.hub.save_client(&Caller::owner(), client).await.expect("a client that may be stored");
        }
    }

    pub(crate) async fn edit(&self, edit: ConnectionEdit) {
        self.hub.edit_connection(&Caller::owner(), "acme", edit).await.expect("an edit that may be done");
    }

    /// Waits until nothing is under way or to be sent, and the sync is as it should be. A change that was just stored may not have been taken in:
    /// whoever waits for one says by what it is known, or asks for a full run.
    pub(crate) async fn settled(&self, what: &str, is_so: impl Fn(&SyncDetails) -> bool) -> SyncDetails {
        until(what, async || {
            let sync = self.hub.sync(&Caller::owner(), SYNC).await.expect("the sync");
            let figures = &sync.figures;
            let waiting = figures.due.due + figures.due.deferred + figures.unsettled + figures.open_runs;
            (waiting == 0 && figures.last_run.is_some() && is_so(&sync)).then_some(sync)
        })
        .await
    }

    /// Compares every client with what was confirmed, to the end. What was changed before is sent by then.
    pub(crate) async fn full_run(&self) -> Run {
        let asked = self.hub.run_sync(&Caller::owner(), SYNC).await.expect("a run");
        until("the run to end", async || {
            let run = self.hub.run(&Caller::owner(), asked.id).await.expect("the run");
            run.state.is_final().then_some(run)
        })
        .await
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// What a hub is made of that has this store for itself.
pub(crate) fn parts(store: Arc<dyn Store>, keys: KeyRing, clock: Arc<HubClock>) -> HubParts {
    HubParts {
        store,
        key_source: Arc::new(keys.clone()),
        keys,
        clock,
        ids: Arc::new(SequentialIds::starting_at(1)),
        steps: Arc::new(Unobserved),
        connectors: ConnectorSettings {
            batch_rows: 200,
            bulk_from_rows: 2000,
            bulk_rows: 20_000,
            in_flight: Duration::from_secs(600),
            in_flight_local: Duration::from_millis(200),
            reserve_percent: 10,
            concurrent_calls: 8,
        },
        leases: LeaseTerms { holder: "test".to_owned(), shared_for: None },
        people: salesbridge_hub::people::PeopleTerms::default(),
    }
}

/// A connection named `acme` that sends clients as soon as it is made.
pub(crate) fn connection_to(org: &Org, app: &App) -> NewConnection {
    NewConnection {
        name: "acme".to_owned(),
        caption: None,
        description: String::new(),
        tags: Vec::new(),
        provider: "salesforce".to_owned(),
        method: "client_credentials".to_owned(),
        service: None,
        settings: BTreeMap::from([
            ("domain_url".to_owned(), org.running.url().to_owned()),
            ("consumer_key".to_owned(), app.consumer_key.clone()),
        ]),
        secrets: BTreeMap::from([("consumer_secret".to_owned(), Secret::new(app.consumer_secret.clone()))]),
        company: Some(COMPANY.to_owned()),
        fields: BTreeMap::new(),
        external_id_field: None,
        daily_calls: None,
        enabled: true,
        confirmed: true,
    }
}

/// The same connection with another setting.
pub(crate) fn with_setting(mut new: NewConnection, name: &str, value: &str) -> NewConnection {
    new.settings.insert(name.to_owned(), value.to_owned());
    new
}

/// The same connection with another secret.
pub(crate) fn with_secret(mut new: NewConnection, name: &str, text: &str) -> NewConnection {
    new.secrets.insert(name.to_owned(), Secret::new(text.to_owned()));
    new
}

/// An edit of one setting.
pub(crate) fn setting(name: &str, value: &str) -> ConnectionEdit {
    ConnectionEdit { settings: [(name.to_owned(), Some(value.to_owned()))].into(), ..ConnectionEdit::default() }
}

/// An edit of the consumer secret.
pub(crate) fn consumer_secret(text: &str) -> ConnectionEdit {
    let secret = Some(Secret::new(text.to_owned()));
    ConnectionEdit { secrets: [("consumer_secret".to_owned(), secret)].into(), ..ConnectionEdit::default() }
}

/// So many clients whose e-mail addresses tell them apart.
pub(crate) fn clients(count: usize) -> Vec<Client> {
    (0..count).map(|number| person(&format!("c{number}"), "Miller")).collect()
}

/// A client by its key, which is also the beginning of its e-mail address.
pub(crate) fn person(key: &str, last_name: &str) -> Client {
    Client {
        key: key.to_owned(),
        email: Some(format!("{key}@example.com")),
        last_name: Some(last_name.to_owned()),
        ..Client::default()
    }
}

/// Looks until there is something to be seen.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = std::time::Instant::now();
    let mut looks = tokio::time::interval(Duration::from_millis(5));
    loop {
        looks.tick().await;
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(begun.elapsed() < PATIENCE, "waited too long for {what}");
    }
}
