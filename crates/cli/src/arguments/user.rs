//! Words about people.

use clap::{Args, Subcommand, ValueEnum};

use super::Paging;

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Adds a person; without a password they get a one-time link to set one
    #[command(after_help = "Examples:
  salesbridge user create ann --full-name \"Ann Vermeulen\" --role editor
  salesbridge user create ann --administrator --password file:password.txt
  pass show ann | salesbridge user create ann --role viewer --password -

On a terminal the password is asked for; an empty one makes a link instead. docs/people.md says what each role may do.")]
    Create(CreateUser),
    /// Lists people
    List {
        /// Only those whose name or full name contains this
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        #[command(flatten)]
        paging: Paging,
    },
    /// Shows a person with their grants
    Show {
        /// Name of the person
        name: String,
    },
    /// Changes a person: full name, role and reach
    Edit(EditUser),
    /// Says what a person may do with one connection, in place of their role
    #[command(after_help = "Examples:
  salesbridge user grant ann acme --abilities see,run
  salesbridge user grant ann acme --abilities none        hides the connection from ann")]
    Grant {
        /// Name of the person
        name: String,
        /// Name of the connection
        connection: String,
        /// Some of see, run, edit and raw, separated by commas; or none
        #[arg(long, value_name = "LIST", value_delimiter = ',', required = true)]
        abilities: Vec<String>,
    },
    /// Takes a grant back: the role holds on that connection again
    Revoke {
        /// Name of the person
        name: String,
        /// Name of the connection
        connection: String,
    },
    /// Lets a person in no more: all their sessions end at once, and their keys do nothing
    Disable {
        /// Name of the person
        name: String,
    },
    /// Lets a person in again
    Enable {
        /// Name of the person
        name: String,
    },
    /// Makes a one-time link by which a person sets a new password
    #[command(visible_alias = "invite")]
    ResetPassword {
        /// Name of the person
        name: String,
    },
    /// Removes a person with their grants, sessions and keys
    Delete {
        /// Name of the person
        name: String,
    },
    /// Lists where a person is signed in, and ends that
    #[command(after_help = "Examples:
  salesbridge user sessions ann
  salesbridge user sessions ann --end ses_0197c2f0a1b27c3d8e4f5a6b7c8d9e0f
  salesbridge user sessions ann --end-all")]
    Sessions(UserSessions),
}

#[derive(Debug, Args)]
pub(crate) struct CreateUser {
    /// Name to sign in with; it never changes
    pub(crate) name: String,
    /// What others read
    #[arg(long, value_name = "TEXT")]
    pub(crate) full_name: Option<String>,
    /// What they may do wherever no grant says otherwise
    #[arg(long, value_name = "ROLE", default_value = "viewer")]
    pub(crate) role: RoleName,
    /// The same as --role administrator
    #[arg(long, conflicts_with = "role")]
    pub(crate) administrator: bool,
    /// On which connections the role holds
    #[arg(long, value_name = "REACH")]
    pub(crate) reach: Option<ReachName>,
    /// Where the password is: env:NAME, file:PATH, or - for standard input
    #[arg(long, value_name = "WHERE")]
    pub(crate) password: Option<String>,
    /// Do not ask for a password; make a link to set one
    #[arg(long, conflicts_with = "password")]
    pub(crate) link: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EditUser {
    /// Name of the person
    pub(crate) name: String,
    /// What others read
    #[arg(long, value_name = "TEXT")]
    pub(crate) full_name: Option<String>,
    /// What they may do wherever no grant says otherwise
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Option<RoleName>,
    /// On which connections the role holds
    #[arg(long, value_name = "REACH")]
    pub(crate) reach: Option<ReachName>,
}

#[derive(Debug, Args)]
pub(crate) struct UserSessions {
    /// Name of the person
    pub(crate) name: String,
    /// End this one
    #[arg(long, value_name = "ID", conflicts_with = "end_all")]
    pub(crate) end: Option<String>,
    /// End all of them
    #[arg(long)]
    pub(crate) end_all: bool,
    #[command(flatten)]
    pub(crate) paging: Paging,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    /// Looks
    Viewer,
    /// Looks, and runs what exists
    Operator,
    /// Makes and changes connections, syncs and clients too
    Editor,
    /// Everything
    Administrator,
}

impl RoleName {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Editor => "editor",
            Self::Administrator => "administrator",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReachName {
    /// Every connection
    All,
    /// Only those with a grant
    Granted,
}

impl ReachName {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Granted => "granted",
        }
    }
}
