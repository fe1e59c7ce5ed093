//! The store on real SQLite files.

mod file;
