//! Settings: defaults, then the file, then the environment, then flags.

mod health;
mod people;
mod server;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use salesbridge_hub::upkeep::Retention;
use salesbridge_model::Secret;

use crate::arguments::GlobalOptions;
use crate::secret_text;

pub(crate) use health::HealthSettings;
pub(crate) use people::PeopleSettings;
pub(crate) use server::ServerSettings;

/// The settings of this installation.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Folder that holds everything.
    pub(crate) data: PathBuf,
    /// File that holds the master key.
    pub(crate) master_key_file: PathBuf,
    /// The PostgreSQL database that holds everything in place of the folder's own file. May hold a password.
    pub(crate) database_url: Option<Secret<String>>,
    /// Folder of log files, beside what goes to standard error.
    pub(crate) log_folder: Option<PathBuf>,
    pub(crate) sync: SyncSettings,
    pub(crate) salesforce: SalesforceSettings,
    pub(crate) retention: RetentionSettings,
    pub(crate) health: HealthSettings,
    pub(crate) server: ServerSettings,
    pub(crate) people: PeopleSettings,
}

/// How much of an org is used.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SalesforceSettings {
    /// Share of an org's API calls, in percent, that is kept for its other users; 0 to 99.
    pub(crate) reserve_percent: u8,
    /// Calls to one org at the same time; 1 to 25.
    pub(crate) concurrent_calls: usize,
}

impl Default for SalesforceSettings {
    fn default() -> Self {
        Self { reserve_percent: 10, concurrent_calls: 8 }
    }
}

impl SalesforceSettings {
    fn read(mut self) -> anyhow::Result<Self> {
        from_environment("SALESBRIDGE_SALESFORCE_RESERVE_PERCENT", &mut self.reserve_percent)?;
        from_environment("SALESBRIDGE_SALESFORCE_CONCURRENT_CALLS", &mut self.concurrent_calls)?;
        if self.reserve_percent > 99 {
            anyhow::bail!("salesforce.reserve_percent is {}; expected is 0 to 99", self.reserve_percent);
        }
        if !(1..=25).contains(&self.concurrent_calls) {
            anyhow::bail!("salesforce.concurrent_calls is {}; expected is 1 to 25", self.concurrent_calls);
        }
        Ok(self)
    }
}

/// How rows are sent.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SyncSettings {
    /// Rows of one write call; 1 to 200.
    pub(crate) batch_rows: usize,
    /// From how many rows on they go by a job of the Bulk API; 0 is never.
    pub(crate) bulk_from_rows: usize,
    /// Rows of one job; 1 to 100,000.
    pub(crate) bulk_rows: usize,
    /// Seconds that a write whose answer was lost may still be under way at Salesforce. Salesforce ends a REST call after ten minutes.
    pub(crate) in_flight_seconds: u64,
    /// Milliseconds of the same for a local org.
    pub(crate) in_flight_local_milliseconds: u64,
    /// Seconds after which others take over what a process was doing that died or was cut off, on a shared database; 1 to 3600.
    pub(crate) lease_seconds: u64,
}

impl Default for SyncSettings {
    fn default() -> Self {
        Self {
            batch_rows: 200,
            bulk_from_rows: 2000,
            bulk_rows: 10_000,
            in_flight_seconds: 600,
            in_flight_local_milliseconds: 1000,
            lease_seconds: 30,
        }
    }
}

/// How long things are kept.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RetentionSettings {
    /// Days that a run is kept after its end.
    pub(crate) run_days: u32,
    /// Newest runs of each sync that are kept however old they are.
    pub(crate) runs_kept: u32,
    /// Days that what happened to each row is kept after the end of its run.
    pub(crate) outcome_days: u32,
    /// Days that a change waits for a sync that is held.
    pub(crate) outbox_days: u32,
    /// Days that is kept what was done, and by whom.
    pub(crate) audit_days: u32,
    /// Log files, one a day, that are kept.
    pub(crate) log_files: u32,
}

impl Default for RetentionSettings {
    fn default() -> Self {
        let Retention { run_days, runs_kept, outcome_days, outbox_days, audit_days } = Retention::default();
        Self { run_days, runs_kept, outcome_days, outbox_days, audit_days, log_files: 14 }
    }
}

