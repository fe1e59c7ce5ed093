//! API versions: the one setting, and what an org offers.

mod wire;

use salesbridge_egress::{Method, Request};

use crate::{ApiError, DomainUrl, OrgClient, SignInError, call::Call};

/// The API version used unless a client says otherwise (Spring '26).
pub const DEFAULT_API_VERSION: &str = "v66.0";

/// An API version as it stands in addresses, such as `v66.0`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApiVersion(String);

/// A text that is not an API version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an API version; one looks like {DEFAULT_API_VERSION}")]
pub struct ApiVersionProblem {
    /// The text.
    pub text: String,
}

/// A version an org offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedVersion {
    /// Its name, such as `Spring '26`.
    pub label: String,
    /// Its number, such as `66.0`.
    pub version: String,
}

impl ApiVersion {
    /// The version as it stands in addresses.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ApiVersion {
    fn default() -> Self {
        Self(DEFAULT_API_VERSION.to_owned())
    }
}

impl std::str::FromStr for ApiVersion {
    type Err = ApiVersionProblem;

    fn from_str(text: &str) -> Result<Self, ApiVersionProblem> {
        let number = text.trim().trim_start_matches(['v', 'V']);
        let whole = number.strip_suffix(".0").unwrap_or(number);
        match whole.parse::<u16>() {
            Ok(whole) if (1..1000).contains(&whole) => Ok(Self(format!("v{whole}.0"))),
            _ => Err(ApiVersionProblem { text: text.to_owned() }),
        }
    }
}

impl OrgClient {
    /// Whether the host of `domain` answers at all, by asking without a session what it offers: the API versions, oldest first, where it tells them. It does not
    /// count against the org's limit.
    pub async fn reach(&self, domain: &DomainUrl) -> Result<Vec<OfferedVersion>, ApiError> {
        let host = || domain.host().to_owned();
        let attempt = || async move {
            let request = Request::new(Method::GET, domain.at("/services/data")).header("accept", "application/json");
            let response = self.http().send(request.map_err(|_| SignInError::Unsendable)?).await?;
            if (300..=399).contains(&response.status()) {
                return Err(SignInError::Moved { host: host() }.into());
            }
            // Whatever it says, it answers. Only a list of versions tells more.
            let listed = serde_json::from_slice::<Vec<wire::Version>>(&response.bytes().await?);
            Ok(listed.unwrap_or_default().into_iter().map(OfferedVersion::from).collect())
        };
        self.retries().run(ApiError::verdict_for_read, attempt).await
    }

    /// The API versions the org offers, oldest first. Does not count against the org's limit.
    pub async fn versions(&self) -> Result<Vec<OfferedVersion>, ApiError> {
        let listed: Vec<wire::Version> =
            self.read(&Call::get_path("/services/data".to_owned()), "a list of versions").await?;
        Ok(listed.into_iter().map(OfferedVersion::from).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_with_and_without_their_ornaments() {
        for text in ["v66.0", "66.0", "66", " V66.0 "] {
            assert_eq!(text.parse::<ApiVersion>().expect(text), ApiVersion::default());
        }
        for text in ["", "v", "66.1", "v0.0", "../etc", "v66.0/x"] {
            assert!(text.parse::<ApiVersion>().is_err(), "{text}");
        }
    }
}
