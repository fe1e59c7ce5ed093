//! What is looked at.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use salesbridge_hub::upkeep::{ConnectionReport, SyncReport, UpkeepReport};
use salesbridge_hub::{Verification, VerificationState};
use salesbridge_model::HealthState;
use salesbridge_store_sqlite::SqliteStore;

use crate::data_directory::{DataDirectory, database_of};
use crate::master_key;
use crate::settings::Settings;
use crate::terminal::Failure;

/// Free bytes below which an installation is about to stop.
const TOO_LITTLE: u64 = 50 << 20;
/// Free bytes below which somebody should make room.
const LITTLE: u64 = 1 << 30;
/// Seconds that two clocks may differ; Salesforce refuses a signed token of another time after three minutes.
const CLOCKS_DIFFER: i64 = 60;

/// What was found about one thing.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Finding {
    /// The thing.
    pub(crate) about: String,
    pub(crate) state: State,
    pub(crate) message: String,
    /// The one thing to do next; empty when all is well.
    pub(crate) remedy: String,
}

/// How well a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Ok,
    Warning,
    Failed,
}

impl State {
    pub(crate) fn word(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Failed => "failed",
        }
    }
}

impl Finding {
    pub(crate) fn ok(about: &str, message: &str) -> Self {
        Self { about: about.to_owned(), state: State::Ok, message: message.to_owned(), remedy: String::new() }
    }

    pub(crate) fn warning(about: &str, message: &str, remedy: &str) -> Self {
        Self { state: State::Warning, remedy: remedy.to_owned(), ..Self::ok(about, message) }
    }

    pub(crate) fn failed(about: &str, message: &str, remedy: &str) -> Self {
        Self { state: State::Failed, remedy: remedy.to_owned(), ..Self::ok(about, message) }
    }
}

/// Files, disk, key and database: what can be seen without the hub.
pub(crate) async fn of_the_machine(settings: &Settings) -> Vec<Finding> {
    let version = format!("salesbridge {}, schema {}", env!("CARGO_PKG_VERSION"), SqliteStore::newest_schema());
    let mut findings = vec![Finding::ok("version", &version)];
    findings.push(data_directory(&settings.data));
    findings.extend(disk(&settings.data));
    findings.push(owner(&settings.data));
    findings.push(match master_key::read(settings) {
        Ok(keys) => Finding::ok("master key", &format!("seals with {}", keys.newest_id())),
        Err(error) => {
            let failure = Failure::of(error);
            Finding::failed("master key", &failure.message, &failure.remedy)
        }
    });
    findings.push(match &settings.database_url {
        Some(_) => Finding::ok("database", "is on PostgreSQL"),
        None => database(&database_of(&settings.data)).await,
    });
    findings
}

/// Connections, syncs and their clocks.
pub(crate) fn of_the_hub(report: &UpkeepReport) -> Vec<Finding> {
    let connections = report.connections.iter().map(connection);
    connections.chain(report.syncs.iter().map(sync)).collect()
}

fn data_directory(path: &Path) -> Finding {
    const ABOUT: &str = "data directory";
    let shown = path.display();
    let Ok(metadata) = std::fs::metadata(path) else {
        let remedy = "It is made by the first command that stores something; name another with --data";
        return Finding::warning(ABOUT, &format!("{shown} does not exist"), remedy);
    };
    if let Err(error) = tempfile::tempfile_in(path) {
        let remedy = "Mount it writable, or give it to the user that runs salesbridge";
        return Finding::failed(ABOUT, &format!("nothing can be written in {shown}: {error}"), remedy);
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let remedy = format!("Close it: chmod 700 {shown}");
        return Finding::warning(ABOUT, &format!("{shown} is open to other users: its mode is {mode:04o}"), &remedy);
    }
    Finding::ok(ABOUT, &format!("{shown}, mode {mode:04o}"))
}

