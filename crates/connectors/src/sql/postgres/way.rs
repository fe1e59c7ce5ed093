//! The way to somebody's PostgreSQL: dialled by `egress`, as everything that leaves us is.
//!
//! The database library opens its own connections, and would look the name up itself. So it is given the name, for TLS, and a socket in a folder
//! of our own, behind which stands the connection that was dialled.

use std::io;
use std::time::Duration;

use salesbridge_egress::{Dialer, EgressError, Reach};
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::net::{TcpStream, UnixListener};
use tokio_util::task::TaskTracker;

use super::SqlError;

/// Longest wait for the database's machine.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Dials the database that `options` name. The options that are given back lead there once, as long as the folder is kept.
pub(super) async fn dialled(options: PgConnectOptions) -> Result<(PgConnectOptions, Option<TempDir>), SqlError> {
    let host = options.get_host();
    if options.get_socket().is_some() || host.starts_with('/') {
        return Ok((options, None));
    }
    let dialer = Dialer::new(Reach::Network, CONNECT_TIMEOUT);
    let dialled = dialer.connect(host, options.get_port()).await;
    let stream = dialled.map_err(|error| SqlError::Open { reason: words(error) })?;
    let (folder, listener) = socket(options.get_port()).map_err(|cause| SqlError::Open {
        reason: format!("no socket could be made for it in the folder for temporary files: {}", cause.kind()),
    })?;
    TaskTracker::new().spawn(relay(listener, stream));
    Ok((options.socket(folder.path()), Some(folder)))
}

/// What went wrong, without the address.
fn words(error: EgressError) -> String {
    match error {
        EgressError::NotPermitted { reason, .. } => format!("its address may not be called, because it is {reason}"),
        EgressError::UnknownHost { .. } => "no address is known for its name".to_owned(),
        EgressError::TimedOutBeforeSend { .. } => "it did not accept a connection in time".to_owned(),
        EgressError::CouldNotDial { cause, .. } => cause.kind().to_string(),
        _ => "the connection failed".to_owned(),
    }
}

/// A socket in a folder that nobody else can open, under the name that PostgreSQL's would have.
fn socket(port: u16) -> io::Result<(TempDir, UnixListener)> {
    let folder = TempDir::with_prefix("salesbridge-")?;
    let listener = UnixListener::bind(folder.path().join(format!(".s.PGSQL.{port}")))?;
    Ok((folder, listener))
}

/// Joins the first who comes with the connection, until either ends.
async fn relay(listener: UnixListener, mut stream: TcpStream) {
    let Ok(Ok((mut near, _))) = tokio::time::timeout(CONNECT_TIMEOUT, listener.accept()).await else { return };
    drop(listener);
    drop(tokio::io::copy_bidirectional(&mut near, &mut stream).await);
}
