//! Words about the local org and the demo on it.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  salesbridge demo
  salesbridge demo --once --json --clients 1000
  salesbridge demo --data ./demo          keeps everything, so that a second run finds nothing to send")]
pub(crate) struct DemoOptions {
    /// Do the first sync, report, exit
    #[arg(long)]
    pub(crate) once: bool,
    /// How many clients the made-up broker has
    #[arg(long, default_value_t = 250, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) clients: u32,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  salesbridge local-org
  salesbridge local-org --listen 127.0.0.1:8080 --org-data org.sqlite
  salesbridge local-org --tls                     for clients that insist on https
  salesbridge local-org --faults faults.toml      an org that misbehaves as the file says
  salesbridge local-org --json --listen 127.0.0.1:0 --consumer-key key --consumer-secret secret

With --json it prints one line as soon as it listens.")]
pub(crate) struct LocalOrgOptions {
    /// Address to listen on, on this machine; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8866", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Keep the org in this SQLite file [default: in memory, gone when it stops]
    #[arg(long, value_name = "FILE")]
    pub(crate) org_data: Option<PathBuf>,
    /// Speak https, by a certificate authority of its own
    #[arg(long)]
    pub(crate) tls: bool,
    /// Folder of that authority [default: local-org-tls in the data directory]
    #[arg(long, value_name = "DIR", requires = "tls")]
    pub(crate) tls_folder: Option<PathBuf>,
    /// Another name that the org is called by; may be given more than once
    #[arg(long = "host-name", value_name = "NAME")]
    pub(crate) host_names: Vec<String>,
    /// File of faults that are on from the start, TOML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Make records up when the org is new: 400, 5,000 or 500,000
    #[arg(long, value_name = "SIZE")]
    pub(crate) demo_data: Option<DemoSize>,
    /// Which records: the same number gives the same values
    #[arg(long, default_value_t = 0, value_name = "NUMBER", requires = "demo_data")]
    pub(crate) seed: u64,
    /// Consumer key of the default app [default: a random one]
    #[arg(long, value_name = "KEY", requires = "secret")]
    pub(crate) consumer_key: Option<String>,
    /// Consumer secret of the default app; others on this machine can read the command line
    #[arg(long, value_name = "SECRET", group = "secret", requires = "consumer_key")]
    pub(crate) consumer_secret: Option<String>,
    /// File with that secret
    #[arg(long, value_name = "FILE", group = "secret", requires = "consumer_key")]
    pub(crate) consumer_secret_file: Option<PathBuf>,
}

/// How many records to make up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DemoSize {
    Small,
    Medium,
    Large,
}
