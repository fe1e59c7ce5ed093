//! A person's hands on the store, while the engine works or does not.

use std::sync::Arc;

use salesbridge_model::{Client, Clock, Connection, Run, RunCounts, RunId, RunState, RunTrigger, Sync};
use salesbridge_store::Store;
use salesbridge_testkit::{ManualClock, SequentialIds};

/// A person's hands on the store, to be used while the engine works.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ids: Arc<SequentialIds>,
    pub(crate) sync: Sync,
    pub(crate) connection: Connection,
}

impl Person {
    pub(crate) async fn saves(&self, clients: &[Client]) {
        let mut tx = self.store.write().await.unwrap();
        tx.clients().save(clients, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Changes one client.
    pub(crate) async fn edits(&self, key: &str, edit: impl FnOnce(&mut Client)) {
        let found = self.store.read().await.unwrap().clients().find(key).await.unwrap();
        let mut client = found.unwrap();
        edit(&mut client);
        self.saves(&[client]).await;
    }

    pub(crate) async fn asks_for_full_run(&self) -> RunId {
        let run = Run {
            id: RunId::make(&*self.ids),
            sync_id: self.sync.id,
            trigger: RunTrigger::Full,
            state: RunState::Queued,
            cursor: None,
            counts: RunCounts::default(),
            api_calls: 0,
            problem: None,
            warnings: Vec::new(),
            created_at: self.clock.now(),
            finished_at: None,
        };
        let mut tx = self.store.write().await.unwrap();
        tx.runs().insert(&run).await.unwrap();
        tx.commit().await.unwrap();
        run.id
    }

    pub(crate) async fn cancels(&self, run: RunId) {
        let mut tx = self.store.write().await.unwrap();
        let mut stored = tx.runs().find(run).await.unwrap().unwrap();
        stored.state = RunState::Cancelled;
        tx.runs().update(&stored).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn enables_sync(&self, enabled: bool) {
        self.stores_sync(&Sync { enabled, ..self.sync.clone() }).await;
    }

    pub(crate) async fn enables_connection(&self, enabled: bool) {
        self.stores_connection(&Connection { enabled, ..self.connection.clone() }).await;
    }

    pub(crate) async fn stores_connection(&self, connection: &Connection) {
        let mut tx = self.store.write().await.unwrap();
        assert!(tx.connections().update(connection).await.unwrap());
        tx.commit().await.unwrap();
    }

    pub(crate) async fn stores_sync(&self, sync: &Sync) {
        let mut tx = self.store.write().await.unwrap();
        assert!(tx.syncs().update(sync).await.unwrap());
        tx.commit().await.unwrap();
    }
}
