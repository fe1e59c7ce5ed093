//! Words about API keys.

use clap::{Args, Subcommand};

use super::Paging;

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Makes a key, which lets a program in on behalf of a person; it is shown once
    #[command(after_help = "Examples:
  salesbridge key create \"nightly import\" --person ann --scope see,edit
  salesbridge key create dashboard --person ann --scope see --days 365 --json

A key may do what is both among its scopes and its person's to do.")]
    Create(CreateKey),
    /// Lists keys; revoked and expired ones are among them
    List {
        /// Only those of this person
        #[arg(long, value_name = "NAME")]
        person: Option<String>,
        #[command(flatten)]
        paging: Paging,
    },
    /// Shows a key, without its secret
    Show {
        /// Id of the key
        id: String,
    },
    /// Revokes a key, from now on and for ever
    Revoke {
        /// Id of the key
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CreateKey {
    /// What it is for
    pub(crate) name: String,
    /// On whose behalf it acts
    #[arg(long, value_name = "NAME")]
    pub(crate) person: String,
    /// What it may do, separated by commas: see, run, edit, raw, administer
    #[arg(long = "scope", value_name = "LIST", value_delimiter = ',', required = true)]
    pub(crate) scopes: Vec<String>,
    /// Days until it expires, 365 at most [default: 90]
    #[arg(long, value_name = "DAYS", conflicts_with = "never_expires")]
    pub(crate) days: Option<u32>,
    /// It lasts until it is revoked
    #[arg(long)]
    pub(crate) never_expires: bool,
}
