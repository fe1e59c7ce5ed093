//! What the firm's own people do: clients, switches, mending.

use std::collections::BTreeMap;
use std::time::Duration;

use salesbridge_connector_kit::memory::{Maker, RecordState};
use salesbridge_model::{
    Client, ConfirmedFields, Connection, Link, LinkState, PageRequest, Run, RunCounts, RunId, RunState, RunTrigger,
    Sync,
};
use salesbridge_store::{DueFilter, DueRow, DueState, Store};

use super::process::Process;
use super::town::Town;

const FIRST_NAMES: [Option<&str>; 4] = [Some("Ann"), Some("Bo"), Some("Chloé"), None];
/// The last is refused by the org, the one before it by a rule that the firm sometimes has.
const LAST_NAMES: [Option<&str>; 8] = [
    Some("Li"),
    Some("Smith"),
    Some("O'Brien"),
    Some("Zoë"),
    None,
    Some("Miller"),
    Some("Forbidden"),
    Some("far too long a last name for any field that this org has"),
];
/// What the rule refuses names that begin with.
pub(super) const RULE: (&str, &str) = ("LastName", "Forb");

impl Town {
    /// Thirty clients, and the first full run.
    pub(super) async fn opens_for_business(&self) {
        self.imports(30).await;
        self.asks_for_full_run().await;
    }

    pub(super) async fn imports(&self, number: usize) {
        let clients: Vec<Client> = (0..number).map(|_| self.new_client(None)).collect();
        self.saves(&clients).await;
    }

    /// Two clients that are equal but for their keys.
    pub(super) async fn imports_twins(&self) {
        let one = self.new_client(None);
        let two = Client { key: self.new_client(one.status.clone()).key, ..one.clone() };
        self.saves(&[one, two]).await;
    }

    fn new_client(&self, reference: Option<String>) -> Client {
        let (first, last) = (self.number(FIRST_NAMES.len()), self.number(LAST_NAMES.len()));
        let mut state = self.state();
        state.clients += 1;
        let key = format!("C-{:05}", state.clients);
        let reference = reference.unwrap_or_else(|| format!("R-{:05}", state.clients));
        *state.by_reference.entry(reference.clone()).or_default() += 1;
        Client {
            email: Some(format!("{key}@example.com")),
            first_name: FIRST_NAMES[first].map(str::to_owned),
            last_name: LAST_NAMES[last].map(str::to_owned),
            status: Some(reference),
            key,
            ..Client::default()
        }
    }

    pub(super) async fn edits_a_client(&self) {
        let key = format!("C-{:05}", 1 + self.number(self.state_clients()));
        let mut client = self.disk.read().await.unwrap().clients().find(&key).await.unwrap().unwrap();
        match self.number(3) {
            0 => client.first_name = FIRST_NAMES[self.number(FIRST_NAMES.len())].map(str::to_owned),
            1 => client.last_name = LAST_NAMES[self.number(LAST_NAMES.len())].map(str::to_owned),
            _ => client.email = self.chance(700).then(|| format!("{key}-{}@example.com", self.number(5))),
        }
        self.notes(|| format!("{key} is now {:?} {:?} {:?}", client.first_name, client.last_name, client.email));
        self.saves(&[client]).await;
    }

