//! A table of rows and target fields in which every cell has three states: omit, clear, set.

use std::sync::Arc;

use crate::FieldValue;

/// What is to happen to one field of one record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing: the field does not appear in the request.
    Omit,
    /// The field is emptied.
    Clear,
    /// The field gets this value.
    Set(&'a FieldValue),
}

/// Rows and target fields. Two bitmaps per table carry the state of each cell; values are kept only where one is set.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells {
    fields: Arc<[String]>,
    rows: usize,
    present: Bitmap,
    cleared: Bitmap,
    values: Vec<Option<FieldValue>>,
}

impl Cells {
    /// A table without rows.
    pub fn new(fields: Arc<[String]>) -> Self {
        Self { fields, rows: 0, present: Bitmap::default(), cleared: Bitmap::default(), values: Vec::new() }
    }

    /// The target fields, by API name.
    pub fn fields(&self) -> &Arc<[String]> {
        &self.fields
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a row of which every cell is omitted; its index.
    pub fn push_row(&mut self) -> usize {
        self.values.resize(self.values.len() + self.fields.len(), None);
        self.present.grow(self.values.len());
        self.cleared.grow(self.values.len());
        self.rows += 1;
        self.rows - 1
    }

    /// Sets the state of one cell.
    pub fn put(&mut self, row: usize, field: usize, value: Option<FieldValue>) {
        let index = self.index(row, field);
        self.present.set(index, true);
        self.cleared.set(index, value.is_none());
        self.values[index] = value;
    }

    /// The state of one cell.
    pub fn get(&self, row: usize, field: usize) -> Cell<'_> {
        let index = self.index(row, field);
        match (self.present.get(index), self.cleared.get(index), &self.values[index]) {
            (true, false, Some(value)) => Cell::Set(value),
            (true, ..) => Cell::Clear,
            (false, ..) => Cell::Omit,
        }
    }

    /// The cells of a row that are not omitted, with their fields, in field order.
    pub fn present(&self, row: usize) -> impl Iterator<Item = (&str, Cell<'_>)> {
        (0..self.fields.len()).filter_map(move |field| match self.get(row, field) {
            Cell::Omit => None,
            cell => Some((self.fields[field].as_str(), cell)),
        })
    }

    fn index(&self, row: usize, field: usize) -> usize {
        assert!(row < self.rows && field < self.fields.len(), "cell ({row}, {field}) is outside the table");
        row * self.fields.len() + field
    }
}

/// One bit per cell.
#[derive(Clone, Debug, Default, PartialEq)]
struct Bitmap(Vec<u64>);

impl Bitmap {
    fn grow(&mut self, bits: usize) {
        self.0.resize(bits.div_ceil(64), 0);
    }

    fn set(&mut self, bit: usize, on: bool) {
        let mask = 1 << (bit % 64);
        if on { self.0[bit / 64] |= mask } else { self.0[bit / 64] &= !mask }
    }

    fn get(&self, bit: usize) -> bool {
        self.0[bit / 64] & (1 << (bit % 64)) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_omitted_until_it_is_put() {
        let mut cells = Cells::new(["A".to_owned(), "B".to_owned(), "C".to_owned()].into());
        for _ in 0..50 {
            let row = cells.push_row();
            cells.put(row, 1, None);
            cells.put(row, 2, Some(FieldValue::Integer(7)));
        }
        assert_eq!(cells.get(49, 0), Cell::Omit);
        assert_eq!(cells.get(49, 1), Cell::Clear);
        assert_eq!(cells.get(49, 2), Cell::Set(&FieldValue::Integer(7)));
        cells.put(49, 2, None);
        assert_eq!(cells.present(49).collect::<Vec<_>>(), [("B", Cell::Clear), ("C", Cell::Clear)]);
    }
}
