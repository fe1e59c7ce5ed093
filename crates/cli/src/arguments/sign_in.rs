//! Words about signing in for a connection.

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  salesbridge connection sign-in acme
      prints a link for a browser that reaches this Salesbridge, and waits until somebody has signed in

  salesbridge connection sign-in acme --paste
      prints a link for any browser, and asks for the address that it shows in the end

  salesbridge connection sign-in acme --paste --json     begins, for a script
  salesbridge connection sign-in acme --answer -         answers what was begun, from standard input

  salesbridge connection sign-in acme --device
      prints a code to type at Salesforce's page on another device

The connection's method says who signs in: authorization_code in a browser or with a pasted code, device at another device.")]
pub(crate) struct SignIn {
    /// Name of the connection
    pub(crate) name: String,
    /// For a browser that cannot come back to Salesbridge: paste the address that it shows in the end
    #[arg(long, conflicts_with = "device")]
    pub(crate) paste: bool,
    /// At another device
    #[arg(long)]
    pub(crate) device: bool,
    /// With --paste: callback address of the app, where it is not Salesforce's own page
    #[arg(long, value_name = "URL", requires = "paste")]
    pub(crate) redirect_uri: Option<String>,
    /// User name to fill in beforehand
    #[arg(long, value_name = "USER")]
    pub(crate) login_hint: Option<String>,
    /// It may lead to another org than before
    #[arg(long)]
    pub(crate) may_change_org: bool,
    /// Answer the sign-in that was begun with --paste: env:NAME, file:PATH, or - for standard input
    #[arg(long, value_name = "FROM", conflicts_with_all = ["paste", "device", "cancel"])]
    pub(crate) answer: Option<String>,
    /// Give up the sign-in that was begun
    #[arg(long, conflicts_with_all = ["paste", "device"])]
    pub(crate) cancel: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf org auth show-sfdx-auth-url --target-org my-org --json | salesbridge connection import-login acme --from -
  salesbridge connection import-login acme --from file:login.json")]
pub(crate) struct ImportLogin {
    /// Unique name of the connection that is made; it never changes
    pub(crate) name: String,
    /// What people read
    #[arg(long)]
    pub(crate) caption: Option<String>,
    /// What `sf org auth show-sfdx-auth-url --json` printed: env:NAME, file:PATH, or - for standard input
    #[arg(long, value_name = "FROM")]
    pub(crate) from: String,
}
