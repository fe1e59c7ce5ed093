//! The Salesforce client: sign-in, rows, collections, bulk jobs, queries, describe, limits.
//!
//! It knows Salesforce's wire formats, its error codes and what they oblige us to do. It refuses to know where tokens and budgets
//! are kept ([`TokenKeeper`] and [`CallBudget`] are promises that others keep), what is synced, and who asked.

mod auth;
mod bulk;
mod call;
mod call_budget;
mod client;
mod collections;
mod concurrency;
mod decision;
mod describe;
mod error;
mod fault;
mod host;
mod identity;
mod limits;
mod options;
mod org_time;
mod query;
mod record_id;
mod rows;
mod setup_page;
mod sign_in_error;
mod token_keeper;
mod versions;

pub use auth::{
    AuthorizeLink, CodeExchange, DeviceCode, DevicePoll, Flow, Granted, JwtBearer, KeptToken, KeyPair, KeyPairProblem,
    NotKept, OauthApp, Origin, RefreshTokenKeeper, Returned, ReturnedProblem, Session, TokenEndpoint,
    WithClientCredentials, WithJwtBearer, WithRefreshToken, read_returned,
};
pub use bulk::{
    CsvCaps, CsvProblem, CsvRow, CsvText, IngestList, IngestOperation, IngestRow, IngestRows, JobId, JobInfo,
    JobPauses, JobState, KeyKind, NULL_TEXT, QueryJobPage, ResultLocator, RowIndex, RowPrint, RowPrinter, UploadBody,
    csv_rows, row_fault,
};
pub use call_budget::{Again, ApiUsage, AppUsage, BudgetSpent, CallBudget, CountingBudget, Grant};
pub use client::{OrgClient, OrgClientParts};
pub use collections::{CollectionOperation, CollectionProblem, CollectionRequest, MOST_ROWS, RowResult, SentCall};
pub use decision::{ConnectionCheck, Disposition, Entry, NEVER_SEEN, Place, Section, Stage, sections};
pub use describe::{FieldDescribe, ObjectDescribe, PicklistValue};
pub use error::{ApiError, WriteError};
pub use fault::ApiFault;
pub use host::{DomainProblem, DomainUrl, InstanceUrl, LONGEST_CALL};
pub use limits::{Limit, Limits};
pub use options::WriteOptions;
pub use query::{QueryLocator, QueryPage, QueryPages, Record};
pub use record_id::{RecordId, RecordIdProblem};
pub use rows::Upserted;
pub use salesbridge_soql::quote;
pub use setup_page::SetupPage;
pub use sign_in_error::{OauthFault, SignInError};
pub use token_keeper::{MemoryTokenKeeper, SignsIn, TokenKeeper};
pub use versions::{ApiVersion, ApiVersionProblem, DEFAULT_API_VERSION, OfferedVersion};
