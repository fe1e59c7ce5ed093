//! Giving a token back (RFC 7009): a refresh token takes its access tokens with it, and frees one of the five places that a user has per app.

use salesbridge_model::Secret;

use super::{Flow, TokenEndpoint};
use crate::SignInError;

impl TokenEndpoint {
    /// Revokes a token. One that was of no use any more is as good as revoked.
    pub async fn revoke(&self, token: &Secret<String>) -> Result<(), SignInError> {
        let form = vec![("token", token.expose().as_str())];
        let form = &form;
        let revoked =
            self.repeated(|| async move { self.post("/services/oauth2/revoke", Flow::RefreshToken, form).await }).await;
        match revoked {
            Ok(_) => Ok(()),
            Err(error) if error.fault().is_some() && error.retry_until().is_none() => Ok(()),
            Err(error) => Err(error),
        }
    }
}
