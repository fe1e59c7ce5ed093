//! Jobs that load rows from a CSV file.

mod columns;
mod definition;
mod leftover;
mod line_endings;
mod operations;
mod process;
mod results;
pub(super) mod routes;
mod row_input;
mod upload;
mod writer;

pub(super) use process::worked;
