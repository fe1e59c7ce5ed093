//! The database file on disk: private to its owner. SQLite gives its `-wal` and `-shm` files the mode of the database itself.

use std::path::Path;

use salesbridge_store::StoreError;

use crate::failure::refused;

/// Makes the file when it is missing and takes it away from everyone but its owner.
pub(crate) fn make_private(path: &Path) -> Result<(), StoreError> {
    private(path).map_err(|cause| refused("open", cause))
}

#[cfg(unix)]
fn private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

    let file = std::fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    let mode = file.metadata()?.permissions().mode();
    if mode & 0o077 != 0 {
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn private(path: &Path) -> std::io::Result<()> {
    std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(path).map(drop)
}
