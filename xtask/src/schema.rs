//! Lets schemathesis read `crates/local-org/openapi.yaml` and look for a request that the local org answers with 500.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{
    clients::{LocalOrg, python},
    manifests::Workspace,
};

const SUITE: &str = "schemathesis";
/// How long it looks in `cargo xtask ci`.
const BRIEFLY: u32 = 60;

/// Looks as long as CI does.
pub(crate) fn briefly(workspace: &Workspace) -> Result<()> {
    run(workspace, BRIEFLY)
}

/// Looks for so many seconds, in an org of its own.
pub(crate) fn run(workspace: &Workspace, seconds: u32) -> Result<()> {
    let folder = workspace.root.join("crates/local-org/clients").join(SUITE);
    let python = python(SUITE, &folder)?;
    let org = LocalOrg::build_and_start(workspace)?;
    let mut command = Command::new(python.with_file_name("schemathesis"));
    command
        .args(["run", "--no-color", "--checks", "not_a_server_error", "--suppress-health-check", "all"])
        .args(["--warnings", "off", "--max-time", &seconds.to_string(), "--url", org.text("url")])
        .arg(workspace.root.join("crates/local-org/openapi.yaml"))
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", &folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(workspace.target.as_path());
    org.describe_to(&mut command);
    let status = command.status().context("could not start schemathesis")?;
    if !status.success() {
        bail!("schemathesis found a request that is answered with 500; the lines above show how to send it again");
    }
    Ok(())
}
