//! A year of virtual time leaves the database bounded.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says why and ends")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use salesbridge_hub::upkeep::Retention;
use salesbridge_hub::{ConnectorSettings, Hub, HubParts, LeaseTerms, TableSize};
use salesbridge_journal::Unobserved;
use salesbridge_model::{Clock, OutcomeKind, RecordOutcome, Run, RunCounts, RunId, RunState, RunTrigger, Sync};
use salesbridge_store::{Store, TimelineBatch};
use salesbridge_store_sqlite::SqliteStore;
use salesbridge_testkit::{ManualClock, SequentialIds, TempFolder, client, connection, sync};
use salesbridge_vault::KeyRing;

const CLIENTS: usize = 50;
const DAYS_OF_A_MONTH: u32 = 30;

/// A firm that edits every client every day; one of its syncs has been held since the first day.
struct Firm {
    hub: Arc<Hub>,
    store: Arc<dyn Store>,
    clock: Arc<ManualClock>,
    ids: Arc<SequentialIds>,
    sync: Sync,
    folder: TempFolder,
}

#[tokio::test]
async fn a_year_of_work_leaves_the_database_bounded() {
    let firm = Firm::new().await;
    let mut sizes = Vec::new();
    for month in 0..12 {
        for day in 0..DAYS_OF_A_MONTH {
            firm.works_a_day(month * DAYS_OF_A_MONTH + day).await;
        }
        sizes.push(firm.sizes().await);
    }
    let (half, whole) = (&sizes[5], &sizes[11]);
    assert_eq!(half.0, whole.0, "rows after six months and after twelve");
    assert!(
        whole.1 <= half.1 + half.1 / 50,
        "the file had {} bytes after six months and {} after twelve",
        half.1,
        whole.1
    );
    let rows = |table: &str| whole.0.iter().find(|size| size.table == table).map(|size| size.rows).unwrap_or_default();
    assert_eq!(rows("runs"), 2 * 90 + 1, "two runs a day, and the full run that waits for the sync that was outpaced");
    assert_eq!(rows("outbox"), (CLIENTS as u64) * 30);
    assert_eq!(rows("outcomes"), (CLIENTS as u64) * 90);
}

impl Firm {
    async fn new() -> Self {
        let (folder, ids) = (TempFolder::new(), Arc::new(SequentialIds::default()));
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder.join("hub.sqlite")).await.unwrap());
        let clock = Arc::new(ManualClock::default());
        let connection = connection(&*ids, "acme");
        let (working, held) = (sync(&*ids, "acme-leads", &connection), sync(&*ids, "held", &connection));
        let mut tx = store.write().await.unwrap();
        tx.connections().insert(&connection).await.unwrap();
        tx.syncs().insert(&working).await.unwrap();
        tx.syncs().insert(&held).await.unwrap();
        tx.commit().await.unwrap();
        let parts = HubParts {
            store: store.clone(),
            key_source: Arc::new(KeyRing::generate().unwrap()),
            keys: KeyRing::generate().unwrap(),
            clock: clock.clone(),
            ids: ids.clone(),
            steps: Arc::new(Unobserved),
            connectors: ConnectorSettings {
                batch_rows: 200,
                in_flight: Duration::from_secs(600),
                in_flight_local: Duration::from_secs(1),
                reserve_percent: 10,
                concurrent_calls: 8,
                bulk_from_rows: 2_000,
                bulk_rows: 100_000,
            },
            leases: LeaseTerms { holder: "test".to_owned(), shared_for: None },
            people: salesbridge_hub::people::PeopleTerms::default(),
        };
        let hub = Hub::open(parts).await.unwrap();
        Self { hub, store, clock, ids, sync: working, folder }
    }

    /// Every client is edited and taken in; a full run and a run of changes end; the house is kept.
    async fn works_a_day(&self, day: u32) {
        let edited: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let mut client = client(&format!("C-{number}"));
                client.first_name = Some(format!("Name of day {day:04}"));
                client
            })
            .collect();
        let mut tx = self.store.write().await.unwrap();
        tx.clients().save(&edited, self.clock.now()).await.unwrap();
        tx.due().take_in(self.sync.id, "clients", self.clock.now()).await.unwrap();
        let settled: Vec<_> = edited.iter().map(|client| (client.key.clone(), i64::MAX)).collect();
        tx.due().clear(self.sync.id, &settled).await.unwrap();
        tx.commit().await.unwrap();
        self.ends_a_run(RunTrigger::Full, 0).await;
        self.ends_a_run(RunTrigger::Changes, CLIENTS).await;
        self.clock.advance(Duration::from_secs(24 * 60 * 60));
        self.hub.tidy(&Retention::default()).await.unwrap();
    }

    async fn ends_a_run(&self, trigger: RunTrigger, outcomes: usize) {
        let now = self.clock.now();
        let run = Run {
            id: RunId::make(&*self.ids),
            sync_id: self.sync.id,
            trigger,
            state: RunState::Completed,
            cursor: None,
            counts: RunCounts::default(),
            api_calls: 1,
            problem: None,
            warnings: Vec::new(),
            created_at: now,
            finished_at: Some(now),
        };
        let outcome = |number| RecordOutcome {
            run_id: run.id,
            source_key: format!("C-{number}"),
            kind: OutcomeKind::Updated,
            record_id: Some("00Q000000000001AAA".to_owned()),
            code: None,
            message: None,
            fields: Vec::new(),
            remedy: None,
            at: now,
        };
        let outcomes: Vec<_> = (0..outcomes).map(outcome).collect();
        let batch =
            TimelineBatch { at: now, rows: 50, calls: 1, took_milliseconds: 9, result: "50 written".to_owned() };
        let mut tx = self.store.write().await.unwrap();
        tx.runs().insert(&run).await.unwrap();
        tx.outcomes().record(&outcomes).await.unwrap();
        tx.timelines().add(run.id, &batch).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn sizes(&self) -> (Vec<TableSize>, u64) {
        let rows = self.store.read().await.unwrap().housekeeping().sizes().await.unwrap();
        (rows, bytes(self.folder.path()))
    }
}

/// Of every file of the database, the write-ahead log too.
fn bytes(folder: &Path) -> u64 {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}
