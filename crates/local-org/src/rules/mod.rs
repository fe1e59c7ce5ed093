//! What an org makes of data by itself: what goes with a deleted record, what follows from a value, what a row must keep to
//! beyond its fields. Refuses to know paths, HTTP methods and JSON of the API.

mod deletion;
mod recycle_bin;
mod relations;

pub(crate) use deletion::delete;
pub(crate) use recycle_bin::{empty, hard_delete, purge, undelete};
