//! The server: its address, and the first connection, whose failures are told apart for people.

use std::time::Duration;

use salesbridge_model::Secret;
use salesbridge_store::StoreError;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use url::Url;

use crate::failure::{PostgresFault, failed, state};

/// How long the first connection may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The oldest version this works with, as `server_version_num` writes it.
const OLDEST: i32 = 130_000;

/// What an address may say after its question mark; sqlx would pass over a misspelt word, and write its value to the log.
const PARAMETERS: [&str; 16] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// Reads an address. What it does not say comes from the environment (`PGHOST` and the others) and from `.pgpass`, as with psql.
pub(crate) fn options(address: &Secret<String>) -> Result<PgConnectOptions, PostgresFault> {
    let unusable = |reason: String| PostgresFault::Address { reason };
    let url = Url::parse(address.expose()).map_err(|cause| unusable(cause.to_string()))?;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err(unusable("it does not begin with postgres://".to_owned()));
    }
    if let Some((name, _)) = url.query_pairs().find(|(name, _)| !PARAMETERS.contains(&name.as_ref())) {
        return Err(unusable(format!("it has a parameter {name}, which nobody knows")));
    }
    let options = PgConnectOptions::from_url(&url)
        .map_err(|_| unusable("one of its parameters has a value that cannot be used".to_owned()))?;
    let options =
        if options.get_application_name().is_none() { options.application_name("salesbridge") } else { options };
    Ok(options.disable_statement_logging())
}

/// Connects once and looks whether the database can be used at all.
pub(crate) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let mut connection = reach(options).await?;
    check(&mut connection).await?;
    Ok(connection)
}

/// Looks whether the server lets us in at this moment.
pub(crate) async fn look(options: &PgConnectOptions) -> Result<(), StoreError> {
    // A server that lets us in and then cannot say good-bye is there all the same.
    drop(reach(options).await?.close().await);
    Ok(())
}

async fn reach(options: &PgConnectOptions) -> Result<PgConnection, PostgresFault> {
    match tokio::time::timeout(PATIENCE, options.connect()).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(refusal(options, error)),
        Err(_) => {
            let cause = format!("no answer within {} s", PATIENCE.as_secs()).into();
            Err(PostgresFault::Unreachable { server: server(options), cause })
        }
    }
}

async fn check(connection: &mut PgConnection) -> Result<(), StoreError> {
    let (encoding, version, standby): (String, i32, bool) = sqlx::query_as(
        "SELECT current_setting('server_encoding'), current_setting('server_version_num')::integer, pg_is_in_recovery()",
    )
    .fetch_one(connection)
    .await
    .map_err(failed("open"))?;
    let reason = if version < OLDEST {
        format!("its server has version {}, and the oldest this works with is {}", version / 10_000, OLDEST / 10_000)
    } else if encoding != "UTF8" {
        format!("its encoding is {encoding}; make one with the encoding UTF8")
    } else if standby {
        "its server is a standby, which only reads; name the primary server".to_owned()
    } else {
        return Ok(());
    };
    Err(PostgresFault::Unfit { reason }.into())
}

fn refusal(options: &PgConnectOptions, error: sqlx::Error) -> PostgresFault {
    let server = server(options);
    let sqlx::Error::Database(refused) = &error else {
        return PostgresFault::Unreachable { server, cause: Box::new(error) };
    };
    match state(refused.as_ref()).as_str() {
        "28P01" | "28000" => PostgresFault::Refused {
            server,
            user: options.get_username().to_owned(),
            reason: refused.message().to_owned(),
        },
        "3D000" => PostgresFault::NoDatabase {
            server,
            // Without a name in the address PostgreSQL takes the user's.
            database: options.get_database().unwrap_or(options.get_username()).to_owned(),
        },
        _ => PostgresFault::Unreachable { server, cause: Box::new(error) },
    }
}

fn server(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}
