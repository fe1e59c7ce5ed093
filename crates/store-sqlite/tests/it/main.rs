//! The store on real SQLite files.

mod contract;
mod copies;
mod file;
mod killed;
mod older;
