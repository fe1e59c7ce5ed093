//! A connected service: an app registration that several connections share.

use crate::{ServiceId, Slug, Timestamp};

/// An app registration that several connections share. Its secret is in the vault, never here.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Service {
    /// Never changes.
    pub id: ServiceId,
    /// Unique and immutable.
    pub name: Slug,
    /// What people read.
    pub caption: String,
    /// What it is for, in the words of whoever made it.
    pub description: String,
    /// Kind of system, such as `salesforce`.
    pub provider: String,
    /// Where people sign in, such as `https://login.salesforce.com`.
    pub sign_in_host: String,
    /// The consumer key (client id) of the app.
    pub consumer_key: String,
    /// What the app asks for, such as `api`.
    pub scopes: Vec<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last edited.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}
