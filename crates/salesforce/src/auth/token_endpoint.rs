//! The token endpoint of an app's host: sends a form, judges the answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use salesbridge_egress::{EgressError, HttpClient, Method, Request, RetryPolicy, Verdict};
use salesbridge_model::{Clock, Secret, Timestamp};
use sha2::Sha256;

use super::{Flow, Granted, OauthApp, Session, wire};
use crate::decision::Stage;
use crate::{OauthFault, SignInError, fault::wire::faults_in, org_time::OrgTime};

/// How long Salesforce may take until a new app is known everywhere (R16).
const APP_PROPAGATION: Duration = Duration::from_secs(600);
/// Where every grant is asked for, and where the device flow begins.
const PATH: &str = "/services/oauth2/token";

/// The token endpoint of an app's host. Cheap to clone; clones share what is known of the app and of the org's clock.
#[derive(Clone)]
pub struct TokenEndpoint {
    app: OauthApp,
    http: HttpClient,
    retries: RetryPolicy,
    clock: Arc<dyn Clock>,
    /// Until then an unknown consumer key may be one of a new app.
    new_until: Option<Timestamp>,
    /// A sign-in succeeded: the app has been known.
    was_known: Arc<AtomicBool>,
    org_time: Arc<OrgTime>,
}

/// Form fields of a request; values may be secret, so they are never shown.
pub(super) type Form<'a> = Vec<(&'a str, &'a str)>;

impl TokenEndpoint {
    /// The endpoint of an app; `http` must have the reach of the app's host.
    pub fn new(app: OauthApp, http: HttpClient, retries: RetryPolicy, clock: Arc<dyn Clock>) -> Self {
        let (was_known, org_time) = Default::default();
        Self { app, http, retries, clock, new_until: None, was_known, org_time }
    }

    /// Takes an unknown consumer key for one that is not known yet until ten minutes after `edited_at`, unless it has been known.
    #[must_use]
    pub fn of_an_app_edited_at(mut self, edited_at: Timestamp) -> Self {
        let span = chrono::Duration::from_std(APP_PROPAGATION).ok();
        self.new_until = span.and_then(|span| edited_at.checked_add_signed(span));
        self
    }

    /// The app.
    pub fn app(&self) -> &OauthApp {
        &self.app
    }

    /// Asks for tokens, again where the trouble passes: for grants that may be asked for twice without harm.
    pub(super) async fn ask_repeatedly(&self, flow: Flow, form: &Form<'_>) -> Result<Granted, SignInError> {
        self.repeated(|| self.ask(flow, form)).await
    }

    /// Asks for tokens with something that is good once: again only while the request has surely not been carried out.
    pub(super) async fn ask_once(&self, flow: Flow, form: &Form<'_>) -> Result<Granted, SignInError> {
        let judge = |error: &SignInError| match error {
            error if error.may_have_been_granted() => Verdict::Final,
            error => error.entry().verdict(Stage::Read, None),
        };
        self.retries.run(judge, || self.ask(flow, form)).await
    }

    /// Repeats an attempt where the trouble passes; the rate of sign-ins stays far below the org's limit.
    pub(super) async fn repeated<T, F: Future<Output = Result<T, SignInError>>>(
        &self,
        attempt: impl FnMut() -> F,
    ) -> Result<T, SignInError> {
        self.retries.run(|error: &SignInError| error.entry().verdict(Stage::Read, None), attempt).await
    }

    /// Asks for tokens, once.
    pub(super) async fn ask(&self, flow: Flow, form: &Form<'_>) -> Result<Granted, SignInError> {
        let body = self.post(PATH, flow, form).await?;
        self.granted_in(body.expose())
    }

