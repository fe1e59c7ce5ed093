//! What happened to each row of a run, and rows that wait.

use salesbridge_hub::syncs::SyncDetails;
use salesbridge_model::{OutcomeKind, Page, RecordOutcome};
use serde_json::{Value, json};

use super::path;
use crate::api::{Api, segment};
use crate::arguments::{Kind, Records, Waiting, WaitingRows};
use crate::commands::client::{filtered, next_page};
use crate::terminal::{DONE, Failure, counted, print_json, print_line, print_table, say, table};

pub(super) async fn records(api: &Api, options: &Records, json: bool) -> anyhow::Result<u8> {
    if let Some(waiting) = options.waiting {
        return waiting_rows(api, options, waiting, json).await;
    }
    let run = if options.run.starts_with("run_") { options.run.clone() } else { newest_run(api, &options.run).await? };
    let kind = if options.refused { Some("refused") } else { options.kind.map(kind_word) };
    let given = [("kind", kind), ("key", options.key.as_deref()), ("code", options.code.as_deref())];
    let address = filtered(&format!("/runs/{}/records", segment(&run)), &given, &options.paging);
    let page: Page<RecordOutcome> = api.get(&address).await?;
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
    let state = Some(waiting_word(waiting));
    let given = [("state", state), ("key", options.key.as_deref()), ("code", options.code.as_deref())];
    let page: Page<Value> = api.get(&filtered(&path(&options.run, "/due"), &given, &options.paging)).await?;
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

pub(super) async fn change_waiting(
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