impl RetentionSettings {
    fn overridden(mut self) -> anyhow::Result<Self> {
        from_environment("SALESBRIDGE_RETENTION_RUN_DAYS", &mut self.run_days)?;
        from_environment("SALESBRIDGE_RETENTION_RUNS_KEPT", &mut self.runs_kept)?;
        from_environment("SALESBRIDGE_RETENTION_OUTCOME_DAYS", &mut self.outcome_days)?;
        from_environment("SALESBRIDGE_RETENTION_OUTBOX_DAYS", &mut self.outbox_days)?;
        from_environment("SALESBRIDGE_RETENTION_AUDIT_DAYS", &mut self.audit_days)?;
        from_environment("SALESBRIDGE_RETENTION_LOG_FILES", &mut self.log_files)?;
        let days = [
            ("run_days", self.run_days),
            ("outcome_days", self.outcome_days),
            ("outbox_days", self.outbox_days),
            ("audit_days", self.audit_days),
        ];
        for (key, value) in days {
            anyhow::ensure!(value >= 1, "retention.{key} is {value}; expected is a whole number of days, at least 1");
        }
        Ok(self)
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    database_url: Option<Secret<String>>,
    database_url_file: Option<PathBuf>,
    master_key_file: Option<PathBuf>,
    log_folder: Option<PathBuf>,
    sync: SyncSettings,
    salesforce: SalesforceSettings,
    retention: RetentionSettings,
    health: HealthSettings,
    server: ServerSettings,
    people: PeopleSettings,
}

/// Name of the settings file in the data directory.
pub(crate) const FILE: &str = "salesbridge.toml";

impl Settings {
    /// Reads the settings that hold for a command.
    pub(crate) fn read(options: &GlobalOptions) -> anyhow::Result<Self> {
        let data = options.data.clone().map_or_else(default_data, Ok)?;
        let file = read_file(&data.join(FILE))?;
        let mut sync = file.sync;
        from_environment("SALESBRIDGE_SYNC_BATCH_ROWS", &mut sync.batch_rows)?;
        from_environment("SALESBRIDGE_SYNC_BULK_FROM_ROWS", &mut sync.bulk_from_rows)?;
        from_environment("SALESBRIDGE_SYNC_BULK_ROWS", &mut sync.bulk_rows)?;
        from_environment("SALESBRIDGE_SYNC_IN_FLIGHT_SECONDS", &mut sync.in_flight_seconds)?;
        from_environment("SALESBRIDGE_SYNC_IN_FLIGHT_LOCAL_MILLISECONDS", &mut sync.in_flight_local_milliseconds)?;
        from_environment("SALESBRIDGE_SYNC_LEASE_SECONDS", &mut sync.lease_seconds)?;
        if !(1..=3600).contains(&sync.lease_seconds) {
            anyhow::bail!("sync.lease_seconds is {}; expected is a whole number from 1 to 3600", sync.lease_seconds);
        }
        if !(1..=200).contains(&sync.batch_rows) {
            anyhow::bail!("sync.batch_rows is {}; expected is a whole number from 1 to 200", sync.batch_rows);
        }
        if !(1..=100_000).contains(&sync.bulk_rows) {
            anyhow::bail!("sync.bulk_rows is {}; expected is a whole number from 1 to 100000", sync.bulk_rows);
        }
        let master_key_file = std::env::var_os("SALESBRIDGE_MASTER_KEY_FILE")
            .map(PathBuf::from)
            .or(file.master_key_file)
            .unwrap_or_else(|| data.join("master.key"));
        let log_folder = std::env::var_os("SALESBRIDGE_LOG_FOLDER")
            .map(PathBuf::from)
            .or(file.log_folder)
            .map(|folder| data.join(folder));
        let log_folder = log_folder.filter(|folder| *folder != data);
        let (salesforce, retention) = (file.salesforce.read()?, file.retention.overridden()?);
        let (server, people) = (file.server.overridden()?, file.people.overridden()?);
        let health = file.health.overridden()?;
        let database_url = database_url(file.database_url, file.database_url_file.as_deref())?;
        Ok(Self {
            data,
            master_key_file,
            database_url,
            log_folder,
            sync,
            salesforce,
            retention,
            health,
            server,
            people,
        })
    }

    /// How long things are kept under these settings.
    pub(crate) fn retention(&self) -> Retention {
        let RetentionSettings { run_days, runs_kept, outcome_days, outbox_days, audit_days, .. } = self.retention;
        Retention { run_days, runs_kept, outcome_days, outbox_days, audit_days }
    }

