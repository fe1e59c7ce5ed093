//! `salesbridge sync`.

mod adopt;

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use salesbridge_hub::syncs::SyncDetails;
use salesbridge_hub::{Preview, TimelineBatch, VerificationState};
use salesbridge_model::{OutcomeKind, Page, RecordOutcome, Run, RunState, RunTrigger};
use serde_json::{Value, json};

use super::client::{next_page, paged};
use super::start::with_confirmation;
use crate::api::{Api, segment};
use crate::arguments::{Kind, Paging, Records, SyncCommand, Waiting, WaitingRows};
use crate::settings::Settings;
use crate::terminal::{
    DONE, FAILED, Failure, ROWS_REFUSED, counted, hint, number, print_details, print_json, print_line, print_table,
    progress_bar, say, table,
};

pub(crate) async fn run(settings: &Settings, command: SyncCommand, json: bool) -> anyhow::Result<u8> {
    let api = Api::open(settings).await?;
    match command {
        SyncCommand::Create { file } => {
            let made = api.post("/syncs", &definition(&file)?).await?;
            show(&made, json);
            hint(&format!("`salesbridge sync enable {}` lets it send", made.sync.name));
            Ok(DONE)
        }
        SyncCommand::List(paging) => list(&api, &paging, json).await,
        SyncCommand::Show { name } => {
            show(&api.get(&path(&name, "")).await?, json);
            Ok(DONE)
        }
        SyncCommand::Adopt(options) => adopt::run(&api, &options, json).await,
        SyncCommand::Preview { name, rows } => preview(&api, &name, rows, json).await,
        SyncCommand::Run { name, no_wait } => run_now(&api, &name, no_wait, json).await,
        SyncCommand::Cancel { run } => {
            show_run(&api.post(&format!("/runs/{}/cancel", segment(&run)), &json!({})).await?, json);
            Ok(DONE)
        }
        SyncCommand::Enable { name, yes } => enable(&api, &name, yes, json).await,
        SyncCommand::Disable { name } => {
            show(&api.post(&path(&name, "/disable"), &json!({})).await?, json);
            Ok(DONE)
        }
        SyncCommand::Runs { trace: Some(run), .. } => trace(&api, &run, json).await,
        SyncCommand::Runs { name, paging, trace: None } => runs(&api, name.as_deref(), &paging, json).await,
        SyncCommand::Records(options) => records(&api, &options, json).await,
        SyncCommand::Retry { rows, anew } => change_waiting(&api, &rows, anew, "retry", "to be sent again", json).await,
        SyncCommand::Drop(rows) => change_waiting(&api, &rows, false, "drop", "dropped", json).await,
        SyncCommand::Release { name } => {
            show(&api.post(&path(&name, "/release"), &json!({})).await?, json);
            Ok(DONE)
        }
        SyncCommand::Delete { name } => {
            api.delete(&path(&name, "")).await?;
            if json {
                print_json(&json!({ "deleted": name }));
            } else {
                say(&format!("sync {name} is removed; its records in Salesforce stay"));
            }
            Ok(DONE)
        }
    }
}

fn path(name: &str, rest: &str) -> String {
    format!("/syncs/{}{rest}", segment(name))
}

fn definition(file: &Path) -> anyhow::Result<Value> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
    } else {
        text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    }
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))
}

async fn list(api: &Api, paging: &Paging, json: bool) -> anyhow::Result<u8> {
    let page: Page<SyncDetails> = api.get(&paged("/syncs", None, paging)).await?;
    if json {
        print_json(&page);
        return Ok(DONE);
    }
    if page.items.is_empty() {
        say("There are no syncs yet.");
        hint("`salesbridge connection edit NAME --company TEXT` makes the sync from clients to Leads");
        return Ok(DONE);
    }
    let mut rows = table(&["name", "from", "to", "connection", "state", "linked", "refused", "uncertain"]);
    for details in &page.items {
        rows.add_row([
            details.sync.name.to_string(),
            details.sync.stream.clone(),
            details.sync.object.clone(),
            details.connection.to_string(),
            state(details),
            number(details.figures.links),
            number(details.figures.due.refused),
            number(details.figures.due.uncertain),
        ]);
    }
    print_table(&rows);
    next_page(page.next.as_deref());
    Ok(DONE)
}

