//! Builders, a manual clock, growing ids, throwaway folders and databases; a development dependency only.
//!
//! Nothing in here decides anything: what a test says about its subject stands in the test.

mod browser;
mod clients;
mod clock;
mod folder;
mod ids;
mod plans;
mod postgres;

pub use browser::{Browser, Shown};
pub use clients::{address, client, phone};
pub use clock::{ManualClock, moment, since_the_test_began};
pub use folder::TempFolder;
pub use ids::SequentialIds;
pub use plans::{connection, sync};
pub use postgres::{PostgresDatabase, PostgresServer};
