//! The door on the network: who knocks, under which name, and how much at once. What is asked is the business of `api`.
//!
//! It refuses what no handler should see: a foreign Host (DNS rebinding), a page of somebody else's (cross-site request forgery), a client that goes round
//! the proxy, a body that never ends.

mod address;
mod certificates;
mod cookie;
mod guard;
mod hosts;
mod listen;
mod own_pages;
mod rates;
mod recognise;
mod settings;

pub use address::{ClientAddress, ForwardedHeader, TrustedProxies};
pub use certificates::{CertificateProblem, Certificates, TlsFiles};
pub(crate) use cookie::SessionCookie;
pub(crate) use guard::{Guard, guard};
pub use listen::{DoorProblem, TcpDoor};
pub(crate) use own_pages::own_pages_only;
pub(crate) use rates::{Rates, by_address};
pub(crate) use recognise::{Recognise, Unknown, recognise};
pub use settings::{DoorSettings, DoorWords, SettingProblem};
