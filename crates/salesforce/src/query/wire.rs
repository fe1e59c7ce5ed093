//! A page of a query on the wire.

use serde::Deserialize;

use super::{QueryLocator, QueryPage, Record};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    total_size: u64,
    #[serde(default)]
    next_records_url: Option<String>,
    records: Vec<Record>,
}

impl From<Page> for QueryPage {
    fn from(page: Page) -> Self {
        let records = page.records.into_iter().map(without_attributes).collect();
        Self { total: page.total_size, records, next: page.next_records_url.map(QueryLocator) }
    }
}

/// A record's fields alone: what the org says about the record itself stands beside them.
pub(crate) fn without_attributes(mut record: Record) -> Record {
    record.shift_remove("attributes");
    record
}
