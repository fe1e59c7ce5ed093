//! The fault matrix of rows that go by Bulk jobs: each step of a job fails in each way, the job fails by itself, single rows are refused. In each cell the
//! consequence is the decided one, nothing is lost, and no Lead is made twice, without an external-ID field too.

use std::time::Duration;

use salesbridge_hub::clients::ImportManner;
use salesbridge_hub::connections::{ConnectionEdit, NewConnection};
use salesbridge_hub::runs::RunQuery;
use salesbridge_hub::syncs::RowChoice;
use salesbridge_hub::{Caller, DueFilter, DueState};
use salesbridge_local_org::{
    BulkConfig, FaultAction, FaultError, FaultMatch, FaultRule, FaultTime, JobFault, OrgConfig, RowFault, Truncation,
};
use salesbridge_model::{PageRequest, RunState};

use crate::bulk_codes::{CODES, Follows, Step};
use crate::codes;
use crate::stage::{SYNC, Stage, connection_to, person, until};

const QUARTER: Duration = Duration::from_secs(15 * 60 + 1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60 + 1);
/// The last name of a client whom a rule of the org refuses for good.
const BAD: &str = "Forbidden";
const GOOD: &str = "Miller";

/// A stage whose every row goes by a job, with the Leads it has.
struct Jobs {
    stage: Stage,
    leads: usize,
    /// Rows that the org refuses for good.
    refused: u64,
}

impl Jobs {
    /// A hub with one Lead made.
    async fn set(external_id: bool) -> Self {
        let bulk = BulkConfig { polls_in_progress: 0, ..BulkConfig::default() };
        let config = OrgConfig { bulk, ..OrgConfig::default() };
        let stage = Stage::set_with(config, |connectors| {
            connectors.bulk_from_rows = 1;
            connectors.bulk_rows = 100;
        })
        .await;
        let external_id_field = external_id.then(|| "Salesbridge_Key__c".to_owned());
        if external_id {
            stage.org.make_key_field().await;
        }
        stage.save(&[person("first", "Miller")]).await;
        let new = NewConnection { external_id_field, ..connection_to(&stage.org, &stage.org.app) };
        stage.connect(new).await;
        let jobs = Self { stage, leads: 1, refused: 0 };
        jobs.has_a_rule();
        jobs
    }

    /// The org refuses the rows of one last name.
    fn has_a_rule(&self) {
        let rows = row_fault("FIELD_CUSTOM_VALIDATION_EXCEPTION", "LastName", BAD, None);
        let action = FaultAction { rows: Some(rows), ..FaultAction::default() };
        self.org_gets(FaultRule { action, ..FaultRule::default() });
    }

    /// The next call of this step meets this.
    fn breaks(&self, step: Step, when: FaultTime, action: FaultAction) {
        let (method, path, body) = match step {
            Step::Create => ("POST", "/jobs/ingest", None),
            Step::Upload => ("PUT", "/batches", None),
            Step::Queue => ("PATCH", "/jobs/ingest/", Some("UploadComplete")),
            Step::Poll => ("GET", "/jobs/ingest/750", None),
            Step::ReadWritten => ("GET", "/successfulResults", None),
            Step::ReadRefused => ("GET", "/failedResults", None),
        };
        let matches = FaultMatch {
            method: Some(method.to_owned()),
            path_contains: Some(path.to_owned()),
            body_contains: body.map(str::to_owned),
            times: Some(1),
            ..FaultMatch::default()
        };
        self.org_gets(FaultRule { matches, when, action });
    }

    fn org_gets(&self, rule: FaultRule) {
        self.stage.org.running.control().add_fault(rule);
    }

    /// Every fault that was set has struck.
    fn all_struck(&self, what: &str) {
        let control = self.stage.org.running.control();
        for fault in control
            .faults()
            .iter()
            .filter(|fault| fault.rule.action.rows.as_ref().is_none_or(|rows| rows.times.is_some()))
        {
            assert!(fault.struck + fault.rows_refused > 0, "{what} has not struck: {fault:?}");
        }
        control.clear_faults();
        self.has_a_rule();
    }

