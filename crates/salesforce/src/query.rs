//! Reading records with SOQL, page by page.

mod wire;

use serde_json::{Map, Value};

pub(crate) use wire::without_attributes;

use crate::{ApiError, OrgClient, call::Call};

/// The fields of one record under their API names, as the org's describe writes them. Records of relationships are nested.
pub type Record = Map<String, Value>;

/// One page of a query's answer.
#[derive(Clone, Debug)]
pub struct QueryPage {
    /// Rows of the whole query; for `SELECT COUNT()` the count itself.
    pub total: u64,
    /// The rows of this page.
    pub records: Vec<Record>,
    /// Where the next page is; `None` on the last.
    pub next: Option<QueryLocator>,
}

/// Where the next page of a query is. The org forgets it after two days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryLocator(String);

/// The pages of a query, fetched one at a time.
pub struct QueryPages<'a> {
    client: &'a OrgClient,
    next: Option<Call>,
}

impl OrgClient {
    /// The first page of a query.
    pub async fn query(&self, soql: &str) -> Result<QueryPage, ApiError> {
        self.page(&Call::get(["query"]).query("q", soql)).await
    }

    /// The first page of a query that sees deleted records in the Recycle Bin, and archived ones, too.
    pub async fn query_with_deleted(&self, soql: &str) -> Result<QueryPage, ApiError> {
        self.page(&Call::get(["queryAll"]).query("q", soql)).await
    }

    /// The page at `locator`.
    pub async fn next_page(&self, locator: &QueryLocator) -> Result<QueryPage, ApiError> {
        self.page(&Call::get_path(locator.0.clone())).await
    }

    /// All pages of a query, one at a time.
    pub fn query_pages(&self, soql: &str) -> QueryPages<'_> {
        QueryPages { client: self, next: Some(Call::get(["query"]).query("q", soql)) }
    }

    /// All rows of a query, when there are at most `cap`.
    pub async fn query_rows(&self, soql: &str, cap: usize) -> Result<Vec<Record>, ApiError> {
        self.query_pages(soql).rows(cap).await
    }

    /// All rows of a query that sees deleted records in the Recycle Bin, and archived ones, too, when there are at most `cap`.
    pub async fn query_rows_with_deleted(&self, soql: &str, cap: usize) -> Result<Vec<Record>, ApiError> {
        let pages = QueryPages { client: self, next: Some(Call::get(["queryAll"]).query("q", soql)) };
        pages.rows(cap).await
    }

    async fn page(&self, call: &Call) -> Result<QueryPage, ApiError> {
        let page: wire::Page = self.read(call, "a page of a query").await?;
        Ok(page.into())
    }
}

impl QueryPages<'_> {
    async fn rows(mut self, cap: usize) -> Result<Vec<Record>, ApiError> {
        let mut rows = Vec::new();
        while let Some(mut page) = self.next().await? {
            if page.total > cap as u64 || rows.len() + page.records.len() > cap {
                return Err(ApiError::TooManyRows { cap });
            }
            rows.append(&mut page.records);
        }
        Ok(rows)
    }

    /// The next page; `None` after the last. After an error the same page is asked for again.
    pub async fn next(&mut self) -> Result<Option<QueryPage>, ApiError> {
        let Some(call) = &self.next else { return Ok(None) };
        let page = self.client.page(call).await?;
        self.next = page.next.as_ref().map(|locator| Call::get_path(locator.0.clone()));
        Ok(Some(page))
    }
}
