//! A sync: rows from one stream into one Salesforce object.

use std::collections::BTreeMap;

use crate::{ConnectionId, Held, Mapping, Slug, SyncId, Timestamp, TooLong};

/// Rows from one stream into one Salesforce object.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Sync {
    /// Never changes.
    pub id: SyncId,
    /// Unique and immutable.
    pub name: Slug,
    /// The connection it writes through.
    pub connection_id: ConnectionId,
    /// What is read, such as `clients`.
    pub stream: String,
    /// What is written, such as `Lead`.
    pub object: String,
    /// Set when the mapping is made from the preset; editing these makes the mapping anew.
    pub preset: Option<ClientsToLeads>,
    /// How rows become records.
    #[schema(value_type = Vec<crate::MappingLine>)]
    pub mapping: Mapping,
    /// How records are written.
    pub options: SyncOptions,
    /// Mapped fields that are left out, because the object does not have them or does not let them be written.
    #[serde(default)]
    pub left_out: Vec<LeftOutField>,
    /// While false nothing is sent by it.
    pub enabled: bool,
    /// Set when we stopped it until something is mended.
    pub held: Option<Held>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last edited.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A mapped field that is left out.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct LeftOutField {
    /// The target field, as the mapping names it.
    pub target: String,
    /// Why, and what to do.
    pub reason: String,
}

impl std::fmt::Display for LeftOutField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is left out: {}", self.target, self.reason)
    }
}

/// What a person chooses in the preset "clients to Leads".
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ClientsToLeads {
    /// Company of every new Lead. While it is empty the sync cannot be enabled.
    pub company: String,
    /// Lead field for `status`, `verification_level` and `client_type`, by these names; what is not named is not sent.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// What happens to a text that is longer than its Lead field takes.
    #[serde(default)]
    pub too_long: TooLong,
}

/// How records are written.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct SyncOptions {
    /// A unique external-ID text field on the object that carries our key; makes every create repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id_field: Option<String>,
    /// Save a record although a duplicate rule would warn (`Sforce-Duplicate-Rule-Header: allowSave=true`).
    pub allow_duplicates: bool,
    /// Let the org's assignment rules run (`Sforce-Auto-Assign`).
    pub assignment_rules: bool,
}
