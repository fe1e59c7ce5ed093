//! `salesbridge audit`.

use salesbridge_model::{AuditEntry, Page};

use super::client::{filtered, next_page};
use crate::api::Api;
use crate::arguments::{AuditCommand, AuditFilters};
use crate::settings::Settings;
use crate::terminal::{DONE, counted, print_json, print_table, say, table};

pub(crate) async fn run(settings: &Settings, command: AuditCommand, json: bool) -> anyhow::Result<u8> {
    let AuditCommand::List(filters) = command;
    let page: Page<AuditEntry> = Api::open(settings).await?.get(&path(&filters)).await?;
    if json {
        print_json(&page);
        return Ok(DONE);
    }
    if page.items.is_empty() {
        say("Nothing of that kind was done.");
        return Ok(DONE);
    }
    let mut rows = table(&["when", "who", "from", "what", "to", "now"]);
    for entry in &page.items {
        rows.add_row([
            entry.at.format("%Y-%m-%d %H:%M:%S").to_string(),
            entry.actor_name.clone(),
            entry.address.clone().unwrap_or_else(|| "this machine".to_owned()),
            entry.action.clone(),
            entry.target_name.clone().or_else(|| entry.target_id.clone()).unwrap_or_default(),
            in_short(entry),
        ]);
    }
    print_table(&rows);
    say(&format!(
        "\n{} in all, times in UTC; --json shows all of each",
        counted(page.total, "entry").replace("entrys", "entries")
    ));
    next_page(page.next.as_deref());
    Ok(DONE)
}

fn path(filters: &AuditFilters) -> String {
    let AuditFilters { actor, action, noun, target, connection, since, until, paging } = filters;
    let given = [
        ("actor", actor.as_deref()),
        ("action", action.as_deref()),
        ("noun", noun.as_deref()),
        ("target", target.as_deref()),
        ("connection", connection.as_deref()),
        ("since", since.as_deref()),
        ("until", until.as_deref()),
    ];
    filtered("/audit", &given, paging)
}

/// Names of what changed.
fn in_short(entry: &AuditEntry) -> String {
    let changed = entry.after.as_ref().or(entry.before.as_ref()).and_then(serde_json::Value::as_object);
    changed.map(|fields| fields.keys().cloned().collect::<Vec<_>>().join(", ")).unwrap_or_default()
}
