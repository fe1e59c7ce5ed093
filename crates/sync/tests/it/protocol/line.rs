//! The line to the org, on which anything can happen.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_connector_kit::memory::{MemoryConnection, SendFault};
use salesbridge_connector_kit::{
    Answers, Batching, ClaimedRecords, ConnectorError, Destination, Intent, NextStep, ObjectSchema, Operation,
    RecordFinder, Recovery, SendFailure, SendWatch, WriteBatch, WriteOptions,
};

use super::stage::{Death, IN_FLIGHT, LEASE, Stage};
use crate::other_side::trouble;

/// The line to the org, on which anything can happen.
pub(super) struct Line {
    stage: Arc<Stage>,
    way_in: MemoryConnection,
    process: usize,
}

impl Line {
    pub(super) fn new(stage: &Arc<Stage>, process: usize) -> Self {
        Self { stage: stage.clone(), way_in: stage.org.connect("app"), process }
    }

    /// The process stands still until its lease has run out, and the other does what it can.
    async fn freezes(&self) {
        self.stage.clock.advance(LEASE);
        if self.stage.shape.processes > 1 {
            Box::pin(self.stage.advances(1 - self.process)).await;
        }
    }
}

#[async_trait]
impl Destination for Line {
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
        let (soon, late) = (Duration::from_secs(1), IN_FLIGHT - LEASE - Duration::from_secs(1));
        let mut dies = false;
        match self.stage.misfortune("send", 10) {
            0 => {}
            1 => self.stage.org.script([SendFault::NotSent]),
            2 => self.stage.org.script([SendFault::LostBeforeWrite]),
            3 => self.stage.org.script([SendFault::LostAfterWrite]),
            4 => self.stage.org.script([SendFault::LandsLater(soon)]),
            5 => self.stage.org.script([SendFault::LandsLater(late)]),
            6 => {
                self.stage.org.script([SendFault::LandsLater(late)]);
                dies = true;
            }
            7 => self.stage.edits(0, "c").await,
            8 => self.freezes().await,
            _ => {
                let sent = self.way_in.send(intent, watch).await;
                self.freezes().await;
                return sent;
            }
        }
        let sent = self.way_in.send(intent, watch).await;
        if dies {
            std::panic::resume_unwind(Box::new(Death));
        }
        sent
    }

    async fn recover(
        &self,
        intent: &Intent,
        silent_for: Duration,
        claimed: &dyn ClaimedRecords,
    ) -> Result<Recovery, ConnectorError> {
        match self.stage.misfortune("recover", 4) {
            0 => self.way_in.recover(intent, silent_for, claimed).await,
            1 => Err(trouble(NextStep::RetryLater { pause: None })),
            2 => {
                self.freezes().await;
                self.way_in.recover(intent, silent_for, claimed).await
            }
            _ => {
                let found = self.way_in.recover(intent, silent_for, claimed).await;
                self.stage.edits(0, "c").await;
                self.freezes().await;
                found
            }
        }
    }

    fn finder(&self) -> &dyn RecordFinder {
        self.way_in.finder()
    }
}
