//! Writing many records by one job of the Bulk API 2.0.
//!
//! Preparing makes an empty job, which changes nothing; its id is journalled with the file. So whatever happens, the job tells what became of
//! every row: one that was never queued has written nothing, and one that is over has a list of the rows it wrote and of those it refused.

mod batching;
mod intent;
mod recover;
mod results;
mod send;

pub(super) use batching::Jobs;
pub(super) use intent::PreparedJob;
