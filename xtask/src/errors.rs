//! Prints the table of decisions on errors into `docs/errors.md`, or compares the two. A test of the client knows how; this only calls it.

use anyhow::Result;

use crate::manifests::Workspace;
use crate::processes::{cargo, finish};

/// The test that compares the page, and writes it when the variable is set.
const TEST: &[&str] =
    &["nextest", "run", "--locked", "--package", "salesbridge-salesforce", "docs_errors_md_is_the_table_of_decisions"];

/// Compares the page with the table, or renews it.
pub(crate) fn run(workspace: &Workspace, write: bool) -> Result<()> {
    let mut command = cargo(workspace, TEST);
    if write {
        command.env("SALESBRIDGE_WRITE_DOCS", "1");
    }
    finish(command)
}
