//! The calls of an org as a budget: a run stops politely, tells how things stand, and goes on by itself.

use salesbridge_hub::Caller;
use std::time::Duration;

use salesbridge_hub::connections::ConnectionEdit;
use salesbridge_local_org::OrgConfig;
use salesbridge_model::{RunProblem, RunState};

use crate::stage::{SYNC, Stage, clients, connection_to, person, until};

const QUARTER: Duration = Duration::from_secs(15 * 60 + 1);
const DAY: Duration = Duration::from_secs(24 * 3_600);

impl Stage {
    /// Waits until something stands in the way of the newest run, and says what.
    async fn waits(&self) -> RunProblem {
        until("the run to wait", async || {
            let run = self.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures.last_run?;
            run.problem.filter(|_| run.state == RunState::Running)
        })
        .await
    }

    /// Saves clients one by one, each with a call of its own, until a run waits: how many, and why.
    async fn save_until_it_waits(&self) -> (u64, RunProblem) {
        let mut number = 0;
        loop {
            number += 1;
            self.save(&[person(&format!("more{number}"), "Miller")]).await;
            let sync = until("the row to be sent or the run to wait", async || {
                let sync = self.hub.sync(&Caller::owner(), SYNC).await.expect("the sync");
                let waits = sync.figures.last_run.as_ref().is_some_and(|run| run.problem.is_some());
                (waits || sync.figures.links > number).then_some(sync)
            })
            .await;
            if let Some(problem) = sync.figures.last_run.and_then(|run| run.problem) {
                return (number, problem);
            }
        }
    }
}

/// F18: the org says in the middle that its calls are used up; the rest follows later, and nothing comes twice.
#[tokio::test]
async fn f18_a_limit_in_the_middle_of_1000_clients_is_waited_for_and_no_lead_is_made_twice() {
    let stage = Stage::set(OrgConfig::default()).await;
    stage.save(&clients(1_000)).await;
    stage.org.refuse_a_write(2, 403, "REQUEST_LIMIT_EXCEEDED");
    stage
        .hub
        .create_connection(&Caller::owner(), connection_to(&stage.org, &stage.org.app))
        .await
        .expect("a connection");
    let problem = stage.waits().await;
    assert_eq!(problem.code, "salesforce.budget_spent");
    assert!(problem.message.contains("kept for its other users; the org is asked again at"), "{}", problem.message);
    assert_eq!((stage.org.count().await, stage.org.writes().len()), (400, 3), "nothing more is tried");
    let figures = stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures;
    assert_eq!((figures.links, figures.unsettled, figures.due.refused), (400, 0, 0), "the others are still to come");

    stage.clock.advance(QUARTER);
    let sync = stage.settled("the rest", |sync| sync.figures.links == 1_000).await;
    assert_eq!(sync.figures.last_run.expect("a run").state, RunState::Completed);
    let leads = stage.org.leads().await;
    assert!(leads.len() == 1_000 && leads.values().all(|same| same.len() == 1), "each once");
}

#[tokio::test]
async fn a_share_of_the_orgs_calls_is_kept_for_its_other_users() {
    let stage = Stage::connected(&[person("c0", "Miller")]).await;
    stage.org.running.control().set_daily_limit(20).await.expect("a limit");
    let (saved, problem) = stage.save_until_it_waits().await;
    assert!(problem.message.contains("of the org's 20 API calls"), "{}", problem.message);
    assert!(problem.message.contains("the last 2 are kept"), "{}", problem.message);
    let calls = stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection").calls;
    let said = calls.org.expect("what the org said");
    assert_eq!((said.used, said.allowed, calls.reserve_percent), (18, 20, 10), "it stopped where the reserve begins");

    // A quarter of an hour later the org has calls again: one cheap look, and it goes on.
    stage.org.running.control().set_daily_limit(1_000).await.expect("a limit");
    stage.org.forget_requests();
    stage.clock.advance(QUARTER);
    stage.settled("the rest", |sync| sync.figures.links == saved + 1).await;
    let first = stage.org.running.control().requests().first().map(|seen| seen.path.clone());
    assert_eq!(first.as_deref(), Some("/services/data/v66.0/limits"));
    assert_eq!(stage.org.count().await as u64, saved + 1);
}

#[tokio::test]
async fn a_connections_own_ceiling_is_held_until_the_day_is_over_or_it_is_raised() {
    let stage = Stage::set(OrgConfig::default()).await;
    stage.save(&[person("c0", "Miller")]).await;
    let ceiling = |calls| ConnectionEdit { daily_calls: Some(calls), ..ConnectionEdit::default() };
    let new = salesbridge_hub::connections::NewConnection {
        daily_calls: Some(6),
        ..connection_to(&stage.org, &stage.org.app)
    };
    stage.connect(new).await;
    let (_, problem) = stage.save_until_it_waits().await;
    assert_eq!(problem.code, "salesforce.budget_spent");
    assert!(problem.message.contains("has used its 6 API calls of today"), "{}", problem.message);
    assert!(problem.message.contains("00:00 UTC"), "{}", problem.message);
    let calls = stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection").calls;
    assert_eq!((calls.today, calls.daily_calls), (6, Some(6)));

    stage.clock.advance(DAY);
    let after_a_day = stage.settled("the next day", |_| true).await.figures.links;
    assert_eq!(stage.org.count().await as u64, after_a_day);
    stage.edit(ceiling(0)).await;
    let calls = stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection").calls;
    assert_eq!(calls.daily_calls, None, "0 takes it away");
    stage.save(&clients(3)).await;
    stage.settled("all of them", |sync| sync.figures.links == after_a_day + 2).await;
}
