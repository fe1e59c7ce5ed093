//! Lists, alike everywhere. To make another one:
//!
//! - its own parameters are a struct of filters (`deny_unknown_fields` is not needed: `parameters` refuses what an operation does not have), with `q`
//!   where people search a text, and `sort`, an [`Order`](salesbridge_hub::Order) of the list's fields;
//! - beside it stands [`Paging`], and the answer is a `Page`: `items`, `next`, `total`;
//! - the filter goes down to the store, and what the caller may not see with it: nothing is dropped from a page that was read.

use salesbridge_model::PageRequest;
use serde::{Deserialize, Deserializer};

/// Which page of a list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// Continue after this position, which is `next` of the page before
    #[param(example = "acme")]
    pub(super) after: Option<String>,
    /// Rows wanted
    #[serde(default, deserialize_with = "limit")]
    #[param(minimum = 1, maximum = 500, default = 50, example = 100)]
    pub(super) limit: Option<u32>,
}

/// Rows of a page at most.
const LONGEST_PAGE: u32 = 500;

impl From<Paging> for PageRequest {
    fn from(Paging { after, limit }: Paging) -> Self {
        Self { after, limit }
    }
}

fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let wanted = i64::deserialize(deserializer)?;
    let limit = u32::try_from(wanted).ok().filter(|limit| (1..=LONGEST_PAGE).contains(limit));
    let refused = || serde::de::Error::custom(format!("has to be 1 to {LONGEST_PAGE}, and {wanted} was given"));
    limit.map(Some).ok_or_else(refused)
}