    /// The body of a good answer to a form that is posted to this host.
    pub(super) async fn post(&self, path: &str, flow: Flow, form: &Form<'_>) -> Result<Secret<Vec<u8>>, SignInError> {
        let host = self.app.host.host();
        let unreachable =
            |cause: EgressError| SignInError::Unreachable { host: host.to_owned(), cause: Arc::new(cause) };
        let request = Request::new(Method::POST, self.app.host.at(path))
            .form(form)
            .header("accept", "application/json")
            .map_err(|_| SignInError::Unsendable)?;
        let response = self.http.send(request).await.map_err(unreachable)?;
        if let Some(date) = response.header("date") {
            self.org_time.note(date, self.clock.now());
        }
        let status = response.status();
        let body = Secret::new(response.bytes().await.map_err(unreachable)?);
        match status {
            200 => Ok(body),
            300..=399 => Err(SignInError::Moved { host: host.to_owned() }),
            _ => Err(self.refusal(flow, status, body.expose())),
        }
    }

    /// Now, by the clock of the org as far as it is known.
    pub(super) fn org_now(&self) -> Timestamp {
        self.clock.now() + self.org_time.offset().unwrap_or_default()
    }

    /// A good answer that lacks something, or a page instead of one.
    pub(super) fn unreadable(&self, body: &[u8], missing: &'static str) -> SignInError {
        if body.trim_ascii_start().starts_with(b"{") {
            SignInError::UnreadableAnswer { host: self.app.host.host().to_owned(), missing }
        } else {
            self.maintenance(200)
        }
    }

    fn granted_in(&self, body: &[u8]) -> Result<Granted, SignInError> {
        let missing = "access_token, instance_url or id is missing";
        let answer: wire::TokenAnswer = serde_json::from_slice(body).map_err(|_| self.unreadable(body, missing))?;
        self.check_signature(&answer)?;
        let host = || self.app.host.host().to_owned();
        let instance = self.app.host.checked_instance(&answer.instance_url);
        let ids = answer.ids();
        let (org_id, user_id) =
            ids.ok_or_else(|| SignInError::UnreadableAnswer { host: host(), missing: "id names no org and user" })?;
        self.was_known.store(true, Ordering::Relaxed);
        let session = Session {
            instance: instance.ok_or_else(|| SignInError::UntrustedInstance { host: host() })?,
            scopes: answer.scopes(),
            is_found: false,
            access_token: answer.access_token,
            org_id,
            user_id,
        };
        Ok(Granted { session, refresh_token: answer.refresh_token })
    }

    /// Salesforce signs `id` and `issued_at` with the consumer secret; checked when the answer is signed and we know the secret, in constant time.
    fn check_signature(&self, answer: &wire::TokenAnswer) -> Result<(), SignInError> {
        let (Some(signature), Some(issued_at), Some(secret)) =
            (&answer.signature, &answer.issued_at, &self.app.consumer_secret)
        else {
            return Ok(());
        };
        let mismatch = || SignInError::SignatureMismatch { host: self.app.host.host().to_owned() };
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).map_err(|_| mismatch())?;
        mac.update(answer.id.as_bytes());
        mac.update(issued_at.as_bytes());
        let given = STANDARD.decode(signature).map_err(|_| mismatch())?;
        mac.verify_slice(&given).map_err(|_| mismatch())
    }

    fn refusal(&self, flow: Flow, status: u16, body: &[u8]) -> SignInError {
        match faults_in(body).into_iter().next() {
            Some(fault) if fault.message.is_empty() && !body.trim_ascii_start().starts_with(b"{") => {
                self.maintenance(status)
            }
            Some(fault) => {
                let fault = OauthFault { error: fault.code, description: fault.message };
                SignInError::from_fault(flow, fault).of_an_app_that_may_be_new(self.may_be_new_until())
            }
            None => self.maintenance(status),
        }
    }

    fn may_be_new_until(&self) -> Option<Timestamp> {
        let was_known = self.was_known.load(Ordering::Relaxed);
        self.new_until.filter(|until| !was_known && self.clock.now() < *until)
    }

    fn maintenance(&self, status: u16) -> SignInError {
        SignInError::Maintenance { host: self.app.host.host().to_owned(), status }
    }
}

impl std::fmt::Debug for TokenEndpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenEndpoint").field("app", &self.app).finish_non_exhaustive()
    }
}
