//! `salesbridge backup` and `salesbridge restore`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use salesbridge_hub::Caller;
use salesbridge_hub::upkeep::mark_restored;
use salesbridge_model::{Clock, Timestamp};
use salesbridge_store_sqlite::SqliteStore;
use serde_json::{Value, json};

use crate::api::Api;
use crate::archive::{ArchiveWriter, folder_of, unpack};
use crate::arguments::RestoreOptions;
use crate::data_directory::{DataDirectory, database_of};
use crate::settings::Settings;
use crate::system::SystemClock;
use crate::terminal::{DONE, Failure, counted, hint, print_json, print_line, say};

/// Names in a backup.
const MANIFEST: &str = "backup.json";
const DATABASE: &str = "salesbridge.sqlite";
const SETTINGS: &str = "salesbridge.toml";
/// Form of the backups that this program writes.
const FORMAT: u32 = 1;

/// What a backup says of itself.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Manifest {
    format: u32,
    /// Before anything in it was read.
    made_at: Timestamp,
    /// Version of the program.
    version: String,
    /// Version of the database's schema.
    schema: i64,
}

/// Writes a backup, whoever has the database open.
pub(crate) async fn backup(settings: &Settings, file: &Path, json: bool) -> anyhow::Result<u8> {
    refuse_postgresql(settings)?;
    let database = database_of(&settings.data);
    if !database.exists() {
        return Err(no_installation(settings).into());
    }
    let made_at = SystemClock.now();
    let mut archive = ArchiveWriter::begin(file, made_at.timestamp())?;
    let folder = tempfile::Builder::new().prefix(".salesbridge-").tempdir_in(folder_of(file))?;
    let copy = folder.path().join(DATABASE);
    SqliteStore::copy(&database, &copy)
        .await
        .context("the database cannot be copied; is there room for the backup?")?;
    let report = SqliteStore::inspect(&copy, true).await.context("the copy of the database cannot be read")?;
    if !report.problems.is_empty() {
        return Err(damaged(&database, &report.problems).into());
    }
    let manifest =
        Manifest { format: FORMAT, made_at, version: env!("CARGO_PKG_VERSION").to_owned(), schema: report.schema };
    archive.add_text(MANIFEST, &serde_json::to_string_pretty(&manifest)?)?;
    archive.add_file(DATABASE, &copy)?;
    let settings_file = settings.data.join(SETTINGS);
    if settings_file.exists() {
        archive.add_file(SETTINGS, &settings_file)?;
    }
    archive.finish(file)?;
    let size = std::fs::metadata(file)?.len();
    let key = settings.master_key_file.display().to_string();
    if json {
        print_json(
            &json!({ "file": file, "bytes": size, "made_at": made_at, "master_key": key, "holds_master_key": false }),
        );
    } else {
        print_line(&format!(
            "{} holds the installation as of {}",
            file.display(),
            made_at.format("%Y-%m-%d %H:%M:%S UTC")
        ));
        hint(&format!(
            "the master key is not in it: keep a copy of {key} elsewhere, or the secrets in the backup cannot be opened"
        ));
    }
    Ok(DONE)
}

/// Puts a backup in the place of the installation, or marks one as restored that was put there by other means.
pub(crate) async fn restore(settings: &Settings, options: &RestoreOptions, json: bool) -> anyhow::Result<u8> {
    match (&options.file, options.made_at) {
        (Some(file), _) => restore_file(settings, file, options.replace, json).await,
        (None, Some(made_at)) => mark(settings, made_at, json).await,
        (None, None) => anyhow::bail!("name the backup, or say with --mark --made-at TIME when it was made"),
    }
}

