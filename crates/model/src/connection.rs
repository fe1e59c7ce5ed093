//! A connection: a named, sealed way into one system.

use std::collections::BTreeMap;

use crate::{ConnectionId, Health, ServiceId, Slug, Timestamp};

/// A named, sealed way into one system. Its secrets are in the vault, never here.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Connection {
    /// Never changes.
    pub id: ConnectionId,
    /// Unique and immutable.
    pub name: Slug,
    /// What people read.
    pub caption: String,
    /// What it is for, in the words of whoever made it.
    #[serde(default)]
    pub description: String,
    /// Words that people group connections by, in the order they were given.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The app registration it uses; none when it has one of its own.
    #[serde(default)]
    pub service_id: Option<ServiceId>,
    /// Kind of system, such as `salesforce`.
    pub provider: String,
    /// Way of signing in, such as `client_credentials`.
    pub method: String,
    /// The provider's settings that are not secret, by their names, such as `domain_url` and `consumer_key`.
    pub settings: BTreeMap<String, String>,
    /// While false nothing is sent through it.
    pub enabled: bool,
    /// Set when we stopped using it until something is mended.
    pub held: Option<Held>,
    /// What the last look at it told; none before the first.
    #[serde(default)]
    pub health: Option<Health>,
    /// What the other side said it is, when it last answered a sign-in.
    pub org: Option<OrgIdentity>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last edited.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// Held by us, with the reason, until it is mended.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Held {
    /// Stable code of the cause, such as `oauth.invalid_client`.
    pub code: String,
    /// What happened.
    pub reason: String,
    /// The one thing to do next.
    pub remedy: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// Which Salesforce org a connection reached.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct OrgIdentity {
    /// 18-character id of the org.
    pub org_id: String,
    /// 18-character id of the user we act as.
    pub user_id: String,
    /// Name of the organization, when it could be read.
    pub name: Option<String>,
    /// Production, sandbox or a local org.
    pub kind: OrgKind,
    /// Salesforce's name of its edition, such as `Enterprise Edition`, when it could be read.
    #[serde(default)]
    pub edition: Option<String>,
}

/// What a write to an org means for the firm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrgKind {
    /// The firm's real customers.
    Production,
    /// A Salesforce sandbox, scratch or developer org.
    Sandbox,
    /// Our own stand-in on this machine.
    Local,
}

impl std::fmt::Display for OrgKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            OrgKind::Production => "production",
            OrgKind::Sandbox => "sandbox",
            OrgKind::Local => "local org",
        })
    }
}
