//! Reads which crates there are and what each one names, by asking Cargo.
//!
//! It judges nothing: what may be named is the table's business.

use std::{collections::BTreeSet, path::PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, MetadataCommand, Package};

const PREFIX: &str = "salesbridge-";

/// One crate of ours. Names are short: the package's without `salesbridge-`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Manifest {
    pub(crate) name: String,
    /// Its one line, from the manifest's `description`.
    pub(crate) line: String,
    /// Crates of ours that the product is built from: normal and build dependencies.
    pub(crate) uses: BTreeSet<String>,
    /// Crates of ours that only its tests bring.
    pub(crate) tests_use: BTreeSet<String>,
}

/// The repository, as Cargo sees it.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the root manifest.
    pub(crate) root: PathBuf,
    /// Where Cargo builds.
    pub(crate) target: PathBuf,
    /// Every crate under `crates/`, by name.
    pub(crate) manifests: Vec<Manifest>,
}

impl Workspace {
    /// Asks Cargo. Needs no network and no lock file. Fails where a manifest cannot be read.
    pub(crate) fn read() -> Result<Self> {
        let metadata = MetadataCommand::new().no_deps().exec().context("Cargo could not read the manifests")?;
        let mut manifests: Vec<Manifest> = metadata.workspace_packages().into_iter().filter_map(manifest).collect();
        manifests.sort_by(|left, right| left.name.cmp(&right.name));
        let (root, target) = (metadata.workspace_root, metadata.target_directory);
        Ok(Self { root: root.into_std_path_buf(), target: target.into_std_path_buf(), manifests })
    }
}

fn manifest(package: &Package) -> Option<Manifest> {
    let name = package.name.strip_prefix(PREFIX)?.to_owned();
    let mut manifest = Manifest { name, line: package.description.clone().unwrap_or_default(), ..Manifest::default() };
    for dependency in &package.dependencies {
        let Some(target) = dependency.name.strip_prefix(PREFIX) else { continue };
        match dependency.kind {
            DependencyKind::Development => manifest.tests_use.insert(target.to_owned()),
            _ => manifest.uses.insert(target.to_owned()),
        };
    }
    Some(manifest)
}
