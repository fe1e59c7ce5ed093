//! Signing in with a consumer key and secret (OAuth 2.0 client credentials, RFC 6749 section 4.4, with Salesforce's additions).
//!
//! The request goes to the connection's own host (R2). The token is text to us: never parsed, whatever it looks like (R6).

mod kept;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use salesbridge_egress::{EgressError, HttpClient, Method, Request, RetryPolicy};
use salesbridge_model::{Clock, Secret, Timestamp};
use sha2::Sha256;

use crate::decision::Stage;
use crate::{DomainUrl, InstanceUrl, OauthFault, RecordId, SignInError, SignsIn, fault::wire::faults_in};

/// What a connection signs in with.
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// The org's own address.
    pub domain: DomainUrl,
    /// Consumer key of the app.
    pub consumer_key: String,
    /// Consumer secret of the app.
    pub consumer_secret: Secret<String>,
}

/// What a sign-in gave: valid until Salesforce says otherwise, because its answers name no lifetime.
#[derive(Clone, Debug)]
pub struct Session {
    /// Opaque text.
    pub access_token: Secret<String>,
    /// Where the API is; read anew at each sign-in (R22).
    pub instance: InstanceUrl,
    /// The org.
    pub org_id: RecordId,
    /// The user we act as.
    pub user_id: RecordId,
    /// What the token may be used for, such as `api`; empty where the answer did not say.
    pub scopes: Vec<String>,
}

/// How long Salesforce may take until a new app is known everywhere (R16).
pub const APP_PROPAGATION: Duration = Duration::from_secs(600);

/// Signs in with client credentials.
#[derive(Clone)]
pub struct SignIn {
    credentials: ClientCredentials,
    http: HttpClient,
    retries: RetryPolicy,
    /// Until then an unknown consumer key may be one of a new app.
    new_until: Option<(Arc<dyn Clock>, Timestamp)>,
    /// A sign-in succeeded: the app has been known.
    was_known: Arc<AtomicBool>,
}

impl SignIn {
    /// A way to sign in; `http` must have the reach of the credentials' domain.
    pub fn new(credentials: ClientCredentials, http: HttpClient, retries: RetryPolicy) -> Self {
        Self { credentials, http, retries, new_until: None, was_known: Arc::default() }
    }

    /// Takes an unknown consumer key for one that is not known yet until ten minutes after `edited_at`, unless it has been known.
    #[must_use]
    pub fn of_an_app_edited_at(mut self, edited_at: Timestamp, clock: Arc<dyn Clock>) -> Self {
        let until =
            chrono::Duration::from_std(APP_PROPAGATION).ok().and_then(|span| edited_at.checked_add_signed(span));
        self.new_until = until.map(|until| (clock, until));
        self
    }

    fn app_may_be_new(&self) -> bool {
        !self.was_known.load(Ordering::Relaxed)
            && self.new_until.as_ref().is_some_and(|(clock, until)| clock.now() < *until)
    }

    async fn once(&self) -> Result<Session, SignInError> {
        let host = self.credentials.domain.host();
        let unreachable =
            |cause: EgressError| SignInError::Unreachable { host: host.to_owned(), cause: Arc::new(cause) };
        let response = self.http.send(self.request()?).await.map_err(unreachable)?;
        let status = response.status();
        let body = Secret::new(response.bytes().await.map_err(unreachable)?);
        match status {
            200 => self.session_from(body.expose()),
            300..=399 => Err(SignInError::Moved { host: host.to_owned() }),
            _ => Err(self.refusal(status, body.expose())),
        }
    }

    fn request(&self) -> Result<Request, SignInError> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.credentials.consumer_key),
            ("client_secret", self.credentials.consumer_secret.expose()),
        ];
        Request::new(Method::POST, self.credentials.domain.at("/services/oauth2/token"))
            .form(&form)
            .header("accept", "application/json")
            .map_err(|_| SignInError::Unsendable)
    }

    fn session_from(&self, body: &[u8]) -> Result<Session, SignInError> {
        let host = || self.credentials.domain.host().to_owned();
        let unreadable = |missing| SignInError::UnreadableAnswer { host: host(), missing };
        let Ok(answer) = serde_json::from_slice::<wire::TokenAnswer>(body) else {
            let looks_like_json = body.trim_ascii_start().starts_with(b"{");
            let maintenance = SignInError::Maintenance { host: host(), status: 200 };
            return Err(if looks_like_json {
                unreadable("access_token, instance_url or id is missing")
            } else {
                maintenance
            });
        };
        self.check_signature(&answer)?;
        let instance = self.credentials.domain.checked_instance(&answer.instance_url);
        let (org_id, user_id) = answer.ids().ok_or(unreadable("id names no org and user"))?;
        self.was_known.store(true, Ordering::Relaxed);
        Ok(Session {
            instance: instance.ok_or(SignInError::UntrustedInstance { host: host() })?,
            access_token: answer.access_token,
            scopes: answer.scope.split_whitespace().map(str::to_owned).collect(),
            org_id,
            user_id,
        })
    }

    /// Salesforce signs `id` and `issued_at` with the consumer secret; checked when the answer is signed, in constant time.
    fn check_signature(&self, answer: &wire::TokenAnswer) -> Result<(), SignInError> {
        let (Some(signature), Some(issued_at)) = (&answer.signature, &answer.issued_at) else { return Ok(()) };
        let mismatch = || SignInError::SignatureMismatch { host: self.credentials.domain.host().to_owned() };
        let secret = self.credentials.consumer_secret.expose().as_bytes();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| mismatch())?;
        mac.update(answer.id.as_bytes());
        mac.update(issued_at.as_bytes());
        let given = STANDARD.decode(signature).map_err(|_| mismatch())?;
        mac.verify_slice(&given).map_err(|_| mismatch())
    }

    fn refusal(&self, status: u16, body: &[u8]) -> SignInError {
        let fault = faults_in(body).into_iter().next();
        match fault {
            Some(fault) if fault.message.is_empty() && !body.trim_ascii_start().starts_with(b"{") => {
                self.maintenance(status)
            }
            Some(fault) => {
                let error = SignInError::from_fault(OauthFault { error: fault.code, description: fault.message });
                if self.app_may_be_new() { error.of_an_app_that_may_be_new() } else { error }
            }
            None => self.maintenance(status),
        }
    }

    fn maintenance(&self, status: u16) -> SignInError {
        SignInError::Maintenance { host: self.credentials.domain.host().to_owned(), status }
    }
}

#[async_trait]
impl SignsIn for SignIn {
    async fn sign_in(&self) -> Result<Session, SignInError> {
        self.sign_in_anew().await
    }

    /// Asking twice for a token does no harm, so passing troubles are retried; the rate of sign-ins stays far below the org's limit.
    async fn sign_in_anew(&self) -> Result<Session, SignInError> {
        self.retries.run(|error: &SignInError| error.entry().verdict(Stage::Read, None), || self.once()).await
    }
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}
