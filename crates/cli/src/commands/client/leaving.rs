//! `salesbridge client archive`, `unarchive` and `erase`.

use anyhow::bail;
use salesbridge_hub::clients::EraseReport;
use serde_json::{Value, json};

use crate::api::Api;
use crate::terminal::{DONE, FAILED, counted, hint, is_interactive, print_json, print_line, say};

pub(super) async fn set_archived(api: &Api, keys: &[String], archived: bool, json: bool) -> anyhow::Result<u8> {
    let path = if archived { "/clients/archive" } else { "/clients/unarchive" };
    let done: Value = api.post(path, &json!({ "keys": keys })).await?;
    if json {
        print_json(&done);
        return Ok(DONE);
    }
    let count = counted(done["clients"].as_u64().unwrap_or_default(), "client");
    print_line(&format!("{count} {}", if archived { "archived" } else { "taken back" }));
    Ok(DONE)
}

pub(super) async fn erase(api: &Api, key: &str, yes: bool, json: bool) -> anyhow::Result<u8> {
    if !yes {
        let planned: EraseReport = api.post("/clients/erase", &json!({ "key": key, "confirmed": false })).await?;
        say(&format!("This erases the client {} for good; nothing brings it back.", planned.key));
        left(&planned);
        if !is_interactive() {
            bail!("nobody can be asked here; --yes erases without asking");
        }
        if !inquire::Confirm::new("Erase it?").with_default(false).prompt()? {
            return Ok(FAILED);
        }
    }
    let done: EraseReport = api.post("/clients/erase", &json!({ "key": key, "confirmed": true })).await?;
    if json {
        print_json(&done);
        return Ok(DONE);
    }
    print_line(&format!("client {} erased", done.key));
    left(&done);
    hint("backups that were made before still hold it");
    Ok(DONE)
}

fn left(report: &EraseReport) {
    for record in &report.records {
        say(&format!(
            "Its {} {} in the org of {} is not deleted by this; delete it there: {}",
            record.object, record.record_id, record.connection, record.address
        ));
    }
}
