//! How an org is set up. Every value has a default that works on a machine without an account and without a network.

use std::fmt::{Debug, Formatter};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::demo_data::DemoData;
use crate::faults::{FaultFileError, FaultRule};
use crate::oauth::credentials::ADMIN_PASSWORD;
use crate::snapshots::SnapshotError;
use crate::tls::{Tls, TlsError};

/// An org to start.
#[derive(Clone)]
pub struct OrgConfig {
    /// The organization's name.
    pub name: String,
    /// Where records are kept.
    pub data: Data,
    /// Where it listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// A second address, which token answers then give as `instance_url`.
    pub instance_listen: Option<SocketAddr>,
    /// Allows addresses that other machines can reach. The org has no defence against them.
    pub allow_other_addresses: bool,
    /// Names accepted in the Host header beside the loopback ones.
    pub host_names: Vec<String>,
    /// Names that stand for `login.salesforce.com`: the client credentials flow is refused there, since Salesforce
    /// grants it on My Domain hosts only.
    pub login_hosts: Vec<String>,
    /// The `instance_url` of token answers, when it is neither listener's own.
    pub instance_url: Option<String>,
    /// Key and secret of the default app; random when absent.
    pub default_app: Option<Credentials>,
    /// The password of the administrator whom a new org starts with. Known to everybody unless it is changed.
    pub admin_password: String,
    /// Calls allowed in any 24 hours (Developer Edition: 15,000).
    pub daily_api_requests: u64,
    /// The newest requests kept for the person who wonders.
    pub requests_kept: usize,
    /// Records made up when the org is new.
    pub demo_data: Option<DemoData>,
    /// HTTPS or plain HTTP.
    pub tls: Tls,
    /// Faults that are on from the start.
    pub faults: Vec<FaultRule>,
    /// A file of faults that are on from the start, and again when control says so: TOML with a `[[fault]]` for each rule,
    /// or JSON.
    pub faults_file: Option<PathBuf>,
    /// Bulk jobs.
    pub bulk: BulkConfig,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// How bulk jobs go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkConfig {
    /// How often a job is seen `InProgress` before it is seen to be over, so that clients wait as they must elsewhere.
    pub polls_in_progress: u32,
    /// Batches of 10,000 rows that may be loaded in 24 hours.
    pub daily_batches: u64,
    /// Whether callers may delete past the recycle bin, which Salesforce allows to nobody at first.
    pub hard_delete: bool,
}

/// Where records are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// Gone when the org stops.
    Memory,
    /// An SQLite file, made when missing.
    File(PathBuf),
}

/// What an app signs in with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The consumer key, also called client id.
    pub consumer_key: String,
    /// The consumer secret, also called client secret.
    pub consumer_secret: String,
}

/// Why an org did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data could not be opened or is not an org's.
    #[error("could not open the local org's data")]
    Storage(#[from] rusqlite::Error),
    /// The facts about standard objects do not parse.
    #[error("the facts about standard objects are damaged")]
    Facts(#[source] serde_json::Error),
    /// The demo data could not be made.
    #[error("could not make the demo data: {0}")]
    DemoData(String),
    /// The state of the start could not be put aside.
    #[error("could not put the local org's first state aside")]
    Snapshot(#[from] SnapshotError),
    /// It cannot speak TLS.
    #[error("the local org cannot speak https")]
    Tls(#[from] TlsError),
    /// The file of faults cannot be used.
    #[error(transparent)]
    Faults(#[from] FaultFileError),
    /// The address could not be listened on.
    #[error("could not listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the machine said.
        #[source]
        cause: std::io::Error,
    },
    /// The address can be reached by other machines, and that was not allowed.
    #[error("{0} can be reached by other machines; allow that explicitly or listen on 127.0.0.1")]
    NotLoopback(SocketAddr),
}

impl Default for OrgConfig {
    fn default() -> Self {
        Self {
            name: "Local Org".to_owned(),
            data: Data::Memory,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            instance_listen: None,
            allow_other_addresses: false,
            host_names: Vec::new(),
            login_hosts: Vec::new(),
            instance_url: None,
            default_app: None,
            admin_password: ADMIN_PASSWORD.to_owned(),
            daily_api_requests: 15_000,
            requests_kept: 2_000,
            demo_data: None,
            tls: Tls::Off,
            faults: Vec::new(),
            faults_file: None,
            bulk: BulkConfig::default(),
            clock: Arc::new(SystemClock),
        }
    }
}

impl OrgConfig {
    /// Every name that the org answers to beside the loopback ones.
    pub(crate) fn all_host_names(&self) -> Vec<&str> {
        self.host_names.iter().chain(&self.login_hosts).map(String::as_str).collect()
    }
}

impl Default for BulkConfig {
    fn default() -> Self {
        Self { polls_in_progress: 1, daily_batches: 15_000, hard_delete: false }
    }
}

impl Debug for OrgConfig {
    fn fmt(&self, out: &mut Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("OrgConfig")
            .field("name", &self.name)
            .field("data", &self.data)
            .field("listen", &self.listen)
            .field("instance_listen", &self.instance_listen)
            .finish_non_exhaustive()
    }
}

impl Debug for Credentials {
    fn fmt(&self, out: &mut Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Credentials").field("consumer_key", &self.consumer_key).finish_non_exhaustive()
    }
}
