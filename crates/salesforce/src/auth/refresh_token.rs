//! Signing in with a refresh token: what a web sign-in, a device, or a person who pasted one left behind.
//!
//! Where the app rotates its refresh tokens, every answer replaces ours, and the one we sent is of no use any more. The new one is stored durably before
//! the access token beside it is used. An answer that was lost may have replaced it without our knowing: then the old one is tried once more. That an
//! answer is awaited is stored before it is asked for, so that whoever comes after a process that died knows of it too.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_model::Secret;
use tokio::sync::Mutex;

use super::token_endpoint::Form;
use super::{Flow, Granted, Session, TokenEndpoint};
use crate::{SignInError, SignsIn};

/// Where the refresh token of a connection lies. Several processes may share one behind this promise: who has one of them use it at a time.
#[async_trait]
pub trait RefreshTokenKeeper: Send + Sync {
    /// The refresh token that is good now; `None` while nobody has signed in.
    async fn current(&self) -> Result<Option<KeptToken>, NotKept>;

    /// Remembers, durably before this returns, whether an answer may have replaced `used` without our knowing. Does nothing when another one is stored by
    /// now.
    async fn set_in_doubt(&self, used: &Secret<String>, in_doubt: bool) -> Result<(), NotKept>;

    /// Stores `new` in place of `used`, durably before this returns, free of doubt, and with the session beside it where sessions are shared. False when
    /// another one is stored by now, because somebody signed in anew.
    async fn replace(&self, used: &Secret<String>, new: &Secret<String>, session: &Session) -> Result<bool, NotKept>;
}

/// A refresh token that is stored.
#[derive(Clone, Debug)]
pub struct KeptToken {
    /// The token.
    pub token: Secret<String>,
    /// Whether it may have been replaced without our knowing.
    pub in_doubt: bool,
}

/// A refresh token could not be read or stored.
#[derive(Debug, thiserror::Error)]
#[error("the refresh token could not be read or stored")]
pub struct NotKept(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// How often storing a new refresh token is tried before the sign-in fails for now, and how long lies between.
const STORE_ATTEMPTS: usize = 20;
const STORE_PAUSE: Duration = Duration::from_millis(250);

/// Signs in with a refresh token.
pub struct WithRefreshToken {
    endpoint: TokenEndpoint,
    keeper: Arc<dyn RefreshTokenKeeper>,
    /// One refresh at a time; and a token that replaced another and could not be stored yet.
    unstored: Mutex<Option<Replacement>>,
}

struct Replacement {
    used: Secret<String>,
    new: Secret<String>,
    session: Session,
}

impl WithRefreshToken {
    /// Signs in to the app of `endpoint` with the token that `keeper` has.
    pub fn new(endpoint: TokenEndpoint, keeper: Arc<dyn RefreshTokenKeeper>) -> Self {
        Self { endpoint, keeper, unstored: Mutex::default() }
    }

    /// Exchanges a token; whether an answer was lost is remembered before and after.
    async fn exchanged(&self, KeptToken { token, in_doubt }: &KeptToken) -> Result<Granted, SignInError> {
        self.keeper.set_in_doubt(token, true).await.map_err(not_kept)?;
        let lost_an_answer = AtomicBool::new(*in_doubt);
        let exchanged = self.asked(token, &lost_an_answer).await;
        let is_settled = exchanged.is_ok() || !lost_an_answer.load(SeqCst);
        let is_replaced = exchanged.as_ref().is_ok_and(|granted| granted.refresh_token.is_some());
        if is_settled
            && !is_replaced
            && let Err(error) = self.keeper.set_in_doubt(token, false).await
        {
            // What was got is good all the same, and a doubt too many does no harm.
            tracing::warn!(error = %error, "that the refresh token was not replaced could not be stored");
        }
        exchanged
    }

    async fn asked(&self, token: &Secret<String>, lost_an_answer: &AtomicBool) -> Result<Granted, SignInError> {
        let app = self.endpoint.app();
        let mut form: Form<'_> = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", token.expose()),
            ("client_id", app.consumer_key.as_str()),
        ];
        form.extend(app.consumer_secret.as_ref().map(|secret| ("client_secret", secret.expose().as_str())));
        let form = &form;
        let attempt = || async move {
            match self.endpoint.ask(Flow::RefreshToken, form).await {
                Err(SignInError::GrantEnded(fault)) if lost_an_answer.load(SeqCst) => {
                    Err(SignInError::ReplacementLost(fault))
                }
                Err(error) => {
                    lost_an_answer.fetch_or(error.may_have_been_granted(), SeqCst);
                    Err(error)
                }
                Ok(granted) => Ok(granted),
            }
        };
        self.endpoint.repeated(attempt).await
    }

    /// Stores a token that replaced another; it stays with us until it is stored.
    async fn store(&self, unstored: &mut Option<Replacement>) -> Result<(), SignInError> {
        let Some(Replacement { used, new, session }) = unstored else { return Ok(()) };
        let mut attempts = 1;
        loop {
            match self.keeper.replace(used, new, session).await {
                // When another one is stored by now, somebody signed in anew, and ours is of no use any more.
                Ok(_) => break,
                Err(cause) if attempts == STORE_ATTEMPTS => return Err(not_kept(cause)),
                Err(_) => tokio::time::sleep(STORE_PAUSE).await,
            }
            attempts += 1;
        }
        *unstored = None;
        Ok(())
    }
}

fn not_kept(cause: NotKept) -> SignInError {
    SignInError::TokenNotKept(Arc::new(cause))
}

#[async_trait]
impl SignsIn for WithRefreshToken {
    async fn sign_in_anew(&self) -> Result<Session, SignInError> {
        let mut unstored = self.unstored.lock().await;
        self.store(&mut unstored).await?;
        let kept = self.keeper.current().await.map_err(not_kept)?.ok_or(SignInError::NotSignedIn)?;
        let Granted { session, refresh_token } = self.exchanged(&kept).await?;
        if let Some(new) = refresh_token {
            *unstored = Some(Replacement { used: kept.token, new, session: session.clone() });
            self.store(&mut unstored).await?;
        }
        Ok(session)
    }
}

impl std::fmt::Debug for WithRefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WithRefreshToken").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
