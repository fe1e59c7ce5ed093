//! The data directory and its one owner.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::net::UnixStream;

use crate::terminal::Failure;

/// How long a command waits for another short command to give the data directory back.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A data directory that this process owns until it ends.
pub(crate) struct DataDirectory {
    path: PathBuf,
    _lock: File,
}

/// Who owns a data directory.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Owner {
    pub(crate) process: u32,
    pub(crate) command: String,
}

impl DataDirectory {
    /// Takes the directory, making it when it is missing; the other owner when there is one.
    fn take(path: &Path, command: &str) -> anyhow::Result<Result<Self, Owner>> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|error| not_writable(path, error))?;
        let lock_path = path.join("lock");
        let mut lock = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&lock_path)
            .map_err(|error| not_writable(path, error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                lock.read_to_string(&mut text)?;
                let unknown = Owner { process: 0, command: "another process".to_owned() };
                return Ok(Err(serde_json::from_str(&text).unwrap_or(unknown)));
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("{} cannot be locked", lock_path.display()));
            }
        }
        let owner = Owner { process: std::process::id(), command: command.to_owned() };
        lock.set_len(0)?;
        lock.rewind()?;
        lock.write_all(serde_json::to_string(&owner)?.as_bytes())?;
        Ok(Ok(Self { path: path.to_owned(), _lock: lock }))
    }

    /// Takes the directory, waiting a while for another short command to give it back; the owner that serves it when there is one.
    pub(crate) async fn take_or_meet(path: &Path, command: &str) -> anyhow::Result<Result<Self, Owner>> {
        let begun = Instant::now();
        loop {
            match Self::take(path, command)? {
                Ok(data) => return Ok(Ok(data)),
                Err(owner) if UnixStream::connect(socket_of(path)).await.is_ok() => return Ok(Err(owner)),
                Err(owner) if begun.elapsed() > PATIENCE => {
                    let mut failure = owner.in_the_way(path);
                    failure.message.push_str(", and it does not answer on its socket");
                    return Err(failure.into());
                }
                Err(_) => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    /// Takes the directory or fails with a message for people.
    pub(crate) async fn own(path: &Path, command: &str) -> anyhow::Result<Self> {
        Self::take_or_meet(path, command).await?.map_err(|owner| owner.in_the_way(path).into())
    }

    /// Who owns a directory now.
    pub(crate) fn owner(path: &Path) -> Option<Owner> {
        let mut lock = File::options().read(true).open(path.join("lock")).ok()?;
        if lock.try_lock_shared().is_ok() {
            return None;
        }
        let mut text = String::new();
        lock.read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// The hub's database.
    pub(crate) fn database(&self) -> PathBuf {
        database_of(&self.path)
    }

    /// The socket of the owner.
    pub(crate) fn socket(&self) -> PathBuf {
        socket_of(&self.path)
    }
}

impl Owner {
    fn in_the_way(&self, path: &Path) -> Failure {
        Failure {
            code: "data_directory_in_use".to_owned(),
            message: format!(
                "the data directory {} belongs to process {} ({}); one process owns it at a time",
                path.display(),
                self.process,
                self.command
            ),
            remedy: "Stop that process first, or name another directory with --data".to_owned(),
            ..Failure::default()
        }
    }
}

fn not_writable(path: &Path, error: std::io::Error) -> Failure {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    let (code, remedy) = match error.kind() {
        PermissionDenied | ReadOnlyFilesystem => (
            "data_directory_read_only",
            "Mount it writable, make it writable for the user that runs salesbridge, or name another with --data",
        ),
        _ => ("data_directory_unusable", "Name another data directory with --data"),
    };
    Failure {
        code: code.to_owned(),
        message: format!("nothing can be written in the data directory {}: {error}", path.display()),
        remedy: remedy.to_owned(),
        ..Failure::default()
    }
}

/// The database of a data directory.
pub(crate) fn database_of(data: &Path) -> PathBuf {
    data.join("salesbridge.sqlite")
}

/// The socket of a data directory's owner.
pub(crate) fn socket_of(data: &Path) -> PathBuf {
    data.join("salesbridge.sock")
}
