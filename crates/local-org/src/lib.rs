#![doc = include_str!("../README.md")]

mod answers;
mod bulk;
mod chance;
mod clock;
mod config;
mod control;
mod demo_data;
mod faults;
mod ids;
mod limits;
mod metadata;
mod oauth;
mod org;
mod page;
mod requests;
mod rest;
mod rows;
mod rules;
mod schema;
mod seed;
mod server;
mod snapshots;
mod soap;
mod soql_execution;
mod standard_records;
mod storage;
mod tls;
mod validation;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tokio_util::task::TaskTracker;

pub use clock::{Clock, SystemClock};
pub use config::{BulkConfig, Credentials, Data, OrgConfig, StartError};
pub use control::{
    ControlError, ConvertedLead, NewValidationRule, OrgControl, RecordCount, RecordOutcome, UserInfo, UserSignIn,
};
pub use demo_data::{DemoData, DemoSize};
pub use faults::{
    ActiveFault, FaultAction, FaultError, FaultFileError, FaultMatch, FaultRule, FaultTime, JobFault, Latency,
    RowFault, RowWrite, Throttle, TokensEnded, Truncation,
};
pub use ids::{checksum, normalized as normalized_id};
pub use oauth::{AddressRange, App, PermittedUsers, RefreshPolicy, SignInRules, TokenFormat};
pub use requests::SeenRequest;
pub use rules::{AssignmentRule, DuplicateRule};
pub use snapshots::{SnapshotError, SnapshotInfo};
pub use tls::{Tls, TlsError};

use org::{Org, OrgState, Places};

/// An org that listens. It stops when [`RunningOrg::shutdown`] is awaited, and begins to stop when it is dropped.
pub struct RunningOrg {
    org: Org,
    router: Router,
    tasks: TaskTracker,
    addresses: (SocketAddr, Option<SocketAddr>),
}

/// Opens an org's data and starts to listen.
///
/// # Errors
/// The data cannot be opened, or an address cannot be listened on.
pub async fn start(config: OrgConfig) -> Result<RunningOrg, StartError> {
    let listener = server::bind(config.listen, config.allow_other_addresses).await?;
    let instance_listener = match config.instance_listen {
        Some(address) => Some(server::bind(address, config.allow_other_addresses).await?),
        None => None,
    };
    let address = bound(&listener, config.listen)?;
    let instance_address = instance_listener.as_ref().map(|second| bound(second, config.listen)).transpose()?;
    let opened = tokio::task::spawn_blocking(move || OrgState::open(config)).await;
    let org = Arc::new(opened.map_err(|_| StartError::Storage(rusqlite::Error::InvalidQuery))??);
    let url_of = |address| if org.certificate.is_some() { secure_url_of(address) } else { url_of(address) };
    let sign_in_url = url_of(address);
    let own_url = instance_address.map_or_else(|| sign_in_url.clone(), url_of);
    let instance_url = org.config.instance_url.clone().unwrap_or(own_url);
    org.settle(Places { sign_in_url, instance_url });
    resume_jobs(&org).await?;
    let (tasks, router) = (TaskTracker::new(), router(&org));
    for listener in [Some(listener), instance_listener].into_iter().flatten() {
        tasks.spawn(server::serve(Arc::clone(&org), router.clone(), listener, tasks.clone()));
    }
    Ok(RunningOrg { org, router, tasks, addresses: (address, instance_address) })
}

impl RunningOrg {
    /// Where clients sign in, such as `http://127.0.0.1:4711`.
    pub fn url(&self) -> &str {
        self.org.sign_in_url()
    }

    /// The `instance_url` of token answers.
    pub fn instance_url(&self) -> &str {
        self.org.instance_url()
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.addresses.0
    }

    /// The second address, when there is one.
    pub fn instance_address(&self) -> Option<SocketAddr> {
        self.addresses.1
    }

    /// The certificate, in PEM, of the authority that a client has to trust; nothing when the org speaks plain HTTP.
    pub fn certificate_authority(&self) -> Option<&str> {
        self.org.certificate.as_ref().map(|certificate| certificate.authority.as_str())
    }

    /// The file that has it, when it is kept in a folder.
    pub fn certificate_authority_file(&self) -> Option<&std::path::Path> {
        self.org.certificate.as_ref()?.authority_file.as_deref()
    }

    /// Commands to the org from inside the process.
    pub fn control(&self) -> OrgControl {
        OrgControl::new(Arc::clone(&self.org))
    }

    /// Answers a request as if it had come over a connection, with a `Host` header like any other. `None` where the caller would
    /// have found the connection closed before the answer was whole.
    pub async fn call(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        let answered = server::answer(Arc::clone(&self.org), self.router.clone(), request.map(Full::new)).await;
        let (parts, body) = answered.ok()?.into_parts();
        Some(Response::from_parts(parts, body.collect().await.ok()?.to_bytes()))
    }

    /// Stops listening, lets requests that began finish, and returns when all is written.
    pub async fn shutdown(self) {
        self.org.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.org.bulk.tasks.close();
        self.org.bulk.tasks.wait().await;
        // What is counted in memory is written down; a fault of the database is in the log and no reason to go on.
        drop(self.org.write(|_| Ok(())).await);
    }
}

impl Drop for RunningOrg {
    fn drop(&mut self) {
        self.org.stop.cancel();
        self.tasks.close();
    }
}

impl std::fmt::Debug for RunningOrg {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("RunningOrg").field("url", &self.url()).finish_non_exhaustive()
    }
}

/// Goes on with the bulk jobs that were under way when the org stopped.
async fn resume_jobs(org: &Org) -> Result<(), StartError> {
    let resumed = Arc::clone(org);
    let resumed = tokio::task::spawn_blocking(move || {
        let unfinished = bulk::unfinished(&resumed)?;
        Ok::<_, answers::Fault>((resumed, unfinished))
    });
    match resumed.await {
        Ok(Ok((org, unfinished))) => {
            unfinished.iter().for_each(|job| bulk::start(&org, job));
            Ok(())
        }
        _ => Err(StartError::Storage(rusqlite::Error::InvalidQuery)),
    }
}

fn router(org: &Org) -> Router {
    Router::new()
        .merge(oauth::routes())
        .merge(soap::routes())
        .merge(rest::routes(org))
        .merge(control::routes())
        .merge(page::routes())
        .fallback(server::nothing_here)
        .with_state(Arc::clone(org))
}

/// An address as callers on this machine reach it: "any address" is none that can be called.
fn url_of(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        other => other,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

/// As [`url_of`]; loopback addresses go by the name that clients expect in a certificate.
fn secure_url_of(address: SocketAddr) -> String {
    let is_local = address.ip().is_loopback() || address.ip().is_unspecified();
    if is_local { format!("https://localhost:{}", address.port()) } else { format!("https://{address}") }
}

fn bound(listener: &tokio::net::TcpListener, asked: SocketAddr) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(|cause| StartError::Listen { address: asked, cause })
}
