//! One or two rows, an org and one or two processes, led through one course of events.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use salesbridge_connector_kit::memory::{MemoryOrg, OrgTerms};
use salesbridge_connector_kit::{Destination, ObjectSchema, Source};
use salesbridge_journal::{Lease, Step, Steps};
use salesbridge_model::{Clock, Connection, InstallationId, Sync};
use salesbridge_store::memory::{CommitFailure, MemoryStore};
use salesbridge_store::{DueCounts, RunFilter, Store};
use salesbridge_sync::{Advance, Engine, EngineError, Job, MappingPlan, Obstacle};
use salesbridge_testkit::{ManualClock, SequentialIds, connection, sync};
use tokio_util::sync::CancellationToken;

use super::choices::Choices;
use super::line::Line;
use crate::client_rows::ClientRows;
use crate::samples::{clients, key, lines};

/// How long a write may be under way after its sender has fallen silent.
pub(super) const IN_FLIGHT: Duration = Duration::from_secs(300);
/// How long a lease lasts, and how long of it something may be sent.
pub(super) const LEASE: Duration = Duration::from_secs(30);
const USABLE: Duration = Duration::from_secs(20);
/// Advances after which it must have come to rest.
const MOST_ADVANCES: usize = 60;

/// What is explored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    rows: usize,
    batch_rows: usize,
    pub(super) processes: usize,
    pub(super) updating: bool,
    pub(super) external_id: bool,
}

impl Shape {
    pub(super) fn all() -> Vec<Self> {
        let mut shapes = Vec::new();
        for (rows, batch_rows, processes) in [(1, 1, 1), (2, 1, 1), (2, 2, 1), (1, 1, 2), (2, 2, 2)] {
            for (updating, external_id) in [(false, false), (false, true), (true, false)] {
                shapes.push(Self { rows, batch_rows, processes, updating, external_id });
            }
        }
        shapes
    }
}

/// One or two rows, an org and one or two processes.
pub(super) struct Stage {
    pub(super) shape: Shape,
    choices: Choices,
    /// Nothing goes wrong while this is not set.
    exposed: Arc<Mutex<bool>>,
    pub(super) clock: Arc<ManualClock>,
    ids: Arc<SequentialIds>,
    disk: MemoryStore,
    pub(super) org: Arc<MemoryOrg>,
    sync: Sync,
    installation: InstallationId,
    object: ObjectSchema,
    processes: Mutex<Vec<Option<Process>>>,
}

struct Process {
    number: usize,
    store: MemoryStore,
    engine: Engine,
}

/// What a process dies of.
pub(super) struct Death;

