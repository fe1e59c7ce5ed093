//! A row refused because a fault says so. Refuses to know the rules of data.

use rusqlite::types::Value as Cell;

use crate::answers::RowError;
use crate::faults::{RowAsked, RowWrite};
use crate::org::Work;
use crate::schema::{Field, FieldType, Object};

/// The error of a row that a fault reaches: `id` is its own when it is there already, `values` what it is given.
pub(crate) fn refused_by_fault(
    work: &Work<'_>,
    object: &Object,
    write: RowWrite,
    id: Option<&str>,
    values: &[(&Field, Cell)],
) -> Option<RowError> {
    if work.row_faults.is_empty() {
        return None;
    }
    let parents: Vec<&str> = values.iter().filter_map(|(field, cell)| parent(field, cell)).collect();
    let value = |name: &str| {
        let given = values.iter().find(|(field, _)| field.name.eq_ignore_ascii_case(name));
        given.and_then(|(_, cell)| text(cell))
    };
    work.row_faults.refusal(&RowAsked { object: &object.name, write, id, parents: &parents, value: &value })
}

fn parent<'row>(field: &Field, cell: &'row Cell) -> Option<&'row str> {
    match cell {
        Cell::Text(id) if field.kind == FieldType::Reference && field.name != "OwnerId" => Some(id),
        _ => None,
    }
}

fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Null | Cell::Blob(_) => None,
        Cell::Integer(number) => Some(number.to_string()),
        Cell::Real(number) => Some(number.to_string()),
        Cell::Text(text) => Some(text.clone()),
    }
}
