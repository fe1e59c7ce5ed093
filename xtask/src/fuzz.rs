//! Builds the fuzzers and lets each look for a while, two side by side.
//!
//! Only crates of ours count their edges: `fuzz/instrumented` wraps the compiler for them alone, so everything else is used as
//! the tests have built it. docs/decisions/0006 says why.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::{manifests::Workspace, processes};

/// The targets, which are the names of the folders under `fuzz/corpus/` too.
const TARGETS: [&str; 4] = ["soql", "csv", "json", "urls"];
/// How long each target runs in `cargo xtask ci`.
const BRIEFLY: u32 = 30;
/// An input that takes longer than this hangs.
const SECONDS_PER_INPUT: u32 = 20;
/// More memory than this leaks.
const MEGABYTES: u32 = 2_048;

/// Runs every target as long as CI does.
pub(crate) fn briefly(workspace: &Workspace) -> Result<()> {
    run(workspace, BRIEFLY, None)
}

/// Builds and runs the targets, or the one that is named.
pub(crate) fn run(workspace: &Workspace, seconds: u32, only: Option<&str>) -> Result<()> {
    let targets: Vec<&str> = TARGETS.into_iter().filter(|target| only.is_none_or(|name| name == *target)).collect();
    ensure!(!targets.is_empty(), "there is no such target; there are {}", TARGETS.join(", "));
    build(workspace)?;
    let mut broken = Vec::new();
    for pair in targets.chunks(2) {
        let started: Vec<Fuzzer> =
            pair.iter().map(|target| Fuzzer::start(workspace, target, seconds)).collect::<Result<_>>()?;
        broken.extend(started.into_iter().filter_map(|fuzzer| fuzzer.finish(seconds).err()));
    }
    match broken.as_slice() {
        [] => Ok(()),
        _ => bail!("{}", broken.iter().map(|error| format!("{error:#}")).collect::<Vec<_>>().join("\n")),
    }
}

fn build(workspace: &Workspace) -> Result<()> {
    let mut cargo = processes::cargo(workspace, &["build", "--locked", "--workspace", "--quiet"]);
    for target in TARGETS {
        cargo.arg("--bin").arg(format!("fuzz-{target}"));
    }
    cargo.env("RUSTC_WORKSPACE_WRAPPER", workspace.root.join("fuzz/instrumented"));
    processes::finish(cargo)
}

/// One target at work.
struct Fuzzer {
    target: String,
    process: Child,
    log: PathBuf,
}

impl Fuzzer {
    /// Starts a target on what is checked in and what it found before.
    fn start(workspace: &Workspace, target: &str, seconds: u32) -> Result<Self> {
        let kept = workspace.target.join("fuzz").join(target);
        fs::create_dir_all(&kept).with_context(|| format!("could not make {}", kept.display()))?;
        let log = workspace.target.join("fuzz").join(format!("{target}.log"));
        let output = File::create(&log).with_context(|| format!("could not write {}", log.display()))?;
        let mut command = Command::new(workspace.target.join("debug").join(format!("fuzz-{target}")));
        command
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-timeout={SECONDS_PER_INPUT}"))
            .arg(format!("-rss_limit_mb={MEGABYTES}"))
            .arg(format!("-artifact_prefix={}/{target}-", workspace.target.join("fuzz").display()))
            .arg("-print_final_stats=1");
        let fuzz = workspace.root.join("fuzz");
        command.arg(format!("-dict={}", fuzz.join(format!("words/{target}")).display()));
        command.arg(&kept);
        let checked_in = ["corpus", "regressions"].map(|folder| fuzz.join(folder).join(target));
        command.args(checked_in.iter().filter(|folder| folder.is_dir()));
        let process = command
            .stdin(Stdio::null())
            .stdout(output.try_clone().context("could not share the log")?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("could not start fuzz-{target}"))?;
        Ok(Self { target: target.to_owned(), process, log })
    }

    /// Waits for its end; an input that broke the property is an error that shows how.
    fn finish(mut self, seconds: u32) -> Result<()> {
        let status = processes::wait(&mut self.process, Duration::from_secs(u64::from(seconds) + 120))
            .with_context(|| format!("fuzz-{} did not end", self.target))?;
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        if status.success() {
            println!("{:<5} {:>9} inputs in {seconds} s, none broke anything", self.target, tried(&log));
            return Ok(());
        }
        Err(anyhow!("fuzz-{} broke ({status}):\n{}", self.target, ending(&log)))
    }
}

/// The number of inputs that libFuzzer says it tried.
fn tried(log: &str) -> &str {
    let line = log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    line.map_or("some", str::trim)
}

/// The last lines of a log, which tell what broke and where the input is kept.
fn ending(log: &str) -> String {
    let told: Vec<&str> = log.lines().filter(|line| !line.starts_with("stat::") && !line.starts_with('#')).collect();
    told[told.len().saturating_sub(25)..].join("\n")
}
