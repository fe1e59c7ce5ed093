//! Syncs: look, enable, disable, run, preview, and what to do with rows that wait.

mod control;
mod create;
mod details;
mod due;
mod left_out;
mod open;

pub use create::NewSync;
pub use details::{SyncDetails, SyncFigures};
pub use due::RowChoice;
