//! The fault matrix: every code that the org can answer with, of a call before and after the write, of a row, and of a sign-in. In each cell the
//! consequence is the decided one, nothing is lost, and no Lead is made twice.

use std::time::Duration;

use salesbridge_hub::connections::{ConnectionEdit, NewConnection};
use salesbridge_hub::syncs::RowChoice;
use salesbridge_hub::{Caller, DueFilter, DueState};
use salesbridge_local_org::{App, FaultAction, FaultError, FaultMatch, FaultRule, FaultTime, OrgConfig, RowFault};
use salesbridge_local_org::{TokensEnded, Truncation};
use salesbridge_model::{PageRequest, RunState};

use crate::codes::{CODES, Next, SIGN_INS};
use crate::stage::{SYNC, Stage, clients, connection_to, person, until};

/// Codes of a call that say that the object is not what its describe said.
const OUTDATED: [&str; 2] = ["INVALID_FIELD", "INVALID_TYPE"];
const QUARTER: Duration = Duration::from_secs(15 * 60 + 1);

impl Stage {
    /// A hub with one Lead made.
    async fn with_a_lead(external_id_field: Option<String>) -> Self {
        let stage = Self::set(OrgConfig::default()).await;
        if external_id_field.is_some() {
            stage.org.make_key_field().await;
        }
        stage.save(&[person("first", "Miller")]).await;
        let new = NewConnection { external_id_field, ..connection_to(&stage.org, &stage.org.app) };
        stage.connect(new).await;
        stage
    }

    /// The next request for this path meets this.
    fn breaks(&self, path: &str, when: FaultTime, action: FaultAction) {
        let matches = FaultMatch { path_contains: Some(path.to_owned()), times: Some(1), ..FaultMatch::default() };
        self.org.running.control().add_fault(FaultRule { matches, when, action });
    }

    /// Waits for what follows from a fault, as it was decided, and does what a person would do then.
    async fn meets(&self, code: &str, next: Next) {
        match next {
            // The object is described again, and the same is sent at once.
            Next::Refused if OUTDATED.contains(&code) => {}
            Next::Later => {}
            Next::Waits => {
                until(&format!("the run to wait because of {code}"), async || {
                    let run = self.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures.last_run?;
                    run.problem.filter(|problem| !problem.remedy.is_empty())
                })
                .await;
                self.clock.advance(QUARTER);
            }
            Next::Refused => {
                until(&format!("the row to be refused because of {code}"), async || {
                    (self.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures.due.refused == 1)
                        .then_some(())
                })
                .await;
                let refused = self.refused().await;
                assert_eq!(refused[0].0, code);
                self.retry_refused().await;
            }
            Next::Held => {
                let held = until(&format!("the connection to be held because of {code}"), async || {
                    self.hub.connection(&Caller::owner(), "acme").await.expect("the connection").connection.held
                })
                .await;
                assert!(held.code == code && held.remedy.ends_with('.'), "{code}: {held:?}");
                let mended = ConnectionEdit { enabled: Some(true), confirmed: true, ..ConnectionEdit::default() };
                self.edit(mended).await;
            }
        }
    }

    /// Codes and remedies of the refused rows.
    async fn refused(&self) -> Vec<(String, String)> {
        let page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
        let rows = self
            .hub
            .due_rows(&Caller::owner(), SYNC, &DueFilter::of(DueState::Refused), &page)
            .await
            .expect("rows")
            .items;
        rows.into_iter().map(|row| (row.code.unwrap_or_default(), row.remedy.unwrap_or_default())).collect()
    }

    async fn retry_refused(&self) {
        let all = RowChoice { state: DueState::Refused, keys: None, anew: false };
        self.hub.retry_rows(&Caller::owner(), SYNC, &all).await.expect("rows are due again");
    }

    /// Waits until so many clients have their Lead, and looks that each has one.
    async fn arrives(&self, code: &str, leads: usize) {
        self.settled(&format!("the Lead after {code}"), |sync| sync.figures.links == leads as u64).await;
    }

    async fn each_has_one_lead(&self, leads: usize) {
        let found = self.org.leads().await;
        let several: Vec<_> = found.iter().filter(|(_, same)| same.len() != 1).map(|(email, _)| email).collect();
        assert!(several.is_empty(), "more than one Lead: {several:?}");
        assert_eq!(found.len(), leads);
    }
}

fn error(code: &str) -> FaultAction {
    let error = FaultError::of_code(code).expect("a code that the org knows");
    FaultAction { error: Some(error), ..FaultAction::default() }
}