    /// Clients that come at once, so that they are one job.
    async fn come(&mut self, clients: &[(&str, &str)]) {
        let (rows, received) = tokio::sync::mpsc::channel(clients.len());
        for (key, name) in clients {
            let client = person(key, name);
            let line = serde_json::to_string(&client).expect("JSON");
            for row in salesbridge_hub::clients::import::read_clients_json_lines(line.as_bytes(), self.stage.hub.now())
            {
                rows.try_send(row).expect("room");
            }
            if *name == BAD { self.refused += 1 } else { self.leads += 1 }
        }
        drop(rows);
        let manner = ImportManner { assumed: self.stage.hub.now(), dry_run: false };
        let report = self.stage.hub.import_clients(&Caller::owner(), received, &manner).await.expect("a report");
        assert_eq!(report.saved.created, clients.len() as u64, "{report:?}");
    }

    /// Waits for what was decided to follow, and does what a person would do then.
    async fn meets(&self, code: &str, follows: Follows) {
        let stage = &self.stage;
        match follows {
            Follows::Later => {}
            Follows::ByCalls => {
                self.arrives(code).await;
                assert_eq!(stage.org.writes().len(), 2, "{code}: the halves go by calls");
                self.passes(DAY).await;
            }
            Follows::Waits => {
                until(&format!("the run to wait because of {code}"), async || {
                    let run = stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures.last_run?;
                    run.problem.filter(|problem| !problem.remedy.is_empty())
                })
                .await;
                self.passes(QUARTER).await;
            }
            Follows::Halved => {
                self.arrives(code).await;
                assert_eq!(stage.org.writes().len(), 2, "{code}: each row goes by a call");
            }
            Follows::SyncHeld => {
                let held = until(&format!("the sync to be held because of {code}"), async || {
                    stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").sync.held
                })
                .await;
                assert!(held.code == code && held.remedy.ends_with('.'), "{code}: {held:?}");
                stage.hub.enable_sync(&Caller::owner(), SYNC, true).await.expect("enabled");
            }
            Follows::Held => {
                let held = until(&format!("the connection to be held because of {code}"), async || {
                    stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection").connection.held
                })
                .await;
                assert!(held.code == code && held.remedy.ends_with('.'), "{code}: {held:?}");
                let mended = ConnectionEdit { enabled: Some(true), confirmed: true, ..ConnectionEdit::default() };
                stage.edit(mended).await;
            }
        }
    }

    /// Time passes at once, and the hub hears of it: nobody sits through the pauses.
    async fn passes(&self, time: Duration) {
        self.stage.clock.advance(time);
        self.stage.hub.set_clients_archived(&Caller::owner(), &[], false).await.expect("nothing is changed");
    }

    /// Jobs that the org was asked to make.
    fn tried(&self) -> usize {
        let seen = self.stage.org.running.control().requests();
        seen.iter().filter(|seen| seen.method == "POST" && seen.path.ends_with("/jobs/ingest")).count()
    }

    async fn retry_refused(&self) {
        let all = RowChoice { state: DueState::Refused, keys: None, anew: false };
        self.stage.hub.retry_rows(&Caller::owner(), SYNC, &all).await.expect("rows are due again");
    }

    /// Waits until every client has its Lead or its refusal.
    async fn arrives(&self, what: &str) {
        until(&format!("the Leads after {what}"), async || {
            let figures = self.stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures;
            let due = &figures.due;
            let waits = due.deferred > 0 || figures.last_run.is_some_and(|run| run.problem.is_some());
            if waits {
                self.passes(Duration::from_secs(1)).await;
            }
            let under_way = due.due + due.deferred + figures.unsettled + figures.open_runs;
            (under_way == 0 && figures.links == self.leads as u64 && due.refused == self.refused).then_some(())
        })
        .await;
    }

