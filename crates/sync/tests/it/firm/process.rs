//! One process of the hub: what its reconciler does, with obstacles, holds and leases, and how it dies.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use salesbridge_connector_kit::{ConnectorError, Destination, NextStep, ObjectSchema, Source};
use salesbridge_journal::{Lease, Step, Steps};
use salesbridge_model::{Clock, Connection, Held, RunProblem, Sync};
use salesbridge_store::memory::MemoryStore;
use salesbridge_store::{Store, StoreError};
use salesbridge_sync::{Advance, Engine, EngineError, Job, MappingPlan, Obstacle};
use tokio_util::sync::CancellationToken;

use super::reading::Reading;
use super::side::Side;
use super::town::Town;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// How long a describe is believed.
const DESCRIBED: Duration = Duration::from_secs(5 * 60);

/// What a process dies of.
pub(super) struct Death;

/// One process of the hub.
pub(super) struct Process {
    pub(super) number: usize,
    pub(super) store: MemoryStore,
    engine: Engine,
    crash: Arc<CrashPoint>,
    way_in: Option<(String, Arc<Side>)>,
    described: Option<(Duration, ObjectSchema)>,
    /// Its lease, when no other process could want it.
    pub(super) kept: Option<Arc<Lease>>,
    signalled: bool,
    blocked_until: Option<Duration>,
    wake_at: Option<Duration>,
    pause: Duration,
}

/// Where the process dies, and after how many passes.
#[derive(Default)]
pub(super) struct CrashPoint(Mutex<Option<(Step, usize)>>);

impl Steps for CrashPoint {
    fn reached(&self, step: Step) {
        let mut at = self.0.lock().unwrap();
        match &mut *at {
            Some((when, passes)) if *when == step && *passes > 0 => *passes -= 1,
            Some((when, _)) if *when == step => {
                *at = None;
                drop(at);
                std::panic::resume_unwind(Box::new(Death));
            }
            _ => {}
        }
    }
}

impl Process {
    pub(super) async fn begins(town: &Town, number: usize) -> Self {
        let (store, crash) = (town.disk.reopen(), Arc::new(CrashPoint::default()));
        if town.processes() == 1 {
            let mut tx = town.disk.write().await.unwrap();
            tx.leases().give_all_back().await.unwrap();
            tx.commit().await.unwrap();
        }
        let engine = Engine::new(Arc::new(store.clone()), town.clock.clone(), town.ids.clone(), crash.clone());
        Self {
            number,
            store,
            engine,
            crash,
            way_in: None,
            described: None,
            kept: None,
            signalled: true,
            blocked_until: None,
            wake_at: None,
            pause: FIRST_PAUSE,
        }
    }

    /// The next process in the place of one that died.
    pub(super) async fn begins_anew(self, town: &Town) -> Self {
        self.store.die();
        town.notes(|| format!("process {} dies", self.number));
        Self::begins(town, self.number).await
    }

    pub(super) fn dies_at(&self, step: Step, passes: usize) {
        *self.crash.0.lock().unwrap() = Some((step, passes));
    }

    pub(super) fn lives_on(&self) {
        *self.crash.0.lock().unwrap() = None;
    }

    pub(super) fn is_signalled(&mut self) {
        self.signalled = true;
    }

    /// A person has mended something: what was blocked is tried at once.
    pub(super) fn is_told_of_mending(&mut self) {
        self.signalled = true;
        self.blocked_until = None;
        self.pause = FIRST_PAUSE;
    }

    /// When it looks next, on monotonic time.
    pub(super) fn next_look(&self) -> Option<Duration> {
        match self.blocked_until {
            Some(until) => Some(until),
            None if self.signalled => Some(Duration::ZERO),
            None => self.wake_at,
        }
    }

    /// Advances the sync as far as it goes; whether the process died of it.
    pub(super) async fn looks(&mut self, town: &Arc<Town>) -> bool {
        self.signalled = false;
        self.blocked_until = None;
        self.wake_at = None;
        let died = match AssertUnwindSafe(self.works(town)).catch_unwind().await {
            Ok(()) => return false,
            Err(panic) => panic as Box<dyn Any + Send>,
        };
        if died.downcast_ref::<Death>().is_none() {
            std::panic::resume_unwind(died);
        }
        true
    }

    async fn works(&mut self, town: &Arc<Town>) {
        let Ok((sync, connection)) = self.reads(town).await else {
            self.wake_at = Some(town.clock.monotonic() + Duration::from_secs(2));
            return;
        };
        if !sync.enabled || sync.held.is_some() || !connection.enabled || connection.held.is_some() {
            return;
        }
        let answered = self.engine.answered(sync.id);
        let ending = match self.advances_under_lease(town, &sync, &connection).await {
            Ok(Some(ending)) => ending,
            Ok(None) | Err(EngineError::LeaseLost) => {
                self.wake_at = Some(town.clock.monotonic() + Duration::from_secs(2));
                return;
            }
            Err(error) => {
                town.notes(|| format!("process {} could not advance: {error:?}", self.number));
                Advance::Obstructed(Obstacle::RetryLater {
                    problem: problem("internal", &error.to_string()),
                    pause: None,
                })
            }
        };
        town.notes(|| format!("process {} ended with {ending:?}", self.number));
        if self.remembers(town, &sync, &connection, &ending).await.is_err() {
            town.notes(|| "what stands in the way could not be stored".to_owned());
        }
        self.ends(town, &ending, self.engine.answered(sync.id) > answered);
    }

