//! `salesbridge vault`.

use serde_json::json;

use crate::arguments::VaultCommand;
use crate::master_key;
use crate::settings::Settings;
use crate::terminal::{DONE, print_details, print_json};

pub(crate) fn run(settings: &Settings, command: &VaultCommand, json: bool) -> anyhow::Result<u8> {
    let keys = match command {
        VaultCommand::Init => master_key::init(settings)?,
        VaultCommand::Status => master_key::read(settings)?,
    };
    let file = settings.master_key_file.display().to_string();
    let ids: Vec<String> = keys.ids().iter().map(ToString::to_string).collect();
    if json {
        print_json(&json!({ "file": file, "keys": ids, "newest": keys.newest_id().to_string() }));
    } else {
        print_details(&[("master key", file), ("keys", ids.join(", ")), ("seals with", keys.newest_id().to_string())]);
    }
    if matches!(command, VaultCommand::Init) {
        crate::terminal::hint("keep a copy of the key apart from your backups: without it the secrets are lost");
    }
    Ok(DONE)
}
