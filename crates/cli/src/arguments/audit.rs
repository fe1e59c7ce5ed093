//! Words about what was done.

use clap::{Args, Subcommand};

use super::Paging;

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Lists what was done, newest first
    #[command(after_help = "Examples:
  salesbridge audit list --actor ann
  salesbridge audit list --connection acme --since 2026-03-01T00:00:00Z
  salesbridge audit list --noun client --target C-1042 --json

docs/audit.md says what is written down.")]
    List(AuditFilters),
}

#[derive(Debug, Args)]
pub(crate) struct AuditFilters {
    /// Only what this person or key did: its name or id
    #[arg(long, value_name = "WHO")]
    pub(crate) actor: Option<String>,
    /// Only this, such as connection.edit
    #[arg(long, value_name = "ACTION")]
    pub(crate) action: Option<String>,
    /// Only what was done to things of this kind, such as sync
    #[arg(long, value_name = "NOUN")]
    pub(crate) noun: Option<String>,
    /// Only what was done to the thing with this name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,
    /// Only what belongs to this connection; its id, when it has been removed
    #[arg(long, value_name = "NAME")]
    pub(crate) connection: Option<String>,
    /// Not before this instant, such as 2026-03-01T00:00:00Z
    #[arg(long, value_name = "INSTANT")]
    pub(crate) since: Option<String>,
    /// Before this instant
    #[arg(long, value_name = "INSTANT")]
    pub(crate) until: Option<String>,
    #[command(flatten)]
    pub(crate) paging: Paging,
}
