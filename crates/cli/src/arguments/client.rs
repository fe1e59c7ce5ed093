//! Words about the client directory.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Paging;

#[derive(Debug, Subcommand)]
pub(crate) enum ClientCommand {
    /// Imports clients from a CSV or JSON Lines file, or a query; a key that is there is updated
    #[command(after_help = "Examples:
  salesbridge client import clients.csv
  salesbridge client import clients.jsonl --dry-run
  psql -c \"COPY clients TO STDOUT CSV HEADER\" | salesbridge client import -
  salesbridge client import --from sqlite:crm.sqlite --sql \"SELECT id AS key, name AS last_name FROM customers\"
  salesbridge client import --from env:CRM_URL --sql \"SELECT id AS key, mail AS email FROM customers\"

docs/clients.md lists the columns. A row that cannot be used is described and the others are imported; then the exit code is 3.")]
    Import(ImportClients),
    /// Lists clients
    List {
        /// Only clients whose key, name or e-mail address contains this
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Those that are archived, instead of the others
        #[arg(long)]
        archived: bool,
        #[command(flatten)]
        paging: Paging,
    },
    /// Shows a client
    Show {
        /// The firm's own key
        key: String,
    },
    /// Changes a client, or makes one with --create
    #[command(after_help = "Examples:
  salesbridge client edit C-1 --set last_name=Miller --set email=ann@example.com
  salesbridge client edit C-1 --phone \"+49 30 901820\" --confirm-phone \"+49 30 901820\"
  salesbridge client edit C-2 --create --set first_name=Bob --set country_code=DE

Fields for --set: email, first_name, middle_name, last_name, country, country_code, status, client_type, verification_level; nothing after `=` empties.")]
    Edit(EditClient),
    /// Archives clients: they are kept, not listed and not sent; their records in Salesforce stay as they are
    Archive {
        /// The firm's own keys
        #[arg(required = true, value_name = "KEY")]
        keys: Vec<String>,
    },
    /// Takes archived clients back; what changed meanwhile is sent
    Unarchive {
        /// The firm's own keys
        #[arg(required = true, value_name = "KEY")]
        keys: Vec<String>,
    },
    /// Erases a client for good, here; its record in Salesforce stays and is named
    #[command(after_help = "Example:
  salesbridge client erase C-1

What goes: the client with its numbers and addresses, its links, waiting rows, outcomes and notes of runs. What stays: a digest of its key, so that no import of an old file brings the client back. docs/erasing-clients.md says more.")]
    Erase {
        /// The firm's own key
        key: String,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ImportClients {
    /// File; `-` reads standard input
    #[arg(required_unless_present = "sql", conflicts_with = "sql")]
    pub(crate) file: Option<PathBuf>,
    /// Form of the file [default: JSON Lines for .jsonl and .ndjson, else CSV]
    #[arg(long, value_name = "FORMAT", conflicts_with = "sql")]
    pub(crate) format: Option<FileFormat>,
    /// One SELECT whose columns are named as those of a file
    #[arg(long, value_name = "STATEMENT", requires = "from")]
    pub(crate) sql: Option<String>,
    /// Database that it is asked of: sqlite:FILE, postgres://…, or either in env:NAME or file:FILE
    #[arg(long, value_name = "DATABASE", requires = "sql")]
    pub(crate) from: Option<String>,
    /// Say what would happen, and store nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    Csv,
    Jsonl,
}

#[derive(Debug, Args)]
pub(crate) struct EditClient {
    /// The firm's own key
    pub(crate) key: String,
    /// Make the client when there is none with this key
    #[arg(long)]
    pub(crate) create: bool,
    /// Use the key of an erased client again
    #[arg(long, requires = "create")]
    pub(crate) readmit: bool,
    /// Set a field
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub(crate) fields: Vec<String>,
    /// Add a number, or mark one that is there as updated now
    #[arg(long = "phone", value_name = "NUMBER")]
    pub(crate) phones: Vec<String>,
    /// Mark a number as confirmed, and no other
    #[arg(long, value_name = "NUMBER")]
    pub(crate) confirm_phone: Option<String>,
    /// Remove a number
    #[arg(long = "remove-phone", value_name = "NUMBER")]
    pub(crate) removed_phones: Vec<String>,
}
