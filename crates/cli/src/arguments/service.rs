//! Words about connected services.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// Makes a connected service: an app registration that several connections share
    #[command(after_help = "Examples:
  salesbridge service create shared --consumer-key 3MVG9... --consumer-secret file:secret.txt
  salesbridge connection create acme --method authorization_code --service shared

The secret comes from a file, from standard input with `-`, or from the environment; never from the command line, where every user of the machine could read it.")]
    Create(CreateService),
    /// Lists connected services
    List,
    /// Shows a connected service and who uses it
    Show {
        /// Name of the service
        name: String,
    },
    /// Changes a connected service; the connections that use it go on with it
    Edit(EditService),
    /// Removes a connected service that no connection uses
    Delete {
        /// Name of the service
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CreateService {
    /// Unique name; it never changes
    pub(crate) name: String,
    /// Consumer key of the app in Salesforce
    #[arg(long, value_name = "KEY")]
    pub(crate) consumer_key: String,
    #[command(flatten)]
    pub(crate) rest: ServiceOptions,
}

#[derive(Debug, Args)]
pub(crate) struct EditService {
    /// Name of the service
    pub(crate) name: String,
    /// Consumer key of the app in Salesforce; another app's ends every sign-in by a person
    #[arg(long, value_name = "KEY")]
    pub(crate) consumer_key: Option<String>,
    #[command(flatten)]
    pub(crate) rest: ServiceOptions,
}

#[derive(Debug, Args)]
pub(crate) struct ServiceOptions {
    /// What people read
    #[arg(long)]
    pub(crate) caption: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Where people sign in [default of a new service: https://login.salesforce.com]
    #[arg(long, value_name = "URL")]
    pub(crate) sign_in_host: Option<String>,
    /// Consumer secret of the app, from env:VARIABLE, file:PATH or - for standard input; empty takes it away
    #[arg(long, value_name = "SOURCE")]
    pub(crate) consumer_secret: Option<String>,
    /// What people are asked to allow, with spaces between [default of a new service: api refresh_token web]
    #[arg(long, value_name = "WORDS")]
    pub(crate) scopes: Option<String>,
}
