//! Rows of a result as the file has them. Refuses to know files.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::bulk::csv_text::{self, double, quoted};
use crate::bulk::jobs::Definition;
use crate::schema::FieldType;
use crate::soql_execution::ExportColumn;

/// The first version whose columns come in the order of the query; before it they come by name.
const SELECT_ORDER_SINCE: &str = "v50.0";
/// How stored times end, which results write as `Z`.
const STORED_OFFSET: &[u8] = b"+0000";

/// How a result is written.
pub(super) struct Form {
    /// Its columns: name, place in the row, type.
    columns: Vec<(String, usize, FieldType)>,
    delimiter: u8,
    line_ending: &'static [u8],
}

impl Form {
    pub(super) fn new(definition: &Definition, columns: &[ExportColumn]) -> Self {
        let placed = columns.iter().enumerate();
        let mut columns: Vec<_> = placed.map(|(at, column)| (column.header.clone(), at, column.kind)).collect();
        if definition.version.as_str() < SELECT_ORDER_SINCE {
            columns.sort_by_key(|(header, ..)| header.to_lowercase());
        }
        Self { columns, delimiter: definition.delimiter.byte(), line_ending: definition.line_ending.bytes() }
    }

    /// The header row.
    pub(super) fn head(&self) -> Vec<u8> {
        let mut head = Vec::new();
        let names = self.columns.iter().map(|(name, ..)| name.as_bytes());
        csv_text::row(&mut head, names, self.delimiter, self.line_ending);
        head
    }
}

/// Adds one row.
pub(super) fn add(out: &mut Vec<u8>, form: &Form, row: &Row<'_>) -> rusqlite::Result<()> {
    for (place, (_, at, kind)) in form.columns.iter().enumerate() {
        if place > 0 {
            out.push(form.delimiter);
        }
        value(out, *kind, row.get_ref(*at)?);
    }
    out.extend_from_slice(form.line_ending);
    Ok(())
}

fn value(out: &mut Vec<u8>, kind: FieldType, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => quoted(out, b""),
        ValueRef::Integer(number) if kind == FieldType::Boolean => {
            quoted(out, if number == 0 { b"false" } else { b"true" });
        }
        ValueRef::Integer(number) if kind.is_number() && kind != FieldType::Int => {
            #[expect(clippy::cast_precision_loss, reason = "numbers of the API are doubles")]
            quoted(out, double(number as f64).as_bytes());
        }
        ValueRef::Integer(number) => quoted(out, number.to_string().as_bytes()),
        ValueRef::Real(number) => quoted(out, double(number).as_bytes()),
        ValueRef::Text(text) if kind == FieldType::DateTime && text.ends_with(STORED_OFFSET) => {
            out.push(b'"');
            out.extend_from_slice(text.strip_suffix(STORED_OFFSET).unwrap_or(text));
            out.extend_from_slice(b"Z\"");
        }
        ValueRef::Text(text) | ValueRef::Blob(text) => quoted(out, text),
    }
}
