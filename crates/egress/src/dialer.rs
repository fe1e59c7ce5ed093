//! The one way to another machine: a name is looked up once, every address it has is checked, and exactly those are dialled.
//!
//! HTTP goes through it by way of the HTTP library's resolver; everything else asks it for a connection.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Name, Resolve, Resolving};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{EgressError, Reach, address::refusal};

/// Looks names up. Tests have one that changes its mind.
pub trait NameLookup: Send + Sync {
    /// Every address of a name.
    fn look_up(&self, name: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
}

/// The resolver of the operating system.
struct SystemLookup;

impl NameLookup for SystemLookup {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that looks names up")]
    fn look_up(&self, name: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        let name = name.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// Opens connections as far as its reach goes. Cheap to clone.
#[derive(Clone)]
pub struct Dialer {
    reach: Reach,
    connect_timeout: Duration,
    names: Arc<dyn NameLookup>,
}

/// Why a name was not resolved; found again in the source chain of the HTTP library's error.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ResolveProblem {
    #[error("{address} is {reason}")]
    Refused { address: IpAddr, reason: &'static str },
    #[error("the name has no address")]
    Unknown(#[source] Arc<io::Error>),
}

impl Dialer {
    /// A dialer with this reach that waits at most `connect_timeout`, the look-up included.
    pub fn new(reach: Reach, connect_timeout: Duration) -> Self {
        Self::with_names(reach, connect_timeout, Arc::new(SystemLookup))
    }

    /// One that looks names up elsewhere.
    pub fn with_names(reach: Reach, connect_timeout: Duration, names: Arc<dyn NameLookup>) -> Self {
        Self { reach, connect_timeout, names }
    }

    /// Which addresses it may dial.
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// A connection to `host`, a name or an address. What was checked is what is dialled: the name is not looked up a second time.
    ///
    /// # Errors
    /// Nothing was sent: the address is not permitted, the name has none, or nobody answers there.
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, EgressError> {
        let late = |_| EgressError::TimedOutBeforeSend { host: host.to_owned() };
        timeout(self.connect_timeout, self.dial(host, port)).await.map_err(late)?
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that opens connections")]
    async fn dial(&self, host: &str, port: u16) -> Result<TcpStream, EgressError> {
        let addresses = self.addresses(host).await.map_err(|problem| problem.at(host))?;
        let mut cause = io::Error::from(io::ErrorKind::NotFound);
        for address in addresses {
            match TcpStream::connect((address, port)).await {
                Ok(stream) => return Ok(stream),
                Err(error) => cause = error,
            }
        }
        Err(EgressError::CouldNotDial { host: host.to_owned(), cause })
    }

    /// Every address of `host`, all of them permitted. One bad address refuses the name: a mixed answer is how DNS rebinding looks.
    pub(crate) async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveProblem> {
        let bare = host.trim_matches(['[', ']']);
        let found = match bare.parse() {
            Ok(address) => vec![address],
            Err(_) => self.names.look_up(bare).await.map_err(|cause| ResolveProblem::Unknown(Arc::new(cause)))?,
        };
        if found.is_empty() {
            return Err(ResolveProblem::Unknown(Arc::new(io::ErrorKind::NotFound.into())));
        }
        match found.iter().find_map(|address| Some((*address, refusal(self.reach, *address)?))) {
            Some((address, reason)) => Err(ResolveProblem::Refused { address, reason }),
            None => Ok(found),
        }
    }
}

impl std::fmt::Debug for Dialer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialer").field("reach", &self.reach).finish_non_exhaustive()
    }
}

impl ResolveProblem {
    pub(crate) fn at(&self, host: &str) -> EgressError {
        match self {
            ResolveProblem::Refused { address, reason } => {
                EgressError::NotPermitted { target: format!("{host} ({address})"), reason: (*reason).to_owned() }
            }
            ResolveProblem::Unknown(cause) => {
                let cause = io::Error::new(cause.kind(), cause.to_string());
                EgressError::UnknownHost { host: host.to_owned(), cause }
            }
        }
    }
}

/// How the HTTP library asks: it dials what it is given here, and nothing else.
impl Resolve for Dialer {
    fn resolve(&self, name: Name) -> Resolving {
        let dialer = self.clone();
        Box::pin(async move {
            let addresses = dialer.addresses(name.as_str()).await?;
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as reqwest::dns::Addrs)
        })
    }
}
