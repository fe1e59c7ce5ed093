//! `salesbridge sync`.

mod adopt;
mod records;
mod runs;

use std::io::Read;
use std::path::Path;

use anyhow::Context;
use salesbridge_hub::syncs::SyncDetails;
use salesbridge_hub::{Preview, VerificationState};
use salesbridge_model::{OutcomeKind, Page};
use serde_json::{Value, json};

use self::records::{change_waiting, records};
pub(super) use self::runs::{await_run, exit_code};
use self::runs::{run_now, runs, show_run, summary, trace};
use super::client::{filtered, next_page};
use super::start::with_confirmation;
use crate::api::{Api, segment};
use crate::arguments::{SyncCommand, SyncFilters, YesNo};
use crate::settings::Settings;
use crate::terminal::{DONE, counted, hint, number, print_details, print_json, print_line, print_table, say, table};

pub(crate) async fn run(settings: &Settings, command: SyncCommand, json: bool) -> anyhow::Result<u8> {
    let api = Api::open(settings).await?;
    match command {
        SyncCommand::Create { file } => {
            let made = api.post("/syncs", &definition(&file)?).await?;
            show(&made, json);
            hint(&format!("`salesbridge sync enable {}` lets it send", made.sync.name));
            Ok(DONE)
        }
        SyncCommand::List(filters) => list(&api, &filters, json).await,
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
        SyncCommand::Runs { name, filters, trace: None } => runs(&api, name.as_deref(), &filters, json).await,
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

async fn list(api: &Api, filters: &SyncFilters, json: bool) -> anyhow::Result<u8> {
    let SyncFilters { search, connection, stream, object, enabled, held, paging } = filters;
    let given = [
        ("q", search.as_deref()),
        ("connection", connection.as_deref()),
        ("stream", stream.as_deref()),
        ("object", object.as_deref()),
        ("enabled", enabled.map(YesNo::as_truth)),
        ("held", held.map(YesNo::as_truth)),
    ];
    let page: Page<SyncDetails> = api.get(&filtered("/syncs", &given, paging)).await?;
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