impl Stage {
    pub(super) async fn set(shape: Shape, choices: &Choices) -> Arc<Self> {
        let (clock, ids) = (Arc::new(ManualClock::default()), Arc::new(SequentialIds::default()));
        let connection: Connection = connection(&*ids, "acme");
        let mut sync = sync(&*ids, "acme-leads", &connection);
        sync.mapping.lines = lines();
        sync.options.external_id_field = shape.external_id.then(|| "Key__c".to_owned());
        let fields = ["LastName", "Company", "FirstName", "Email", "Key__c"].map(str::to_owned).to_vec();
        let terms =
            OrgTerms { fields, batch_rows: shape.batch_rows, calls_a_day: 10_000, in_flight: IN_FLIGHT, jobs: None };
        let org = MemoryOrg::new(clock.clone(), terms, "app");
        let object = org.connect("app").describe("Lead", false).await.unwrap();
        let stage = Arc::new(Self {
            shape,
            choices: choices.clone(),
            exposed: Arc::default(),
            clock,
            disk: MemoryStore::new(),
            org,
            sync,
            installation: InstallationId::make(&*ids),
            ids,
            object,
            processes: Mutex::default(),
        });
        let mut tx = stage.disk.write().await.unwrap();
        tx.connections().insert(&connection).await.unwrap();
        tx.syncs().insert(&stage.sync).await.unwrap();
        tx.clients().save(&clients(shape.rows), stage.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let processes = (0..shape.processes).map(|number| Some(stage.process(number))).collect();
        *stage.processes.lock().unwrap() = processes;
        if shape.updating {
            stage.comes_to_rest().await;
            (0..shape.rows).for_each(|row| stage.edits(row, "b").now_or_never().unwrap());
        }
        stage
    }

    /// Plays one course of events to its end.
    pub(super) fn plays(self: Arc<Self>, runtime: &tokio::runtime::Runtime) {
        *self.exposed.lock().unwrap() = true;
        let played = std::panic::catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                self.comes_to_rest().await;
                self.is_right().await;
            });
        }));
        self.processes().clear();
        if let Err(panic) = played {
            println!("{:?} failed with: {}", self.shape, self.choices.told());
            std::panic::resume_unwind(panic);
        }
    }

    fn processes(&self) -> MutexGuard<'_, Vec<Option<Process>>> {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn process(self: &Arc<Self>, number: usize) -> Process {
        let store = self.disk.reopen();
        let stage = Arc::downgrade(self);
        store.decide_commits(move || {
            let stage = stage.upgrade()?;
            match stage.misfortune("commit", 3) {
                0 => None,
                1 => Some(CommitFailure::Lost),
                _ => Some(CommitFailure::Stored),
            }
        });
        let steps = Arc::new(Perils(Arc::downgrade(self)));
        let engine = Engine::new(Arc::new(store.clone()), self.clock.clone(), self.ids.clone(), steps);
        Process { number, store, engine }
    }

    /// Which way it goes: 0 is the good one.
    pub(super) fn misfortune(&self, where_: &'static str, ways: usize) -> usize {
        if *self.exposed.lock().unwrap() { self.choices.choose(where_, ways) } else { 0 }
    }

    pub(super) async fn edits(&self, row: usize, text: &str) {
        let found = self.disk.read().await.unwrap().clients().find(&key(row)).await.unwrap();
        let mut client = found.unwrap();
        client.first_name = Some(text.to_owned());
        let mut tx = self.disk.write().await.unwrap();
        tx.clients().save(&[client], self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Advances, by whichever process, until nothing is left to do.
    async fn comes_to_rest(self: &Arc<Self>) {
        for number in 0..MOST_ADVANCES {
            let ended = self.advances(number % self.shape.processes).await;
            self.is_possible();
            match ended {
                Some(Advance::Idle { next_at: None }) if self.has_nothing_to_do().await => return,
                Some(Advance::Idle { next_at: Some(at) }) => {
                    self.clock.advance((at - self.clock.now()).to_std().unwrap())
                }
                Some(Advance::Obstructed(Obstacle::RetryLater { pause, .. })) => {
                    self.clock.advance(pause.unwrap_or(Duration::from_secs(1)));
                }
                Some(Advance::Idle { next_at: None } | Advance::Stopped) | None => self.clock.advance(LEASE),
                Some(held @ Advance::Obstructed(_)) => panic!("nobody is there to mend: {held:?}"),
            }
        }
        panic!("it does not come to rest");
    }

    async fn has_nothing_to_do(&self) -> bool {
        let mut tx = self.disk.read().await.unwrap();
        let counts = tx.due().counts(self.sync.id, self.clock.now()).await.unwrap();
        let unsettled = tx.journal().unsettled(self.sync.id).await.unwrap();
        let open = tx.runs().open(self.sync.id).await.unwrap();
        let changes = tx.outbox().after(0, 1).await.unwrap();
        counts == DueCounts::default() && unsettled.is_empty() && open.is_empty() && changes.is_empty()
    }

    /// One advance of a process that is not at work; `None` when it died, failed or had no lease.
    pub(super) async fn advances(self: &Arc<Self>, number: usize) -> Option<Advance> {
        let process = self.processes()[number].take()?;
        let ended = AssertUnwindSafe(self.advance_of(&process)).catch_unwind().await;
        let (process, ended) = match ended {
            Ok(ended) => (process, ended.ok().flatten()),
            Err(panic) if panic.is::<Death>() => {
                process.store.die();
                (self.process(number), None)
            }
            Err(panic) => std::panic::resume_unwind(panic),
        };
        self.processes()[number] = Some(process);
        ended
    }

    async fn advance_of(self: &Arc<Self>, process: &Process) -> Result<Option<Advance>, EngineError> {
        let Some(lease) = self.lease(process).await? else { return Ok(None) };
        let source = ClientRows(Arc::new(process.store.clone()));
        let plan = MappingPlan::new(&self.sync.mapping, &source.schema(), "key", &self.object).unwrap();
        let destination = Line::new(self, process.number);
        let stop = CancellationToken::new();
        let job = Job {
            sync: &self.sync,
            source: &source,
            destination: &destination,
            object: &self.object,
            plan: &plan,
            installation: self.installation,
            lease: &lease,
            stop: &stop,
        };
        let advanced = process.engine.advance(&job).await;
        let mut tx = self.disk.write().await?;
        tx.leases().give_back(lease.name(), lease.token()).await?;
        tx.commit().await?;
        advanced.map(Some)
    }

    async fn lease(&self, process: &Process) -> Result<Option<Lease>, EngineError> {
        let (name, now, time) = (format!("sync:{}", self.sync.id), self.clock.now(), self.clock.monotonic());
        let until = now + chrono::Duration::from_std(LEASE).unwrap();
        let mut tx = self.disk.write().await?;
        let holder = format!("process {}", process.number);
        let Some(token) = tx.leases().take(&name, &holder, now, until).await? else { return Ok(None) };
        tx.commit().await?;
        Ok(Some(Lease::new(name, token, time, Some(time + USABLE))))
    }

    /// What holds at any moment: no row has two records.
    fn is_possible(&self) {
        let mut made = 0;
        self.org.look(|_| made += 1);
        assert!(made <= self.shape.rows, "{made} records of {} rows", self.shape.rows);
    }

    /// What holds in the end.
    async fn is_right(&self) {
        let records: BTreeMap<String, BTreeMap<String, String>> =
            self.org.records().into_iter().map(|record| (record.id, record.fields)).collect();
        let mut tx = self.disk.read().await.unwrap();
        let clients = tx.clients().after(None, 10).await.unwrap();
        let keys: Vec<String> = clients.iter().map(|client| client.key.clone()).collect();
        let links = tx.links().find_many(self.sync.id, &keys).await.unwrap();
        assert_eq!((records.len(), links.len(), self.org.under_way()), (clients.len(), clients.len(), 0));
        for (client, link) in clients.iter().zip(links) {
            let held = &records[&link.record_id];
            let held = ["LastName", "FirstName"].map(|field| held.get(field).map(String::as_str));
            assert_eq!(held, [client.last_name.as_deref(), client.first_name.as_deref()], "{}", client.key);
        }
        let runs = tx.runs().list(&RunFilter::default(), &Default::default()).await.unwrap().items;
        let created: u64 = runs.iter().map(|run| run.counts.created).sum();
        assert_eq!(created, clients.len() as u64, "what the runs tell of: {runs:?}");
    }
}

/// Lets a process die at a step.
struct Perils(std::sync::Weak<Stage>);

impl Steps for Perils {
    fn reached(&self, step: Step) {
        if self.0.upgrade().is_some_and(|stage| stage.misfortune(step.name(), 2) > 0) {
            std::panic::resume_unwind(Box::new(Death));
        }
    }
}
