//! Records: read from JSON, checked, written, found, shown. Refuses to know paths and HTTP methods.

mod check;
mod derive;
mod find;
mod parse;
mod record;
mod refuse;
mod saving;
mod show;
mod write;

pub(crate) use find::{Found, by_external_id, by_id, key_cell};
pub(crate) use parse::{Input, ParentKey, Purpose, cell_of_text, is_writeable, not_writeable, parse};
pub(crate) use record::Record;
pub(crate) use show::{address, cell, record_url, show};
pub(crate) use write::{Written, create, delete, update};
