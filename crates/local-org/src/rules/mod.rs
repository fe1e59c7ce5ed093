//! What an org makes of data by itself: what goes with a deleted record, what follows from a value, what a row must keep to
//! beyond its fields. Refuses to know paths, HTTP methods and JSON of the API.

mod addresses;
mod assignment;
mod automatic;
mod book;
mod checks;
mod countries;
mod deletion;
mod formula_fields;
mod lead_conversion;
mod look_up;
mod name_parts;
mod record_types;
mod recycle_bin;
mod relations;
mod switches;
mod validation_rules;

use rusqlite::types::Value as Cell;

use crate::org::Work;
use crate::rows::{self, Input, Saving};

pub(crate) use assignment::Assignment;
pub(crate) use automatic::after_save;
pub(crate) use book::{ASSIGNMENT, DUPLICATE, RuleBook, forget, kept};
pub use book::{AssignmentRule, DuplicateRule};
pub(crate) use deletion::delete;
pub(crate) use lead_conversion::{Conversion, Converted, convert};
pub(crate) use record_types::MASTER;
pub(crate) use recycle_bin::{empty, hard_delete, purge, undelete};
pub(crate) use switches::{Switch, switch, with_switched_fields};
pub(crate) use validation_rules::{
    ValidationMetadata, ValidationSent, delete as delete_validation_rule, publish as publish_rules,
};

/// How a caller wants rows saved, beyond their values.
#[derive(Debug, Clone, Default)]
pub(crate) struct SaveOptions {
    /// The version of the API, for paths in answers.
    pub(crate) version: String,
    /// Whether duplicate rules that let themselves be passed are passed.
    pub(crate) allow_duplicates: bool,
    pub(crate) assignment: Assignment,
}

/// Completes a row that is about to be checked.
pub(crate) fn complete(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    record_types::complete(saving)?;
    addresses::agree(saving);
    automatic::complete(saving)?;
    assignment::assign(saving);
    Ok(())
}

/// Adds what is wrong with a completed row.
pub(crate) fn check(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    checks::check(saving)
}

/// Makes a record that another one brings along. It is checked as any other; refused, it stays away and the other one stands.
fn write_other(work: &Work<'_>, object: &str, values: &[(&str, Cell)], user_id: &str) -> rusqlite::Result<()> {
    let Some(object) = work.schema.object(object) else { return Ok(()) };
    let field = |(name, cell): &(&str, Cell)| Some((object.field(name)?, cell.clone()));
    let input = Input { values: values.iter().filter_map(field).collect(), ..Input::default() };
    if let Err(errors) = rows::create(work, object, input, user_id)? {
        let codes: Vec<&str> = errors.iter().map(|error| error.code).collect();
        tracing::warn!(object = %object.name, codes = ?codes, "a record that another one brings along was refused");
    }
    Ok(())
}
