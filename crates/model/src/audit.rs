//! What was done, by whom, from where: one entry for each thing that somebody changed, tried or was refused.

use serde_json::Value;

use crate::{ConnectionId, Timestamp};

/// Kinds of those on whose behalf something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// Whoever has the machine: its commands and its socket.
    Owner,
    /// A person who has signed in.
    Person,
    /// A program with an API key.
    Key,
    /// Salesbridge itself.
    System,
}

/// One thing that was done. Its values are never secret: of a secret that changed it says only that, and of a client only which fields did.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct AuditEntry {
    /// Grows by one with every entry.
    pub sequence: i64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What kind of actor it was.
    pub actor_kind: ActorKind,
    /// Id of the person or key; empty for the owner and for Salesbridge itself.
    pub actor_id: String,
    /// What the actor was called then.
    pub actor_name: String,
    /// Address the request came from; none for the machine itself.
    pub address: Option<String>,
    /// What was done, such as `connection.edit`.
    pub action: String,
    /// To what kind of thing, such as `connection`.
    pub noun: String,
    /// Id of the thing.
    pub target_id: Option<String>,
    /// What the thing was called then.
    pub target_name: Option<String>,
    /// The connection it belongs to.
    pub connection_id: Option<ConnectionId>,
    /// What it was like, as far as it changed.
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// What it is like now, as far as it changed.
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
    /// Id of the request, as its answer and the log tell it.
    pub request_id: Option<String>,
}
