//! What an org makes of data by itself: what goes with a deleted record, what follows from a value, what a row must keep to
//! beyond its fields. Refuses to know paths, HTTP methods and JSON of the API.

mod automatic;
mod deletion;
mod look_up;
mod recycle_bin;
mod relations;

use rusqlite::types::Value as Cell;

use crate::org::Work;
use crate::rows::{self, Input};

pub(crate) use automatic::{after_save, complete};
pub(crate) use deletion::delete;
pub(crate) use recycle_bin::{empty, hard_delete, purge, undelete};

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
