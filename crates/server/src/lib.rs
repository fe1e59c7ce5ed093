//! The HTTP door: translates requests to use cases and back, and holds no rules.
//!
//! It serves one Unix socket with mode 0600 in the data directory: whoever may open it owns the installation. There is no door on a network yet.

mod api;
mod metrics;
mod problem;
mod socket;

pub use api::{for_owner, router};
pub use metrics::{Metrics, metrics_router};
pub use problem::{CODES, Problem};
pub use socket::serve_socket;
