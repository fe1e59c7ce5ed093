//! A firm, its org, its processes and the time that passes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use salesbridge_connector_kit::memory::{JobTerms, MemoryOrg, OrgTerms};
use salesbridge_model::{Clock, ConnectionId, InstallationId, SyncId, Timestamp};
use salesbridge_store::Store;
use salesbridge_store::memory::MemoryStore;
use salesbridge_testkit::{ManualClock, SequentialIds, connection, sync};

use super::calendar::Event;
use super::process::Process;
use super::reading::lines;

/// Lines of the diary that are told when something is wrong.
const DIARY: usize = 60;
/// How long a write may be under way after its sender has fallen silent.
const IN_FLIGHT: Duration = Duration::from_secs(300);
/// How long a job is known after its end.
const SEVEN_DAYS: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long a write is under way at most after it has left, which a process that froze may do two minutes after its lease was taken from it.
pub(super) const LATEST_LANDING: Duration = Duration::from_secs(150);

/// A firm, its org, its processes and the time that passes.
pub(super) struct Town {
    pub(super) seed: u64,
    pub(super) clock: Arc<ManualClock>,
    pub(super) ids: Arc<SequentialIds>,
    /// What processes share and people write to; it never dies.
    pub(super) disk: MemoryStore,
    pub(super) org: Arc<MemoryOrg>,
    pub(super) sync: SyncId,
    pub(super) connection: ConnectionId,
    pub(super) installation: InstallationId,
    state: Mutex<State>,
}

pub(super) struct State {
    pub(super) random: StdRng,
    /// What is to happen, in order.
    pub(super) calendar: BTreeMap<(Timestamp, u64), Event>,
    pub(super) events: u64,
    /// Clients made so far.
    pub(super) clients: usize,
    /// Clients by what their record is recognised by.
    pub(super) by_reference: BTreeMap<String, usize>,
    /// Records that a person linked to a row that was uncertain.
    pub(super) adopted: u64,
    /// Consumer key of the newest app.
    pub(super) app: u32,
    /// The processes; one that is at work is not here.
    pub(super) processes: Vec<Option<Process>>,
    /// Something has changed while a process was at work.
    unheard: bool,
    pub(super) deaths: usize,
    diary: VecDeque<String>,
}

/// How this firm is set up; it follows from the seed.
impl Town {
    pub(super) fn has_external_id(&self) -> bool {
        self.seed.is_multiple_of(2)
    }

    pub(super) fn processes(&self) -> usize {
        if self.seed % 4 < 2 { 1 } else { 2 }
    }
}

fn terms(seed: u64) -> OrgTerms {
    let fields = ["LastName", "Company", "FirstName", "Email", "Key__c"];
    OrgTerms {
        fields: fields.map(str::to_owned).to_vec(),
        batch_rows: [1, 3, 10, 200][(seed / 4 % 4) as usize],
        calls_a_day: 300,
        in_flight: IN_FLIGHT,
        jobs: (!seed.is_multiple_of(3)).then(|| JobTerms {
            from_rows: 2 + (seed % 5) as usize,
            rows: [4, 50][(seed / 2 % 2) as usize],
            takes: Duration::from_secs([1, 30, 400][(seed / 3 % 3) as usize]),
            kept_for: SEVEN_DAYS,
        }),
    }
}

