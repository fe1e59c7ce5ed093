//! Syncs: look, adopt records, enable, disable, run, preview, and what to do with rows that wait.

mod adopt;
mod control;
mod create;
mod details;
mod due;
mod left_out;
mod open;

pub use adopt::{AdoptReport, AdoptResult, AdoptedRow, Adoption, Pair, PairsProblem, read_pairs};
pub use create::NewSync;
pub use details::{SyncDetails, SyncFigures, SyncQuery};
pub use due::RowChoice;
pub(crate) use open::check_external_id;
