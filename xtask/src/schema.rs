//! Lets schemathesis read the descriptions of our two APIs and look for requests that break them: the local org's, and the hub's own.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{
    clients::{LocalOrg, python},
    hub_process::HubProcess,
    manifests::Workspace,
};

const SUITE: &str = "schemathesis";
/// How many seconds it looks at each in `cargo xtask ci`.
const BRIEFLY: u32 = 60;

/// Looks as long as CI does.
pub(crate) fn briefly(workspace: &Workspace) -> Result<()> {
    run(workspace, BRIEFLY)
}

/// Looks at each for so many seconds, in an org and in a hub of its own.
pub(crate) fn run(workspace: &Workspace, seconds: u32) -> Result<()> {
    local_org(workspace, seconds)?;
    hub(workspace, seconds)
}

fn local_org(workspace: &Workspace, seconds: u32) -> Result<()> {
    let org = LocalOrg::build_and_start(workspace)?;
    let mut command = schemathesis(workspace, "crates/local-org", "not_a_server_error", seconds)?;
    command.args(["--url", org.text("url")]).arg(workspace.root.join("crates/local-org/openapi.yaml"));
    org.describe_to(&mut command);
    finish(command, "schemathesis found a request that is answered with 500; the lines above show how to send it again")
}

/// Every operation but the one whose answer has no end, by an administrator's key, over the door on the network.
fn hub(workspace: &Workspace, seconds: u32) -> Result<()> {
    let hub = HubProcess::start(workspace)?;
    let mut command = schemathesis(workspace, "crates/server", "told_as_a_problem", seconds)?;
    command.args(["--exclude-path", "/api/v1/events", "--request-timeout", "60", "--url", hub.url()]);
    command.arg(workspace.root.join("docs/openapi.json")).env("SALESBRIDGE_KEY", hub.key());
    finish(
        command,
        "schemathesis found a request that the hub answers badly; the lines above show how to send it again",
    )
}

fn schemathesis(workspace: &Workspace, room: &str, check: &str, seconds: u32) -> Result<Command> {
    let folder = workspace.root.join(room).join("clients").join(SUITE);
    let python = python(SUITE, &folder)?;
    let mut command = Command::new(python.with_file_name("schemathesis"));
    command
        .args(["run", "--no-color", "--checks", check, "--suppress-health-check", "all"])
        .args(["--warnings", "off", "--max-time", &seconds.to_string()])
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", &folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(workspace.target.as_path());
    Ok(command)
}

fn finish(mut command: Command, trouble: &'static str) -> Result<()> {
    if !command.status().context("could not start schemathesis")?.success() {
        bail!(trouble);
    }
    Ok(())
}
