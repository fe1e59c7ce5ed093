//! Quiet time: everything is mended, processes come to rest, and every client has its record.

use std::collections::BTreeMap;
use std::sync::Arc;

use salesbridge_connector_kit::memory::{Maker, RecordState};
use salesbridge_model::{Client, Link, RunState, RunTrigger};
use salesbridge_store::{DueCounts, DueRow, DueState, Store};

use super::office::DESCRIBED_ANEW;
use super::reading::expected;
use super::town::Town;

/// Full runs in a row that may be cancelled in quiet time.
const MOST_CANCELLED: usize = 10;

impl Town {
    /// Mends everything, waits until nobody has anything to do, and looks at every client.
    pub(super) async fn comes_to_rest(self: &Arc<Self>) {
        self.notes(|| "quiet time".to_owned());
        self.mends_everything().await;
        self.clock.advance(DESCRIBED_ANEW);
        self.is_looked_after().await;
        // What happens in the middle of something may cancel the run too.
        for _ in 0..MOST_CANCELLED {
            self.asks_for_full_run().await;
            self.is_looked_after().await;
            if !self.newest_full_run_was_cancelled().await {
                break;
            }
        }
        self.is_at_rest().await;
        self.checks_counts().await;
        self.checks_every_client().await;
    }

    async fn is_looked_after(self: &Arc<Self>) {
        for _ in 0..2 {
            self.administrator_looks().await;
            self.waits_for_rest().await;
        }
    }

    async fn newest_full_run_was_cancelled(&self) -> bool {
        let runs = self.runs().await;
        let full = runs.iter().filter(|run| run.trigger == RunTrigger::Full);
        full.max_by_key(|run| run.created_at).is_some_and(|run| run.state == RunState::Cancelled)
    }

    async fn mends_everything(&self) {
        self.org.forget_script();
        self.org.is_down(false);
        self.org.refuses_sign_in(false);
        self.org.hides_field("Email", false);
        self.org.refuses_values(None);
        let key = format!("app-{}", self.state().app);
        self.org.has_app(Some(&key));
        self.changes_sync(|sync| sync.enabled = true).await;
        self.changes_connection(|connection| connection.enabled = true).await;
        let mut state = self.state();
        state.calendar.clear();
        for process in state.processes.iter_mut().flatten() {
            process.store.forget_script();
            process.lives_on();
        }
    }

    /// Lets time pass until no process has anything to do.
    async fn waits_for_rest(self: &Arc<Self>) {
        self.signals();
        for _ in 0..1000 {
            let Some(next) = self.next_look() else { break };
            self.sleeps_until(next);
            self.everybody_looks().await;
            // What happens in the middle of something may have broken something.
            while let Some(event) = { self.state().calendar.pop_first() } {
                let ((at, _), event) = event;
                self.sleeps_until(at);
                self.happens(event).await;
                self.signals();
            }
        }
        let next = self.next_look();
        assert!(next.is_none() && self.org.under_way() == 0, "it does not come to rest: {next:?}");
    }

    async fn is_at_rest(&self) {
        let runs = self.runs().await;
        let open: Vec<_> = runs.iter().filter(|run| !run.state.is_final()).collect();
        assert!(open.is_empty(), "runs are open: {open:?}");
        let mut tx = self.disk.read().await.unwrap();
        assert_eq!(tx.journal().unsettled(self.sync).await.unwrap(), [], "writes that are not settled");
        let counts = tx.due().counts(self.sync, self.now()).await.unwrap();
        assert_eq!(DueCounts { refused: 0, ..counts }, DueCounts::default(), "rows that wait");
        let full =
            runs.iter().find(|run| run.state == RunState::Completed || run.state == RunState::CompletedWithRefusals);
        assert!(full.is_some(), "some run was completed");
    }

    /// Every client that is neither archived nor refused for a reason has exactly one record, with its values but those that sales people changed.
    async fn checks_every_client(&self) {
        let mut tx = self.disk.read().await.unwrap();
        let clients = tx.clients().after(None, 10_000).await.unwrap();
        let keys: Vec<String> = (1..=self.state().clients).map(|number| format!("C-{number:05}")).collect();
        let links = tx.links().find_many(self.sync, &keys).await.unwrap();
        let due = tx.due().find_many(self.sync, &keys).await.unwrap();
        let links: BTreeMap<&str, &Link> = links.iter().map(|link| (link.source_key.as_str(), link)).collect();
        let due: BTreeMap<&str, &DueRow> = due.iter().map(|row| (row.source_key.as_str(), row)).collect();
        for client in &clients {
            let key = client.key.as_str();
            self.checks_client(client, links.get(key).copied(), due.get(key).copied());
        }
        let mut made = 0;
        self.org.look(|record| made += usize::from(record.made_by == Maker::Connection));
        assert_eq!(made, links.len(), "records that no row has");
    }

    fn checks_client(&self, client: &Client, link: Option<&Link>, due: Option<&DueRow>) {
        let record = link.map(|link| self.record(&link.record_id).unwrap());
        let too_long = client.last_name.as_ref().is_some_and(|name| name.chars().count() > 40);
        let live = record.as_ref().is_none_or(|record| record.state == RecordState::Live);
        if let Some(due) = due {
            let broken = due.code.as_deref() == Some("LINK_BROKEN");
            assert!(due.state == DueState::Refused && (too_long || !live || broken), "{due:?} of {client:?}");
            return;
        }
        let Some(record) = record else { panic!("{client:?} has no record") };
        assert_eq!(record.fields.get("Company"), client.status.as_ref(), "{client:?} has another's record");
        if record.state != RecordState::Live {
            return;
        }
        for (field, value) in expected(client) {
            if !record.touched.contains(field) {
                assert_eq!(record.fields.get(field), value.as_ref(), "{field} of {client:?} in {record:?}");
            }
        }
        // An empty first name is left alone; one that is given is there.
        if let Some(first_name) = &client.first_name
            && !record.touched.contains("FirstName")
        {
            assert_eq!(record.fields.get("FirstName"), Some(first_name), "{client:?}");
        }
    }
}
