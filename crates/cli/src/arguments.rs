//! The words of the command line, one file per noun. What each command does is in `commands`.

mod audit;
mod client;
mod connection;
mod installation;
mod key;
mod local_org;
mod service;
mod sign_in;
mod sync;
mod user;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use audit::{AuditCommand, AuditFilters};
pub(crate) use client::{ClientCommand, EditClient, FileFormat, ImportClients};
pub(crate) use connection::{
    ConnectionCommand, ConnectionFilters, ConnectionOptions, CreateConnection, EditConnection, TooLong, YesNo,
};
pub(crate) use installation::{MigrateStoreOptions, RestoreOptions, VaultCommand};
pub(crate) use key::{CreateKey, KeyCommand};
pub(crate) use local_org::{DemoOptions, DemoSize, LocalOrgOptions};
pub(crate) use service::{ServiceCommand, ServiceOptions};
pub(crate) use sign_in::{ImportLogin, SignIn};
pub(crate) use sync::{AdoptRecords, Kind, Records, RunFilters, SyncCommand, SyncFilters, Waiting, WaitingRows};
pub(crate) use user::{CreateUser, EditUser, UserCommand, UserSessions};

/// Keeps Salesforce and a company's own systems in agreement.
#[derive(Debug, Parser)]
#[command(name = "salesbridge", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Examples:
  salesbridge demo                        the whole story on this machine, without an account
  salesbridge vault init                  make the master key of a new installation
  salesbridge client import clients.csv   fill the client directory
  salesbridge connection create --help    connect a Salesforce org
  salesbridge serve                       send every change within a second

Exit codes:
  0  all done
  1  the command failed
  2  wrong usage
  3  done, but rows were refused or are uncertain")]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct GlobalOptions {
    /// Data directory [default: salesbridge in the user's data folder]
    #[arg(long, global = true, env = "SALESBRIDGE_DATA", hide_env_values = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Print the result as one JSON document
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What the log on standard error shows
    #[arg(
        long,
        global = true,
        env = "SALESBRIDGE_LOG",
        hide_env_values = true,
        default_value = "warn",
        value_name = "FILTER"
    )]
    pub(crate) log: String,
    /// Form of the log
    #[arg(
        long,
        global = true,
        env = "SALESBRIDGE_LOG_FORMAT",
        hide_env_values = true,
        default_value = "text",
        value_name = "FORMAT"
    )]
    pub(crate) log_format: LogFormat,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows the whole story in one process: a local org, a made-up broker's clients, Leads that stay current
    Demo(DemoOptions),
    /// Serves the API on the data directory's socket and sends changes as they happen
    Serve,
    /// Starts a Salesforce stand-in on this machine
    LocalOrg(LocalOrgOptions),
    /// Makes and shows the master key that seals every secret
    #[command(subcommand)]
    Vault(VaultCommand),
    /// Ways into Salesforce orgs
    #[command(subcommand)]
    Connection(ConnectionCommand),
    /// App registrations that several connections share
    #[command(subcommand)]
    Service(ServiceCommand),
    /// The client directory
    #[command(subcommand)]
    Client(ClientCommand),
    /// Rows from a stream into a Salesforce object
    #[command(subcommand)]
    Sync(SyncCommand),
    /// People: what they may do, and how they sign in
    #[command(subcommand)]
    User(UserCommand),
    /// API keys, which let programs in
    #[command(subcommand)]
    Key(KeyCommand),
    /// What was done, and by whom
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Copies everything from the data directory's own file into an empty PostgreSQL database
    MigrateStore(MigrateStoreOptions),
    /// Looks at everything this installation stands on, and says what to do about what it finds
    #[command(after_help = "Examples:
  salesbridge doctor
  salesbridge doctor --bundle support.tar.gz      for whoever helps: no secret, no client's data

The exit code is 1 when something has failed.")]
    Doctor {
        /// Write a support bundle
        #[arg(long, value_name = "FILE")]
        bundle: Option<PathBuf>,
    },
    /// Prints what the running `serve` has counted, in the form that Prometheus reads
    Metrics,
    /// Writes the installation, without its master key, into one file, while it runs
    #[command(after_help = "Example:
  salesbridge backup /backups/salesbridge-$(date +%F).tar.gz

The file can be read by its owner alone. The master key is not in it: keep a copy of the key elsewhere. docs/backup.md says more.")]
    Backup {
        /// File to write; one that is there is replaced once the new one is whole
        file: PathBuf,
    },
    /// Puts a backup in the place of the installation; every sync finds its records again before it writes
    Restore(RestoreOptions),
}

/// A page of a list.
#[derive(Clone, Debug, Args)]
pub(crate) struct Paging {
    /// Rows on the page, 500 at most
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) limit: u32,
    /// Continue after this position, which the page before named
    #[arg(long, value_name = "POSITION")]
    pub(crate) after: Option<String>,
    /// Sort by this field; with a minus before it, from the last: --sort=-created_at
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    pub(crate) sort: Option<String>,
}
