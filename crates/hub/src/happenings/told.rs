//! What is told of a thing to those who watch.

use salesbridge_model::{
    ConnectionId, HealthState, Held, Run, RunCounts, RunId, RunProblem, RunState, RunTrigger, Slug, SyncId, Timestamp,
};

/// What became of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Nothing: this is how it is now.
    Now,
    /// It was made.
    Made,
    /// It was enabled, disabled or changed in another way that is told here.
    Changed,
    /// It is held, until something is mended.
    Held,
    /// It is held no longer.
    Released,
    /// A look at it found something else than the one before.
    Health,
    /// A run was begun, or asked for.
    Started,
    /// A run has come further, or something stands in its way.
    Progress,
    /// A run has ended.
    Ended,
    /// It was removed.
    Removed,
}

/// A connection.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ConnectionNow {
    /// Its id.
    pub id: ConnectionId,
    /// Its name.
    pub name: Slug,
    /// Whether anything may be sent through it.
    pub enabled: bool,
    /// Why it is not used.
    pub held: Option<Held>,
    /// What the last look at it found.
    pub health: HealthState,
}

/// A sync.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct SyncNow {
    /// Its id.
    pub id: SyncId,
    /// Its name.
    pub name: Slug,
    /// Id of the connection that it writes through.
    pub connection_id: ConnectionId,
    /// Whether anything is sent by it.
    pub enabled: bool,
    /// Why it is stopped.
    pub held: Option<Held>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct RunNow {
    /// Its id.
    pub id: RunId,
    /// Name of its sync.
    pub sync: Slug,
    /// Id of its sync.
    pub sync_id: SyncId,
    /// Id of the connection that it writes through.
    pub connection_id: ConnectionId,
    /// Why it exists.
    pub trigger: RunTrigger,
    /// How far it is.
    pub state: RunState,
    /// Rows by what happened to them.
    pub counts: RunCounts,
    /// Calls made to Salesforce.
    pub api_calls: u64,
    /// What stands in the way.
    pub problem: Option<RunProblem>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

impl RunNow {
    pub(super) fn of(run: Run, sync: &SyncNow) -> Self {
        let Run { id, sync_id, trigger, state, counts, api_calls, problem, created_at, finished_at, .. } = run;
        let (sync, connection_id) = (sync.name.clone(), sync.connection_id);
        Self { id, sync, sync_id, connection_id, trigger, state, counts, api_calls, problem, created_at, finished_at }
    }
}

/// What something happened to, as it is afterwards.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Thing {
    /// A run; the event is called `run`.
    Run(RunNow),
    /// A sync; the event is called `sync`.
    Sync(SyncNow),
    /// A connection; the event is called `connection`.
    Connection(ConnectionNow),
}

impl Thing {
    /// What kind of thing it is.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Run(_) => "run",
            Self::Sync(_) => "sync",
            Self::Connection(_) => "connection",
        }
    }

    /// The connection it belongs to.
    pub fn connection(&self) -> ConnectionId {
        match self {
            Self::Run(run) => run.connection_id,
            Self::Sync(sync) => sync.connection_id,
            Self::Connection(connection) => connection.id,
        }
    }

    pub(super) fn sync(&self) -> Option<SyncId> {
        match self {
            Self::Run(run) => Some(run.sync_id),
            Self::Sync(sync) => Some(sync.id),
            Self::Connection(_) => None,
        }
    }

    pub(super) fn run(&self) -> Option<RunId> {
        match self {
            Self::Run(run) => Some(run.id),
            Self::Sync(_) | Self::Connection(_) => None,
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Happening {
    /// What became of it.
    pub change: Change,
    /// The thing, as it is afterwards.
    #[serde(flatten)]
    pub thing: Thing,
}

/// Something that happened, with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// Grows by one each time something happens, within one process.
    pub(super) number: u64,
    /// What happened.
    pub(super) happening: Happening,
}
