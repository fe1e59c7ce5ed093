//! Other programs: how they are started, waited for, and named in an error.

use std::{
    env,
    ffi::OsString,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::manifests::Workspace;

/// How often a program is asked whether it has ended.
const POLL: Duration = Duration::from_millis(100);

/// The Cargo that called us, in the repository's root, with nobody to ask: a step that wants an answer fails.
pub(crate) fn cargo(workspace: &Workspace, arguments: &[&str]) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&workspace.root).stdin(Stdio::null());
    command
}

/// Runs a program to its end.
pub(crate) fn finish(mut command: Command) -> Result<()> {
    let status = command.status().with_context(|| format!("could not start {}", spoken(&command)))?;
    judge(&command, status.success())
}

/// An error unless the program succeeded.
pub(crate) fn judge(command: &Command, success: bool) -> Result<()> {
    ensure!(success, "{} failed", spoken(command));
    Ok(())
}

/// Waits for a program's end, and ends it where that takes too long.
pub(crate) fn wait(process: &mut Child, longest: Duration) -> Result<ExitStatus> {
    let started = Instant::now();
    loop {
        if let Some(status) = process.try_wait().context("lost a program")? {
            return Ok(status);
        }
        if started.elapsed() > longest {
            process.kill().context("could not end a program")?;
            process.wait().context("lost a program")?;
            bail!("it took more than {} s", longest.as_secs());
        }
        thread::sleep(POLL);
    }
}

/// The command as a person would type it.
fn spoken(command: &Command) -> String {
    let program = command.get_program();
    let program = std::path::Path::new(program).file_name().unwrap_or(program).to_string_lossy();
    let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
    format!("`{}`", [program.into_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" "))
}
