//! Nouns everybody shares: ids, secrets, clients, connections, syncs, runs, and the doors for time and ids.
//!
//! Pure: no IO, no async, no clock of its own. It refuses to know how anything is stored, sent or shown.

mod access;
mod allowance;
mod audit;
mod client;
mod clock;
mod connection;
mod country;
mod health;
mod id;
mod link;
mod mapping;
mod outcome;
mod page;
mod person;
mod run;
mod secret;
mod service;
mod sign_in;
mod slug;
mod state;
mod sync;
mod wire;

pub use access::{Abilities, Ability, Reach, Role};
pub use allowance::OrgAllowance;
pub use audit::{ActorKind, AuditEntry};
pub use client::{Address, Client, ClientProblem, Phone};
pub use clock::{Clock, Timestamp};
pub use connection::{Connection, Held, OrgIdentity, OrgKind};
pub use country::{country_code_of, country_name_of};
pub use health::{Health, HealthState};
pub use id::{
    ApiKeyId, ConnectionId, IdMaker, InstallationId, IntentId, ParseIdError, PersonId, PersonSessionId, RequestId,
    RunId, ServiceId, SignInAttemptId, SyncId,
};
pub use link::{ConfirmedFields, Fingerprint, Link, LinkState, RecordReference};
pub use mapping::{Constant, LineSource, Mapping, MappingLine, PickRule, Preference, TooLong, WhenEmpty, WriteWhen};
pub use outcome::{OutcomeKind, RecordOutcome};
pub use page::{Page, PageRequest};
pub use person::{ApiKey, Grant, Invitation, InvitationPurpose, Person, PersonSession};
pub use run::{Run, RunCounts, RunProblem, RunState, RunTrigger};
pub use secret::Secret;
pub use service::Service;
pub use sign_in::{SignInAttempt, SignInFailure, SignInKind, SignInState};
pub use slug::{Slug, SlugProblem};
pub use state::{State, states};
pub use sync::{ClientsToLeads, LeftOutField, Sync, SyncOptions};
