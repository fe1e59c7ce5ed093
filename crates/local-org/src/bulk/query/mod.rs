//! Jobs that write the rows of a query to a file.

mod definition;
mod pages;
mod process;
mod results;
pub(super) mod routes;

pub(super) use process::worked;