fn state(details: &SyncDetails) -> String {
    match &details.sync.held {
        Some(held) => format!("held: {}. {}", held.reason, held.remedy),
        None if is_pending(details) => "finds its records again after a restore".to_owned(),
        None if details.sending => "sending".to_owned(),
        None if details.sync.enabled => "waits for its connection".to_owned(),
        None => "disabled".to_owned(),
    }
}

fn is_pending(details: &SyncDetails) -> bool {
    details.figures.verification.as_ref().is_some_and(|found| found.state == VerificationState::Pending)
}

fn show(details: &SyncDetails, json: bool) {
    if json {
        return print_json(details);
    }
    let SyncDetails { sync, connection, figures, .. } = details;
    let due = &figures.due;
    print_details(&[
        ("name", sync.name.to_string()),
        ("from", sync.stream.clone()),
        ("to", format!("{} through {connection}", sync.object)),
        ("state", state(details)),
        ("external ID field", sync.options.external_id_field.clone().unwrap_or_default()),
        ("linked records", number(figures.links)),
        ("rows to send", number(due.due)),
        ("rows put off", number(due.deferred)),
        ("rows refused", number(due.refused)),
        ("rows uncertain", number(due.uncertain)),
        ("writes unanswered", number(figures.unsettled)),
        ("last run", figures.last_run.as_ref().map(summary).unwrap_or_default()),
    ]);
    let left_out: Vec<String> = sync.left_out.iter().map(ToString::to_string).collect();
    let warnings = figures.last_run.iter().flat_map(|run| &run.warnings);
    let others = warnings.filter(|warning| !left_out.contains(warning));
    left_out.iter().chain(others).for_each(|warning| say(&format!("warning: {warning}")));
    if due.refused > 0 {
        hint(&format!("`salesbridge sync records {} --waiting refused` says why", sync.name));
    }
}

async fn enable(api: &Api, name: &str, yes: bool, json: bool) -> anyhow::Result<u8> {
    let enabled = with_confirmation(yes, |confirmed| {
        let path = path(name, &format!("/enable?confirmed={confirmed}"));
        async move { api.post(&path, &json!({})).await }
    });
    show(&enabled.await?, json);
    if !api.is_served() && !json {
        hint(&format!("nothing is sent until `salesbridge serve` runs, or `salesbridge sync run {name}`"));
    }
    Ok(DONE)
}

async fn preview(api: &Api, name: &str, rows: usize, json: bool) -> anyhow::Result<u8> {
    let preview: Preview = api.get(&path(name, &format!("/preview?rows={rows}"))).await?;
    if json {
        print_json(&preview);
        return Ok(DONE);
    }
    print_line(&format!(
        "{} to create, {} to update, {} unchanged, {} refused, {} uncertain; {}",
        number(preview.creates),
        number(preview.updates),
        number(preview.unchanged),
        number(preview.refused),
        number(preview.uncertain),
        counted(preview.calls, "write call"),
    ));
    preview.warnings.iter().for_each(|warning| say(&format!("warning: {warning}")));
    for row in &preview.rows {
        let record = row.record_id.as_deref().map(|id| format!(" {id}")).unwrap_or_default();
        print_line(&format!("\n{} {}{record}", verb(row.action), row.source_key));
        for field in &row.fields {
            print_line(&format!("  {} = {}", field.name, field.value.as_deref().unwrap_or("(emptied)")));
        }
        row.message.iter().for_each(|message| print_line(&format!("  {message}")));
    }
    let written = preview.creates + preview.updates + preview.refused;
    if written > preview.rows.len() as u64 {
        hint(&format!("these are the first rows; --rows {written} shows all"));
    }
    Ok(DONE)
}

fn verb(action: OutcomeKind) -> &'static str {
    match action {
        OutcomeKind::Created => "create",
        OutcomeKind::Updated => "update",
        OutcomeKind::Refused => "refuse",
        OutcomeKind::Unchanged => "leave",
        OutcomeKind::Deferred => "put off",
        OutcomeKind::Uncertain => "uncertain",
    }
}

