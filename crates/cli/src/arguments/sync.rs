//! Words about syncs and their runs.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Paging, YesNo};

#[derive(Debug, Subcommand)]
pub(crate) enum SyncCommand {
    /// Makes a sync from a JSON definition, disabled
    #[command(after_help = "Example:
  salesbridge sync create prospects.json

docs/syncs.md shows a definition. The sync from clients to Leads is made by `connection create` or `edit` with --company.")]
    Create {
        /// JSON file with the definition; `-` reads standard input
        file: PathBuf,
    },
    /// Lists syncs
    List(SyncFilters),
    /// Shows a sync
    Show {
        /// Name of the sync
        name: String,
    },
    /// Shows what a full run would do, without doing it
    Preview {
        /// Name of the sync
        name: String,
        /// Rows to show
        #[arg(long, default_value_t = 20, value_name = "N")]
        rows: usize,
    },
    /// Compares every row and sends what differs
    Run {
        /// Name of the sync
        name: String,
        /// Do not wait for its end; only while `salesbridge serve` runs
        #[arg(long)]
        no_wait: bool,
    },
    /// Ends a run; what it did stays done
    Cancel {
        /// Id of the run
        run: String,
    },
    /// Lets a sync send
    Enable {
        /// Name of the sync
        name: String,
        /// Say yes to the records this makes
        #[arg(long)]
        yes: bool,
    },
    /// Stops a sync
    Disable {
        /// Name of the sync
        name: String,
    },
    /// Lists runs, newest first
    Runs {
        /// Name of the sync; all syncs when absent
        name: Option<String>,
        /// Show what a run did, batch by batch
        #[arg(long, value_name = "RUN", conflicts_with = "name")]
        trace: Option<String>,
        #[command(flatten)]
        filters: RunFilters,
    },
    /// Lists what happened to the rows of a run
    #[command(after_help = "Examples:
  salesbridge sync records run_0197c2... --refused
  salesbridge sync records acme-leads --waiting refused")]
    Records(Records),
    /// Makes rows that wait due again
    Retry {
        #[command(flatten)]
        rows: WaitingRows,
        /// Make another record for rows whose record was deleted in Salesforce
        #[arg(long)]
        anew: bool,
    },
    /// Gives rows that wait up, until they change again
    Drop(WaitingRows),
    /// Links rows to records that are in Salesforce already, so that no run makes them a second time
    #[command(after_help = "Examples:
  salesbridge sync adopt acme-leads --match Email
  salesbridge sync adopt acme-leads --match Email --match LastName --apply
  salesbridge sync adopt acme-leads --pairs pairs.csv --output not-linked.csv

Without --apply it only says what would be linked. Nothing is written to Salesforce. docs/adopting-records.md says more.")]
    Adopt(AdoptRecords),
    /// Lets rows be sent that wait because of a restore: the records found since belong to none of them
    Release {
        /// Name of the sync
        name: String,
    },
    /// Removes a disabled sync; records in Salesforce stay
    Delete {
        /// Name of the sync
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SyncFilters {
    /// Only those whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Only those that write through this connection
    #[arg(long, value_name = "NAME")]
    pub(crate) connection: Option<String>,
    /// Only those that read this stream
    #[arg(long, value_name = "STREAM")]
    pub(crate) stream: Option<String>,
    /// Only those that write this object
    #[arg(long, value_name = "OBJECT")]
    pub(crate) object: Option<String>,
    /// Only enabled ones, or the others
    #[arg(long, value_name = "YES_OR_NO")]
    pub(crate) enabled: Option<YesNo>,
    /// Only held ones, or the others
    #[arg(long, value_name = "YES_OR_NO")]
    pub(crate) held: Option<YesNo>,
    #[command(flatten)]
    pub(crate) paging: Paging,
}

#[derive(Debug, Args)]
pub(crate) struct RunFilters {
    /// Only those in this state: queued, running, completed, completed_with_refusals, failed or cancelled
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
    /// Only those asked for not before this instant, such as 2026-03-01T00:00:00Z
    #[arg(long, value_name = "INSTANT")]
    pub(crate) since: Option<String>,
    /// Only those asked for before this instant
    #[arg(long, value_name = "INSTANT")]
    pub(crate) until: Option<String>,
    #[command(flatten)]
    pub(crate) paging: Paging,
}

#[derive(Debug, Args)]
pub(crate) struct AdoptRecords {
    /// Name of the sync; it or its connection has to be disabled for --apply
    pub(crate) name: String,
    /// CSV file with the columns key and record_id; `-` reads standard input
    #[arg(long, value_name = "FILE", required_unless_present = "fields", conflicts_with = "fields")]
    pub(crate) pairs: Option<PathBuf>,
    /// Field that has to hold the same in the row and in the record; may be given more than once
    #[arg(long = "match", value_name = "FIELD")]
    pub(crate) fields: Vec<String>,
    /// Make the links
    #[arg(long)]
    pub(crate) apply: bool,
    /// Write the rows that are not linked to this CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Records {
    /// Id of a run, or name of a sync for its newest run
    pub(crate) run: String,
    /// Only refused rows
    #[arg(long, conflicts_with_all = ["kind", "waiting"])]
    pub(crate) refused: bool,
    /// Only rows of this kind
    #[arg(long, value_name = "KIND", conflicts_with = "waiting")]
    pub(crate) kind: Option<Kind>,
    /// Instead the rows of the sync that wait now
    #[arg(long, value_name = "STATE")]
    pub(crate) waiting: Option<Waiting>,
    /// Only the row with this key
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// Only rows that were refused with this code
    #[arg(long, value_name = "CODE")]
    pub(crate) code: Option<String>,
    #[command(flatten)]
    pub(crate) paging: Paging,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    Created,
    Updated,
    Refused,
    Deferred,
    Uncertain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Waiting {
    Due,
    Refused,
    Uncertain,
}

#[derive(Debug, Args)]
pub(crate) struct WaitingRows {
    /// Name of the sync
    pub(crate) name: String,
    /// Keys of the rows; all that wait in the state when none is given
    #[arg(value_name = "KEY")]
    pub(crate) keys: Vec<String>,
    /// Rows in this state
    #[arg(long, default_value = "refused", value_name = "STATE")]
    pub(crate) state: Waiting,
}
