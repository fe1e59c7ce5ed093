//! Signing in with an assertion that is signed by a key of ours (RFC 7523). The app in Salesforce has the certificate, and an administrator has approved
//! the user beforehand.

use std::sync::Arc;

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use salesbridge_model::{IdMaker, Secret};
use serde_json::json;

use super::{Flow, KeyPairProblem, Session, TokenEndpoint, key_pair};
use crate::{SignInError, SignsIn};

/// How far ahead of the org's clock an assertion ends. Salesforce refuses more than three minutes.
const GOOD_FOR_SECONDS: i64 = 120;

/// Whom to sign in as, and with which key.
#[derive(Clone, Debug)]
pub struct JwtBearer {
    /// The user name at Salesforce, which is not the e-mail address.
    pub username: String,
    /// PKCS #8 in PEM.
    pub private_key: Secret<String>,
}

/// Signs in by JWT bearer.
pub struct WithJwtBearer {
    endpoint: TokenEndpoint,
    bearer: JwtBearer,
    ids: Arc<dyn IdMaker>,
}

impl WithJwtBearer {
    /// Signs in to the app of `endpoint`.
    pub fn new(endpoint: TokenEndpoint, bearer: JwtBearer, ids: Arc<dyn IdMaker>) -> Self {
        Self { endpoint, bearer, ids }
    }

    /// A new assertion, which ends two minutes from now by the org's clock.
    fn assertion(&self) -> Result<Secret<String>, KeyPairProblem> {
        let app = self.endpoint.app();
        let claims = json!({
            "iss": app.consumer_key,
            "sub": self.bearer.username,
            "aud": app.host.audience(),
            "exp": self.endpoint.org_now().timestamp() + GOOD_FOR_SECONDS,
            "jti": self.ids.next().simple().to_string(),
        });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({ "alg": "RS256", "typ": "JWT" })), part(&claims));
        let signature = key_pair::sign(&self.bearer.private_key, &signed)?;
        Ok(Secret::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }

    async fn ask(&self) -> Result<Session, SignInError> {
        let assertion = self.assertion().map_err(|cause| SignInError::UnusableKey(Arc::new(cause)))?;
        let form =
            vec![("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion.expose())];
        Ok(self.endpoint.ask(Flow::JwtBearer, &form).await?.session)
    }
}

#[async_trait]
impl SignsIn for WithJwtBearer {
    /// Each attempt has an assertion of its own. A clock of ours that is off is known from the first refusal.
    async fn sign_in_anew(&self) -> Result<Session, SignInError> {
        match self.endpoint.repeated(|| self.ask()).await {
            Err(SignInError::AssertionRefused(_)) => self.endpoint.repeated(|| self.ask()).await,
            outcome => outcome,
        }
    }
}

impl std::fmt::Debug for WithJwtBearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WithJwtBearer").field("username", &self.bearer.username).finish_non_exhaustive()
    }
}
