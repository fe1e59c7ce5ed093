//! A world for the engine: clients in SQLite, records on the other side, time and ids in the test's hand.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use salesbridge_connector_kit::{Destination, ObjectSchema, Source};
use salesbridge_journal::{Lease, Step, Steps};
use salesbridge_model::{
    Clock, Connection, InstallationId, Link, PageRequest, RecordOutcome, Run, RunId, Sync, Timestamp,
};
use salesbridge_store::{
    DueCounts, DueFilter, DueRow, OutcomeFilter, RunFilter, Store, Verification, VerificationState,
};
use salesbridge_store_sqlite::SqliteStore;
use salesbridge_sync::{Advance, Engine, Job, MappingPlan};
use salesbridge_testkit::{ManualClock, SequentialIds, TempFolder, connection, sync};
use tokio_util::sync::CancellationToken;

use crate::client_rows::ClientRows;
use crate::other_side::OtherSide;
use crate::person::Person;
use crate::samples::lines;

/// The fields of the other side's object.
pub(crate) const FIELDS: [&str; 6] = ["LastName", "Company", "FirstName", "Email", "Status", "Key__c"];

/// One sync of clients, both its ends, and the engine between.
pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) there: OtherSide,
    pub(crate) sync: Sync,
    pub(crate) connection: Connection,
    pub(crate) source: Box<dyn Source>,
    pub(crate) object: ObjectSchema,
    pub(crate) plan: MappingPlan,
    pub(crate) stop: CancellationToken,
    lease: Lease,
    ids: Arc<SequentialIds>,
    installation: InstallationId,
    crash: Arc<CrashPoint>,
    engine: Engine,
    folder: TempFolder,
}

impl World {
    /// An empty world; batches have so many rows.
    pub(crate) async fn new(batch_rows: usize) -> Self {
        Self::with(batch_rows, |_| {}).await
    }

    pub(crate) async fn with(batch_rows: usize, edit: impl FnOnce(&mut Sync)) -> Self {
        Self::by_routes(batch_rows, None, edit).await
    }

    /// A world whose batches go by jobs of so many rows, however few there are.
    pub(crate) async fn by_jobs(job_rows: usize, edit: impl FnOnce(&mut Sync)) -> Self {
        Self::by_routes(1, Some((1, job_rows)), edit).await
    }

