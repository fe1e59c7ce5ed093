//! Words about connections.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{ImportLogin, Paging, SignIn};

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectionCommand {
    /// Makes a connection
    #[command(after_help = "Examples:
  salesbridge connection create acme \\
      --domain-url https://acme.my.salesforce.com \\
      --consumer-key 3MVG9... --consumer-secret-file secret.txt

  salesbridge connection create acme --method authorization_code \\
      --consumer-key 3MVG9... --secret consumer_secret=env:SECRET

  pass show acme | salesbridge connection create acme \\
      --domain-url https://acme.my.salesforce.com \\
      --consumer-key 3MVG9... --consumer-secret-file - \\
      --company \"Acme Brokers\"

`salesbridge connection methods` lists the ways of signing in, `salesbridge connection methods METHOD` what each asks for.

Secrets come from a file, from standard input with `-`, from the environment, or are asked for; never from the command line, where every user of the machine could read them.

Connections to a local org take its address, such as http://127.0.0.1:8866.")]
    Create(Box<CreateConnection>),
    /// Lists connections
    #[command(after_help = "Examples:
  salesbridge connection list --health ailing
  salesbridge connection list --tag production --enabled yes --sort caption")]
    List(ConnectionFilters),
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
        /// While only the app is too new to be known everywhere, test again until it is, ten minutes at most
        #[arg(long)]
        wait: bool,
    },
    /// Prints the certificate of a connection that signs in by jwt_bearer, for the app in Salesforce
    #[command(after_help = "Example:
  salesbridge connection certificate acme --output acme.pem

Upload it in Setup > External Client App Manager > Settings > OAuth Settings > Enable JWT Bearer Flow.")]
    Certificate {
        /// Name of the connection
        name: String,
        /// File to write it into
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Make a new key pair first; the app refuses it until it has the new certificate
        #[arg(long)]
        new: bool,
    },
    /// Lists the ways of signing in, or what one of them asks for
    Methods {
        /// Name of the method
        name: Option<String>,
    },
    /// Lists the fields of an object that may be written
    Fields {
        /// Name of the connection
        name: String,
        /// API name of the object
        #[arg(default_value = "Lead")]
        object: String,
    },
    /// Signs in to Salesforce for a connection, where that takes a person
    SignIn(Box<SignIn>),
    /// Gives back what a person left behind by signing in
    SignOut {
        /// Name of the connection
        name: String,
    },
    /// Makes a connection of a login of Salesforce's own command line, sf
    ImportLogin(ImportLogin),
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
        /// Remove the syncs that use it too; records in Salesforce stay
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ConnectionFilters {
    /// Only those whose name, caption or description contains this
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Only those of this kind of system
    #[arg(long, value_name = "PROVIDER")]
    pub(crate) provider: Option<String>,
    /// Only those that sign in in this way
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<String>,
    /// Only enabled ones, or the others
    #[arg(long, value_name = "YES_OR_NO")]
    pub(crate) enabled: Option<YesNo>,
    /// Only held ones, or the others
    #[arg(long, value_name = "YES_OR_NO")]
    pub(crate) held: Option<YesNo>,
    /// Only those whose last look found this: well, ailing or unknown
    #[arg(long, value_name = "STATE")]
    pub(crate) health: Option<String>,
    /// Only those with this tag
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Option<String>,
    /// Only those that use this service
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    #[command(flatten)]
    pub(crate) paging: Paging,
}

#[derive(Debug, Args)]
pub(crate) struct CreateConnection {
    /// Unique name; it never changes
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) rest: ConnectionOptions,
}

#[derive(Debug, Args)]
pub(crate) struct EditConnection {
    /// Name of the connection
    pub(crate) name: String,
    /// What happens to a client's text that is longer than its Lead field takes: its row is refused, or the text is shortened and the run says so
    #[arg(long, value_name = "WHAT")]
    pub(crate) too_long: Option<TooLong>,
    #[command(flatten)]
    pub(crate) rest: ConnectionOptions,
}

#[derive(Debug, Args)]
pub(crate) struct ConnectionOptions {
    /// What people read
    #[arg(long)]
    pub(crate) caption: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Word to group connections by; may be given again, and all are replaced. An empty one takes them all away
    #[arg(long = "tag", value_name = "WORD")]
    pub(crate) tags: Vec<String>,
    /// Way of signing in: `salesbridge connection methods` lists them [default of a new connection: client_credentials]
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<String>,
    /// Connected service whose app it uses; empty for an app of its own
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// Where it signs in: My Domain address of the org
    #[arg(long, value_name = "URL")]
    pub(crate) domain_url: Option<String>,
    /// Consumer key of the app in Salesforce
    #[arg(long, value_name = "KEY")]
    pub(crate) consumer_key: Option<String>,
    /// File with the consumer secret; `-` reads standard input. Without it, SALESBRIDGE_CONSUMER_SECRET is read
    #[arg(long, value_name = "FILE")]
    pub(crate) consumer_secret_file: Option<PathBuf>,
    /// A field of the method; nothing after `=` takes it away
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub(crate) settings: Vec<String>,
    /// A secret field of the method, from env:VARIABLE, file:PATH or - for standard input; nothing after `=` takes it away
    #[arg(long = "secret", value_name = "FIELD=SOURCE")]
    pub(crate) secrets: Vec<String>,
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

impl YesNo {
    /// As the API says it.
    pub(crate) fn as_truth(self) -> &'static str {
        match self {
            Self::Yes => "true",
            Self::No => "false",
        }
    }
}
