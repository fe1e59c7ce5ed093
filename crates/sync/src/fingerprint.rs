//! Fingerprints of values: what is remembered of them once they are confirmed.

use salesbridge_connector_kit::Cell;
use salesbridge_model::Fingerprint;
use xxhash_rust::xxh3::xxh3_128;

/// The fingerprint of a cell's state; `None` for an omitted cell, which confirms nothing.
pub(crate) fn fingerprint(cell: Cell<'_>) -> Option<Fingerprint> {
    match cell {
        Cell::Omit => None,
        Cell::Clear => Some(Fingerprint(0)),
        Cell::Set(value) => Some(Fingerprint(xxh3_128(&value.canonical_bytes()))),
    }
}