fn disk(path: &Path) -> Option<Finding> {
    let found = rustix::fs::statvfs(path).ok()?;
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let shown = format!("{} MB free", free >> 20);
    let remedy = "Make room: nothing is lost, and work goes on by itself when there is some";
    Some(match free {
        ..TOO_LITTLE => Finding::failed("disk", &shown, remedy),
        TOO_LITTLE..LITTLE => Finding::warning("disk", &shown, remedy),
        LITTLE.. => Finding::ok("disk", &shown),
    })
}

fn owner(data: &Path) -> Finding {
    match DataDirectory::owner(data) {
        Some(owner) => Finding::ok("owner", &format!("process {} ({})", owner.process, owner.command)),
        None => Finding::ok("owner", "no process serves it"),
    }
}

async fn database(path: &Path) -> Finding {
    const ABOUT: &str = "database";
    let shown = path.display();
    if !path.exists() {
        return Finding::warning(ABOUT, &format!("{shown} does not exist yet"), "`salesbridge serve` makes it");
    }
    let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    match SqliteStore::inspect(path, true).await {
        Ok(report) if !report.problems.is_empty() => Finding::failed(
            ABOUT,
            &format!("{shown} is damaged: {}", report.problems.join("; ")),
            "Stop salesbridge, and restore a backup: `salesbridge restore FILE --replace`",
        ),
        Ok(report) if report.schema > SqliteStore::newest_schema() => Finding::failed(
            ABOUT,
            &format!("{shown} has schema {}, which is newer than this program", report.schema),
            "Install the newer program",
        ),
        Ok(report) => Finding::ok(ABOUT, &format!("{shown} is whole, schema {}, {} kB", report.schema, size >> 10)),
        Err(error) => Finding::failed(
            ABOUT,
            &format!("{shown} cannot be read: {:#}", anyhow::Error::from(error)),
            "Stop salesbridge, and restore a backup: `salesbridge restore FILE --replace`",
        ),
    }
}

fn connection(report: &ConnectionReport) -> Finding {
    let about = format!("connection {}", report.name);
    match (&report.secret_problem, &report.held, &report.clock) {
        (Some(problem), ..) => Finding::failed(
            &about,
            &format!("its secret cannot be opened: {problem}"),
            "Put the right master key back, or enter the secret again",
        ),
        (None, Some(held), _) => Finding::warning(&about, &format!("is held: {}", held.reason), &held.remedy),
        (None, None, _) if !report.enabled => Finding::ok(&about, "is disabled"),
        (None, None, Err(problem)) => Finding::warning(
            &about,
            &format!("its org does not answer: {problem}"),
            &format!("`salesbridge connection test {}` says more", report.name),
        ),
        (None, None, Ok(Some(ahead))) if ahead.abs() > CLOCKS_DIFFER => Finding::warning(
            &about,
            &format!("this machine's clock differs from its org's by {} seconds", ahead.abs()),
            "Set the clock of this machine, and keep it set by NTP",
        ),
        (None, None, Ok(_)) => match report.health.as_ref().filter(|health| health.state == HealthState::Ailing) {
            Some(health) => Finding::warning(
                &about,
                &format!("is not well: {}", health.message.as_deref().unwrap_or("something is wrong")),
                &format!("`salesbridge connection test {}` says what mends it", report.name),
            ),
            None => Finding::ok(&about, "answers, and agrees on the time"),
        },
    }
}

fn sync(report: &SyncReport) -> Finding {
    let about = format!("sync {}", report.name);
    match (&report.held, &report.verification) {
        (Some(held), _) => Finding::warning(&about, &format!("is held: {}", held.reason), &held.remedy),
        (None, Some(Verification { state: VerificationState::Pending, .. })) => Finding::warning(
            &about,
            "was restored from a backup and has not found its records again",
            "Nothing: it does so before it sends anything",
        ),
        (None, Some(Verification { state: VerificationState::Guarding, .. })) => Finding::warning(
            &about,
            "was restored from a backup, and records made since stand for no row",
            &format!("Import what was imported after the backup; then `salesbridge sync release {}`", report.name),
        ),
        (None, None) if report.enabled => Finding::ok(&about, "is enabled"),
        (None, None) => Finding::ok(&about, "is disabled"),
    }
}
