//! Pages of a list, alike everywhere.

/// Which part of a list is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PageRequest {
    /// Continue after this position, taken from [`Page::next`]; `None` for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows wanted; the store gives at most [`PageRequest::MAXIMUM`].
    #[serde(default)]
    pub limit: Option<u32>,
}

impl PageRequest {
    /// Rows given when none were asked for.
    pub const DEFAULT: u32 = 50;
    /// Rows given at most.
    pub const MAXIMUM: u32 = 1000;

    /// The number of rows to give.
    pub fn rows(&self) -> u32 {
        self.limit.unwrap_or(Self::DEFAULT).clamp(1, Self::MAXIMUM)
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last page.
    pub next: Option<String>,
    /// Rows in the whole list, under the same filter.
    pub total: u64,
}

impl<T> Page<T> {
    /// A list that is short enough to be one page.
    pub fn whole(items: Vec<T>) -> Self {
        let total = items.len() as u64;
        Self { items, next: None, total }
    }
}
