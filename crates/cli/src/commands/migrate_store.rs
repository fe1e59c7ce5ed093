//! `salesbridge migrate-store`: from the data directory's own file into PostgreSQL.

use anyhow::Context;
use salesbridge_model::Secret;
use salesbridge_store::archive;
use serde_json::json;

use crate::arguments::MigrateStoreOptions;
use crate::data_directory::DataDirectory;
use crate::settings::Settings;
use crate::terminal::{DONE, Failure, hint, print_json, print_line};
use crate::{secret_text, wiring};

pub(crate) async fn run(settings: &Settings, options: &MigrateStoreOptions, json: bool) -> anyhow::Result<u8> {
    let address = target(settings, options.to.as_deref())?;
    let data = DataDirectory::own(&settings.data, "salesbridge migrate-store").await?;
    let file = data.database();
    anyhow::ensure!(file.exists(), "there is no {}: nothing to copy", file.display());
    let source = wiring::open_sqlite(&file).await?;
    let target = wiring::open_postgres(&address).await?;
    let copied =
        archive::copy(&mut *source.archive().await?, target.archive().await?).await.context("nothing was copied")?;
    target.close().await;
    source.close().await;

    let rows: u64 = copied.iter().map(|(_, rows)| rows).sum();
    if json {
        let tables: serde_json::Map<String, serde_json::Value> =
            copied.into_iter().map(|(table, rows)| (table, rows.into())).collect();
        print_json(&json!({ "rows": rows, "tables": tables }));
        return Ok(DONE);
    }
    for (table, rows) in copied.iter().filter(|(_, rows)| *rows > 0) {
        print_line(&format!("{rows:>12}  {table}"));
    }
    print_line(&format!("{rows:>12}  rows in all, counted on both sides"));
    hint(&format!(
        "set database_url to that database (docs/postgresql.md) before the next start; {} was not changed, and is not used then",
        file.display()
    ));
    Ok(DONE)
}

fn target(settings: &Settings, to: Option<&str>) -> anyhow::Result<Secret<String>> {
    let Some(to) = to else {
        return settings.database_url.clone().context("no database is named: give --to, or set database_url");
    };
    if let Some(address) = secret_text::referred_to(to)? {
        return Ok(address);
    }
    if holds_password(to) {
        return Err(password_on_the_command_line().into());
    }
    Ok(Secret::new(to.to_owned()))
}

/// Whether an address names a password, as `user:password@` or as a parameter.
fn holds_password(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || rest.contains("password=")
}

fn password_on_the_command_line() -> Failure {
    Failure {
        code: "secret_on_the_command_line".to_owned(),
        message: "the address holds a password, and everybody on this machine can read a command line".to_owned(),
        remedy: "Put the address into a file or a variable, and name that: --to file:PATH or --to env:NAME".to_owned(),
        ..Failure::default()
    }
}

#[cfg(test)]
mod tests {
    use super::holds_password;

    #[test]
    fn a_password_is_seen_wherever_it_stands() {
        assert!(holds_password("postgres://ann:hush@localhost/hub"));
        assert!(holds_password("postgres://ann:hu@sh@localhost/hub"));
        assert!(holds_password("postgres://localhost/hub?user=ann&password=hush"));
        assert!(!holds_password("postgres://ann@localhost:5432/hub"));
        assert!(!holds_password("postgres://localhost:5432/hub?sslmode=require"));
    }
}
