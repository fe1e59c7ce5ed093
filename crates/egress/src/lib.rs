//! All that leaves us: the one dialer, and the one maker of HTTP clients.
//!
//! It checks and pins addresses, sets time limits, caps bodies, counts calls and tells "nothing was sent" from "it may have
//! happened". It refuses to know what is asked for, who asks, and what an answer means beyond its status.

mod address;
mod body;
mod client;
mod dialer;
mod error;
mod request;
mod response;
mod retry;
mod silence;
mod tls;
mod verdict;

pub use address::{Reach, refusal};
pub use body::{Body, Pieces};
pub use bytes::Bytes;
pub use client::{ClientSettings, HttpClient};
pub use dialer::{Dialer, NameLookup};
pub use error::{EgressError, Sent};
pub use request::{BadHeader, Request};
pub use reqwest::Method;
pub use response::Response;
pub use retry::{RetryBudget, RetryPolicy, RetryTiming};
pub use tls::install_crypto_provider;
pub use url::Url;
pub use verdict::{MethodKind, Verdict};
