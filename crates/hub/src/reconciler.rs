//! The reconciler: looks at the store, on a signal and on a timer, and advances every sync that has something to do.
//!
//! It takes no input but the store. Syncs advance beside each other; one sync never beside itself.

mod holding_back;
mod outage;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use salesbridge_connector_kit::{Destination, NextStep};
use salesbridge_journal::Lease;
use salesbridge_model::{Connection, Held, PageRequest, RunProblem, Sync, SyncId};
use salesbridge_store::SyncFilter;
use salesbridge_sync::{Advance, EngineError, Obstacle};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use self::holding_back::HeldBack;
pub(crate) use self::outage::Outage;
use crate::{Caller, Chain, Hub, HubError, machine_trouble};

/// How far each sync is, in this process. Times are on the clock's monotonic time: setting the machine's clock neither hastens nor delays anything.
#[derive(Default)]
pub(crate) struct Progress(Mutex<HashMap<SyncId, SyncProgress>>);

#[derive(Default)]
struct SyncProgress {
    busy: bool,
    /// Looked at while it was busy: look again at once.
    again: bool,
    /// An obstacle: nothing is tried before.
    blocked_until: Option<Duration>,
    /// Idle, but a row that was put off is due then.
    wake_at: Option<Duration>,
    backoff: Option<ExponentialBackoff>,
}

