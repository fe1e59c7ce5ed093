//! The outbound engine: mapping, difference against what was confirmed, delivery under the journal, settlement, checkpoint.
//!
//! For any stream and any object. It names no connector and no database, reads no settings and starts no task: it is given a [`Job`] and
//! advances it until nothing is left to do, or until something stands in the way.

mod advance;
mod changes;
mod columns;
mod convert;
mod deliver;
mod difference;
mod engine;
mod error;
mod external_id;
mod fingerprint;
mod full;
mod length;
mod mapping;
mod notes;
mod outgoing;
mod pick;
mod places;
mod preset;
mod preview;
mod recover;
mod settle;
mod timeline;
mod verify;

mod locked;

pub use advance::{Advance, Obstacle};
pub use difference::confirmed_fields;
pub use engine::{Engine, Job};
pub use error::EngineError;
pub use mapping::{MappedBatch, MappingPlan, MappingProblem};
pub use preset::{CLIENT_FIELDS, CLIENTS_STREAM, LEAD_OBJECT, clients_to_leads_mapping, clients_to_leads_options};
pub use preview::{Preview, PreviewAction, PreviewField, PreviewRow};
pub use verify::RESTORED;
