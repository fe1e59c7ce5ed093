//! For implementations: pages. One row more than wanted is read, to know whether another page follows.

use salesbridge_model::{Page, PageRequest};

/// Rows to read for a page.
pub fn rows_to_read(page: &PageRequest) -> i64 {
    i64::from(page.rows()) + 1
}

/// Cuts what was read to the page and says where the next one starts.
pub fn cut<T>(mut items: Vec<T>, page: &PageRequest, total: i64, position: impl Fn(&T) -> String) -> Page<T> {
    let rows = page.rows() as usize;
    let next = if items.len() > rows { items.get(rows - 1).map(position) } else { None };
    items.truncate(rows);
    Page { items, next, total: u64::try_from(total).unwrap_or_default() }
}
