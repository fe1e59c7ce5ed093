//! People who work with this installation, and what lets them in.

use crate::{Abilities, ApiKeyId, ConnectionId, PersonId, PersonSessionId, Reach, Role, Slug, Timestamp};

/// Somebody who works with this installation. The password is nowhere; what stands for it is not here.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Person {
    /// Never changes.
    pub id: PersonId,
    /// Name to sign in with; unique and immutable.
    pub name: Slug,
    /// What others read.
    pub full_name: String,
    /// What they may do wherever no grant says otherwise.
    pub role: Role,
    /// On which connections the role holds.
    pub reach: Reach,
    /// Since when they are not let in.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub disabled_at: Option<Timestamp>,
    /// When they were added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When they were last edited.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// When they signed in last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_signed_in_at: Option<Timestamp>,
}

/// What a person may do with one connection, in place of their role.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Grant {
    /// Which connection.
    pub connection_id: ConnectionId,
    /// What they may do with it.
    pub abilities: Abilities,
}

/// A person who has signed in, in one browser or program.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct PersonSession {
    /// Never changes. It is no secret and lets nobody in.
    pub id: PersonSessionId,
    /// Whose it is.
    pub person_id: PersonId,
    /// When they signed in.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was used last, to the minute.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen_at: Timestamp,
    /// When it ends, used or not.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// Address they signed in from; none for the machine itself.
    pub address: Option<String>,
    /// What the browser or program calls itself.
    pub user_agent: Option<String>,
}

/// What lets a program in on behalf of a person.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ApiKey {
    /// Never changes; the readable part of the key.
    pub id: ApiKeyId,
    /// On whose behalf it acts.
    pub person_id: PersonId,
    /// What it is for.
    pub name: String,
    /// How the key begins, by which people tell keys apart.
    pub prefix: String,
    /// What it was made for: never more than its person may do.
    pub scopes: Abilities,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it ends.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
}

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationPurpose {
    /// Whoever opens it becomes the first administrator.
    FirstAdministrator,
    /// A person sets a password with it.
    Password,
}

/// A one-time link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Whom it is for; none for the first administrator, who does not exist yet.
    pub person_id: Option<PersonId>,
    /// The role it leads to.
    pub role: Role,
    /// What it is for.
    pub purpose: InvitationPurpose,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}
