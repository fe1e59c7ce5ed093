//! The `salesbridge` command: introduces everyone to everyone, and talks to people.

mod api;
mod archive;
mod arguments;
mod commands;
mod crash_points;
mod data_directory;
mod master_key;
mod secret_text;
mod settings;
mod settings_in_force;
mod system;
mod terminal;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};
use crate::settings::Settings;
use crate::system::LogFiles;
use crate::terminal::Failure;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let json = arguments.global.json;
    if let Err(error) = start_logging(&arguments) {
        return terminal::report_error(error, json);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return terminal::report(&Failure::of(anyhow::Error::from(error))),
    };
    match runtime.block_on(commands::run(arguments)) {
        Ok(code) => code,
        Err(error) => terminal::report_error(error, json),
    }
}

/// Only `serve` keeps its log in files: it is the one that runs unseen.
fn start_logging(arguments: &Arguments) -> anyhow::Result<()> {
    let mut files = None;
    if matches!(arguments.command, Command::Serve) {
        let settings = Settings::read(&arguments.global)?;
        files = settings.log_folder.map(|folder| LogFiles { folder, kept: settings.retention.log_files });
    }
    system::start_logging(&arguments.global, files)
}
