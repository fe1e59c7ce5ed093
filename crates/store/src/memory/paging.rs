//! Pages of a list.

use salesbridge_model::{Page, PageRequest};

use crate::paging::{Order, SortField};

/// Cuts a page out of a list: `rows` is the whole of it in its order, `comes_after` says whether a row lies behind a position.
pub(super) fn cut<T: Clone>(
    rows: &[&T],
    request: &PageRequest,
    position: impl Fn(&T) -> String,
    comes_after: impl Fn(&str, &str) -> bool,
) -> Page<T> {
    let start = match &request.after {
        Some(after) => rows.partition_point(|row| !comes_after(&position(row), after)),
        None => 0,
    };
    let rest = &rows[start..];
    let wanted = request.rows() as usize;
    let items: Vec<T> = rest.iter().take(wanted).map(|row| (*row).clone()).collect();
    let next = if rest.len() > wanted { items.last().map(position) } else { None };
    Page { items, next, total: rows.len() as u64 }
}

/// As [`cut`], for a list in growing order of its positions.
pub(super) fn cut_growing<T: Clone>(rows: &[&T], request: &PageRequest, position: impl Fn(&T) -> String) -> Page<T> {
    cut(rows, request, position, |position, after| position > after)
}

/// As [`cut_growing`], for a list of which the falling order may be asked for.
pub(super) fn cut_ordered<T: Clone, F: SortField>(
    mut rows: Vec<&T>,
    order: Order<F>,
    request: &PageRequest,
    position: impl Fn(&T) -> String,
) -> Page<T> {
    if !order.descending {
        return cut_growing(&rows, request, position);
    }
    rows.reverse();
    cut(&rows, request, position, |position, after| position < after)
}
