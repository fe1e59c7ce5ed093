//! Words about the installation itself.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use salesbridge_model::Timestamp;

#[derive(Debug, Subcommand)]
pub(crate) enum VaultCommand {
    /// Makes the master key
    Init,
    /// Shows which master keys there are, never the keys
    Status,
    /// Makes a new master key and seals everything with it, while syncs run
    ///
    /// The keys before it stay in the file: backups that were made until now need them. `--drop-old` removes those that seal nothing here
    /// any more.
    Rotate {
        /// Remove the older keys instead. Keep a copy of them as long as you keep backups from their time
        #[arg(long)]
        drop_old: bool,
    },
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  createdb salesbridge
  salesbridge migrate-store --to postgres://hub@db.example/salesbridge
  salesbridge migrate-store --to env:DATABASE_URL
  salesbridge migrate-store --to file:/run/secrets/database-url")]
pub(crate) struct MigrateStoreOptions {
    /// The database: an address without a password, env:NAME or file:PATH [default: the setting database_url]
    #[arg(long, value_name = "DATABASE")]
    pub(crate) to: Option<String>,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  salesbridge restore /backups/salesbridge-2026-01-05.tar.gz
  salesbridge restore --mark --made-at 2026-01-05T03:00:00Z    after a database was put back by its own tools")]
pub(crate) struct RestoreOptions {
    /// The backup
    #[arg(required_unless_present = "mark", conflicts_with = "mark")]
    pub(crate) file: Option<PathBuf>,
    /// Put the installation that is there aside
    #[arg(long, requires = "file")]
    pub(crate) replace: bool,
    /// Only mark the installation as restored, because its database was put back by other means
    #[arg(long, requires = "made_at")]
    pub(crate) mark: bool,
    /// When that backup was begun, such as 2026-01-05T03:00:00Z
    #[arg(long, value_name = "TIME", requires = "mark")]
    pub(crate) made_at: Option<Timestamp>,
}
