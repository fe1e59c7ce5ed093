//! A hub in a process of its own, as a person would start it: with a door on this machine, and an administrator's key.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{clients, manifests::Workspace};

/// A running hub. It ends, and what it kept goes, when this is dropped.
pub(crate) struct HubProcess {
    program: PathBuf,
    data: PathBuf,
    process: Option<Child>,
    url: String,
    key: String,
}

/// Longest time until it serves.
const PATIENCE: Duration = Duration::from_secs(30);

impl HubProcess {
    /// Builds the binary and starts it in a folder of its own.
    pub(crate) fn start(workspace: &Workspace) -> Result<Self> {
        clients::build(workspace)?;
        let data = workspace.target.join("schema-hub");
        remove(&data);
        let program = workspace.target.join("debug/salesbridge");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = port.context("there is no free port")?.port();
        let (url, key) = (format!("http://127.0.0.1:{port}"), String::new());
        let mut hub = Self { program, data, process: None, url, key };
        hub.asks(&["vault", "init"])?;
        let mut serve = hub.command(&["serve"]);
        serve.env("SALESBRIDGE_SERVER_LISTEN", format!("127.0.0.1:{port}")).stdout(Stdio::null()).stderr(Stdio::null());
        for name in ["ADDRESS_REQUESTS", "CALLER_READS", "CALLER_WRITES"] {
            serve.env(format!("SALESBRIDGE_SERVER_{name}_PER_MINUTE"), u32::MAX.to_string());
        }
        hub.process = Some(serve.spawn().context("could not start the hub")?);
        hub.wait_until_it_serves()?;
        hub.asks(&["user", "create", "tester", "--administrator", "--password", "env:SALESBRIDGE_TESTER"])?;
        let scopes = "see,run,edit,raw,administer";
        let made = hub.asks(&["key", "create", "schema", "--person", "tester", "--scope", scopes])?;
        hub.key = made["key"].as_str().context("no key was made")?.to_owned();
        Ok(hub)
    }

    /// Where it is reached.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Lets an administrator in.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    fn wait_until_it_serves(&self) -> Result<()> {
        let begun = Instant::now();
        while !self.data.join("salesbridge.sock").exists() {
            if begun.elapsed() > PATIENCE {
                bail!("the hub did not begin to serve");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).env("SALESBRIDGE_DATA", &self.data).stdin(Stdio::null());
        command
            .env("SALESBRIDGE_TESTER", "only for this one hub")
            .env("SALESBRIDGE_MASTER_KEY_FILE", self.data.with_extension("key"));
        command
    }

    fn asks(&self, words: &[&str]) -> Result<Value> {
        let output = self.command(words).arg("--json").output().context("could not start salesbridge")?;
        if !output.status.success() {
            bail!("`salesbridge {}` failed: {}", words.join(" "), String::from_utf8_lossy(&output.stdout));
        }
        Ok(serde_json::from_slice(&output.stdout).unwrap_or_default())
    }
}

impl Drop for HubProcess {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            drop(process.kill());
            drop(process.wait());
        }
        remove(&self.data);
    }
}

/// What a hub keeps, and its master key beside it.
fn remove(data: &Path) {
    drop(fs::remove_dir_all(data));
    drop(fs::remove_file(data.with_extension("key")));
}