async fn run_now(api: &Api, name: &str, no_wait: bool, json: bool) -> anyhow::Result<u8> {
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

fn show_run(run: &Run, json: bool) {
    if json {
        return print_json(run);
    }
    print_line(&summary(run));
    run.warnings.iter().for_each(|warning| say(&format!("warning: {warning}")));
}

fn summary(run: &Run) -> String {
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

async fn runs(api: &Api, sync: Option<&str>, paging: &Paging, json: bool) -> anyhow::Result<u8> {
    let base = sync.map_or("/runs".to_owned(), |name| path(name, "/runs"));
    let page: Page<Run> = api.get(&paged(&base, None, paging)).await?;
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
async fn trace(api: &Api, run: &str, json: bool) -> anyhow::Result<u8> {
    let batches: Vec<TimelineBatch> = api.get(&format!("/runs/{}/timeline", segment(run))).await?;
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

async fn records(api: &Api, options: &Records, json: bool) -> anyhow::Result<u8> {
    if let Some(waiting) = options.waiting {
        return waiting_rows(api, options, waiting, json).await;
    }
    let run = if options.run.starts_with("run_") { options.run.clone() } else { newest_run(api, &options.run).await? };
    let kind = if options.refused { Some("refused") } else { options.kind.map(kind_word) };
    let page: Page<RecordOutcome> = api
        .get(&paged(&format!("/runs/{}/records", segment(&run)), kind.map(|kind| ("kind", kind)), &options.paging))
        .await?;
    if json {
        print_json(&page);
        return Ok(DONE);
    }
    if page.items.is_empty() {
        say("No such rows in this run; rows without a change are counted, not listed.");
        return Ok(DONE);
    }
    let mut rows = table(&["row", "outcome", "record", "reason", "what to do"]);
    for outcome in &page.items {
        rows.add_row([
            outcome.source_key.clone(),
            outcome.kind.as_str().to_owned(),
            outcome.record_id.clone().unwrap_or_default(),
            reason(outcome.code.as_deref(), outcome.message.as_deref()),
            outcome.remedy.clone().unwrap_or_default(),
        ]);
    }
    print_table(&rows);
    next_page(page.next.as_deref());
    Ok(DONE)
}

async fn newest_run(api: &Api, sync: &str) -> anyhow::Result<String> {
    let details: SyncDetails = api.get(&path(sync, "")).await?;
    let run = details.figures.last_run.ok_or_else(|| Failure {
        code: "no_run".to_owned(),
        message: format!("the sync {sync} has no run yet"),
        remedy: format!("Start one: `salesbridge sync run {sync}`"),
        ..Failure::default()
    })?;
    Ok(run.id.to_string())
}

async fn waiting_rows(api: &Api, options: &Records, waiting: Waiting, json: bool) -> anyhow::Result<u8> {
    let filter = Some(("state", waiting_word(waiting)));
    let page: Page<Value> = api.get(&paged(&path(&options.run, "/due"), filter, &options.paging)).await?;
    if json {
        print_json(&page);
        return Ok(DONE);
    }
    if page.items.is_empty() {
        say("No row waits in this state.");
        return Ok(DONE);
    }
    let mut rows = table(&["row", "since", "attempts", "reason", "what to do"]);
    for row in &page.items {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        rows.add_row([
            text("source_key"),
            text("updated_at"),
            row["attempts"].to_string(),
            reason(row["code"].as_str(), row["message"].as_str()),
            text("remedy"),
        ]);
    }
    print_table(&rows);
    next_page(page.next.as_deref());
    Ok(DONE)
}

fn reason(code: Option<&str>, message: Option<&str>) -> String {
    [code, message].into_iter().flatten().collect::<Vec<_>>().join(": ")
}

async fn change_waiting(
    api: &Api,
    rows: &WaitingRows,
    anew: bool,
    verb: &str,
    done: &str,
    json: bool,
) -> anyhow::Result<u8> {
    let keys = Some(&rows.keys).filter(|keys| !keys.is_empty());
    let body = json!({ "state": waiting_word(rows.state), "keys": keys, "anew": anew });
    let answer: Value = api.post(&path(&rows.name, &format!("/{verb}")), &body).await?;
    if json {
        print_json(&answer);
    } else {
        print_line(&format!("{} {done}", counted(answer["rows"].as_u64().unwrap_or(0), "row")));
    }
    Ok(DONE)
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Created => OutcomeKind::Created,
        Kind::Updated => OutcomeKind::Updated,
        Kind::Refused => OutcomeKind::Refused,
        Kind::Deferred => OutcomeKind::Deferred,
        Kind::Uncertain => OutcomeKind::Uncertain,
    }
    .as_str()
}

fn waiting_word(waiting: Waiting) -> &'static str {
    match waiting {
        Waiting::Due => "due",
        Waiting::Refused => "refused",
        Waiting::Uncertain => "uncertain",
    }
}
