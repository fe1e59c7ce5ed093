//! Clients and what they need, each language's in its own way, below the user's cache folder; installed again only when what is pinned
//! has changed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{manifests::Workspace, processes};

/// Where a suite's programs live.
fn home(suite: &str) -> Result<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = match cache {
        Some(cache) => cache,
        None => PathBuf::from(env::var_os("HOME").context("there is neither HOME nor XDG_CACHE_HOME")?).join(".cache"),
    };
    let home = cache.join("salesbridge/clients").join(suite);
    fs::create_dir_all(&home).with_context(|| format!("could not make {}", home.display()))?;
    Ok(home)
}

/// pytest over the folder, in a virtual environment with what its `requirements.txt` pins.
pub(super) fn pytest(suite: &str, folder: &Path) -> Result<Command> {
    let python = python(suite, folder)?;
    let mut command = Command::new(python);
    command.args(["-m", "pytest", "-q", "--color=no", "-p", "no:cacheprovider"]);
    command.env("PYTHONDONTWRITEBYTECODE", "1").current_dir(folder);
    Ok(command)
}

/// The interpreter of the suite's virtual environment.
pub(crate) fn python(suite: &str, folder: &Path) -> Result<PathBuf> {
    let home = home(suite)?;
    let python = home.join("bin/python");
    let pinned = folder.join("requirements.txt");
    once(&home, &[&pinned], || {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(&home);
        processes::finish(venv)?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&pinned);
        processes::finish(pip)
    })?;
    Ok(python)
}

/// Node's own test runner over a copy of the folder, beside the packages that its lock file names. `node` is a program on the path, or
/// one that these packages bring.
pub(super) fn node_test(suite: &str, folder: &Path, node: &str) -> Result<Command> {
    let home = home(suite)?;
    for entry in fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))? {
        let path = entry.context("could not read a folder")?.path();
        if let Some(name) = path.file_name().filter(|_| path.is_file()) {
            fs::copy(&path, home.join(name)).with_context(|| format!("could not copy {}", path.display()))?;
        }
    }
    once(&home, &[&folder.join("package-lock.json")], || {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]).current_dir(&home);
        processes::finish(npm)
    })?;
    let brought = home.join(node);
    let mut command = if brought.is_file() { Command::new(brought) } else { Command::new(node) };
    command.args(["--test", "--test-reporter=spec"]).current_dir(home);
    Ok(command)
}

/// `cargo test` of a package of its own: what it brings is not to be built into the product.
pub(super) fn cargo_test(workspace: &Workspace, folder: &Path) -> Command {
    let mut command = processes::cargo(workspace, &["test", "--locked", "--quiet"]);
    command.arg("--manifest-path").arg(folder.join("Cargo.toml")).env("CARGO_TARGET_DIR", &workspace.target);
    command
}

/// The script of an example, with the binary that it starts; it installs for itself.
pub(super) fn example(workspace: &Workspace, folder: &Path) -> Command {
    let mut command = Command::new(folder.join("run.sh"));
    command.env("SALESBRIDGE", workspace.target.join("debug/salesbridge")).env("CARGO_TARGET_DIR", &workspace.target);
    command
}

/// Does the work unless it was done for just these files.
fn once(home: &Path, pinned: &[&Path], work: impl FnOnce() -> Result<()>) -> Result<()> {
    let stamp = home.join("installed");
    let mut wanted = Vec::new();
    for file in pinned {
        wanted.extend(fs::read(file).with_context(|| format!("could not read {}", file.display()))?);
    }
    if fs::read(&stamp).is_ok_and(|done| done == wanted) {
        return Ok(());
    }
    work()?;
    fs::write(&stamp, wanted).with_context(|| format!("could not write {}", stamp.display()))
}
