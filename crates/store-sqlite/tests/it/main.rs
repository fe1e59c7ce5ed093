//! The store on real SQLite files.

mod contract;
mod copies;
mod erasing;
mod file;
mod killed;
mod older;
