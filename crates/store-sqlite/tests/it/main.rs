//! The store on real SQLite files.

mod contract;
mod file;
mod killed;
mod older;
