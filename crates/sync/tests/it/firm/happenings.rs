//! How each event happens.

use std::sync::Arc;
use std::time::Duration;

use salesbridge_connector_kit::memory::{Maker, RecordState};

use super::calendar::Event;
use super::office::{DESCRIBED_ANEW, RULE};
use super::process::Process;
use super::town::Town;

impl Town {
    /// Lets one thing happen.
    pub(super) async fn happens(self: &Arc<Self>, event: Event) {
        self.notes(|| format!("{event:?}"));
        match event {
            Event::ClientsImported(number) => self.imports(number).await,
            Event::TwinsImported => self.imports_twins().await,
            Event::ClientEdited => self.edits_a_client().await,
            Event::ClientsMoved(number) => self.moves_clients(number).await,
            Event::ClientEditedOften(times) => self.edits_often(times).await,
            Event::FullRunAsked => self.asks_for_full_run().await,
            Event::RunCancelled => self.cancels_a_run().await,
            Event::AdministratorLooks => self.administrator_looks().await,
            Event::SyncDisabled(time) => {
                self.changes_sync(|sync| sync.enabled = false).await;
                self.will_happen_in(time, Event::SyncEnabled);
            }
            Event::SyncEnabled => {
                // Changes made meanwhile are taken in by a full run.
                self.changes_sync(|sync| sync.enabled = true).await;
                self.asks_for_full_run().await;
            }
            Event::ConnectionDisabled(time) => {
                self.changes_connection(|connection| connection.enabled = false).await;
                self.will_happen_in(time, Event::ConnectionEnabled);
            }
            Event::ConnectionEnabled => self.changes_connection(|connection| connection.enabled = true).await,
            Event::AppMadeAgain => self.makes_app_again().await,
            Event::CommitFails(..) | Event::ProcessDies(..) | Event::ProcessRestarted => self.strikes(event).await,
            _ => self.happens_there(event),
        }
    }

    /// What happens in the org.
    fn happens_there(&self, event: Event) {
        match event {
            Event::SalesEdit => self.sales_edit(),
            Event::SalesDelete => self.sales_work(RecordState::Live, |id| self.org.person_deletes(id)),
            Event::SalesRestore => self.sales_work(RecordState::Deleted, |id| self.org.person_restores(id)),
            Event::SalesConvert => self.sales_work(RecordState::Live, |id| self.org.person_converts(id)),
            Event::SalesMakeTheirOwn => self.another_makes_record(Maker::Person),
            Event::AnotherProgramMakesRecord => self.another_makes_record(Maker::SameUser),
            Event::AnotherProgramCalls(calls) => self.org.another_calls(calls),
            Event::RecordLocked => self.locks_a_record(),
            Event::OrgGoesDown(time) => {
                self.org.is_down(true);
                self.will_happen_in(time, Event::OrgIsUp);
            }
            Event::OrgIsUp => self.org.is_down(false),
            Event::SignInRefused(time) => {
                self.org.refuses_sign_in(true);
                self.will_happen_in(time, Event::SignInAllowed);
            }
            Event::SignInAllowed => self.org.refuses_sign_in(false),
            Event::AppDeleted(time) => {
                self.org.has_app(None);
                self.will_happen_in(time, Event::AppMadeAgain);
            }
            Event::FieldHidden(time) => {
                self.org.hides_field("Email", true);
                self.will_happen_in(time, Event::FieldShown);
            }
            Event::FieldShown => {
                self.org.hides_field("Email", false);
                self.will_happen_in(DESCRIBED_ANEW, Event::FullRunAsked);
            }
            Event::RuleMade(time) => {
                self.org.refuses_values(Some(RULE));
                self.will_happen_in(time, Event::RuleLifted);
            }
            Event::RuleLifted => self.org.refuses_values(None),
            Event::JobsDeleted => self.org.forgets_jobs(),
            Event::OpenJobsAborted => self.org.aborts_open_jobs(),
            Event::SendsMeet(fault) => self.org.script([fault]),
            other => panic!("{other:?} does not happen in the org"),
        }
    }

    async fn edits_often(self: &Arc<Self>, times: usize) {
        for _ in 0..times {
            self.edits_a_client().await;
            self.clock.advance(Duration::from_millis(1 + self.number(50) as u64));
            if self.chance(200) {
                self.signals();
                self.everybody_looks().await;
            }
        }
    }

    /// The administrator makes the app anew and gives the connection its key.
    async fn makes_app_again(&self) {
        let number = {
            let mut state = self.state();
            state.app += 1;
            state.app
        };
        let key = format!("app-{number}");
        self.org.has_app(Some(&key));
        self.changes_connection(|connection| {
            connection.settings.insert("consumer_key".to_owned(), key);
            connection.held = None;
        })
        .await;
        self.state().processes.iter_mut().flatten().for_each(Process::is_told_of_mending);
    }

    /// What befalls a process that is not at work.
    async fn strikes(self: &Arc<Self>, event: Event) {
        let number = self.number(self.processes());
        let process = self.state().processes[number].take();
        let Some(mut process) = process else { return };
        match event {
            Event::CommitFails(failure, passes) => process.store.fail_commit(passes, failure),
            Event::ProcessDies(step, passes) => process.dies_at(step, passes),
            _ => process = process.begins_anew(self).await,
        }
        self.state().processes[number] = Some(process);
    }

    /// In so many of a thousand cases something small happens now, while a process is in the middle of something.
    pub(super) async fn something_happens_meanwhile(self: &Arc<Self>, in_a_thousand: u32) {
        if !self.chance(in_a_thousand) {
            return;
        }
        let event = match self.number(15) {
            0 => Event::SalesDelete,
            1 => Event::SalesConvert,
            2 | 3 => Event::SalesEdit,
            4 => Event::ClientsImported(1),
            5 if self.chance(200) => Event::SyncDisabled(self.seconds(1, 600)),
            6 if self.chance(200) => Event::RunCancelled,
            7 if self.chance(200) => Event::AppDeleted(self.seconds(1, 3600)),
            12 => Event::ClientsMoved(1),
            13 => Event::JobsDeleted,
            14 if self.chance(300) => Event::OpenJobsAborted,
            _ => Event::ClientEdited,
        };
        Box::pin(self.happens(event)).await;
        self.signals();
    }
}