impl Progress {
    fn lock(&self) -> MutexGuard<'_, HashMap<SyncId, SyncProgress>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    /// Runs until `stop` is set, then waits for batches under way to be finished and recorded.
    pub async fn reconcile(self: Arc<Self>, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        tasks.spawn(self.clone().follow_sign_ins(stop.clone()));
        let mut pauses = None;
        loop {
            let Err(error) = self.start_due(&tasks, &stop).await else {
                pauses = None;
                self.outage.has_read(self.clock.monotonic());
                tokio::select! {
                    biased;
                    () = stop.cancelled() => break,
                    () = self.changed.notified() => continue,
                    () = tokio::time::sleep(self.next_look()) => continue,
                }
            };
            if !self.outage.met(&error, self.clock.monotonic()) {
                tracing::error!(error = %Chain(&error), "the reconciler could not read the store; it tries again");
            }
            // Whatever is due or signalled has to wait for the store.
            let pause = pauses.get_or_insert_with(|| backoff(LOOK_EVERY)).next().unwrap_or(LOOK_EVERY);
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.happenings.close();
        tasks.close();
        tasks.wait().await;
        // A sign-in that has begun may replace a refresh token: its answer is to be stored.
        self.renewals.close();
        self.renewals.wait().await;
    }

    /// Starts an advance for every sync that may have something to do and is not busy.
    async fn start_due(self: &Arc<Self>, tasks: &TaskTracker, stop: &CancellationToken) -> Result<(), HubError> {
        let mut page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
        loop {
            let syncs = self.store.read().await?.syncs().list(&SyncFilter::default(), &page).await?;
            for sync in syncs.items.into_iter().filter(|sync| sync.enabled && sync.held.is_none()) {
                let connection = self.connection_of(&sync).await?;
                if connection.enabled && connection.held.is_none() && self.claim(sync.id) {
                    let hub = self.clone();
                    let stop = stop.clone();
                    tasks.spawn(async move { hub.advance(sync, connection, stop).await });
                }
            }
            let Some(next) = syncs.next else { return Ok(()) };
            page.after = Some(next);
        }
    }

    fn claim(&self, sync: SyncId) -> bool {
        let mut progress = self.progress.lock();
        let mine = progress.entry(sync).or_default();
        if mine.busy {
            mine.again = true;
            return false;
        }
        mine.busy = mine.blocked_until.is_none_or(|until| until <= self.clock.monotonic());
        mine.busy
    }

    /// Tells the reconciler that a person has mended something: what was blocked is tried at once.
    pub(crate) fn signal_mended(&self) {
        for mine in self.progress.lock().values_mut() {
            mine.blocked_until = None;
            mine.backoff = None;
        }
        self.destinations.look_now();
        self.signal();
    }

    async fn advance(self: Arc<Self>, sync: Sync, connection: Connection, stop: CancellationToken) {
        let answered_before = self.engine.answered(sync.id);
        let mut database_fails = false;
        let ending = match self.advance_under_lease(&sync, &connection, &stop).await {
            Ok(Some(ending)) => ending,
            // Another process does it; its lease may end any time.
            Ok(None) | Err(HubError::Engine(EngineError::LeaseLost)) => {
                self.release(sync.id, &Advance::Stopped, self.clock.monotonic(), true, LONGEST_PAUSE);
                return;
            }
            Err(error) => {
                database_fails = self.outage.met(&error, self.clock.monotonic());
                if !database_fails {
                    tracing::warn!(sync.id = %sync.id, error = %Chain(&error), "sync {} could not advance", sync.name);
                }
                Advance::Obstructed(obstacle_of(&error))
            }
        };
        let ended_at = self.clock.monotonic();
        let obstacle = match &ending {
            Advance::Obstructed(obstacle) => Some(obstacle),
            Advance::Idle { .. } | Advance::Stopped => None,
        };
        match self.remember(&sync, &connection, obstacle).await {
            Ok(()) if !database_fails => self.outage.has_written(ended_at),
            Ok(()) => {}
            Err(error) if self.outage.met(&error, ended_at) => {}
            Err(error) => {
                tracing::error!(sync.id = %sync.id, error = %Chain(&error), "what stands in the way of sync {} could not be stored", sync.name);
            }
        }
        let progressed = self.engine.answered(sync.id) > answered_before;
        let longest_pause = if database_fails { LONGEST_PAUSE_FOR_DATABASE } else { LONGEST_PAUSE };
        self.release(sync.id, &ending, ended_at, progressed, longest_pause);
    }

    /// Advances a sync if this process may; `None` when another does.
    async fn advance_under_lease(
        &self,
        sync: &Sync,
        connection: &Connection,
        stop: &CancellationToken,
    ) -> Result<Option<Advance>, HubError> {
        let Some(lease) = self.leases.take(sync.id).await? else { return Ok(None) };
        let stop = stop.child_token();
        let advanced = tokio::select! {
            biased;
            advanced = self.try_advance(sync, connection, &lease, &stop) => advanced,
            () = self.leases.keep(&lease, &stop) => Ok(Advance::Stopped),
        };
        self.destinations.tell(connection).await?;
        self.leases.give_back(&lease).await?;
        advanced.map(Some)
    }

    async fn try_advance(
        &self,
        sync: &Sync,
        connection: &Connection,
        lease: &Lease,
        stop: &CancellationToken,
    ) -> Result<Advance, HubError> {
        let open = self.open_sync(sync.clone(), connection, stop.clone()).await?;
        self.note_left_out(sync, open.plan()).await?;
        let problem = match self.engine.advance(&open.job(lease)).await? {
            Advance::Obstructed(Obstacle::Outdated(problem)) => problem,
            ending => return Ok(ending),
        };
        // A mapped field has gone since the object was described. The others go on without it.
        self.connector(connection).await?.describe(&sync.object, true).await?;
        let open = self.open_sync(sync.clone(), connection, stop.clone()).await?;
        self.note_left_out(sync, open.plan()).await?;
        Ok(match self.engine.advance(&open.job(lease)).await? {
            Advance::Obstructed(Obstacle::Outdated(_)) => Advance::Obstructed(Obstacle::HoldSync(problem)),
            ending => ending,
        })
    }

    /// Stores what stands in the way: on the runs, and on what is held because of it.
    async fn remember(
        &self,
        sync: &Sync,
        connection: &Connection,
        obstacle: Option<&Obstacle>,
    ) -> Result<(), HubError> {
        self.engine.note_obstacle(sync, obstacle).await?;
        match obstacle {
            Some(Obstacle::HoldConnection(problem)) => {
                let mut tx = self.store.write().await?;
                let found = tx.connections().find(connection.id).await?;
                // Only if nobody has edited it meanwhile.
                if let Some(mut stored) = found.filter(|stored| stored.updated_at == connection.updated_at) {
                    let was_held = stored.held.replace(self.held(problem));
                    self.store_hold(&mut *tx, &Caller::system(), stored, was_held).await?;
                    tx.commit().await?;
                }
            }
            Some(Obstacle::HoldSync(problem)) => {
                let mut tx = self.store.write().await?;
                let found = tx.syncs().find(sync.id).await?;
                if let Some(mut stored) = found.filter(|stored| stored.updated_at == sync.updated_at) {
                    stored.held = Some(self.held(problem));
                    tx.syncs().update(&stored).await?;
                    tx.commit().await?;
                    tracing::warn!(sync.id = %sync.id, code = %problem.code, "sync {} is held: {}", sync.name, problem.message);
                }
            }
            Some(Obstacle::RetryLater { problem, .. } | Obstacle::Outdated(problem)) => {
                tracing::warn!(sync.id = %sync.id, code = %problem.code, "sync {} waits: {}", sync.name, problem.message);
            }
            None => {}
        }
        Ok(())
    }

    fn held(&self, problem: &RunProblem) -> Held {
        Held {
            code: problem.code.clone(),
            reason: problem.message.clone(),
            remedy: problem.remedy.clone(),
            since: self.clock.now(),
        }
    }

    /// Ends an advance that came to its end at `ended_at`; what is told of a pause and the pause itself count from there. Pauses grow only while obstacles
    /// follow each other with no progress between them.
    fn release(&self, sync: SyncId, ending: &Advance, ended_at: Duration, progressed: bool, longest_pause: Duration) {
        let mut progress = self.progress.lock();
        let mine = progress.entry(sync).or_default();
        mine.busy = false;
        mine.blocked_until = None;
        mine.wake_at = None;
        mine.backoff = mine.backoff.take().filter(|_| !progressed);
        match ending {
            Advance::Idle { next_at } => {
                mine.backoff = None;
                let now = self.clock.monotonic();
                mine.wake_at = next_at.map(|at| now + (at - self.clock.now()).to_std().unwrap_or_default());
            }
            Advance::Obstructed(Obstacle::RetryLater { pause, .. }) => {
                let growing =
                    mine.backoff.get_or_insert_with(|| backoff(LONGEST_PAUSE)).next().unwrap_or(LONGEST_PAUSE);
                mine.blocked_until = Some(ended_at + pause.unwrap_or_else(|| growing.min(longest_pause)));
            }
            Advance::Obstructed(Obstacle::HoldConnection(_) | Obstacle::HoldSync(_) | Obstacle::Outdated(_))
            | Advance::Stopped => {}
        }
        if std::mem::take(&mut mine.again) {
            self.signal();
        }
    }

    /// Time until something may be due without a signal.
    fn next_look(&self) -> Duration {
        let now = self.clock.monotonic();
        let progress = self.progress.lock();
        let moments =
            progress.values().filter(|mine| !mine.busy).filter_map(|mine| mine.blocked_until.or(mine.wake_at));
        let until = moments.min().map(|earliest| earliest.saturating_sub(now));
        until.map_or(LOOK_EVERY, |until| until.min(LOOK_EVERY)).max(SHORTEST_LOOK)
    }
}

/// Longest time between two looks when nothing signals a change.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Shortest time between two looks.
const SHORTEST_LOOK: Duration = Duration::from_millis(5);
/// First pause after an obstacle; it doubles, with jitter, while the obstacle lasts.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// Longest pause after an obstacle.
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// Longest pause while the database itself is the obstacle: to try costs little, and everything waits for it.
const LONGEST_PAUSE_FOR_DATABASE: Duration = Duration::from_secs(5);

/// Growing pauses, with jitter.
fn backoff(longest: Duration) -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(longest)
        .without_max_times()
        .build()
}

