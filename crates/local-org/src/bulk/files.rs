//! The files of jobs: what was uploaded and what came of it. They lie beside the org's file, or, when the org lives in
//! memory, in a temporary folder that ends with it. Refuses to know what is in them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::{NamedTempFile, TempDir};

use crate::config::Data;

/// One file of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Upload,
    Successes,
    Failures,
    Unprocessed,
    Results,
    /// Where each row of the results begins: eight bytes a row, and the end.
    RowStarts,
}

/// Where the files of all jobs are.
pub(crate) struct Files {
    beside: Option<PathBuf>,
    temporary: Mutex<Option<TempDir>>,
}

impl Files {
    pub(crate) fn new(data: &Data) -> Self {
        let beside = match data {
            Data::Memory => None,
            Data::File(path) => {
                let mut name = path.file_name().unwrap_or_default().to_owned();
                name.push("-bulk");
                Some(path.with_file_name(name))
            }
        };
        Self { beside, temporary: Mutex::default() }
    }

    pub(crate) fn open(&self, job: &str, part: Part) -> io::Result<File> {
        File::open(self.path(job, part)?)
    }

    /// An empty file to write to.
    pub(crate) fn create(&self, job: &str, part: Part) -> io::Result<File> {
        self.resume(job, part, 0)
    }

    /// A file to write to from `at` on; what was behind it is cut off.
    pub(crate) fn resume(&self, job: &str, part: Part, at: u64) -> io::Result<File> {
        let path = self.path(job, part)?;
        make_folder_of(&path)?;
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        file.set_len(at)?;
        file.seek(SeekFrom::Start(at))?;
        Ok(file)
    }

    /// A file without a name yet, for an upload that may break off.
    pub(crate) fn unnamed(&self, job: &str) -> io::Result<NamedTempFile> {
        let path = self.path(job, Part::Upload)?;
        make_folder_of(&path)?;
        NamedTempFile::new_in(path.parent().unwrap_or(&path))
    }

    /// Gives a finished upload its name.
    pub(crate) fn keep(&self, job: &str, file: NamedTempFile) -> io::Result<()> {
        file.persist(self.path(job, Part::Upload)?).map(drop).map_err(|error| error.error)
    }

    /// Removes all files of a job.
    pub(crate) fn remove(&self, job: &str) {
        let folder = self.root().map(|root| root.join(job));
        if let Err(error) = folder.and_then(fs::remove_dir_all)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(error = %error, "the files of bulk job {job} could not be removed");
        }
    }

    fn path(&self, job: &str, part: Part) -> io::Result<PathBuf> {
        let name = match part {
            Part::Upload => "upload.csv",
            Part::Successes => "successes.csv",
            Part::Failures => "failures.csv",
            Part::Unprocessed => "unprocessed.csv",
            Part::Results => "results.csv",
            Part::RowStarts => "row-starts",
        };
        Ok(self.root()?.join(job).join(name))
    }

    fn root(&self) -> io::Result<PathBuf> {
        if let Some(beside) = &self.beside {
            return Ok(beside.clone());
        }
        let mut temporary = self.temporary.lock().unwrap_or_else(PoisonError::into_inner);
        if temporary.is_none() {
            *temporary = Some(tempfile::Builder::new().prefix("local-org-bulk-").tempdir()?);
        }
        Ok(temporary.as_ref().map(|folder| folder.path().to_owned()).unwrap_or_default())
    }
}

fn make_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}