    /// How connectors behave under these settings.
    pub(crate) fn connectors(&self) -> salesbridge_hub::ConnectorSettings {
        salesbridge_hub::ConnectorSettings {
            batch_rows: self.sync.batch_rows,
            bulk_from_rows: self.sync.bulk_from_rows,
            bulk_rows: self.sync.bulk_rows,
            in_flight: Duration::from_secs(self.sync.in_flight_seconds),
            in_flight_local: Duration::from_millis(self.sync.in_flight_local_milliseconds),
            reserve_percent: self.salesforce.reserve_percent,
            concurrent_calls: self.salesforce.concurrent_calls,
        }
    }
}

/// The variables that may hold the address of the database, the first that is set wins; each also with `_FILE`.
const DATABASE_URL: [&str; 2] = ["SALESBRIDGE_DATABASE_URL", "DATABASE_URL"];

fn database_url(from_file: Option<Secret<String>>, file: Option<&Path>) -> anyhow::Result<Option<Secret<String>>> {
    for name in DATABASE_URL {
        if let Some(address) = secret_text::from_environment(name)? {
            return Ok(Some(address));
        }
    }
    match (from_file, file) {
        (Some(_), Some(_)) => anyhow::bail!("both database_url and database_url_file are set; expected is one of them"),
        (None, Some(path)) => secret_text::from_file(path).map(Some),
        (address, None) => Ok(address),
    }
}

fn default_data() -> anyhow::Result<PathBuf> {
    let folder = |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    folder("XDG_DATA_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".local/share")))
        .map(|base| base.join("salesbridge"))
        .context("there is neither HOME nor XDG_DATA_HOME; name the data directory with --data")
}

fn read_file(path: &Path) -> anyhow::Result<File> {
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text)
            .map_err(|error| without_secrets(&text, error))
            .with_context(|| format!("the settings file {} cannot be used", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(File::default()),
        Err(error) => Err(error).with_context(|| format!("the settings file {} cannot be read", path.display())),
    }
}

/// An error of the settings file. It shows the line that it is about, unless a password may stand there.
fn without_secrets(text: &str, error: toml::de::Error) -> anyhow::Error {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = text.lines().nth(before.matches('\n').count()).unwrap_or_default();
    if line.contains("database_url") || line.contains("://") {
        let number = before.matches('\n').count() + 1;
        return anyhow::anyhow!(
            "line {number} is not `key = \"value\"`; it is not shown, because an address may hold a password"
        );
    }
    error.into()
}

fn from_environment<T: std::str::FromStr>(name: &str, setting: &mut T) -> anyhow::Result<()> {
    if let Ok(text) = std::env::var(name) {
        *setting = text.parse().map_err(|_| anyhow::anyhow!("{name} is `{text}`; expected is a whole number"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_line_with_an_address_is_not_shown() {
        let text = "[sync]\ndatabase_url = postgres://ann:hush@localhost/hub\n";
        let error = toml::from_str::<File>(text).map_err(|error| without_secrets(text, error)).unwrap_err();
        let shown = format!("{error:?} {error:#}");
        assert!(shown.contains("line 2") && !shown.contains("hush"), "{shown}");
    }

    #[test]
    fn the_commented_file_names_every_key_with_its_default() {
        let commented = include_str!("../../../docs/salesbridge.toml");
        let uncommented: String = commented
            .lines()
            .filter_map(|line| {
                line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).or(line.starts_with('[').then_some(line))
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let file: File = toml::from_str(&uncommented).expect("the commented file with its comment signs taken away");
        let defaults = SyncSettings::default();
        assert!(file.master_key_file.is_some());
        let salesforce = SalesforceSettings::default();
        assert_eq!(file.salesforce.reserve_percent, salesforce.reserve_percent);
        assert_eq!(file.salesforce.concurrent_calls, salesforce.concurrent_calls);
        assert!(file.database_url.is_some() && file.database_url_file.is_some());
        assert_eq!(file.sync.batch_rows, defaults.batch_rows);
        assert_eq!(file.sync.bulk_from_rows, defaults.bulk_from_rows);
        assert_eq!(file.sync.bulk_rows, defaults.bulk_rows);
        assert_eq!(file.sync.in_flight_seconds, defaults.in_flight_seconds);
        assert_eq!(file.sync.in_flight_local_milliseconds, defaults.in_flight_local_milliseconds);
        assert_eq!(file.sync.lease_seconds, defaults.lease_seconds);
        let (kept, defaults) = (file.retention, RetentionSettings::default());
        assert_eq!((kept.run_days, kept.runs_kept), (defaults.run_days, defaults.runs_kept));
        assert_eq!((kept.outcome_days, kept.outbox_days), (defaults.outcome_days, defaults.outbox_days));
        assert_eq!((kept.audit_days, kept.log_files), (defaults.audit_days, defaults.log_files));
        assert_eq!(file.log_folder, Some(PathBuf::new()));
        assert_eq!(file.health, HealthSettings::default());
        assert_eq!(file.server, ServerSettings::default());
        assert_eq!(file.people, PeopleSettings::default());
    }
}
