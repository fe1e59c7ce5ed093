//! Bulk API 2.0: many records in one job, loaded from CSV or read into it (Bulk API 2.0 Developer Guide).
//!
//! A job is made empty, gets its file, and is queued; only then does it change records. So a job that has not been queued has surely
//! written nothing, and one that has been queued tells of every row what became of it, for seven days, to whoever knows its id.

mod csv_rows;
mod csv_text;
mod ingest;
mod jobs;
mod joining;
mod pauses;
mod query;
mod results;
mod row_error;
mod upload;
mod wire;

pub use csv_rows::{CsvRow, csv_rows};
pub use csv_text::{CsvCaps, CsvProblem, CsvText, NULL_TEXT};
pub use jobs::{IngestOperation, JobId, JobInfo, JobState};
pub use joining::{KeyKind, RowIndex, RowPrint, RowPrinter};
pub use pauses::JobPauses;
pub use query::{QueryJobPage, ResultLocator};
pub use results::{IngestList, IngestRow, IngestRows};
pub use row_error::row_fault;
pub use upload::UploadBody;
