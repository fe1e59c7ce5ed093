//! The org as one process sees it: calls take time, things happen meanwhile, and the process may freeze or die in the middle of one.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_connector_kit::memory::{MemoryConnection, SendFault};
use salesbridge_connector_kit::{
    Answers, Batching, ClaimedRecords, ConnectorError, Destination, Intent, ObjectSchema, Operation, RecordFinder,
    Recovery, SendFailure, SendWatch, WriteBatch, WriteOptions,
};
use salesbridge_journal::Lease;

use super::leases::prolong;
use super::process::Death;
use super::town::{LATEST_LANDING, Town};

/// Longest a process waits for an answer.
const PATIENCE: Duration = Duration::from_secs(110);

/// The org as one process sees it.
pub(super) struct Side {
    town: Arc<Town>,
    way_in: MemoryConnection,
    process: usize,
    /// What the process writes under.
    pub(super) lease: Mutex<Option<Arc<Lease>>>,
}

impl Side {
    pub(super) fn new(town: Arc<Town>, way_in: MemoryConnection, process: usize) -> Self {
        Self { town, way_in, process, lease: Mutex::default() }
    }

    /// Time passes in which the process keeps its lease.
    async fn waits(&self, mut time: Duration) {
        let lease = self.lease.lock().unwrap().clone();
        while !time.is_zero() {
            let slice = time.min(Duration::from_secs(5));
            self.town.clock.advance(slice);
            time -= slice;
            if let Some(lease) = &lease {
                prolong(&self.town, lease).await;
            }
        }
    }

    /// The process stands still, long enough for another to take over all it does.
    async fn freezes(&self) {
        if self.town.processes() < 2 {
            return;
        }
        self.town.notes(|| format!("process {} freezes", self.process));
        for _ in 0..3 {
            self.town.clock.advance(Duration::from_secs(40));
            self.town.signals();
            Box::pin(self.town.looks(1 - self.process)).await;
        }
        self.town.notes(|| format!("process {} thaws", self.process));
    }

    /// What happens while the request is on its way.
    async fn on_the_way(&self) {
        self.town.something_happens_meanwhile(60).await;
        let pause = Duration::from_millis(100 + self.town.number(800) as u64);
        self.waits(pause).await;
        if self.town.chance(15) {
            self.freezes().await;
        }
    }
}

/// Waits for a job in virtual time, in which things happen.
struct Waiting<'a> {
    side: &'a Side,
    watch: &'a dyn SendWatch,
}

#[async_trait]
impl SendWatch for Waiting<'_> {
    fn uploaded(&self) {
        self.watch.uploaded();
    }

    fn sent(&self) {
        self.watch.sent();
    }

    fn answered(&self) {
        self.watch.answered();
    }

    async fn waits(&self, pause: Duration) -> bool {
        self.side.town.something_happens_meanwhile(150).await;
        self.side.waits(pause).await;
        if self.side.town.chance(15) {
            self.side.freezes().await;
        }
        self.watch.waits(Duration::ZERO).await
    }
}

#[async_trait]
impl Destination for Side {
    async fn describe(&self, object: &str, refresh: bool) -> Result<ObjectSchema, ConnectorError> {
        self.way_in.describe(object, refresh).await
    }

    fn batching(&self, operation: &Operation, options: WriteOptions, rows: usize) -> Batching {
        self.way_in.batching(operation, options, rows)
    }

    fn calls_made(&self) -> u64 {
        self.way_in.calls_made()
    }

    async fn prepare(&self, batch: &WriteBatch) -> Result<Intent, ConnectorError> {
        self.way_in.prepare(batch).await
    }

    async fn send(&self, intent: &Intent, watch: &dyn SendWatch) -> Result<Answers, SendFailure> {
        let late = self.town.chance(12).then(|| self.town.seconds(1, LATEST_LANDING.as_secs()));
        if let Some(after) = late {
            self.town.notes(|| format!("the next write lands after {after:?}"));
            self.town.org.script([SendFault::LandsLater(after)]);
        }
        self.on_the_way().await;
        let sent = self.way_in.send(intent, &Waiting { side: self, watch }).await;
        match &sent {
            Ok(answers) => {
                self.town.notes(|| format!("process {} sent {} rows: {answers:?}", self.process, answers.len()))
            }
            Err(failure) => self.town.notes(|| format!("process {} could not send: {failure:?}", self.process)),
        }
        if late.is_some() {
            if self.town.chance(300) {
                std::panic::resume_unwind(Box::new(Death));
            }
            self.waits(PATIENCE).await;
        }
        if self.town.chance(15) {
            self.freezes().await;
        }
        sent
    }

    async fn recover(
        &self,
        intent: &Intent,
        silent_for: Duration,
        claimed: &dyn ClaimedRecords,
    ) -> Result<Recovery, ConnectorError> {
        self.on_the_way().await;
        let found = self.way_in.recover(intent, silent_for, claimed).await;
        self.town.notes(|| format!("process {} looked up: {found:?}", self.process));
        self.town.something_happens_meanwhile(60).await;
        if self.town.chance(15) {
            self.freezes().await;
        }
        found
    }

    fn finder(&self) -> &dyn RecordFinder {
        self.way_in.finder()
    }
}
