//! What each command does, one file per noun.

mod audit;
mod backup;
mod client;
mod connection;
mod demo;
mod doctor;
mod key;
mod local_org;
mod metrics;
mod migrate_store;
mod serve;
mod service;
mod start;
mod sync;
mod user;
mod vault;

use std::process::ExitCode;

use crate::arguments::{Arguments, Command};
use crate::settings::Settings;

/// Runs a command; its exit code.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { global, command } = arguments;
    let code = match command {
        Command::Demo(options) => demo::run(&global, &options).await,
        Command::LocalOrg(options) => local_org::run(&global, &options).await,
        Command::Serve => serve::run(&Settings::read(&global)?).await,
        Command::Vault(command) => vault::run(&Settings::read(&global)?, &command, global.json).await,
        Command::MigrateStore(options) => migrate_store::run(&Settings::read(&global)?, &options, global.json).await,
        Command::Connection(command) => connection::run(&Settings::read(&global)?, command, global.json).await,
        Command::Service(command) => service::run(&Settings::read(&global)?, command, global.json).await,
        Command::Client(command) => client::run(&Settings::read(&global)?, command, global.json).await,
        Command::Sync(command) => sync::run(&Settings::read(&global)?, command, global.json).await,
        Command::User(command) => user::run(&Settings::read(&global)?, command, global.json).await,
        Command::Key(command) => key::run(&Settings::read(&global)?, command, global.json).await,
        Command::Audit(command) => audit::run(&Settings::read(&global)?, command, global.json).await,
        Command::Doctor { bundle } => doctor::run(&Settings::read(&global)?, bundle, global.json).await,
        Command::Metrics => metrics::run(&Settings::read(&global)?).await,
        Command::Backup { file } => backup::backup(&Settings::read(&global)?, &file, global.json).await,
        Command::Restore(options) => backup::restore(&Settings::read(&global)?, &options, global.json).await,
    }?;
    Ok(ExitCode::from(code))
}
