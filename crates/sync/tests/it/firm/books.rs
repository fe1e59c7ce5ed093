//! What must hold after every step.

use std::collections::BTreeMap;

use salesbridge_connector_kit::memory::{Maker, OrgRecord};
use salesbridge_model::{OutcomeKind, Run, RunTrigger};
use salesbridge_store::{OutcomeFilter, RunFilter, Store};

use super::office::all;
use super::town::Town;

impl Town {
    /// What must hold after every step.
    pub(super) async fn checks(&self) {
        self.checks_records();
        self.checks_cursors().await;
    }

    /// No client has two records that we made, and none was made for nobody.
    fn checks_records(&self) {
        let mut made: BTreeMap<String, usize> = BTreeMap::new();
        self.org.look(|record| {
            if record.made_by == Maker::Connection {
                *made.entry(record.fields["Company"].clone()).or_default() += 1;
            }
        });
        let state = self.state();
        for (reference, records) in made {
            let clients = state.by_reference.get(&reference).copied().unwrap_or_default();
            assert!(records <= clients, "{records} records were made for {clients} clients of {reference}");
        }
    }

    /// A cursor stands before every row that is not settled.
    async fn checks_cursors(&self) {
        let mut tx = self.disk.read().await.unwrap();
        let unsettled = tx.journal().unsettled(self.sync).await.unwrap();
        assert!(unsettled.len() <= 1, "nothing is sent while {} writes are not settled", unsettled.len());
        for entry in unsettled {
            let run = tx.runs().find(entry.run_id).await.unwrap().unwrap();
            let Some(cursor) = run.cursor.filter(|_| run.trigger == RunTrigger::Full) else { continue };
            for row in &entry.rows {
                assert!(row.source_key > cursor, "{} is not settled, and the cursor is at {cursor}", row.source_key);
            }
        }
    }

    /// The counts of every run are those of its rows, and the records made those that the runs tell of.
    pub(super) async fn checks_counts(&self) {
        let mut created = 0;
        for run in self.runs().await {
            let mut tx = self.disk.read().await.unwrap();
            let mut told = run.counts;
            for kind in [
                OutcomeKind::Created,
                OutcomeKind::Updated,
                OutcomeKind::Refused,
                OutcomeKind::Deferred,
                OutcomeKind::Uncertain,
            ] {
                let rows = tx.outcomes().list(run.id, &OutcomeFilter::of(kind), &all()).await.unwrap().total;
                assert_eq!(*told.of(kind), rows, "{kind:?} rows of {run:?}");
            }
            created += run.counts.created;
        }
        let mut made = 0;
        self.org.look(|record| made += u64::from(record.made_by == Maker::Connection));
        let adopted = self.state().adopted;
        assert_eq!(created + adopted, made, "{created} records were told of, {adopted} recognised, {made} made");
    }

    pub(super) async fn runs(&self) -> Vec<Run> {
        let (mut runs, mut page) = (Vec::new(), all());
        loop {
            let listed = self.disk.read().await.unwrap().runs().list(&RunFilter::of(self.sync), &page).await.unwrap();
            runs.extend(listed.items);
            if listed.next.is_none() {
                return runs;
            }
            page.after = listed.next;
        }
    }

    pub(super) fn record(&self, id: &str) -> Option<OrgRecord> {
        let mut found = None;
        self.org.look(|record| {
            if record.id == id {
                found = Some(record.clone());
            }
        });
        found
    }
}
