//! Chores of the repository. `cargo xtask --help` lists them.
//!
//! They know files, manifests and other tools; they refuse to know the product.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the terminal it was called from")]

mod ci;
mod clients;
mod errors;
mod fuzz;
mod hub_process;
mod manifests;
mod map;
mod processes;
mod requirements;
mod rooms;
mod rules;
mod schema;
mod summary;
mod test_names;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::manifests::Workspace;

/// Chores of the repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Everything that must hold before a change is merged; stops at the first failure.
    Ci,
    /// Installs real client programs and runs them, unchanged, against a local org.
    Clients {
        /// Those that take minutes to install too.
        #[arg(long)]
        all: bool,
        /// Run this suite alone; `crates/local-org/clients/` has one folder for each.
        #[arg(long, value_name = "SUITE")]
        only: Option<String>,
    },
    /// Looks for requests that the local org or the hub answers badly, by their OpenAPI descriptions.
    Schema {
        /// How long it looks at each.
        #[arg(long, default_value_t = 600)]
        seconds: u32,
    },
    /// Throws inputs at the local org and the SOQL parser; `fuzz/` says which.
    Fuzz {
        /// How long each target runs.
        #[arg(long, default_value_t = 600)]
        seconds: u32,
        /// Run this target alone: soql, csv, json or urls.
        #[arg(long)]
        target: Option<String>,
    },
    /// Compares docs/errors.md with the table of decisions on errors.
    Errors {
        /// Renew the page instead.
        #[arg(long)]
        write: bool,
    },
    /// Prints the rooms and their arrows.
    Map {
        /// Compare the manifests with the table of rooms and with ARCHITECTURE.md instead.
        #[arg(long, conflicts_with = "write")]
        check: bool,
        /// Renew the map in ARCHITECTURE.md instead.
        #[arg(long)]
        write: bool,
    },
    /// Lists for each requirement the tests that name it.
    Requirements {
        /// Fail if one of these has no test. Without a list: those that must be covered by now.
        #[arg(long, value_name = "LIST", num_args = 0..=1, default_missing_value = requirements::COVERED)]
        check: Option<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> Result<()> {
    let workspace = Workspace::read()?;
    match chore {
        Chore::Ci => ci::run(&workspace),
        Chore::Clients { all, only } => clients::run(&workspace, all, only.as_deref()),
        Chore::Schema { seconds } => schema::run(&workspace, seconds),
        Chore::Fuzz { seconds, target } => fuzz::run(&workspace, seconds, target.as_deref()),
        Chore::Errors { write } => errors::run(&workspace, write),
        Chore::Map { check: true, .. } => map::check(&workspace),
        Chore::Map { write: true, .. } => map::write(&workspace),
        Chore::Map { .. } => {
            print!("{}", map::draw(&workspace.manifests));
            Ok(())
        }
        Chore::Requirements { check: Some(list) } => requirements::check(&workspace.root, &list),
        Chore::Requirements { check: None } => {
            print!("{}", requirements::list(&workspace.root)?);
            Ok(())
        }
    }
}
