//! Who keeps the session: one sign-in at a time, shared by all that wait for it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::SeqCst},
};

use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::{Session, SignInError};

/// Keeps one connection's session. Several processes may share one behind this promise.
///
/// Implementations let at most one sign-in run at a time; who comes in the meantime gets its result, good or bad.
#[async_trait]
pub trait TokenKeeper: Send + Sync {
    /// The session in use; signs in when there is none.
    async fn session(&self) -> Result<Arc<Session>, SignInError>;

    /// A session other than `refused`, which Salesforce no longer takes. Signs in unless somebody already has.
    async fn renew(&self, refused: &Arc<Session>) -> Result<Arc<Session>, SignInError>;

    /// A session that was asked for anew, whatever is kept or shared: it proves that the credentials are good now. When it is refused, a session that is
    /// kept stays in use.
    async fn prove(&self) -> Result<Arc<Session>, SignInError>;
}

/// A way to get a new session.
#[async_trait]
pub trait SignsIn: Send + Sync {
    /// Gets a session: one that others have got already, where there is one, else from Salesforce. A way that shares nothing asks Salesforce.
    async fn sign_in(&self) -> Result<Session, SignInError> {
        self.sign_in_anew().await
    }

    /// Asks Salesforce for a session.
    async fn sign_in_anew(&self) -> Result<Session, SignInError>;
}

#[async_trait]
impl<S: SignsIn + ?Sized> SignsIn for Box<S> {
    async fn sign_in(&self) -> Result<Session, SignInError> {
        (**self).sign_in().await
    }

    async fn sign_in_anew(&self) -> Result<Session, SignInError> {
        (**self).sign_in_anew().await
    }
}

/// Keeps the session in memory, for one process.
pub struct MemoryTokenKeeper {
    signs_in: Box<dyn SignsIn>,
    state: Mutex<State>,
    /// Sign-ins that have ended; told from before waiting, it shows whether one ended meanwhile.
    ended: AtomicU64,
}

#[derive(Default)]
struct State {
    session: Option<Arc<Session>>,
    failure: Option<SignInError>,
}

impl MemoryTokenKeeper {
    /// A keeper without session; the first call signs in.
    pub fn new(signs_in: impl SignsIn + 'static) -> Self {
        Self { signs_in: Box::new(signs_in), state: Mutex::default(), ended: 0.into() }
    }

    /// A session that is not `refused`.
    async fn session_besides(&self, refused: Option<&Arc<Session>>) -> Result<Arc<Session>, SignInError> {
        let ended_before = self.ended.load(SeqCst);
        let mut state = self.state.lock().await;
        if let Some(session) = &state.session
            && !refused.is_some_and(|refused| Arc::ptr_eq(refused, session))
        {
            return Ok(session.clone());
        }
        if let Some(failure) = &state.failure
            && self.ended.load(SeqCst) > ended_before
        {
            return Err(failure.clone()); // it failed while we waited; asking again at once would fail again
        }
        state.session = None;
        let outcome = self.signs_in.sign_in().await.map(Arc::new);
        self.ended.fetch_add(1, SeqCst);
        state.failure = outcome.as_ref().err().cloned();
        state.session = outcome.as_ref().ok().cloned();
        outcome
    }
}

#[async_trait]
impl TokenKeeper for MemoryTokenKeeper {
    async fn session(&self) -> Result<Arc<Session>, SignInError> {
        self.session_besides(None).await
    }

    async fn renew(&self, refused: &Arc<Session>) -> Result<Arc<Session>, SignInError> {
        self.session_besides(Some(refused)).await
    }

    async fn prove(&self) -> Result<Arc<Session>, SignInError> {
        let mut state = self.state.lock().await;
        let outcome = self.signs_in.sign_in_anew().await.map(Arc::new);
        self.ended.fetch_add(1, SeqCst);
        state.failure = outcome.as_ref().err().cloned();
        if let Ok(session) = &outcome {
            state.session = Some(session.clone());
        }
        outcome
    }
}

impl std::fmt::Debug for MemoryTokenKeeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryTokenKeeper")
    }
}
