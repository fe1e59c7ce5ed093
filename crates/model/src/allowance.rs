//! What an org says about its calls.

use crate::Timestamp;

/// What an org said about its calls of the last 24 hours, everybody's together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct OrgAllowance {
    /// Calls used.
    pub used: u64,
    /// Calls the org has.
    pub allowed: u64,
    /// When it said so.
    #[schema(value_type = String, format = DateTime)]
    pub told_at: Timestamp,
}
