//! One file that holds several: backups and support bundles are gzipped tar files, private to their owner, written beside their place and renamed.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use anyhow::Context;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tempfile::NamedTempFile;

/// An archive that is being written. Dropped before [`ArchiveWriter::finish`], it leaves no trace.
pub(crate) struct ArchiveWriter {
    tar: tar::Builder<GzEncoder<NamedTempFile>>,
    /// Seconds since 1970 at which every file in it was made.
    made_at: u64,
}

impl ArchiveWriter {
    /// Begins an archive in the folder of its later place. Its files are said to be made at `made_at`, in seconds since 1970.
    pub(crate) fn begin(place: &Path, made_at: i64) -> anyhow::Result<Self> {
        let folder = folder_of(place);
        // A temporary file has mode 0600.
        let file = tempfile::Builder::new()
            .prefix(".salesbridge-")
            .tempfile_in(folder)
            .with_context(|| format!("no file can be made in {}", folder.display()))?;
        let tar = tar::Builder::new(GzEncoder::new(file, Compression::fast()));
        Ok(Self { tar, made_at: u64::try_from(made_at).unwrap_or_default() })
    }

    /// Adds a text.
    pub(crate) fn add_text(&mut self, name: &str, text: &str) -> anyhow::Result<()> {
        self.add(name, text.len() as u64, text.as_bytes())
    }

    /// Adds a file.
    pub(crate) fn add_file(&mut self, name: &str, path: &Path) -> anyhow::Result<()> {
        let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let length = file.metadata()?.len();
        self.add(name, length, file.take(length))
    }

    fn add(&mut self, name: &str, length: u64, content: impl Read) -> anyhow::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(length);
        header.set_mode(0o600);
        header.set_mtime(self.made_at);
        self.tar.append_data(&mut header, name, content).with_context(|| format!("{name} cannot be added"))
    }

    /// Makes the archive durable and puts it in its place.
    pub(crate) fn finish(self, place: &Path) -> anyhow::Result<()> {
        let mut file = self.tar.into_inner()?.finish()?;
        file.flush()?;
        file.as_file().sync_all()?;
        file.persist(place).with_context(|| format!("{} cannot be written", place.display()))?;
        File::open(folder_of(place))?.sync_all()?;
        Ok(())
    }
}

/// Unpacks the files of an archive that have one of these names into a folder; any other name is an error.
pub(crate) fn unpack(archive: &Path, names: &[&str], folder: &Path) -> anyhow::Result<()> {
    let file = File::open(archive).with_context(|| format!("{} cannot be read", archive.display()))?;
    let mut tar = tar::Archive::new(GzDecoder::new(file));
    let broken = || format!("{} is not a backup of salesbridge, or is damaged", archive.display());
    for entry in tar.entries().with_context(broken)? {
        let mut entry = entry.with_context(broken)?;
        let path = entry.path().with_context(broken)?.into_owned();
        let known = names.iter().find(|name| path == Path::new(name));
        let (Some(name), true) = (known, entry.header().entry_type().is_file()) else {
            anyhow::bail!("{} holds `{}`, which no backup of salesbridge has", archive.display(), path.display());
        };
        let mut unpacked = NamedTempFile::new_in(folder)?;
        std::io::copy(&mut entry, &mut unpacked).with_context(broken)?;
        unpacked.as_file().sync_all()?;
        unpacked.persist(folder.join(name))?;
    }
    Ok(())
}

/// The folder that a file lies in.
pub(crate) fn folder_of(place: &Path) -> &Path {
    place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
