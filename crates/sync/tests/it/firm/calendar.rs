//! What happens in a day, and when: people work by day, maintenance comes by night, trouble at any time.

use std::time::Duration;

use rand::RngExt;
use salesbridge_connector_kit::memory::SendFault;
use salesbridge_journal::Step;
use salesbridge_model::Timestamp;
use salesbridge_store::memory::CommitFailure;

use super::town::{LATEST_LANDING, Town};

/// Something that happens.
#[derive(Clone, Debug)]
pub(super) enum Event {
    ClientsImported(usize),
    TwinsImported,
    ClientEdited,
    /// Archived, or taken back if they are.
    ClientsMoved(usize),
    ClientEditedOften(usize),
    SalesEdit,
    SalesDelete,
    SalesRestore,
    SalesConvert,
    SalesMakeTheirOwn,
    AnotherProgramMakesRecord,
    AnotherProgramCalls(usize),
    RecordLocked,
    OrgGoesDown(Duration),
    OrgIsUp,
    SignInRefused(Duration),
    SignInAllowed,
    AppDeleted(Duration),
    AppMadeAgain,
    FieldHidden(Duration),
    FieldShown,
    RuleMade(Duration),
    RuleLifted,
    SyncDisabled(Duration),
    SyncEnabled,
    ConnectionDisabled(Duration),
    ConnectionEnabled,
    FullRunAsked,
    RunCancelled,
    JobsDeleted,
    OpenJobsAborted,
    SendsMeet(SendFault),
    CommitFails(CommitFailure, usize),
    ProcessDies(Step, usize),
    ProcessRestarted,
    AdministratorLooks,
}

impl Town {
    /// Puts something into the calendar.
    pub(super) fn will_happen(&self, at: Timestamp, event: Event) {
        let mut state = self.state();
        state.events += 1;
        let number = state.events;
        state.calendar.insert((at, number), event);
    }

    pub(super) fn will_happen_in(&self, after: Duration, event: Event) {
        self.will_happen(self.now() + chrono::Duration::from_std(after).unwrap(), event);
    }

    /// Plans the next 24 hours, which begin at nine in the morning.
    pub(super) fn plans_a_day(&self, day: u64) {
        self.will_happen_in(Duration::from_secs(60), Event::AdministratorLooks);
        let weekend = day % 7 >= 5;
        let (edits, sales) = if weekend { (4, 2) } else { (16, 9) };
        for _ in 0..edits {
            let event = self.of_an_office_day();
            self.by_day(event);
        }
        for _ in 0..sales {
            let event = self.of_a_sales_day();
            self.by_day(event);
        }
        for _ in 0..self.number(5) {
            let event = self.of_bad_luck();
            self.will_happen_in(self.seconds(0, 86_400), event);
        }
        if day % 7 == 5 {
            // Saturday night: the org is maintained.
            self.will_happen_in(Duration::from_secs(17 * 3600), Event::OrgGoesDown(Duration::from_secs(4 * 3600)));
        }
    }

    fn by_day(&self, event: Event) {
        self.will_happen_in(self.seconds(0, 9 * 3600), event);
    }

    fn of_an_office_day(&self) -> Event {
        match self.number(20) {
            0 => Event::ClientsImported(1 + self.number(4)),
            1 => Event::TwinsImported,
            2 => Event::ClientEditedOften(2 + self.number(20)),
            3 if self.chance(300) => Event::FullRunAsked,
            4 => Event::ClientsMoved(1 + self.number(4)),
            _ => Event::ClientEdited,
        }
    }

    fn of_a_sales_day(&self) -> Event {
        match self.number(20) {
            0 => Event::SalesDelete,
            1 => Event::SalesRestore,
            2 => Event::SalesConvert,
            3 | 4 => Event::SalesMakeTheirOwn,
            5 | 6 => Event::RecordLocked,
            7 if self.chance(200) => Event::AnotherProgramMakesRecord,
            _ => Event::SalesEdit,
        }
    }

    fn of_bad_luck(&self) -> Event {
        let hours = |most: u64| self.seconds(60, most * 3600);
        match self.number(21) {
            0 => Event::OrgGoesDown(hours(3)),
            1 => Event::SignInRefused(hours(20)),
            2 => Event::AppDeleted(hours(10)),
            3 => Event::FieldHidden(hours(30)),
            4 => Event::RuleMade(hours(30)),
            5 => Event::SyncDisabled(hours(5)),
            6 => Event::ConnectionDisabled(hours(5)),
            7 => Event::AnotherProgramCalls(100 + self.number(300)),
            8 => Event::RunCancelled,
            9 => Event::ProcessRestarted,
            10 | 11 => Event::CommitFails(
                if self.chance(500) { CommitFailure::Lost } else { CommitFailure::Stored },
                self.number(6),
            ),
            12..15 => Event::SendsMeet(self.fault()),
            15 => Event::JobsDeleted,
            16 => Event::OpenJobsAborted,
            _ => {
                let step = Step::ALL[self.number(Step::ALL.len())];
                Event::ProcessDies(step, self.number(3))
            }
        }
    }

    fn fault(&self) -> SendFault {
        let after = self.seconds(1, LATEST_LANDING.as_secs());
        let faults =
            [SendFault::NotSent, SendFault::LostBeforeWrite, SendFault::LostAfterWrite, SendFault::LandsLater(after)];
        faults[self.state().random.random_range(0..faults.len())]
    }
}