/// The address in which every write of this sync goes.
const WRITES: &str = "/composite/sobjects";

#[tokio::test]
async fn the_matrix_has_every_code_of_the_org() {
    let stage = Stage::set(OrgConfig::default()).await;
    let known = stage.org.rest_error_codes().await;
    assert!(known.len() > 70, "{known:?}");
    let missing: Vec<_> = known.iter().filter(|code| CODES.iter().all(|(listed, _)| listed != code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// R54, R85: each code of a row, all of them in one sync beside a row that is good.
#[tokio::test]
async fn r85_each_code_of_a_row_has_its_consequence_and_stops_no_other_row() {
    let stage = Stage::with_a_lead(None).await;
    let key = |code: &str| code.to_lowercase();
    for (code, _) in CODES {
        let struck = RowFault {
            error: FaultError::of_code(code).expect("a code"),
            object: Some("Lead".to_owned()),
            ids: Vec::new(),
            field: Some("Email".to_owned()),
            equals: Some(format!("{}@example.com", key(code))),
            contains: None,
            on: None,
            skip: 0,
            every: None,
            times: Some(1),
            probability: None,
        };
        let action = FaultAction { rows: Some(struck), ..FaultAction::default() };
        stage.org.running.control().add_fault(FaultRule { action, ..FaultRule::default() });
        stage.save(&[person(&key(code), "Miller")]).await;
    }
    stage.save(&[person("free", "Miller")]).await;
    let number = |wanted: Next| CODES.iter().filter(|(code, next)| next.of_a_row(code) == wanted).count() as u64;
    let (refused, waiting) = (number(Next::Refused), number(Next::Waits));
    until("every row to have its consequence", async || {
        let figures = stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures;
        let due = figures.due;
        let links = CODES.len() as u64 + 2 - refused - waiting;
        (due.due == 0 && due.refused == refused && due.deferred == waiting && figures.links == links).then_some(())
    })
    .await;
    let page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
    for row in stage.hub.due_rows(&Caller::owner(), SYNC, &DueFilter::default(), &page).await.expect("rows").items {
        let (code, next) = CODES.iter().find(|(code, _)| key(code) == row.source_key).expect("a row of ours");
        assert_eq!(row.code.as_deref(), Some(*code));
        assert!(row.remedy.is_some_and(|remedy| remedy.ends_with('.')), "{code}");
        let pause = row.not_before.map(|not_before| not_before - row.updated_at);
        match next.of_a_row(code) {
            Next::Waits => assert!(pause >= Some(chrono::TimeDelta::minutes(15)), "{code}: {pause:?}"),
            other => assert_eq!((other, row.state, pause), (Next::Refused, DueState::Refused, None), "{code}"),
        }
    }
    stage.clock.advance(QUARTER);
    stage.retry_refused().await;
    stage.arrives("all codes", CODES.len() + 2).await;
    stage.each_has_one_lead(CODES.len() + 2).await;
}

/// R54, R87: the org does nothing of the write, and answers with each code.
#[tokio::test]
async fn r87_each_code_of_a_call_before_the_write_has_its_consequence() {
    let stage = Stage::with_a_lead(None).await;
    for (number, (code, next)) in CODES.iter().enumerate() {
        stage.breaks(WRITES, FaultTime::Before, error(code));
        stage.save(&[person(&code.to_lowercase(), "Miller")]).await;
        stage.meets(code, *next).await;
        stage.arrives(code, number + 2).await;
    }
    stage.each_has_one_lead(CODES.len() + 1).await;
}

/// R54: the org writes, and answers with each code all the same. With an external-ID field even a lie doubles nothing.
#[tokio::test]
async fn each_code_of_a_call_after_the_write_doubles_nothing() {
    let stage = Stage::with_a_lead(Some("Salesbridge_Key__c".to_owned())).await;
    for (number, (code, next)) in CODES.iter().enumerate() {
        stage.breaks(WRITES, FaultTime::After, error(code));
        stage.save(&[person(&code.to_lowercase(), "Miller")]).await;
        stage.meets(code, *next).await;
        stage.arrives(code, number + 2).await;
    }
    stage.each_has_one_lead(CODES.len() + 1).await;
}

/// R54: no answer, or none that can be read, before and after the write, without an external-ID field: looked up, never guessed.
#[tokio::test]
async fn a_lost_answer_is_looked_up_whatever_became_of_it() {
    let stage = Stage::with_a_lead(None).await;
    let losses = [
        error("UNKNOWN_EXCEPTION"),
        error("SERVER_UNAVAILABLE"),
        error("APEX_ERROR"),
        FaultAction { drop_connection: true, ..FaultAction::default() },
        FaultAction { maintenance: Some(503), ..FaultAction::default() },
        FaultAction { maintenance: Some(200), ..FaultAction::default() },
    ];
    let cut = |announce_length| Truncation { after_bytes: 9, announce_length };
    let cuts = [cut(false), cut(true)].map(|cut| FaultAction { truncate: Some(cut), ..FaultAction::default() });
    let both = losses.iter().flat_map(|loss| [(FaultTime::Before, loss.clone()), (FaultTime::After, loss.clone())]);
    let cells: Vec<_> = both.chain(cuts.map(|cut| (FaultTime::After, cut))).collect();
    for (number, (when, action)) in cells.iter().enumerate() {
        stage.breaks(WRITES, *when, action.clone());
        stage.save(&[person(&format!("lost{number}"), "Miller")]).await;
        stage.arrives(&format!("{when:?} {action:?}"), number + 2).await;
    }
    stage.each_has_one_lead(cells.len() + 1).await;
}

/// R7, R8, R9: each refusal of the token endpoint, met when a session has ended.
#[tokio::test]
async fn r7_r9_each_refusal_of_a_sign_in_has_its_consequence() {
    let stage = Stage::with_a_lead(None).await;
    for (number, (code, description, next)) in SIGN_INS.iter().enumerate() {
        let error = FaultError { status: 400, code: (*code).to_owned(), message: (*description).to_owned() };
        stage.org.running.control().expire_tokens().await.expect("no token is good any more");
        stage.breaks(
            "/services/oauth2/token",
            FaultTime::Before,
            FaultAction { error: Some(error), ..FaultAction::default() },
        );
        stage.save(&[person(&format!("signed{number}"), "Miller")]).await;
        stage.meets(&format!("oauth.{}", code.to_lowercase()), *next).await;
        stage.arrives(&format!("{code}: {description}"), number + 2).await;
    }
    stage.each_has_one_lead(SIGN_INS.len() + 1).await;
}

/// R16: an app that Salesforce does not know yet is waited for, with words to read and nothing for a person to do.
#[tokio::test]
async fn r16_a_new_app_is_waited_for_and_nothing_is_made_again() {
    let stage = Stage::set(OrgConfig::default()).await;
    let app = App {
        name: "new".to_owned(),
        consumer_key: String::new(),
        consumer_secret: String::new(),
        propagation_seconds: 1,
        ..stage.org.app.clone()
    };
    let app = stage.org.running.control().keep_app(app).await.expect("an app");
    stage.save(&clients(3)).await;
    stage.hub.create_connection(&Caller::owner(), connection_to(&stage.org, &app)).await.expect("a connection");
    let problem = until("the run to wait", async || {
        stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures.last_run?.problem
    })
    .await;
    assert_eq!(problem.code, "oauth.invalid_client_id");
    assert!(problem.message.contains("yet") && problem.remedy.contains("ten minutes"), "{problem:?}");
    assert_eq!(stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection").connection.held, None);
    stage.settled("the app to be known", |sync| sync.figures.links == 3).await;
    stage.each_has_one_lead(3).await;
}

/// R87: tokens that end in the middle of a run are replaced, and the run does not know of it.
#[tokio::test]
async fn r87_a_token_that_ends_in_the_middle_fails_no_run() {
    let stage = Stage::set(OrgConfig::default()).await;
    stage.save(&clients(600)).await;
    stage.org.running.control().add_fault(FaultRule {
        matches: FaultMatch {
            path_contains: Some(WRITES.to_owned()),
            skip: 1,
            times: Some(1),
            ..FaultMatch::default()
        },
        when: FaultTime::Before,
        action: FaultAction { end_tokens: Some(TokensEnded::All), ..FaultAction::default() },
    });
    stage.connect(connection_to(&stage.org, &stage.org.app)).await;
    let run = stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures.last_run.expect("a run");
    assert_eq!((run.state, run.counts.created, run.problem), (RunState::Completed, 600, None));
    let by_us = stage.org.sign_ins().into_iter().filter(|seen| seen.body.contains("client_credentials")).count();
    assert_eq!(by_us, 2, "one sign-in at the beginning, one in the middle");
    stage.each_has_one_lead(600).await;
}
