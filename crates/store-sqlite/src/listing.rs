//! Statements of lists: what they ask for depends on the filter, so they are put together; every value in them is bound.

use salesbridge_model::PageRequest;
use salesbridge_store::paging::rows_to_read;
use salesbridge_store::stored::json;
use salesbridge_store::{Order, Sees, SortField, StoreError};
use sqlx::{QueryBuilder, Sqlite};

/// A statement that is being put together.
pub(crate) type Listing = QueryBuilder<Sqlite>;

/// Only rows that have this in the column, when something is given.
pub(crate) fn equal(listing: &mut Listing, column: &str, value: Option<impl Into<String>>) {
    if let Some(value) = value {
        listing.push(format_args!(" AND {column} = ")).push_bind(value.into());
    }
}

/// Only rows whose column names a connection that is seen.
pub(crate) fn seen(
    listing: &mut Listing,
    operation: &'static str,
    column: &str,
    sees: &Sees,
) -> Result<(), StoreError> {
    let (word, connections) = match sees {
        Sees::All => return Ok(()),
        Sees::Only(connections) => ("IN", connections),
        Sees::AllBut(connections) => ("NOT IN", connections),
    };
    let connections = json(operation, connections)?;
    listing.push(format_args!(" AND {column} {word} (SELECT value FROM json_each(")).push_bind(connections).push("))");
    Ok(())
}

/// In this order, from this position on, so many rows. Positions are the keys.
pub(crate) fn page<F: SortField>(listing: &mut Listing, key: &str, order: Order<F>, page: &PageRequest) {
    if let Some(after) = &page.after {
        listing.push(format_args!(" AND {key} {} ", order.after())).push_bind(after.clone());
    }
    order_and_limit(listing, key, order, page);
}

/// In this order, so many rows.
pub(crate) fn order_and_limit<F: SortField>(listing: &mut Listing, key: &str, order: Order<F>, page: &PageRequest) {
    listing.push(format_args!(" ORDER BY {key} {} LIMIT ", order.direction())).push_bind(rows_to_read(page));
}