/// What an advance that could not even begin means for its sync.
fn obstacle_of(error: &HubError) -> Obstacle {
    let problem = |code: &str, remedy: &str| RunProblem {
        code: code.to_owned(),
        message: error.to_string(),
        remedy: remedy.to_owned(),
    };
    if let Some(trouble) = machine_trouble(error) {
        let (code, message, remedy) = (trouble.code().to_owned(), trouble.to_string(), trouble.remedy().to_owned());
        return Obstacle::RetryLater { problem: RunProblem { code, message, remedy }, pause: None };
    }
    match error {
        HubError::OtherSide { code, remedy, next, .. } => match next {
            NextStep::RetryLater { pause } => Obstacle::RetryLater { problem: problem(code, remedy), pause: *pause },
            NextStep::HoldConnection => Obstacle::HoldConnection(problem(code, remedy)),
            NextStep::HoldSync => Obstacle::HoldSync(problem(code, remedy)),
        },
        HubError::NotPossible { code, remedy, .. } => Obstacle::HoldSync(problem(code, remedy)),
        HubError::Invalid { .. } => Obstacle::HoldSync(problem("invalid", "Correct the sync or its connection")),
        HubError::Vault(_) => Obstacle::HoldConnection(problem(
            "vault",
            "Start with the master key that the secrets were sealed with, or enter the secret again",
        )),
        HubError::NotFound { .. }
        | HubError::Forbidden { .. }
        | HubError::NotByKey { .. }
        | HubError::SignInRefused
        | HubError::SignInPaused { .. }
        | HubError::NameTaken { .. }
        | HubError::ConfirmationNeeded(_)
        | HubError::Store(_)
        | HubError::Engine(_)
        | HubError::Source(_) => Obstacle::RetryLater {
            problem: problem("internal", "See the log; it is tried again by itself"),
            pause: None,
        },
    }
}
