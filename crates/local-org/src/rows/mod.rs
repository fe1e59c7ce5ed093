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

pub(crate) use crate::rules::delete;
pub(crate) use check::{duplicates_of, is_email};
pub(crate) use find::{Found, by_external_id, by_id, key_cell};
pub(crate) use parse::{Input, ParentKey, Purpose, cell_of_text, is_writeable, not_writeable, parse};
pub(crate) use record::Record;
pub(crate) use refuse::refused_by_fault;
pub(crate) use saving::Saving;
pub(crate) use show::{record_url, show};
pub(crate) use write::{Written, create, note, update};
