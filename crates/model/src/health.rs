//! Whether a connection works, as far as the last look at it tells.

use crate::Timestamp;

/// Whether a connection works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// The last look found nothing wrong.
    Well,
    /// The last look found something wrong.
    Ailing,
    /// Nobody has looked, or the look told nothing.
    Unknown,
}

/// What the last look at a connection told.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Health {
    /// Whether it works.
    pub state: HealthState,
    /// When somebody looked last.
    #[schema(value_type = String, format = DateTime)]
    pub checked_at: Timestamp,
    /// Since when the state is what it is.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Stable code of what is wrong.
    #[serde(default)]
    pub code: Option<String>,
    /// What is wrong.
    #[serde(default)]
    pub message: Option<String>,
    /// The one thing to do next.
    #[serde(default)]
    pub remedy: Option<String>,
}
