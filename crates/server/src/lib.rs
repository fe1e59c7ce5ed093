//! The HTTP door: translates requests to use cases and back, and holds no rules.
//!
//! It serves one Unix socket with mode 0600 in the data directory: whoever may open it owns the installation. Beside it a door on the network may stand
//! open, at which everybody has to say who they are.

mod api;
mod door;
mod links;
mod metrics;
mod network;
mod oauth;
mod problem;
mod public_routes;
mod refusals;
mod requests;
mod socket;
mod wrong_fields;

pub use api::{for_owner, openapi_document, router};
pub use door::{
    CertificateProblem, Certificates, ClientAddress, DoorProblem, DoorSettings, DoorWords, ForwardedHeader,
    SettingProblem, TcpDoor, TlsFiles, TrustedProxies,
};
pub use metrics::{Metrics, metrics_router};
pub use network::network_router;
pub use problem::{CODES, Problem};
pub use socket::serve_socket;
