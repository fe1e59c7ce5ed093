//! Signing in with a consumer key and secret alone (RFC 6749, section 4.4, with Salesforce's additions). Only an org's own address serves it (R1, R2).

use async_trait::async_trait;

use super::{Flow, Session, TokenEndpoint};
use crate::{SignInError, SignsIn};

/// Signs in with client credentials.
#[derive(Clone, Debug)]
pub struct WithClientCredentials(TokenEndpoint);

impl WithClientCredentials {
    /// Signs in to the app of `endpoint`.
    pub fn new(endpoint: TokenEndpoint) -> Self {
        Self(endpoint)
    }
}

#[async_trait]
impl SignsIn for WithClientCredentials {
    /// Asking twice for a token does no harm, so passing troubles are waited out.
    async fn sign_in_anew(&self) -> Result<Session, SignInError> {
        let app = self.0.app();
        let Some(secret) = &app.consumer_secret else { return Err(SignInError::NoSecret) };
        let form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", app.consumer_key.as_str()),
            ("client_secret", secret.expose().as_str()),
        ];
        Ok(self.0.ask_repeatedly(Flow::ClientCredentials, &form).await?.session)
    }
}
