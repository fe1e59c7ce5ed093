//! Folders that disappear with the test.

use std::path::{Path, PathBuf};

/// A folder of its own for one test; removed when dropped.
#[derive(Debug)]
pub struct TempFolder {
    folder: tempfile::TempDir,
}

impl TempFolder {
    /// Makes one.
    ///
    /// # Panics
    /// When the system's folder for temporary files cannot be written.
    #[expect(clippy::expect_used, reason = "a test without a folder cannot go on")]
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("salesbridge-").tempdir();
        Self { folder: folder.expect("the temporary folder can be written") }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A path in it; nothing is made there.
    pub fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}

impl Default for TempFolder {
    fn default() -> Self {
        Self::new()
    }
}