    /// Every client has one Lead, and the runs tell of as many as were made.
    async fn adds_up(&self) {
        let found = self.stage.org.leads().await;
        let several: Vec<_> = found.iter().filter(|(_, same)| same.len() != 1).map(|(email, _)| email).collect();
        assert!(several.is_empty(), "more than one Lead: {several:?}");
        assert_eq!(found.len(), self.leads);
        let (mut created, mut page) = (0, PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) });
        loop {
            let runs = self.stage.hub.runs(&Caller::owner(), &RunQuery::of(SYNC), &page).await.expect("runs");
            assert!(runs.items.iter().all(|run| run.state.is_final() && run.state != RunState::Failed));
            created += runs.items.iter().map(|run| run.counts.created).sum::<u64>();
            let Some(next) = runs.next else { break };
            page.after = Some(next);
        }
        assert_eq!(created, self.leads as u64, "the runs tell of every Lead");
    }

    /// Each code at one step, before or after it took effect; by turns where both are given. A job whose second list is read has a row that is refused.
    async fn each_code(mut self, step: Step, whens: &[FaultTime]) {
        for (number, (code, means)) in CODES.iter().enumerate() {
            let when = whens[number % whens.len()];
            self.breaks(step, when, error(code));
            self.stage.org.forget_requests();
            let second = if step == Step::ReadRefused { BAD } else { GOOD };
            self.come(&[(&format!("a{number}"), GOOD), (&format!("b{number}"), second)]).await;
            self.meets(code, means.at(step, when == FaultTime::After)).await;
            self.arrives(&format!("{code} at {step:?}")).await;
            self.all_struck(code);
        }
        self.adds_up().await;
    }

    /// No answer, or none that can be read, at one step.
    async fn each_loss(mut self, step: Step) {
        let cut = |after_bytes, announce_length| FaultAction {
            truncate: Some(Truncation { after_bytes, announce_length }),
            ..FaultAction::default()
        };
        let page = |status| FaultAction { maintenance: Some(status), ..FaultAction::default() };
        let after = [cut(9, false), cut(9, true), cut(70, false)];
        let both = [
            FaultAction { drop_connection: true, ..FaultAction::default() },
            page(503),
            page(500),
            page(429),
            page(200),
            page(204),
        ];
        let cells = both.iter().flat_map(|loss| [(FaultTime::Before, loss), (FaultTime::After, loss)]);
        let cells: Vec<_> = cells.chain(after.iter().map(|loss| (FaultTime::After, loss))).collect();
        for (number, (when, action)) in cells.into_iter().enumerate() {
            let what = format!("{when:?} {action:?} at {step:?}");
            self.breaks(step, when, action.clone());
            self.come(&[(&format!("a{number}"), GOOD), (&format!("bad{number}"), BAD), (&format!("b{number}"), GOOD)])
                .await;
            self.arrives(&what).await;
            self.all_struck(&what);
        }
        self.adds_up().await;
    }

    /// The next job ends by itself.
    fn job_ends(&self, error: Option<&str>, after_rows: u64) {
        let job = JobFault { error: error.map(str::to_owned), after_rows };
        let matches = FaultMatch { times: Some(1), ..FaultMatch::default() };
        let action = FaultAction { job: Some(job), ..FaultAction::default() };
        self.org_gets(FaultRule { matches, action, ..FaultRule::default() });
    }
}

fn error(code: &str) -> FaultAction {
    let error = FaultError::of_code(code).expect("a code that the org knows");
    FaultAction { error: Some(error), ..FaultAction::default() }
}

/// Rows that give the field this value are refused, so many times.
fn row_fault(code: &str, field: &str, equals: &str, times: Option<u64>) -> RowFault {
    RowFault {
        error: FaultError::of_code(code).expect("a code"),
        object: Some("Lead".to_owned()),
        ids: Vec::new(),
        field: Some(field.to_owned()),
        equals: Some(equals.to_owned()),
        contains: None,
        on: None,
        skip: 0,
        every: None,
        times,
        probability: None,
    }
}

macro_rules! matrix {
    ($($name:ident: $step:expr, $when:expr;)*) => {$(
        /// R54, R87.
        #[tokio::test]
        async fn $name() {
            Jobs::set(false).await.each_code($step, $when).await;
        }
    )*};
}

