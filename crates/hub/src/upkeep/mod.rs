//! Keeping an installation up: what is too old goes, what was restored is checked, and how things stand is told.

mod figures;
mod master_keys;
mod report;
mod restore;
mod retention;

pub use figures::{SyncLoad, UpkeepFigures};
pub use master_keys::MasterKeyUse;
pub use report::{ConnectionReport, SyncReport, UpkeepReport};
pub use restore::mark_restored;
pub use retention::{Retention, Tidied};
