//! What a connector signs: [`Source`] and [`Destination`], the batches between them, and the suite every connector passes.
//!
//! The engine knows these contracts and no connector; a connector knows these contracts and no engine. Arrow types stay here and below.

mod answer;
mod cells;
pub mod conformance;
mod destination;
mod finder;
pub mod memory;
mod problem;
mod schema;
mod source;
mod value;

pub use answer::{Answers, RecoveredRow, Recovery, Refusal, RowAnswer};
pub use cells::{Cell, Cells};
pub use destination::{
    Batching, ClaimedRecords, Destination, Intent, NothingClaimed, Operation, Route, SendWatch, Unwatched, WriteBatch,
    WriteOptions, WriteRow,
};
pub use finder::{CreatedRecords, FoundRecord, RecordFate, RecordFinder, RecordPrint};
pub use problem::{ConnectorError, NextStep, SendFailure};
pub use schema::{Choice, FieldSchema, ObjectSchema};
pub use source::{Source, SourceError};
pub use value::FieldValue;
