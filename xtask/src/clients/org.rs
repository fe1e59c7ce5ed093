//! An org in a process of its own, as a person would start it.

use std::{
    io::BufReader,
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result};
use serde_json::{Deserializer, Value};

use crate::{manifests::Workspace, processes};

/// A running org. It ends when this is dropped.
pub(crate) struct LocalOrg {
    process: Child,
    /// Held open: the org may have more to say.
    _output: BufReader<ChildStdout>,
    told: Value,
}

/// Builds the binary, with the features that the tests have built it with.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let words = ["build", "--locked", "--workspace", "--quiet", "--bin", "salesbridge"];
    processes::finish(processes::cargo(workspace, &words))
}

impl LocalOrg {
    /// As [`LocalOrg::start`], in plain HTTP, with the binary as the code is now.
    pub(crate) fn build_and_start(workspace: &Workspace) -> Result<Self> {
        build(workspace)?;
        Self::start(workspace, false)
    }

    /// Starts an org that keeps nothing, on a free port.
    pub(crate) fn start(workspace: &Workspace, tls: bool) -> Result<Self> {
        let mut command = Command::new(workspace.target.join("debug/salesbridge"));
        command.args(["local-org", "--json", "--listen", "127.0.0.1:0"]);
        if tls {
            // Not the folder of a person's own org.
            command.arg("--tls").arg("--tls-folder").arg(workspace.target.join("clients-tls"));
        }
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut process = spawned.context("could not start the local org")?;
        let output = process.stdout.take().context("the local org has no output")?;
        let mut output = BufReader::new(output);
        let told = Deserializer::from_reader(&mut output).into_iter::<Value>().next();
        let told = told.and_then(Result::ok).context("the local org did not start")?;
        Ok(Self { process, _output: output, told })
    }

    /// Tells a program where the org is, and whom to trust.
    pub(crate) fn describe_to(&self, command: &mut Command) {
        for (name, key) in [
            ("LOCAL_ORG_URL", "url"),
            ("LOCAL_ORG_CONSUMER_KEY", "consumer_key"),
            ("LOCAL_ORG_CONSUMER_SECRET", "consumer_secret"),
        ] {
            command.env(name, self.text(key));
        }
        if let Some(authority) = self.authority() {
            for name in ["REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"] {
                command.env(name, &authority);
            }
        }
    }

    /// Where it is reached.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.told[key].as_str().unwrap_or_default()
    }

    /// The certificate that vouches for its own, where it speaks TLS.
    fn authority(&self) -> Option<PathBuf> {
        self.told["certificate_authority"].as_str().map(PathBuf::from)
    }
}

impl Drop for LocalOrg {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
