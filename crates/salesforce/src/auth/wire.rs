//! Answers of the token endpoint on the wire. Members come in any order, and there are more than these (R24).

use salesbridge_model::Secret;
use serde::Deserialize;

use crate::RecordId;

#[derive(Deserialize)]
pub(super) struct TokenAnswer {
    pub(super) access_token: Secret<String>,
    pub(super) instance_url: String,
    /// The identity address: `https://HOST/id/ORG/USER`.
    pub(super) id: String,
    /// Milliseconds since 1970; text, and in some answers a number.
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) issued_at: Option<String>,
    /// The scopes that were granted, between spaces and in any order.
    #[serde(default)]
    pub(super) scope: String,
    #[serde(default)]
    pub(super) signature: Option<String>,
    #[serde(default)]
    pub(super) refresh_token: Option<Secret<String>>,
}

#[derive(Deserialize)]
pub(super) struct DeviceAnswer {
    pub(super) device_code: Secret<String>,
    pub(super) user_code: String,
    pub(super) verification_uri: String,
    /// Seconds.
    #[serde(default)]
    pub(super) interval: Option<u64>,
}

impl TokenAnswer {
    /// The org and the user that `id` names.
    pub(super) fn ids(&self) -> Option<(RecordId, RecordId)> {
        let (_, path) = self.id.split_once("/id/")?;
        let (org, user) = path.split_once('/')?;
        Some((org.parse().ok()?, user.trim_end_matches('/').parse().ok()?))
    }

    pub(super) fn scopes(&self) -> Vec<String> {
        self.scope.split_ascii_whitespace().map(str::to_owned).collect()
    }
}

fn text_or_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let value = Option::<serde_json::Value>::deserialize(deserializer)?;
    Ok(value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
}
