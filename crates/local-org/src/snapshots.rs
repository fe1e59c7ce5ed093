//! The whole org put aside and brought back: records, custom fields and objects, apps, tokens, counters. In memory for an org in memory, in
//! files beside the data for one in a file. Refuses to know what is in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use crate::config::{Data, StartError};

/// The snapshot of the org as it was when it was new.
pub(crate) const START: &str = "start";
/// The longest name.
const LONGEST_NAME: usize = 64;
/// Pages copied at a time when somebody else uses the file meanwhile.
const PAGES: i32 = 10_000;
const PAUSE: Duration = Duration::from_millis(10);

/// A snapshot that can be brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SnapshotInfo {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Why a snapshot could not be taken or brought back.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The name is not one.
    #[error(
        "'{0}' is no name for a snapshot: letters, digits, dots, dashes and underlines are, up to 64, and no dot first"
    )]
    Name(String),
    /// There is none of this name.
    #[error("there is no snapshot '{0}'")]
    Missing(String),
    /// The first state cannot be replaced.
    #[error("'{START}' is the org as it was when it was new, and stays so")]
    Start,
    /// The database could not be copied.
    #[error("the snapshot could not be copied: {0}")]
    Copy(#[from] rusqlite::Error),
    /// The files could not be written.
    #[error("the snapshots could not be kept: {0}")]
    Files(#[from] std::io::Error),
    /// What was brought back is not an org's.
    #[error("the snapshot is not one of a local org: {0}")]
    Foreign(#[source] Box<StartError>),
}

impl From<StartError> for SnapshotError {
    fn from(error: StartError) -> Self {
        Self::Foreign(Box::new(error))
    }
}

/// All snapshots of an org.
pub(crate) enum Snapshots {
    InMemory(Mutex<BTreeMap<String, Connection>>),
    InFolder(PathBuf),
}

impl Snapshots {
    pub(crate) fn of(data: &Data) -> Self {
        match data {
            Data::Memory => Self::InMemory(Mutex::default()),
            Data::File(file) => {
                let mut name = file.file_name().unwrap_or_default().to_owned();
                name.push(".snapshots");
                Self::InFolder(file.with_file_name(name))
            }
        }
    }

    /// Copies the database; a snapshot of that name is replaced.
    pub(crate) fn take(&self, name: &str, from: &Connection) -> Result<(), SnapshotError> {
        checked(name)?;
        match self {
            Self::InMemory(kept) => {
                let mut copy = Connection::open_in_memory()?;
                copied(from, &mut copy)?;
                kept.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), copy);
            }
            Self::InFolder(folder) => {
                fs::create_dir_all(folder)?;
                let unfinished = folder.join(format!(".{name}.unfinished"));
                drop(fs::remove_file(&unfinished));
                copied(from, &mut Connection::open(&unfinished)?)?;
                fs::rename(unfinished, file_of(folder, name))?;
            }
        }
        Ok(())
    }

    /// Copies a snapshot over the database.
    pub(crate) fn bring_back(&self, name: &str, to: &mut Connection) -> Result<(), SnapshotError> {
        checked(name)?;
        let missing = || SnapshotError::Missing(name.to_owned());
        match self {
            Self::InMemory(kept) => {
                let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                copied(kept.get(name).ok_or_else(missing)?, to)
            }
            Self::InFolder(folder) => {
                let file = file_of(folder, name);
                if !file.exists() {
                    return Err(missing());
                }
                copied(&Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?, to)
            }
        }
    }

    pub(crate) fn list(&self) -> Result<Vec<SnapshotInfo>, SnapshotError> {
        match self {
            Self::InMemory(kept) => {
                let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.iter().map(|(name, copy)| Ok(SnapshotInfo { name: name.clone(), bytes: size(copy)? })).collect()
            }
            Self::InFolder(folder) => files_in(folder),
        }
    }

    /// Forgets a snapshot; answers whether there was one.
    pub(crate) fn delete(&self, name: &str) -> Result<bool, SnapshotError> {
        checked(name)?;
        if name == START {
            return Err(SnapshotError::Start);
        }
        match self {
            Self::InMemory(kept) => Ok(kept.lock().unwrap_or_else(PoisonError::into_inner).remove(name).is_some()),
            Self::InFolder(folder) => match fs::remove_file(file_of(folder, name)) {
                Ok(()) => Ok(true),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
                Err(error) => Err(error.into()),
            },
        }
    }
}

/// A name that people may give.
pub(crate) fn given(name: &str) -> Result<(), SnapshotError> {
    if name == START { Err(SnapshotError::Start) } else { checked(name) }
}

fn checked(name: &str) -> Result<(), SnapshotError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let fits = !name.is_empty() && name.len() <= LONGEST_NAME && !name.starts_with('.');
    if fits && name.bytes().all(is_plain) { Ok(()) } else { Err(SnapshotError::Name(name.to_owned())) }
}

fn file_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.sqlite"))
}

fn files_in(folder: &Path) -> Result<Vec<SnapshotInfo>, SnapshotError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let file = entry.file_name().to_string_lossy().into_owned();
        if let Some(name) = file.strip_suffix(".sqlite").filter(|name| checked(name).is_ok()) {
            found.push(SnapshotInfo { name: name.to_owned(), bytes: entry.metadata()?.len() });
        }
    }
    found.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(found)
}

fn size(copy: &Connection) -> Result<u64, SnapshotError> {
    let sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
    Ok(copy.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

fn copied(from: &Connection, to: &mut Connection) -> Result<(), SnapshotError> {
    let backup = Backup::new(from, to)?;
    loop {
        match backup.step(PAGES)? {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            // Somebody reads the file in this moment.
            _ => std::thread::sleep(PAUSE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_harmless_as_file_names() {
        for name in ["before-import", "a.b_c", "1"] {
            assert!(given(name).is_ok(), "{name}");
        }
        for name in ["", ".hidden", "../up", "a/b", "with space", "start", &"a".repeat(65)] {
            assert!(given(name).is_err(), "{name}");
        }
    }
}
