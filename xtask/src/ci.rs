//! What must hold before a change is merged, as a list of steps.
//!
//! Every step uses the same profile and the same features: a variation would build the whole tree again. No step needs a
//! network once the dependencies are fetched, so security advisories are not looked up here.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};

use crate::{
    clients, fuzz,
    manifests::Workspace,
    map,
    processes::{cargo, finish, judge},
    requirements, schema, summary,
};

/// One step, and what to do when it fails.
struct Step {
    name: &'static str,
    work: Work,
    remedy: &'static str,
}

enum Work {
    /// A check of ours, in this process.
    Inside(fn(&Workspace) -> Result<()>),
    /// A Cargo command.
    Cargo(&'static [&'static str]),
    /// `cargo doc`, where a link that leads nowhere is an error.
    Doc(&'static [&'static str]),
    /// The test runner, whose closing summary is shown again at the very end.
    Tests(&'static [&'static str]),
}

const STEPS: &[Step] = &[
    Step {
        name: "format",
        work: Work::Cargo(&["fmt", "--all", "--check"]),
        remedy: "Run `make fmt` and look at what it changed.",
    },
    Step {
        name: "map",
        work: Work::Inside(map::check),
        remedy: "Do what each line above says; `cargo xtask map` prints the rooms as they are.",
    },
    Step {
        name: "requirements",
        work: Work::Inside(|workspace| requirements::check(&workspace.root, requirements::COVERED)),
        remedy: "Name the requirement in a test that holds it; `cargo xtask requirements` lists what is named where.",
    },
    Step {
        name: "licences and bans",
        work: Work::Cargo(&["deny", "--locked", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"]),
        remedy: "Choose another crate, or decide in deny.toml, with the reason beside the line.",
    },
    Step {
        name: "lints",
        work: Work::Cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]),
        remedy: "Mend what clippy names; an exception is `#[expect(.., reason = \"..\")]` on the smallest item.",
    },
    Step {
        name: "tests",
        work: Work::Tests(&["nextest", "run", "--workspace", "--locked"]),
        remedy: "Run the first failing test alone: `cargo nextest run -p CRATE NAME`.",
    },
    Step {
        name: "examples in docs",
        work: Work::Cargo(&["test", "--doc", "--workspace", "--locked", "--quiet"]),
        remedy: "Mend the example in the doc comment that is named above.",
    },
    Step {
        name: "links in docs",
        work: Work::Doc(&["doc", "--no-deps", "--workspace", "--document-private-items", "--locked", "--quiet"]),
        remedy: "Mend the link in the doc comment that is named above.",
    },
    Step {
        name: "clients",
        work: Work::Inside(clients::usual),
        remedy: "Run the suite alone, `cargo xtask clients --only SUITE`: the local org does not do what the client finds in Salesforce.",
    },
    Step {
        name: "schema",
        work: Work::Inside(schema::briefly),
        remedy: "Send the request that is shown above again, and mend what answers 500; `cargo xtask schema` looks for longer.",
    },
    Step {
        name: "fuzzers",
        work: Work::Inside(fuzz::briefly),
        remedy: "Shrink the input and keep it in fuzz/regressions/, as docs/testing.md says; then mend what it breaks.",
    },
];

/// Runs the steps in order, prints their times, and ends with the test runner's own summary.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut record = Record::default();
    let failure = STEPS.iter().find_map(|step| record.perform(step, workspace).err().map(|cause| (step, cause)));
    println!("\n{}", record.table());
    print!("{}", record.summary);
    match failure {
        None => Ok(()),
        Some((step, cause)) => Err(anyhow!("\n{cause:#}\nStopped at `{}`. {}", step.name, step.remedy)),
    }
}

/// What has been done so far.
#[derive(Default)]
struct Record {
    times: Vec<(&'static str, Duration)>,
    summary: String,
}

impl Record {
    fn perform(&mut self, step: &Step, workspace: &Workspace) -> Result<()> {
        println!("\n== {} ({} of {})", step.name, self.times.len() + 1, STEPS.len());
        let started = Instant::now();
        let outcome = self.work(&step.work, workspace);
        self.times.push((step.name, started.elapsed()));
        outcome
    }

    fn work(&mut self, work: &Work, workspace: &Workspace) -> Result<()> {
        match work {
            Work::Inside(check) => check(workspace),
            Work::Cargo(arguments) => finish(cargo(workspace, arguments)),
            Work::Doc(arguments) => {
                let mut command = cargo(workspace, arguments);
                command.env("RUSTDOCFLAGS", "-D rustdoc::broken_intra_doc_links");
                finish(command)
            }
            Work::Tests(arguments) => self.tests(cargo(workspace, arguments)),
        }
    }

    fn tests(&mut self, mut command: Command) -> Result<()> {
        let mut child = command.stderr(Stdio::piped()).spawn().context("could not start the test runner")?;
        if let Some(lines) = child.stderr.take() {
            self.summary = summary::forward(lines).context("could not read what the test runner says")?;
        }
        judge(&command, child.wait().context("lost the test runner")?.success())
    }

    fn table(&self) -> String {
        let rows = self.times.iter().map(|(name, time)| format!("{name:<20}{:>8.1} s\n", time.as_secs_f64()));
        let total: Duration = self.times.iter().map(|(_, time)| *time).sum();
        rows.chain([format!("{:<20}{:>8.1} s\n", "together", total.as_secs_f64())]).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Record, STEPS, Step, Work};
    use crate::manifests::Workspace;

    #[test]
    fn a_failing_step_stops_with_its_cause_and_is_timed() {
        let workspace = Workspace::read().unwrap();
        let step = Step { name: "nonsense", work: Work::Cargo(&["--no-such-flag"]), remedy: "Nothing to be done." };
        let mut record = Record::default();
        let cause = record.perform(&step, &workspace).unwrap_err();
        assert_eq!(cause.to_string(), "`cargo --no-such-flag` failed");
        assert_eq!(record.times.len(), 1);
    }

    #[test]
    fn the_table_of_times_ends_with_their_sum() {
        let times = vec![("format", Duration::from_millis(1_250)), ("tests", Duration::from_millis(60_000))];
        let table = Record { times, ..Record::default() }.table();
        assert_eq!(
            table,
            "format                   1.2 s\ntests                   60.0 s\ntogether                61.2 s\n"
        );
    }

    #[test]
    fn no_step_leaves_the_one_profile_or_the_one_set_of_features() {
        for step in STEPS {
            let (Work::Cargo(words) | Work::Doc(words) | Work::Tests(words)) = &step.work else { continue };
            for word in *words {
                assert!(!word.contains("release") && !word.contains("profile") && !word.contains("features"), "{word}");
            }
        }
    }
}