    /// A world whose batches go by calls and, where there are many rows, by jobs.
    pub(crate) async fn by_routes(
        batch_rows: usize,
        jobs: Option<(usize, usize)>,
        edit: impl FnOnce(&mut Sync),
    ) -> Self {
        let (folder, ids) = (TempFolder::new(), Arc::new(SequentialIds::default()));
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.join("store.sqlite")).await.unwrap());
        let connection = connection(&*ids, "acme");
        let mut sync = sync(&*ids, "acme-leads", &connection);
        sync.mapping.lines = lines();
        edit(&mut sync);
        let mut tx = store.write().await.unwrap();
        tx.connections().insert(&connection).await.unwrap();
        tx.syncs().insert(&sync).await.unwrap();
        tx.commit().await.unwrap();

        let there = OtherSide::new(&FIELDS, batch_rows, jobs);
        let object = there.describe("Lead", false).await.unwrap();
        let source = Box::new(ClientRows(store.clone()));
        let plan = MappingPlan::new(&sync.mapping, &source.schema(), "key", &object).unwrap();
        let clock = Arc::new(ManualClock::default());
        let crash = Arc::new(CrashPoint::default());
        let engine = Engine::new(store.clone(), clock.clone(), ids.clone(), crash.clone());
        let installation = InstallationId::make(&*ids);
        let lease = lease(&*store, &*clock, &sync).await;
        let stop = CancellationToken::new();
        Self {
            store,
            clock,
            there,
            sync,
            connection,
            source,
            object,
            plan,
            stop,
            lease,
            ids,
            installation,
            crash,
            engine,
            folder,
        }
    }

    pub(crate) fn person(&self) -> Person {
        Person {
            store: self.store.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            sync: self.sync.clone(),
            connection: self.connection.clone(),
        }
    }

    pub(crate) fn job(&self) -> Job<'_> {
        Job {
            sync: &self.sync,
            source: &*self.source,
            destination: &self.there,
            object: &self.object,
            plan: &self.plan,
            installation: self.installation,
            lease: &self.lease,
            stop: &self.stop,
        }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) async fn advance(&self) -> Advance {
        self.engine.advance(&self.job()).await.unwrap()
    }

    /// Asks for a full run and advances once.
    pub(crate) async fn full_run(&self) -> Run {
        let id = self.person().asks_for_full_run().await;
        self.advance().await;
        self.run(id).await
    }

    /// Advances until nothing is left to do, now or later. Pauses pass.
    pub(crate) async fn settle_down(&self) {
        for _ in 0..100 {
            let sends = self.there.sizes().len();
            match self.advance().await {
                Advance::Idle { next_at: None } if self.there.sizes().len() == sends => return,
                // A change may have come during a send; whoever makes it asks for another advance.
                Advance::Idle { next_at: None } => {}
                Advance::Idle { next_at: Some(next_at) } => {
                    self.clock.advance((next_at - self.now()).to_std().unwrap())
                }
                Advance::Obstructed(_) => self.clock.advance(Duration::from_secs(60)),
                Advance::Stopped => panic!("nobody stopped it"),
            }
        }
        panic!("it does not come to rest: {:?}", self.runs().await);
    }

    /// Lets what the outbox holds pass unseen, so that only a full run can find it.
    pub(crate) async fn skips_changes(&self) {
        let mut tx = self.store.write().await.unwrap();
        tx.due().skip_to_newest(self.sync.id).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets the process die when the step is reached for the time after `passes` times.
    pub(crate) fn die_at(&self, step: Step, passes: usize) {
        *self.crash.0.lock().unwrap() = Some((step, passes));
    }

    /// Nothing dies any more.
    pub(crate) fn live(&self) {
        *self.crash.0.lock().unwrap() = None;
    }

    /// Advances; when the process dies of it, another begins. Whether it died.
    pub(crate) async fn advance_or_die(&mut self) -> bool {
        let died = AssertUnwindSafe(self.engine.advance(&self.job())).catch_unwind().await.is_err();
        if died {
            self.restart().await;
        }
        died
    }

    /// Another process on the same store.
    pub(crate) async fn restart(&mut self) {
        self.lease = lease(&*self.store, &*self.clock, &self.sync).await;
        self.engine = Engine::new(self.store.clone(), self.clock.clone(), self.ids.clone(), self.crash.clone());
    }

    /// The same process under another lease.
    pub(crate) async fn takes_its_lease_anew(&mut self) {
        self.lease = lease(&*self.store, &*self.clock, &self.sync).await;
    }

    /// A copy of the store as it is now, and when that is.
    pub(crate) async fn backup(&self) -> (PathBuf, Timestamp) {
        let copy = self.folder.join("backup.sqlite");
        SqliteStore::copy(self.folder.join("store.sqlite"), &copy).await.unwrap();
        (copy, self.clock.now())
    }

    /// Puts a copy of the store in the place of the store, as a restore does an hour later.
    pub(crate) async fn restore(&mut self, (copy, since): &(PathBuf, Timestamp)) {
        self.clock.advance(Duration::from_secs(3600));
        self.store = Arc::new(SqliteStore::open(copy).await.unwrap());
        self.source = Box::new(ClientRows(self.store.clone()));
        let verification = Verification { since: *since, until: self.clock.now(), state: VerificationState::Pending };
        let mut tx = self.store.write().await.unwrap();
        tx.verifications().save(self.sync.id, Some(&verification)).await.unwrap();
        tx.commit().await.unwrap();
        self.restart().await;
    }

    /// Stores another definition of the sync, as a person does, and opens the job anew.
    pub(crate) async fn redefine(&mut self, edit: impl FnOnce(&mut Sync)) {
        edit(&mut self.sync);
        self.person().stores_sync(&self.sync).await;
        self.plan = MappingPlan::new(&self.sync.mapping, &self.source.schema(), "key", &self.object).unwrap();
    }

    pub(crate) async fn run(&self, id: RunId) -> Run {
        self.store.read().await.unwrap().runs().find(id).await.unwrap().unwrap()
    }

    /// Every run, newest first.
    pub(crate) async fn runs(&self) -> Vec<Run> {
        self.store.read().await.unwrap().runs().list(&RunFilter::default(), &all()).await.unwrap().items
    }

    pub(crate) async fn outcomes(&self, run: RunId) -> Vec<RecordOutcome> {
        let mut tx = self.store.read().await.unwrap();
        tx.outcomes().list(run, &OutcomeFilter::default(), &all()).await.unwrap().items
    }

    pub(crate) async fn links(&self) -> BTreeMap<String, Link> {
        let links = self.store.read().await.unwrap().links().list(self.sync.id, &all()).await.unwrap().items;
        links.into_iter().map(|link| (link.source_key.clone(), link)).collect()
    }

    pub(crate) async fn due(&self) -> DueCounts {
        self.store.read().await.unwrap().due().counts(self.sync.id, self.clock.now()).await.unwrap()
    }

    pub(crate) async fn due_rows(&self) -> Vec<DueRow> {
        self.store.read().await.unwrap().due().list(self.sync.id, &DueFilter::default(), &all()).await.unwrap().items
    }

    pub(crate) async fn unsettled(&self) -> usize {
        self.store.read().await.unwrap().journal().unsettled(self.sync.id).await.unwrap().len()
    }

    /// The record that stands for a client.
    pub(crate) async fn record(&self, key: &str) -> BTreeMap<String, String> {
        let link = self.links().await.remove(key).unwrap_or_else(|| panic!("{key} has no link"));
        let found = self.there.memory.records().into_iter().find(|record| record.id == link.record_id);
        found.unwrap_or_else(|| panic!("{key} has no record")).fields
    }

    /// Nothing lost, nothing doubled: every client has exactly one record, with its values; nothing is unsettled or due.
    pub(crate) async fn assert_exactly_once(&self) {
        let clients = self.store.read().await.unwrap().clients().after(None, 1_000).await.unwrap();
        let links = self.links().await;
        let records = self.there.memory.records();
        let by_id: BTreeMap<&str, _> = records.iter().map(|record| (record.id.as_str(), &record.fields)).collect();
        assert_eq!((records.len(), by_id.len(), links.len()), (clients.len(), clients.len(), clients.len()));
        for client in &clients {
            let record = by_id[links[&client.key].record_id.as_str()];
            let last_name = client.last_name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or("Undefined");
            let held = ["LastName", "Company", "Email"].map(|field| record.get(field).map(String::as_str));
            assert_eq!(held, [Some(last_name), Some("Acme"), client.email.as_deref()], "{}", client.key);
        }
        assert_eq!((self.unsettled().await, self.due().await), (0, DueCounts::default()));
        let open: Vec<Run> = self.runs().await.into_iter().filter(|run| !run.state.is_final()).collect();
        assert_eq!(open, []);
    }
}

/// Where the process dies, and after how many passes.
#[derive(Default)]
struct CrashPoint(Mutex<Option<(Step, usize)>>);

impl Steps for CrashPoint {
    fn reached(&self, step: Step) {
        let mut at = self.0.lock().unwrap();
        match &mut *at {
            Some((when, passes)) if *when == step && *passes > 0 => *passes -= 1,
            Some((when, _)) if *when == step => {
                *at = None;
                drop(at);
                std::panic::resume_unwind(Box::new("the process dies here"));
            }
            _ => {}
        }
    }
}

/// The right to write for a sync, taken from whoever has it.
async fn lease(store: &dyn Store, clock: &dyn Clock, sync: &Sync) -> Lease {
    let name = format!("sync:{}", sync.id);
    let mut tx = store.write().await.unwrap();
    tx.leases().give_all_back().await.unwrap();
    let token = tx.leases().take(&name, "world", clock.now(), Timestamp::MAX_UTC).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    Lease::new(name, token, clock.monotonic(), None)
}

fn all() -> PageRequest {
    PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) }
}
