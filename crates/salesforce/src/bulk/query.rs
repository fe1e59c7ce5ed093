//! Jobs that read records: results in pages, each streamed.

use salesbridge_egress::{Method, MethodKind};

use super::{
    JobId, JobInfo,
    csv_rows::{CsvRow, CsvRows},
    ingest::{change, found},
    wire,
};
use crate::{ApiError, OrgClient, call::Call};

/// Where the next page of a job's results is. Valid as long as the job is there; a page can be read again.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ResultLocator(String);

/// One page of a job's results, row by row. Empty values are nulls: CSV cannot tell them from empty texts.
pub struct QueryJobPage {
    rows: CsvRows,
    columns: Vec<String>,
    next: Option<ResultLocator>,
}

impl OrgClient {
    /// Makes a job that reads what a query finds; `with_deleted` sees the Recycle Bin and archived records too. Changes nothing.
    pub async fn create_query_job(&self, soql: &str, with_deleted: bool) -> Result<JobId, ApiError> {
        let new = wire::NewQuery { operation: if with_deleted { "queryAll" } else { "query" }, query: soql };
        let new = serde_json::to_vec(&new).unwrap_or_default();
        Ok(self.job(&Call::new(MethodKind::Get, Method::POST, ["jobs", "query"]).json(new)).await?.id)
    }

    /// What Salesforce says of a query job; `None` when it knows none of this id.
    pub async fn query_job(&self, job: &JobId) -> Result<Option<JobInfo>, ApiError> {
        found(self.job(&Call::get(["jobs", "query", &job.0])).await)
    }

    /// A page of the results of a job that is complete: the first, or the one at `locator`, of at most `most_rows` rows.
    pub async fn query_job_page(
        &self,
        job: &JobId,
        locator: Option<&ResultLocator>,
        most_rows: Option<u32>,
    ) -> Result<QueryJobPage, ApiError> {
        let mut call = Call::get(["jobs", "query", &job.0, "results"]).accept("text/csv");
        if let Some(locator) = locator {
            call = call.query("locator", locator.0.as_str());
        }
        if let Some(most_rows) = most_rows {
            call = call.query("maxRecords", most_rows.to_string());
        }
        let response = self.open(&call).await?;
        let next = response.header("sforce-locator").filter(|text| !text.is_empty() && *text != "null");
        let next = next.map(|text| ResultLocator(text.to_owned()));
        QueryJobPage::begin(CsvRows::new(response), next).await
    }

    /// Ends a query job.
    pub async fn abort_query_job(&self, job: &JobId) -> Result<JobInfo, ApiError> {
        self.job(&Call::new(MethodKind::Update, Method::PATCH, ["jobs", "query", &job.0]).json(change("Aborted"))).await
    }

    /// Deletes a query job that is over, and its results.
    pub async fn delete_query_job(&self, job: &JobId) -> Result<(), ApiError> {
        self.deleted(Call::new(MethodKind::Delete, Method::DELETE, ["jobs", "query", &job.0])).await
    }
}

impl QueryJobPage {
    async fn begin(mut rows: CsvRows, next: Option<ResultLocator>) -> Result<Self, ApiError> {
        let header = rows.next().await?;
        let columns = header.map(|row| (0..row.len()).map(|column| row.text(column).into_owned()).collect());
        Ok(Self { columns: columns.unwrap_or_default(), rows, next })
    }

    /// The columns, in the order of the query's fields.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Where the next page is; `None` on the last.
    pub fn next_page(&self) -> Option<&ResultLocator> {
        self.next.as_ref()
    }

    /// The next row; `None` after the last of this page.
    pub async fn next(&mut self) -> Result<Option<CsvRow<'_>>, ApiError> {
        let expected = self.columns.len();
        match self.rows.next().await? {
            Some(row) if row.len() != expected => Err(ApiError::Unreadable { expected: "as many values as columns" }),
            row => Ok(row),
        }
    }
}
