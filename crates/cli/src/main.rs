//! The `salesbridge` command: introduces everyone to everyone, and talks to people.

mod api;
mod arguments;
mod commands;
mod crash_points;
mod data_directory;
mod master_key;
mod secret_text;
mod settings;
mod system;
mod terminal;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;
use crate::terminal::Failure;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let json = arguments.global.json;
    if let Err(error) = system::start_logging(&arguments.global) {
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
