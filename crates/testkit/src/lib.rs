//! Builders, a manual clock, growing ids and throwaway folders; a development dependency only.
//!
//! Nothing in here decides anything: what a test says about its subject stands in the test.

mod clients;
mod clock;
mod folder;
mod ids;
mod plans;

pub use clients::{address, client, phone};
pub use clock::{ManualClock, moment, since_the_test_began};
pub use folder::TempFolder;
pub use ids::SequentialIds;
pub use plans::{connection, sync};
