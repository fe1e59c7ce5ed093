//! Runs: starting one and waiting for it, the list of them, and what one did.

use std::time::Duration;

use salesbridge_hub::TimelineBatch;
use salesbridge_hub::syncs::SyncDetails;
use salesbridge_model::{Page, Run, RunState, RunTrigger};
use serde_json::{Value, json};

use super::path;
use crate::api::{Api, segment};
use crate::arguments::RunFilters;
use crate::commands::client::{filtered, next_page};
use crate::terminal::{
    DONE, FAILED, Failure, ROWS_REFUSED, hint, number, print_json, print_line, print_table, progress_bar, say, table,
};

pub(super) async fn run_now(api: &Api, name: &str, no_wait: bool, json: bool) -> anyhow::Result<u8> {
    if no_wait && !api.is_served() {
        return Err(Failure {
            code: "not_served".to_owned(),
            message: "--no-wait needs a running `salesbridge serve`, which goes on when this command ends".to_owned(),
            remedy: "Start `salesbridge serve`, or leave --no-wait out".to_owned(),
            ..Failure::default()
        }
        .into());
    }
    let run: Run = api.post(&path(name, "/runs"), &json!({})).await?;
    let run = if no_wait { run } else { api.with_engine(await_run(api, name, &run)).await? };
    show_run(&run, json);
    if run.counts.refused > 0 && !json {
        hint(&format!("`salesbridge sync records {} --refused` lists the refused rows", run.id));
    }
    Ok(exit_code(&run))
}

/// The exit code that tells the truth about a run.
pub(crate) fn exit_code(run: &Run) -> u8 {
    match run.state {
        RunState::CompletedWithRefusals => ROWS_REFUSED,
        RunState::Failed | RunState::Cancelled => FAILED,
        RunState::Queued | RunState::Running | RunState::Completed => DONE,
    }
}

/// Time between two looks at a run.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Waits for the end of a run, showing how far it is. An error when it can only go on after somebody has mended something.
pub(crate) async fn await_run(api: &Api, sync: &str, run: &Run) -> anyhow::Result<Run> {
    let clients: Page<Value> = api.get("/clients?limit=1").await?;
    let bar = progress_bar(clients.total, "rows");
    loop {
        let run: Run = api.get(&format!("/runs/{}", run.id)).await?;
        bar.set_position(run.counts.read());
        if run.state.is_final() {
            bar.finish_and_clear();
            return Ok(run);
        }
        bar.set_message(run.problem.as_ref().map(|problem| problem.message.clone()).unwrap_or_default());
        let details: SyncDetails = api.get(&path(sync, "")).await?;
        if !details.sending {
            bar.finish_and_clear();
            return Err(stopped(&run, &details).into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn stopped(run: &Run, details: &SyncDetails) -> Failure {
    let name = &details.sync.name;
    let (code, message, remedy) = match (&run.problem, &details.sync.held) {
        (Some(problem), _) => (problem.code.clone(), problem.message.clone(), problem.remedy.clone()),
        (None, Some(held)) => (held.code.clone(), held.reason.clone(), held.remedy.clone()),
        (None, None) => (
            "sync_stopped".to_owned(),
            "the sync or its connection was disabled".to_owned(),
            format!("See `salesbridge sync show {name}`"),
        ),
    };
    Failure { code, message: format!("run {} stopped: {message}", run.id), remedy, ..Failure::default() }
}

pub(super) fn show_run(run: &Run, json: bool) {
    if json {
        return print_json(run);
    }
    print_line(&summary(run));
    run.warnings.iter().for_each(|warning| say(&format!("warning: {warning}")));
}

pub(super) fn summary(run: &Run) -> String {
    let counts = &run.counts;
    let (state, but) = match run.state {
        RunState::Queued => ("waits to begin", ""),
        RunState::Running => ("is under way", ""),
        RunState::Completed => ("finished", ""),
        RunState::CompletedWithRefusals => ("finished", ", but not every row arrived"),
        RunState::Failed => ("failed", ""),
        RunState::Cancelled => ("was cancelled", ""),
    };
    let took =
        run.finished_at.map(|end| format!(" in {:.1} s", (end - run.created_at).num_milliseconds() as f64 / 1000.0));
    let mut parts = vec![format!("{} read", number(counts.read()))];
    let named = [
        (counts.created, "created"),
        (counts.updated, "updated"),
        (counts.unchanged, "unchanged"),
        (counts.refused, "refused"),
        (counts.deferred, "put off"),
        (counts.uncertain, "uncertain"),
    ];
    parts
        .extend(named.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{} {word}", number(*count))));
    format!("Run {} {state}{}{but}: {}", run.id, took.unwrap_or_default(), parts.join(", "))
}

pub(super) async fn runs(api: &Api, sync: Option<&str>, filters: &RunFilters, json: bool) -> anyhow::Result<u8> {
    let base = sync.map_or("/runs".to_owned(), |name| path(name, "/runs"));
    let RunFilters { state, since, until, paging } = filters;
    let given = [("state", state.as_deref()), ("since", since.as_deref()), ("until", until.as_deref())];
    let page: Page<Run> = api.get(&filtered(&base, &given, paging)).await?;
    if json {
        print_json(&page);
        return Ok(DONE);
    }
    if page.items.is_empty() {
        say("There are no runs yet.");
        return Ok(DONE);
    }
    let mut rows = table(&["run", "asked for", "kind", "state", "created", "updated", "unchanged", "refused", "calls"]);
    for run in &page.items {
        let kind = if run.trigger == RunTrigger::Full { "full" } else { "changes" };
        rows.add_row([
            run.id.to_string(),
            run.created_at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
            kind.to_owned(),
            state_word(run.state).to_owned(),
            number(run.counts.created),
            number(run.counts.updated),
            number(run.counts.unchanged),
            number(run.counts.refused),
            number(run.api_calls),
        ]);
    }
    print_table(&rows);
    next_page(page.next.as_deref());
    Ok(DONE)
}

/// What a run did, batch by batch.
pub(super) async fn trace(api: &Api, run: &str, json: bool) -> anyhow::Result<u8> {
    let path = format!("/runs/{}/timeline", segment(run));
    let batches = api.get::<Page<TimelineBatch>>(&path).await?.items;
    if json {
        print_json(&batches);
        return Ok(DONE);
    }
    if batches.is_empty() {
        say("This run has sent nothing.");
        return Ok(DONE);
    }
    let mut rows = table(&["at", "rows", "calls", "took", "result"]);
    for batch in &batches {
        rows.add_row([
            batch.at.format("%Y-%m-%d %H:%M:%S%.3f UTC").to_string(),
            number(batch.rows.into()),
            number(batch.calls.into()),
            format!("{} ms", number(batch.took_milliseconds)),
            batch.result.clone(),
        ]);
    }
    print_table(&rows);
    Ok(DONE)
}

fn state_word(state: RunState) -> &'static str {
    match state {
        RunState::Queued => "queued",
        RunState::Running => "running",
        RunState::Completed => "completed",
        RunState::CompletedWithRefusals => "rows missing",
        RunState::Failed => "failed",
        RunState::Cancelled => "cancelled",
    }
}
