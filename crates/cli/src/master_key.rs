//! The master key: made once, kept in a file that only its owner may read, or given by the environment.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::Context;
use salesbridge_hub::KeySource;
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

/// Puts other keys into the file, at once: a death leaves the file as it was or as it is to be.
pub(crate) fn replace(settings: &Settings, keys: &KeyRing) -> anyhow::Result<()> {
    if std::env::var_os(VARIABLE).is_some() {
        return Err(in_environment().into());
    }
    let path = &settings.master_key_file;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".master-key-")
        .tempfile_in(folder)
        .with_context(|| format!("no file can be made beside {}", path.display()))?;
    file.write_all(keys.to_text().expose().as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).with_context(|| format!("{} cannot be replaced", path.display()))?;
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn in_environment() -> Failure {
    Failure {
        code: "master_key_in_environment".to_owned(),
        message: format!("the master key comes from {VARIABLE}, which a command cannot change"),
        remedy: format!(
            "Put it into a file that only its owner may read, name that with SALESBRIDGE_MASTER_KEY_FILE, unset {VARIABLE}, and try again"
        ),
        ..Failure::default()
    }
}

/// The keys where the settings say they are, for a process that has to read them anew.
pub(crate) struct WhereKeysAre(pub(crate) Settings);

impl KeySource for WhereKeysAre {
    fn read(&self) -> Result<KeyRing, String> {
        read(&self.0).map_err(|problem| format!("{problem:#}"))
    }
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
