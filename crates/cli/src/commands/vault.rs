//! `salesbridge vault`.

use salesbridge_hub::upkeep::MasterKeyUse;
use salesbridge_vault::KeyRing;
use serde_json::json;

use crate::api::Api;
use crate::arguments::VaultCommand;
use crate::master_key;
use crate::settings::Settings;
use crate::terminal::{DONE, Failure, hint, print_details, print_json, say};

pub(crate) async fn run(settings: &Settings, command: &VaultCommand, json: bool) -> anyhow::Result<u8> {
    match command {
        VaultCommand::Init => {
            show(settings, &master_key::init(settings)?, json);
            hint("keep a copy of the key apart from your backups: without it the secrets are lost");
        }
        VaultCommand::Status => show(settings, &master_key::read(settings)?, json),
        VaultCommand::Rotate { drop_old: false } => rotate(settings, json).await?,
        VaultCommand::Rotate { drop_old: true } => drop_old(settings, json).await?,
    }
    Ok(DONE)
}

/// The file comes first: from then on whoever meets the new key finds it there.
async fn rotate(settings: &Settings, json: bool) -> anyhow::Result<()> {
    let keys = master_key::read(settings)?.rotate()?;
    master_key::replace(settings, &keys)?;
    let used = wrap_anew(settings).await?;
    if json {
        print_json(&used);
        return Ok(());
    }
    say(&format!("the master key {} seals everything now: {}", used.newest, in_words(used.rewrapped)));
    hint("keep a copy of the file; machines that share a database with this one need it too");
    hint(
        "backups made until now need the older keys; `salesbridge vault rotate --drop-old` removes those from the file",
    );
    Ok(())
}

/// A process that does not know the newest key yet may have sealed with an older one since, so everything is wrapped anew first.
async fn drop_old(settings: &Settings, json: bool) -> anyhow::Result<()> {
    let keys = master_key::read(settings)?;
    let used = wrap_anew(settings).await?;
    let needed: Vec<String> = used
        .wrapped
        .iter()
        .filter(|(id, data_keys)| **id != used.newest && **data_keys > 0)
        .map(|(id, data_keys)| format!("{id} ({data_keys})"))
        .collect();
    if !needed.is_empty() {
        return Err(Failure {
            code: "master_key_needed".to_owned(),
            message: format!("older keys still seal something: {}", needed.join(", ")),
            remedy: "See that every process has the newest file of master keys, then try again".to_owned(),
            ..Failure::default()
        }
        .into());
    }
    let dropped: Vec<String> =
        keys.ids().iter().filter(|id| **id != keys.newest_id()).map(ToString::to_string).collect();
    if !dropped.is_empty() {
        master_key::replace(settings, &keys.newest_alone())?;
    }
    if json {
        print_json(&json!({ "newest": used.newest, "dropped": dropped }));
    } else if dropped.is_empty() {
        say("there is one master key alone; nothing is to be dropped");
    } else {
        say(&format!("dropped from the file: {}", dropped.join(", ")));
        hint("backups from their time cannot be opened without them");
    }
    Ok(())
}

async fn wrap_anew(settings: &Settings) -> anyhow::Result<MasterKeyUse> {
    Api::open(settings).await?.post("/vault/rewrap", &json!({})).await
}

fn in_words(data_keys: u64) -> String {
    match data_keys {
        0 => "there was nothing sealed yet".to_owned(),
        1 => "one data key was wrapped anew".to_owned(),
        more => format!("{more} data keys were wrapped anew"),
    }
}

fn show(settings: &Settings, keys: &KeyRing, json: bool) {
    let file = settings.master_key_file.display().to_string();
    let ids: Vec<String> = keys.ids().iter().map(ToString::to_string).collect();
    if json {
        print_json(&json!({ "file": file, "keys": ids, "newest": keys.newest_id().to_string() }));
    } else {
        print_details(&[("master key", file), ("keys", ids.join(", ")), ("seals with", keys.newest_id().to_string())]);
    }
}