impl Town {
    pub(super) async fn new(seed: u64) -> Arc<Self> {
        let (clock, ids) = (Arc::new(ManualClock::default()), Arc::new(SequentialIds::default()));
        let mut connection = connection(&*ids, "acme");
        connection.settings.insert("consumer_key".to_owned(), "app-1".to_owned());
        let mut sync = sync(&*ids, "acme-leads", &connection);
        sync.mapping.lines = lines();
        let state = State {
            random: StdRng::seed_from_u64(seed),
            calendar: BTreeMap::new(),
            events: 0,
            clients: 0,
            by_reference: BTreeMap::new(),
            adopted: 0,
            app: 1,
            processes: Vec::new(),
            unheard: false,
            deaths: 0,
            diary: VecDeque::new(),
        };
        let town = Self {
            seed,
            org: MemoryOrg::new(clock.clone(), terms(seed), "app-1"),
            clock,
            disk: MemoryStore::new(),
            sync: sync.id,
            connection: connection.id,
            installation: InstallationId::make(&*ids),
            ids,
            state: Mutex::new(state),
        };
        if town.has_external_id() {
            sync.options.external_id_field = Some("Key__c".to_owned());
        }
        let mut tx = town.disk.write().await.unwrap();
        tx.connections().insert(&connection).await.unwrap();
        tx.syncs().insert(&sync).await.unwrap();
        tx.commit().await.unwrap();
        Arc::new(town)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// True in so many of a thousand cases.
    pub(super) fn chance(&self, in_a_thousand: u32) -> bool {
        self.state().random.random_range(0..1000) < in_a_thousand
    }

    /// A number below `end`.
    pub(super) fn number(&self, end: usize) -> usize {
        self.state().random.random_range(0..end)
    }

    pub(super) fn seconds(&self, from: u64, to: u64) -> Duration {
        Duration::from_secs(self.state().random.random_range(from..to))
    }

    pub(super) fn notes(&self, what: impl FnOnce() -> String) {
        let line = format!("{} {}", self.now().format("%d %H:%M:%S%.3f"), what());
        let mut state = self.state();
        if state.diary.len() == DIARY {
            state.diary.pop_front();
        }
        state.diary.push_back(line);
    }

    pub(super) fn tells_its_diary(&self) {
        self.state().diary.iter().for_each(|line| println!("{line}"));
    }

    /// Lets the processes go, which hold the town.
    pub(super) fn ends(&self) {
        let processes = std::mem::take(&mut self.state().processes);
        drop(processes);
    }

    /// Lives through so many days; what there is to tell of them.
    pub(super) async fn lives(self: &Arc<Self>, days: u64) -> String {
        for number in 0..self.processes() {
            let process = Process::begins(self, number).await;
            self.state().processes.push(Some(process));
        }
        self.opens_for_business().await;
        for day in 0..days {
            let ends_at = self.now() + chrono::Duration::days(1);
            let calls_in_vain = self.org.calls_in_vain();
            self.plans_a_day(day);
            self.lives_until(ends_at).await;
            let in_vain = self.org.calls_in_vain() - calls_in_vain;
            assert!(in_vain <= 120 * self.processes(), "{in_vain} calls were made in vain on day {day}");
            if day % 7 == 6 {
                self.comes_to_rest().await;
            }
        }
        self.comes_to_rest().await;
        let state = self.state();
        let (clients, deaths, events) = (state.clients, state.deaths, state.events);
        format!(
            "{clients} clients, {} sends, {} jobs, {events} events, {deaths} deaths",
            self.org.sends(),
            self.org.jobs()
        )
    }

    /// Lets things happen and processes look, in the order of time.
    async fn lives_until(self: &Arc<Self>, ends_at: Timestamp) {
        loop {
            let event = self.state().calendar.first_key_value().map(|((at, _), _)| *at);
            let look = self.next_look();
            let Some(next) = event.into_iter().chain(look).min().filter(|next| *next < ends_at) else { break };
            self.sleeps_until(next);
            while let Some(event) = self.next_event() {
                self.happens(event).await;
                self.signals();
            }
            self.everybody_looks().await;
        }
        self.sleeps_until(ends_at);
    }

    fn next_event(&self) -> Option<Event> {
        let mut state = self.state();
        let first = state.calendar.first_entry().filter(|entry| entry.key().0 <= self.now())?;
        Some(first.remove())
    }

    pub(super) fn sleeps_until(&self, moment: Timestamp) {
        self.clock.advance((moment - self.now()).to_std().unwrap_or_default());
    }

    /// When a process looks next.
    pub(super) fn next_look(&self) -> Option<Timestamp> {
        let state = self.state();
        let looks = state.processes.iter().flatten().filter_map(Process::next_look).min()?;
        Some(self.now() + chrono::Duration::from_std(looks.saturating_sub(self.clock.monotonic())).unwrap())
    }

    /// Lets every process look whose time has come.
    pub(super) async fn everybody_looks(self: &Arc<Self>) {
        for number in 0..self.processes() {
            self.looks(number).await;
        }
    }

    /// Lets a process look if its time has come and it is not at work.
    pub(super) async fn looks(self: &Arc<Self>, number: usize) {
        let time = self.clock.monotonic();
        let process = {
            let mut state = self.state();
            let wants_to = |process: &Process| process.next_look().is_some_and(|look| look <= time);
            if state.processes[number].as_ref().is_some_and(wants_to) { state.processes[number].take() } else { None }
        };
        let Some(mut process) = process else { return };
        if process.looks(self).await {
            process = process.begins_anew(self).await;
            self.state().deaths += 1;
        }
        if std::mem::take(&mut self.state().unheard) {
            process.is_signalled();
        }
        self.state().processes[number] = Some(process);
        self.checks().await;
    }

    /// Something has changed that processes may want to see; one that is at work looks again when it has ended.
    pub(super) fn signals(&self) {
        let mut state = self.state();
        state.unheard |= state.processes.iter().any(Option::is_none);
        state.processes.iter_mut().flatten().for_each(Process::is_signalled);
    }
}