async fn restore_file(settings: &Settings, file: &Path, replace: bool, json: bool) -> anyhow::Result<u8> {
    refuse_postgresql(settings)?;
    let data = DataDirectory::own(&settings.data, "salesbridge restore").await?;
    let occupied = data.database().exists();
    if occupied && !replace {
        return Err(not_empty(settings).into());
    }
    let folder = tempfile::Builder::new().prefix("restoring-").tempdir_in(&settings.data)?;
    unpack(file, &[MANIFEST, DATABASE, SETTINGS], folder.path())?;
    let manifest = read_manifest(file, &folder.path().join(MANIFEST))?;
    let database = folder.path().join(DATABASE);
    let report = SqliteStore::inspect(&database, true)
        .await
        .with_context(|| format!("the database in {} cannot be read", file.display()))?;
    if !report.problems.is_empty() {
        return Err(damaged(file, &report.problems).into());
    }
    let now = SystemClock.now();
    let store = SqliteStore::open(&database).await.context("the database in the backup cannot be opened")?;
    let syncs = mark_restored(&store, &Caller::owner(), manifest.made_at, now).await?;
    // Without others, the write-ahead log ends up in the file.
    store.close().await;
    let aside = occupied.then(|| put_aside(settings, now)).transpose()?;
    std::fs::rename(&database, data.database())?;
    let settings_file = settings.data.join(SETTINGS);
    let restored_settings = folder.path().join(SETTINGS);
    if restored_settings.exists() && !settings_file.exists() {
        std::fs::rename(&restored_settings, &settings_file)?;
    }
    std::fs::File::open(&settings.data)?.sync_all()?;
    if json {
        print_json(&json!({ "made_at": manifest.made_at, "syncs": syncs, "replaced": aside }));
        return Ok(DONE);
    }
    print_line(&format!(
        "restored what {} held as of {}; {} will find the records made since before writing",
        file.display(),
        manifest.made_at.format("%Y-%m-%d %H:%M:%S UTC"),
        counted(syncs, "sync"),
    ));
    aside.iter().for_each(|aside| say(&format!("what was there before is in {}", aside.display())));
    hint("`salesbridge doctor` says whether the master key opens its secrets; then `salesbridge serve`");
    Ok(DONE)
}

async fn mark(settings: &Settings, made_at: Timestamp, json: bool) -> anyhow::Result<u8> {
    let api = Api::open(settings).await?;
    let marked: Value = api.post("/restored", &json!({ "made_at": made_at })).await?;
    if json {
        print_json(&marked);
    } else {
        let syncs = counted(marked["syncs"].as_u64().unwrap_or_default(), "sync");
        print_line(&format!("{syncs} will find the records made since {made_at} before writing"));
    }
    Ok(DONE)
}

fn read_manifest(file: &Path, manifest: &Path) -> anyhow::Result<Manifest> {
    let broken = || format!("{} is not a backup of salesbridge, or is damaged", file.display());
    let manifest: Manifest =
        serde_json::from_str(&std::fs::read_to_string(manifest).with_context(broken)?).with_context(broken)?;
    if manifest.format > FORMAT || manifest.schema > SqliteStore::newest_schema() {
        return Err(Failure {
            code: "backup_newer".to_owned(),
            message: format!(
                "{} was written by salesbridge {}, which is newer than this one",
                file.display(),
                manifest.version
            ),
            remedy: "Install that version, or a newer one, and restore with it".to_owned(),
            ..Failure::default()
        }
        .into());
    }
    Ok(manifest)
}

/// Moves the database, with what belongs to it, into a folder of its own.
fn put_aside(settings: &Settings, now: Timestamp) -> anyhow::Result<PathBuf> {
    let aside = settings.data.join(format!("replaced-{}", now.format("%Y%m%d-%H%M%S%.3f")));
    std::fs::create_dir(&aside).with_context(|| format!("{} cannot be made", aside.display()))?;
    for suffix in ["", "-wal", "-shm"] {
        let name = format!("{DATABASE}{suffix}");
        let from = settings.data.join(&name);
        if from.exists() {
            std::fs::rename(&from, aside.join(&name))?;
        }
    }
    Ok(aside)
}

fn refuse_postgresql(settings: &Settings) -> anyhow::Result<()> {
    if settings.database_url.is_none() {
        return Ok(());
    }
    Err(Failure {
        code: "kept_in_postgresql".to_owned(),
        message: "this installation is kept in PostgreSQL, whose own tools back it up and restore it".to_owned(),
        remedy:
            "Use pg_dump and pg_restore, then `salesbridge restore --mark --made-at TIME`; docs/backup.md says more"
                .to_owned(),
        ..Failure::default()
    }
    .into())
}

fn no_installation(settings: &Settings) -> Failure {
    Failure {
        code: "no_installation".to_owned(),
        message: format!("there is nothing to back up in {}", settings.data.display()),
        remedy: "Name the data directory with --data".to_owned(),
        ..Failure::default()
    }
}

fn not_empty(settings: &Settings) -> Failure {
    Failure {
        code: "data_directory_not_empty".to_owned(),
        message: format!("there is an installation in {} already", settings.data.display()),
        remedy: "Name an empty directory with --data, or put what is there aside with --replace".to_owned(),
        ..Failure::default()
    }
}

fn damaged(file: &Path, problems: &[String]) -> Failure {
    Failure {
        code: "database_damaged".to_owned(),
        message: format!("the database in {} is damaged: {}", file.display(), problems.join("; ")),
        remedy: "Restore an older backup that is whole: `salesbridge restore FILE --replace`".to_owned(),
        ..Failure::default()
    }
}