    async fn reads(&self, town: &Town) -> Result<(Sync, Connection), StoreError> {
        let mut tx = self.store.read().await?;
        let sync = tx.syncs().find(town.sync).await?.unwrap();
        let connection = tx.connections().find(town.connection).await?.unwrap();
        Ok((sync, connection))
    }

    async fn advances_under_lease(
        &mut self,
        town: &Arc<Town>,
        sync: &Sync,
        connection: &Connection,
    ) -> Result<Option<Advance>, EngineError> {
        let Some(lease) = self.takes_lease(town).await? else { return Ok(None) };
        let advanced = self.advances(town, sync, connection, &lease).await;
        if town.processes() > 1 {
            let mut tx = self.store.write().await?;
            tx.leases().give_back(lease.name(), lease.token()).await?;
            tx.commit().await?;
        }
        advanced.map(Some)
    }

    async fn advances(
        &mut self,
        town: &Arc<Town>,
        sync: &Sync,
        connection: &Connection,
        lease: &Arc<Lease>,
    ) -> Result<Advance, EngineError> {
        let side = self.way_in(town, connection);
        *side.lease.lock().unwrap() = (town.processes() > 1).then(|| lease.clone());
        let object = match self.object(town, &side).await {
            Ok(object) => object,
            Err(error) => return Ok(Advance::Obstructed(obstacle(&error))),
        };
        let source = Reading::new(town.clone(), Arc::new(self.store.clone()));
        let plan = MappingPlan::new(&sync.mapping, &source.schema(), source.key_column(), &object).unwrap();
        let stop = CancellationToken::new();
        let job = Job {
            sync,
            source: &source,
            destination: &*side,
            object: &object,
            plan: &plan,
            installation: town.installation,
            lease,
            stop: &stop,
        };
        self.engine.advance(&job).await
    }

    fn way_in(&mut self, town: &Arc<Town>, connection: &Connection) -> Arc<Side> {
        let key = &connection.settings["consumer_key"];
        match &self.way_in {
            Some((known, side)) if known == key => side.clone(),
            _ => {
                let side = Arc::new(Side::new(town.clone(), town.org.connect(key), self.number));
                self.way_in = Some((key.clone(), side.clone()));
                self.described = None;
                side
            }
        }
    }

    async fn object(&mut self, town: &Town, side: &Side) -> Result<ObjectSchema, ConnectorError> {
        let time = town.clock.monotonic();
        if let Some((read_at, object)) = &self.described
            && time < *read_at + DESCRIBED
        {
            return Ok(object.clone());
        }
        let object = side.describe("Lead", false).await?;
        self.described = Some((time, object.clone()));
        Ok(object)
    }

    /// Stores what stands in the way: on the runs, and on what is held because of it.
    async fn remembers(
        &self,
        town: &Town,
        sync: &Sync,
        connection: &Connection,
        ending: &Advance,
    ) -> Result<(), EngineError> {
        let obstacle = if let Advance::Obstructed(obstacle) = ending { Some(obstacle) } else { None };
        self.engine.note_obstacle(sync, obstacle).await?;
        let held = |problem: &RunProblem| {
            let RunProblem { code, message, remedy } = problem.clone();
            Some(Held { code, reason: message, remedy, since: town.now() })
        };
        let mut tx = self.store.write().await?;
        match obstacle {
            Some(Obstacle::HoldConnection(problem)) => {
                let stored = tx.connections().find(connection.id).await?;
                if let Some(mut stored) = stored.filter(|stored| stored.updated_at == connection.updated_at) {
                    stored.held = held(problem);
                    tx.connections().update(&stored).await?;
                }
            }
            Some(Obstacle::HoldSync(problem)) => {
                let stored = tx.syncs().find(sync.id).await?;
                if let Some(mut stored) = stored.filter(|stored| stored.updated_at == sync.updated_at) {
                    stored.held = held(problem);
                    tx.syncs().update(&stored).await?;
                }
            }
            _ => return Ok(()),
        }
        tx.commit().await?;
        Ok(())
    }

    fn ends(&mut self, town: &Town, ending: &Advance, progressed: bool) {
        let now = town.clock.monotonic();
        if progressed {
            self.pause = FIRST_PAUSE;
        }
        match ending {
            Advance::Idle { next_at } => {
                self.pause = FIRST_PAUSE;
                self.wake_at = next_at.map(|at| now + (at - town.now()).to_std().unwrap_or_default());
            }
            Advance::Obstructed(Obstacle::RetryLater { pause, .. }) => {
                self.blocked_until = Some(now + pause.unwrap_or(self.pause));
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            }
            // It looks every few seconds whether it is still so.
            Advance::Stopped => self.wake_at = Some(now + Duration::from_secs(2)),
            Advance::Obstructed(Obstacle::HoldConnection(_) | Obstacle::HoldSync(_) | Obstacle::Outdated(_)) => {}
        }
    }
}

fn problem(code: &str, message: &str) -> RunProblem {
    RunProblem { code: code.to_owned(), message: message.to_owned(), remedy: "Wait".to_owned() }
}

/// What a call that failed before an advance could begin means for it.
fn obstacle(error: &ConnectorError) -> Obstacle {
    let problem = problem(&error.code, &error.message);
    match error.next {
        NextStep::RetryLater { pause } => Obstacle::RetryLater { problem, pause },
        NextStep::HoldConnection => Obstacle::HoldConnection(problem),
        NextStep::HoldSync => Obstacle::HoldSync(problem),
    }
}
