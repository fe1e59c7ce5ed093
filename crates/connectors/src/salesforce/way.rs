//! What a test tells of the way a connection signs in.

/// What a test tells of the way a connection signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SignInWay {
    /// Salesforce's name of the flow, as its Setup shows it.
    pub(super) flow: &'static str,
    /// What new tokens are got with; follows "with".
    pub(super) renews_with: &'static str,
    /// Whether a refresh token is stored, so that its scope is needed, and a use of it may exchange it.
    pub(super) keeps_refresh_token: bool,
}

impl SignInWay {
    /// With a consumer key and secret alone.
    pub(super) const CLIENT_CREDENTIALS: Self =
        Self { flow: "client credentials", renews_with: "the consumer key and secret", keeps_refresh_token: false };
    /// With the refresh token that a person left behind.
    pub(super) const REFRESH_TOKEN: Self =
        Self { flow: "refresh token", renews_with: "the refresh token", keeps_refresh_token: true };
    /// With assertions signed by a key of ours.
    pub(super) const JWT_BEARER: Self =
        Self { flow: "JWT bearer", renews_with: "the private key", keeps_refresh_token: false };
}