matrix! {
    r87_each_code_where_a_job_is_made: Step::Create, &[FaultTime::Before, FaultTime::After];
    r87_each_code_of_an_upload: Step::Upload, &[FaultTime::Before, FaultTime::After];
    r87_each_code_of_a_job_that_was_not_queued: Step::Queue, &[FaultTime::Before];
    r87_each_code_of_a_job_that_was_queued_all_the_same: Step::Queue, &[FaultTime::After];
    r87_each_code_while_a_job_is_waited_for: Step::Poll, &[FaultTime::Before];
    r87_each_code_of_the_list_of_written_rows: Step::ReadWritten, &[FaultTime::Before];
    r87_each_code_of_the_list_of_refused_rows: Step::ReadRefused, &[FaultTime::Before];
}

/// R54: whatever is lost, the job tells what became of its rows.
#[tokio::test]
async fn a_lost_answer_of_a_job_is_found_out_before_it_is_queued() {
    for step in [Step::Create, Step::Upload, Step::Queue] {
        Jobs::set(false).await.each_loss(step).await;
    }
}

/// R54: the same for answers that are read.
#[tokio::test]
async fn a_lost_answer_of_a_job_is_found_out_when_it_is_over() {
    for step in [Step::Poll, Step::ReadWritten, Step::ReadRefused] {
        Jobs::set(step == Step::Poll).await.each_loss(step).await;
    }
}

/// R54, R85: each code of a row, all of them in one job beside a row that is good.
#[tokio::test]
async fn r85_each_code_of_a_row_of_a_job_has_its_consequence_and_stops_no_other_row() {
    let mut jobs = Jobs::set(false).await;
    let key = |code: &str| code.to_lowercase();
    for (code, _) in codes::CODES {
        let struck = row_fault(code, "Email", &format!("{}@example.com", key(code)), Some(1));
        let action = FaultAction { rows: Some(struck), ..FaultAction::default() };
        jobs.org_gets(FaultRule { action, ..FaultRule::default() });
    }
    let keys: Vec<String> = codes::CODES.iter().map(|(code, _)| key(code)).chain(["free".to_owned()]).collect();
    jobs.come(&keys.iter().map(|key| (key.as_str(), GOOD)).collect::<Vec<_>>()).await;
    let number =
        |wanted: codes::Next| codes::CODES.iter().filter(|(code, next)| next.of_a_row(code) == wanted).count() as u64;
    let (refused, waiting) = (number(codes::Next::Refused), number(codes::Next::Waits));
    until("every row to have its consequence", async || {
        let figures = jobs.stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures;
        let due = figures.due;
        let links = jobs.leads as u64 - refused - waiting;
        (due.due == 0 && due.refused == refused && due.deferred == waiting && figures.links == links).then_some(())
    })
    .await;
    let page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
    for row in jobs.stage.hub.due_rows(&Caller::owner(), SYNC, &DueFilter::default(), &page).await.expect("rows").items
    {
        let (code, _) = codes::CODES.iter().find(|(code, _)| key(code) == row.source_key).expect("a row of ours");
        assert_eq!(row.code.as_deref(), Some(*code));
        assert!(row.remedy.is_some_and(|remedy| remedy.ends_with('.')), "{code}");
    }
    jobs.all_struck("a code of a row");
    jobs.passes(QUARTER).await;
    jobs.retry_refused().await;
    jobs.arrives("all codes").await;
    jobs.adds_up().await;
}

/// Why jobs fail by themselves, and what follows when one did before its first row.
const FAILURES: &[(Option<&str>, Follows)] = &[
    (None, Follows::Later),
    (Some("ClientInputError : LineEnding is invalid on user data"), Follows::Later),
    (Some("InvalidBatch : Failed to parse CSV"), Follows::Later),
    (Some("InvalidBatch : Field name not found : Foo__c"), Follows::Later),
    (Some("InvalidJobState : not now"), Follows::Later),
    (Some("Timeout : the connection timed out"), Follows::Later),
    (Some("TooManyLockFailure : Too many lock failure 100 . Trying again later."), Follows::Later),
    (Some("Unknown : something happened"), Follows::Later),
    (Some("NeverSeenBefore : no words that we know"), Follows::Later),
    (Some("no code at all"), Follows::Later),
    (Some("ExceededQuota : ApiBatchItems Limit exceeded"), Follows::Waits),
    (Some("FeatureNotEnabled : Bulk API is not enabled"), Follows::Held),
    (Some("InvalidUser : the job belongs to another user"), Follows::Held),
];

