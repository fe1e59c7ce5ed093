//! Intents: recorded before they are sent, settled together with their answer, recovered after a crash.
//!
//! Whoever writes to another system writes through here. It knows neither what an intent says nor where it goes.

mod journal;
mod lease;
mod steps;

pub use journal::{Journal, NewIntent};
pub use lease::Lease;
pub use steps::{Step, Steps, Unobserved};
