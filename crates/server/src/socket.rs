//! Serving on a Unix socket that only its owner may open.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use axum::Router;
use tokio::net::UnixListener;
use tokio_util::sync::CancellationToken;

/// Serves until `stop` is set, then finishes requests under way. The caller owns the data directory, so a socket left there by a process that died is
/// removed first.
pub async fn serve_socket(path: &Path, router: Router, stop: CancellationToken) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    let served = axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await }).await;
    drop(std::fs::remove_file(path));
    served
}
