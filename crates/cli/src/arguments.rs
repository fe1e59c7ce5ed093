//! The words of the command line. What each command does is in `commands`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use salesbridge_model::Timestamp;

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
    /// The client directory
    #[command(subcommand)]
    Client(ClientCommand),
    /// Rows from a stream into a Salesforce object
    #[command(subcommand)]
    Sync(SyncCommand),
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

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  salesbridge demo
  salesbridge demo --once --json --clients 1000
  salesbridge demo --data ./demo          keeps everything, so that a second run finds nothing to send")]
pub(crate) struct DemoOptions {
    /// Do the first sync, report, exit
    #[arg(long)]
    pub(crate) once: bool,
    /// How many clients the made-up broker has
    #[arg(long, default_value_t = 250, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) clients: u32,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  salesbridge local-org
  salesbridge local-org --listen 127.0.0.1:8080 --org-data org.sqlite
  salesbridge local-org --tls                     for clients that insist on https
  salesbridge local-org --faults faults.toml      an org that misbehaves as the file says
  salesbridge local-org --json --listen 127.0.0.1:0 --consumer-key key --consumer-secret secret

With --json it prints one line as soon as it listens.")]
pub(crate) struct LocalOrgOptions {
    /// Address to listen on, on this machine; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8866", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Keep the org in this SQLite file [default: in memory, gone when it stops]
    #[arg(long, value_name = "FILE")]
    pub(crate) org_data: Option<PathBuf>,
    /// Speak https, by a certificate authority of its own
    #[arg(long)]
    pub(crate) tls: bool,
    /// Folder of that authority [default: local-org-tls in the data directory]
    #[arg(long, value_name = "DIR", requires = "tls")]
    pub(crate) tls_folder: Option<PathBuf>,
    /// Another name that the org is called by; may be given more than once
    #[arg(long = "host-name", value_name = "NAME")]
    pub(crate) host_names: Vec<String>,
    /// File of faults that are on from the start, TOML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Make records up when the org is new: 400, 5,000 or 500,000
    #[arg(long, value_name = "SIZE")]
    pub(crate) demo_data: Option<DemoSize>,
    /// Which records: the same number gives the same values
    #[arg(long, default_value_t = 0, value_name = "NUMBER", requires = "demo_data")]
    pub(crate) seed: u64,
    /// Consumer key of the default app [default: a random one]
    #[arg(long, value_name = "KEY", requires = "secret")]
    pub(crate) consumer_key: Option<String>,
    /// Consumer secret of the default app; others on this machine can read the command line
    #[arg(long, value_name = "SECRET", group = "secret", requires = "consumer_key")]
    pub(crate) consumer_secret: Option<String>,
    /// File with that secret
    #[arg(long, value_name = "FILE", group = "secret", requires = "consumer_key")]
    pub(crate) consumer_secret_file: Option<PathBuf>,
}

/// How many records to make up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DemoSize {
    Small,
    Medium,
    Large,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VaultCommand {
    /// Makes the master key
    Init,
    /// Shows which master keys there are, never the keys
    Status,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectionCommand {
    /// Makes a connection
    #[command(after_help = "Examples:
  salesbridge connection create acme \\
      --domain-url https://acme.my.salesforce.com \\
      --consumer-key 3MVG9... --consumer-secret-file secret.txt

  pass show acme | salesbridge connection create acme \\
      --domain-url https://acme.my.salesforce.com \\
      --consumer-key 3MVG9... --consumer-secret-file - \\
      --company \"Acme Brokers\"

The secret comes from a file, from standard input with `-`, from SALESBRIDGE_CONSUMER_SECRET, or is asked for; never from the command line, where every user of the machine could read it.

Connections to a local org take its address, such as http://127.0.0.1:8866.")]
    Create(Box<CreateConnection>),
    /// Lists connections
    List(Paging),
    /// Shows a connection
    Show {
        /// Name of the connection
        name: String,
    },
    /// Changes a connection: credentials, company, mapping and Enabled, all at once
    #[command(after_help = "Examples:
  salesbridge connection edit acme --company \"Acme Brokers\" --enabled yes
  salesbridge connection edit acme --field status=Client_Status__c --field client_type=
  salesbridge connection edit acme --external-id-field Salesbridge_Key__c")]
    Edit(Box<EditConnection>),
    /// Tests a connection, check by check
    Test {
        /// Name of the connection
        name: String,
    },
    /// Lists the fields of an object that may be written
    Fields {
        /// Name of the connection
        name: String,
        /// API name of the object
        #[arg(default_value = "Lead")]
        object: String,
    },
    /// Lets a connection send
    Enable {
        /// Name of the connection
        name: String,
        /// Say yes to the records this makes
        #[arg(long)]
        yes: bool,
    },
    /// Stops everything a connection sends
    Disable {
        /// Name of the connection
        name: String,
    },
    /// Removes a connection that nothing uses
    Delete {
        /// Name of the connection
        name: String,
    },
}

/// A page of a list.
#[derive(Clone, Debug, Args)]
pub(crate) struct Paging {
    /// Rows on the page
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub(crate) limit: u32,
    /// Continue after this position, which the page before named
    #[arg(long, value_name = "POSITION")]
    pub(crate) after: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CreateConnection {
    /// Unique name; it never changes
    pub(crate) name: String,
    /// What people read
    #[arg(long)]
    pub(crate) caption: Option<String>,
    /// My Domain address of the org
    #[arg(long, value_name = "URL")]
    pub(crate) domain_url: String,
    /// Consumer key of the app in Salesforce
    #[arg(long, value_name = "KEY")]
    pub(crate) consumer_key: String,
    #[command(flatten)]
    pub(crate) rest: ConnectionOptions,
}

#[derive(Debug, Args)]
pub(crate) struct EditConnection {
    /// Name of the connection
    pub(crate) name: String,
    /// What people read
    #[arg(long)]
    pub(crate) caption: Option<String>,
    /// My Domain address of the org
    #[arg(long, value_name = "URL")]
    pub(crate) domain_url: Option<String>,
    /// Consumer key of the app in Salesforce
    #[arg(long, value_name = "KEY")]
    pub(crate) consumer_key: Option<String>,
    /// What happens to a client's text that is longer than its Lead field takes: its row is refused, or the text is shortened and the run says so
    #[arg(long, value_name = "WHAT")]
    pub(crate) too_long: Option<TooLong>,
    #[command(flatten)]
    pub(crate) rest: ConnectionOptions,
}

#[derive(Debug, Args)]
pub(crate) struct ConnectionOptions {
    /// File with the consumer secret; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) consumer_secret_file: Option<PathBuf>,
    /// Company of every new Lead; filling it makes the sync from clients to Leads
    #[arg(long, value_name = "TEXT")]
    pub(crate) company: Option<String>,
    /// Send a client's status, verification_level or client_type to a Lead field; nothing after `=` takes it back
    #[arg(long = "field", value_name = "CLIENT_FIELD=LEAD_FIELD")]
    pub(crate) fields: Vec<String>,
    /// Unique external-ID text field on Lead that carries our key, so that no lost answer can ever double a Lead
    #[arg(long, value_name = "FIELD")]
    pub(crate) external_id_field: Option<String>,
    /// Calls that the connection may make a day; 0 takes the ceiling away
    #[arg(long, value_name = "NUMBER")]
    pub(crate) daily_calls: Option<u64>,
    /// Whether anything is sent through it
    #[arg(long, value_name = "YES|NO")]
    pub(crate) enabled: Option<YesNo>,
    /// Say yes to the records this makes
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TooLong {
    Refuse,
    Shorten,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum YesNo {
    Yes,
    No,
}

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
    List(Paging),
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
        paging: Paging,
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
