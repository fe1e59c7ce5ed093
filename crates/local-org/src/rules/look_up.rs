//! A few fields of one stored record, for rules that look beyond the row at hand. Refuses to judge.

use rusqlite::types::Value as Cell;
use rusqlite::{OptionalExtension, params};

use crate::org::Work;
use crate::storage::{identifier, table};

/// The named fields of the record with this id, in the recycle bin or out of it.
pub(crate) fn by_id<const N: usize>(
    work: &Work<'_>,
    object: &str,
    id: &str,
    fields: [&str; N],
) -> rusqlite::Result<Option<[Cell; N]>> {
    first(work, object, "Id", id, fields)
}

/// The named fields of the first record with this text in a field.
pub(crate) fn first<const N: usize>(
    work: &Work<'_>,
    object: &str,
    where_field: &str,
    text: &str,
    fields: [&str; N],
) -> rusqlite::Result<Option<[Cell; N]>> {
    let columns: Vec<String> = fields.iter().map(|field| identifier(field)).collect();
    let sql =
        format!("SELECT {} FROM {} WHERE {} = ?1 LIMIT 1", columns.join(", "), table(object), identifier(where_field));
    let read = |row: &rusqlite::Row<'_>| {
        let mut cells = [const { Cell::Null }; N];
        for (at, cell) in cells.iter_mut().enumerate() {
            *cell = row.get(at)?;
        }
        Ok(cells)
    };
    work.sql.prepare_cached(&sql)?.query_row([text], read).optional()
}

/// The next number of a field that counts by itself; the first one is `first`.
pub(crate) fn next_number(work: &Work<'_>, field: &str, first: i64) -> rusqlite::Result<i64> {
    work.sql
        .prepare_cached(
            "INSERT INTO standard_number (field, last) VALUES (?1, ?2)
             ON CONFLICT (field) DO UPDATE SET last = last + 1 RETURNING last",
        )?
        .query_row(params![field, first], |row| row.get(0))
}

/// The text of a cell.
pub(crate) fn text(cell: &Cell) -> Option<&str> {
    match cell {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}

/// The number of a cell.
pub(crate) fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Real(number) => Some(*number),
        #[expect(clippy::cast_precision_loss, reason = "numbers of the API are doubles")]
        Cell::Integer(number) => Some(*number as f64),
        _ => None,
    }
}

/// Whether a cell says yes.
pub(crate) fn flag(cell: &Cell) -> bool {
    matches!(cell, Cell::Integer(number) if *number != 0)
}

/// Text as a cell; none is an empty cell.
pub(crate) fn cell(text: Option<&str>) -> Cell {
    text.map_or(Cell::Null, |text| Cell::Text(text.to_owned()))
}

/// Money as it is kept: two decimals.
pub(crate) fn cents(amount: f64) -> Cell {
    let scaled = amount * 100.0;
    Cell::Real(if scaled.abs() < 9e15 { scaled.round() / 100.0 } else { amount })
}
