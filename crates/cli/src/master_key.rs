//! The master key: made once, kept in a file that only its owner may read, or given by the environment.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::Context;
use salesbridge_model::Secret;
use salesbridge_vault::KeyRing;

use crate::settings::Settings;
use crate::terminal::Failure;

const VARIABLE: &str = "SALESBRIDGE_MASTER_KEY";

/// Reads the keys: from the environment, else from the file.
pub(crate) fn read(settings: &Settings) -> anyhow::Result<KeyRing> {
    if let Ok(text) = std::env::var(VARIABLE) {
        return KeyRing::parse(&Secret::new(text)).with_context(|| format!("{VARIABLE} cannot be used"));
    }
    let path = &settings.master_key_file;
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Secret::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(missing(path).into()),
        Err(error) => return Err(error).with_context(|| format!("the master key {} cannot be read", path.display())),
    };
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(open_to_others(path, mode).into());
    }
    KeyRing::parse(&text).with_context(|| format!("the master key {} cannot be used", path.display()))
}

/// Makes a key and its file; a file that is there stays as it is and is an error.
pub(crate) fn init(settings: &Settings) -> anyhow::Result<KeyRing> {
    let keys = KeyRing::generate().context("no random key could be made")?;
    let path = &settings.master_key_file;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let made = File::options().write(true).create_new(true).mode(0o600).open(path);
    let mut file = match made {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(there_already(path).into()),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be made", path.display())),
    };
    file.write_all(keys.to_text().expose().as_bytes())?;
    file.sync_all()?;
    Ok(keys)
}

fn missing(path: &Path) -> Failure {
    Failure {
        code: "master_key_missing".to_owned(),
        message: format!("there is no master key: neither {VARIABLE} is set nor is there a file {}", path.display()),
        remedy: "Make one with `salesbridge vault init`; keep a copy apart from your backups, for without it the secrets are lost"
            .to_owned(),
        ..Failure::default()
    }
}

fn open_to_others(path: &Path, mode: u32) -> Failure {
    Failure {
        code: "master_key_open_to_others".to_owned(),
        message: format!("the master key {} may be read by others: its mode is {mode:04o}", path.display()),
        remedy: format!("Close it: chmod 600 {}", path.display()),
        ..Failure::default()
    }
}

fn there_already(path: &Path) -> Failure {
    Failure {
        code: "master_key_exists".to_owned(),
        message: format!("there is a master key already: {}", path.display()),
        remedy: "Nothing is to be done; `salesbridge vault status` shows it".to_owned(),
        ..Failure::default()
    }
}