/// R54: a job fails, or somebody aborts it, before its first row and in the middle.
#[tokio::test]
async fn a_job_that_ends_by_itself_loses_and_doubles_nothing() {
    let mut jobs = Jobs::set(false).await;
    for (number, (error, follows)) in FAILURES.iter().enumerate() {
        for after_rows in [0, 1, 3] {
            let what = format!("{error:?} after {after_rows} rows");
            jobs.job_ends(*error, after_rows);
            let names = [1, 2, 3, 4].map(|row| format!("ends{number}x{after_rows}x{row}"));
            // The last row that is written may be one that is refused.
            let rows = [
                (names[0].as_str(), GOOD),
                (names[1].as_str(), BAD),
                (names[2].as_str(), GOOD),
                (names[3].as_str(), GOOD),
            ];
            jobs.come(&rows).await;
            if after_rows == 0 {
                let code = error.and_then(|error| error.split_once(" : ")).map_or("Aborted", |(code, _)| code);
                jobs.meets(code, *follows).await;
            } else if *follows == Follows::Waits {
                until("rows to be put off", async || {
                    (jobs.stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures.due.deferred > 0)
                        .then_some(())
                })
                .await;
                jobs.passes(QUARTER).await;
            }
            jobs.arrives(&what).await;
            jobs.all_struck(&what);
        }
    }
    jobs.adds_up().await;
}

/// The org's limits tell that no batch is left: rows do not wait for some, they go by calls, and a job is tried again after a quarter of an hour.
#[tokio::test]
async fn rows_go_by_calls_while_the_limits_say_that_no_batch_is_left() {
    let mut jobs = Jobs::set(false).await;
    let exhaust = Some("DailyBulkApiBatches".to_owned());
    jobs.org_gets(FaultRule { action: FaultAction { exhaust, ..FaultAction::default() }, ..FaultRule::default() });
    let began = jobs.stage.hub.now();
    jobs.come(&[("a1", GOOD), ("a2", GOOD)]).await;
    jobs.arrives("a refused job").await;
    jobs.come(&[("b1", GOOD), ("b2", GOOD)]).await;
    jobs.arrives("no job").await;
    assert_eq!(jobs.tried(), 1, "the refusal made it look at the limits");
    assert!(jobs.stage.hub.now() - began < chrono::TimeDelta::minutes(5), "no row waited");
    jobs.passes(QUARTER).await;
    jobs.come(&[("c1", GOOD), ("c2", GOOD)]).await;
    jobs.arrives("another refused job").await;
    assert_eq!(jobs.tried(), 2);
    jobs.adds_up().await;

    // Whoever reads the limits, for whatever reason, spares the refusal.
    jobs.passes(QUARTER).await;
    assert!(jobs.stage.hub.test_connection(&Caller::owner(), "acme").await.expect("a report").passed);
    jobs.come(&[("d1", GOOD), ("d2", GOOD)]).await;
    jobs.arrives("limits that were read").await;
    assert_eq!(jobs.tried(), 2);
    jobs.adds_up().await;
}

/// Somebody aborts the job between its upload and its queueing.
#[tokio::test]
async fn a_job_that_somebody_aborts_before_it_is_queued_is_made_again() {
    let mut jobs = Jobs::set(false).await;
    jobs.breaks(Step::Queue, FaultTime::Before, FaultAction { delay_ms: 400, ..FaultAction::default() });
    jobs.come(&[("a", GOOD), ("b", GOOD)]).await;
    let job = until("a job with its file", async || {
        let listed = jobs.stage.org.get("jobs/ingest", &[]).await;
        let open = listed["records"].as_array()?.iter().find(|job| job["state"] == "Open")?["id"].as_str()?.to_owned();
        let uploads = jobs.stage.org.running.control().requests();
        uploads.iter().any(|seen| seen.path.contains(&open) && seen.path.ends_with("/batches")).then_some(open)
    })
    .await;
    let aborted = serde_json::json!({ "state": "Aborted" });
    jobs.stage.org.call(reqwest::Method::PATCH, &format!("jobs/ingest/{job}"), Some(&aborted)).await;
    jobs.arrives("a job that was aborted").await;
    jobs.adds_up().await;
}