    /// Clients are archived, or taken back: some that are, and some that are not.
    pub(super) async fn moves_clients(&self, number: usize) {
        let mut keys: Vec<String> =
            (0..number).map(|_| format!("C-{:05}", 1 + self.number(self.state_clients()))).collect();
        keys.sort();
        keys.dedup();
        let mut tx = self.disk.write().await.unwrap();
        let back = tx.clients().archived(&keys).await.unwrap();
        keys.retain(|key| !back.contains(key));
        self.notes(|| format!("{keys:?} are archived, {back:?} taken back"));
        tx.clients().set_archived(&keys, true, self.now()).await.unwrap();
        tx.clients().set_archived(&back, false, self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    fn state_clients(&self) -> usize {
        self.state().clients
    }

    async fn saves(&self, clients: &[Client]) {
        let mut tx = self.disk.write().await.unwrap();
        tx.clients().save(clients, self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(super) async fn asks_for_full_run(&self) {
        let run = Run {
            id: RunId::make(&*self.ids),
            sync_id: self.sync,
            trigger: RunTrigger::Full,
            state: RunState::Queued,
            cursor: None,
            counts: RunCounts::default(),
            api_calls: 0,
            problem: None,
            warnings: Vec::new(),
            created_at: self.now(),
            finished_at: None,
        };
        let mut tx = self.disk.write().await.unwrap();
        let open = tx.runs().open(self.sync).await.unwrap();
        // One at a time, as the hub has it.
        if open.iter().all(|run| run.trigger != RunTrigger::Full) {
            tx.runs().insert(&run).await.unwrap();
            tx.commit().await.unwrap();
        }
    }

    pub(super) async fn cancels_a_run(&self) {
        let mut tx = self.disk.write().await.unwrap();
        let open = tx.runs().open(self.sync).await.unwrap();
        if let Some(mut run) = open.into_iter().next() {
            run.state = RunState::Cancelled;
            run.finished_at = Some(self.now());
            tx.runs().update(&run).await.unwrap();
            tx.commit().await.unwrap();
        }
    }

    pub(super) async fn changes_sync(&self, change: impl FnOnce(&mut Sync)) {
        let mut tx = self.disk.write().await.unwrap();
        let mut sync = tx.syncs().find(self.sync).await.unwrap().unwrap();
        change(&mut sync);
        sync.updated_at = self.now();
        tx.syncs().update(&sync).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(super) async fn changes_connection(&self, change: impl FnOnce(&mut Connection)) {
        let mut tx = self.disk.write().await.unwrap();
        let mut connection = tx.connections().find(self.connection).await.unwrap().unwrap();
        change(&mut connection);
        connection.updated_at = self.now();
        tx.connections().update(&connection).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Releases what is held, as a person does who has read why, looks at rows that are uncertain, and asks for refused ones again.
    pub(super) async fn administrator_looks(&self) {
        self.changes_connection(|connection| connection.held = None).await;
        self.changes_sync(|sync| sync.held = None).await;
        self.looks_at_uncertain_rows().await;
        let mut tx = self.disk.write().await.unwrap();
        tx.due().retry(self.sync, DueState::Refused, None, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        self.state().processes.iter_mut().flatten().for_each(Process::is_told_of_mending);
    }

    /// A record that no row has and that is recognised as an uncertain row's is linked to it; then the row is sent again.
    async fn looks_at_uncertain_rows(&self) {
        let mut tx = self.disk.write().await.unwrap();
        let uncertain: Vec<DueRow> =
            tx.due().list(self.sync, &DueFilter::of(DueState::Uncertain), &all()).await.unwrap().items;
        for row in &uncertain {
            let client = tx.clients().find(&row.source_key).await.unwrap().unwrap();
            let mine: Vec<String> = self
                .org
                .records()
                .into_iter()
                .filter(|record| {
                    record.made_by == Maker::Connection && record.fields.get("Company") == client.status.as_ref()
                })
                .map(|record| record.id)
                .collect();
            let claimed = tx.links().claimed(&mine).await.unwrap();
            if let Some(free) = mine.into_iter().find(|id| !claimed.contains(id)) {
                self.notes(|| format!("{free} is recognised as the record of {}", row.source_key));
                let link = Link {
                    sync_id: self.sync,
                    source_key: row.source_key.clone(),
                    record_id: free,
                    confirmed: ConfirmedFields::default(),
                    state: LinkState::Active,
                    successors: Vec::new(),
                    updated_at: self.now(),
                };
                tx.links().save(&[link]).await.unwrap();
                self.state().adopted += 1;
            }
        }
        tx.due().retry(self.sync, DueState::Uncertain, None, self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Sales people at a record that we made, or at any.
    pub(super) fn sales_work(&self, state: RecordState, work: impl FnOnce(&str)) {
        let ids: Vec<String> =
            self.org.records().into_iter().filter(|record| record.state == state).map(|record| record.id).collect();
        if !ids.is_empty() {
            let id = &ids[self.number(ids.len())];
            self.notes(|| format!("sales people work on {id}"));
            work(id);
        }
    }

    pub(super) fn sales_edit(&self) {
        let (field, value) = match self.number(3) {
            0 => ("FirstName", self.chance(800).then(|| format!("Sales {}", self.number(9)))),
            1 => ("LastName", Some(format!("Sold {}", self.number(9)))),
            _ => ("Email", self.chance(800).then(|| format!("sales-{}@example.com", self.number(9)))),
        };
        self.sales_work(RecordState::Live, |id| self.org.person_edits(id, field, value.as_deref()));
    }

    /// A record that has nothing to do with us, though it looks like one of ours.
    pub(super) fn another_makes_record(&self, made_by: Maker) {
        let fields = [("LastName", "Smith".to_owned()), ("Company", format!("Elsewhere {}", self.number(9)))];
        let fields: BTreeMap<String, String> =
            fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.org.another_makes(made_by, fields);
    }

    pub(super) fn locks_a_record(&self) {
        let until = self.now() + chrono::Duration::from_std(self.seconds(1, 3600)).unwrap();
        self.sales_work(RecordState::Live, |id| self.org.locks(id, until));
    }
}

/// A moment longer than any describe is believed.
pub(super) const DESCRIBED_ANEW: Duration = Duration::from_secs(301);

pub(super) fn all() -> PageRequest {
    PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) }
}
