//! One row of a file as the pipeline of rows takes it. Refuses to write.

use rusqlite::types::Value as Cell;

use crate::bulk::csv_rows::CsvRow;
use crate::bulk::ingest::columns::{Columns, Target};
use crate::rows::{self, Input, ParentKey, Purpose};
use crate::schema::{Field, FieldType};

/// What sets a field to null; an empty value leaves it as it is.
const NULL: &[u8] = b"#N/A";
/// The characters of a day; an offset behind them is passed over.
const DAY: usize = 10;

/// The row's fields, without those that say which record it is.
pub(super) fn row_input<'columns>(columns: &'columns Columns, row: CsvRow<'_>, purpose: Purpose) -> Input<'columns> {
    let mut input = Input::default();
    let mut refused = Vec::new();
    for (target, value) in columns.targets.iter().zip(row.values()).filter(|(_, value)| !value.is_empty()) {
        let (at, parent) = match target {
            Target::Identity => continue,
            Target::Field(at) => (*at, None),
            Target::Parent { field, object, key_field } => (*field, Some((object, key_field))),
        };
        let Some(field) = columns.object.fields.get(at) else { continue };
        match parent {
            _ if !rows::is_writeable(field, purpose) => refused.push(field.name.as_str()),
            _ if value == NULL => input.values.push((field, cleared(field))),
            None => match rows::cell_of_text(field, readable(field, &String::from_utf8_lossy(value))) {
                Ok(cell) => input.values.push((field, cell)),
                Err(error) => input.problems.push(error),
            },
            Some((object, key_field)) => {
                let key = String::from_utf8_lossy(value).into_owned();
                let (object, key_field) = (Some(object.clone()), key_field.clone());
                input.parents.push(ParentKey { field, object, key_field, key });
            }
        }
    }
    if !refused.is_empty() {
        input.problems.push(rows::not_writeable(&refused));
    }
    input
}

/// A boolean is never null; what clears it sets it to false.
fn cleared(field: &Field) -> Cell {
    if field.kind == FieldType::Boolean { Cell::Integer(0) } else { Cell::Null }
}

fn readable<'text>(field: &Field, text: &'text str) -> &'text str {
    if field.kind == FieldType::Date { text.get(..DAY).unwrap_or(text) } else { text }
}
