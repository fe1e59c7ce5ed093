//! Keeps the session where other processes find it, so that one sign-in serves them all.

use std::sync::Arc;

use async_trait::async_trait;
use salesbridge_model::Secret;
use salesbridge_salesforce::{Origin, Session, SignInError, SignsIn};
use tokio::sync::Mutex;

/// Where a connection's session lies between processes. Whoever implements it seals what it is given.
///
/// It may fail, and says so in the log alone: a shelf that cannot be reached is empty, and takes nothing. Then each process signs in for itself.
#[async_trait]
pub trait SessionShelf: Send + Sync {
    /// What lies there.
    async fn look(&self) -> Option<ShelvedSession>;

    /// Puts a session there, in place of the version that was seen; 0 stands for none. False when another version lies there by now.
    async fn put(&self, seen: i64, session: &Secret<Vec<u8>>) -> bool;
}

/// A session on the shelf.
#[derive(Clone, Debug)]
pub struct ShelvedSession {
    /// Grows with each session.
    pub version: i64,
    /// [`Session::to_bytes`].
    pub bytes: Secret<Vec<u8>>,
}

/// Gets a session from the shelf when another process has put a new one there, else signs in and puts it there. Between processes the first session that
/// is stored wins, and all use that.
pub(super) struct SharedSignIn<S> {
    signs_in: S,
    origin: Origin,
    shelf: Arc<dyn SessionShelf>,
    /// Token of the session that was given last. Who asks for another has been refused with it.
    given: Mutex<Option<Secret<String>>>,
}

impl<S: SignsIn> SharedSignIn<S> {
    pub(super) fn new(signs_in: S, origin: Origin, shelf: Arc<dyn SessionShelf>) -> Self {
        Self { signs_in, origin, shelf, given: Mutex::default() }
    }

    async fn session_besides(&self, refused: Option<&Secret<String>>) -> Result<Session, SignInError> {
        let shelved = self.shelf.look().await;
        if let Some(session) = self.usable(shelved.as_ref(), refused) {
            return Ok(session);
        }
        self.new_session(shelved.map_or(0, |shelved| shelved.version), refused).await
    }

    /// Signs in and puts the session on the shelf, in place of the version that was seen.
    async fn new_session(&self, seen: i64, refused: Option<&Secret<String>>) -> Result<Session, SignInError> {
        let ours = self.signs_in.sign_in_anew().await?;
        if self.shelf.put(seen, &ours.to_bytes(&self.origin)).await {
            return Ok(ours);
        }
        // Another process was faster, and all use its session. Ours is as good if that one cannot be read.
        let theirs = self.shelf.look().await;
        Ok(self.usable(theirs.as_ref(), refused).unwrap_or(ours))
    }

    /// What lies on the shelf, if it was got with what we have and is not what was refused.
    fn usable(&self, shelved: Option<&ShelvedSession>, refused: Option<&Secret<String>>) -> Option<Session> {
        let session = Session::from_bytes(&shelved?.bytes, &self.origin)?;
        let is_refused = refused.is_some_and(|refused| refused.expose() == session.access_token.expose());
        (!is_refused).then_some(session)
    }
}

#[async_trait]
impl<S: SignsIn> SignsIn for SharedSignIn<S> {
    async fn sign_in(&self) -> Result<Session, SignInError> {
        let mut given = self.given.lock().await;
        let session = self.session_besides(given.as_ref()).await?;
        *given = Some(session.access_token.clone());
        Ok(session)
    }

    async fn sign_in_anew(&self) -> Result<Session, SignInError> {
        let mut given = self.given.lock().await;
        let seen = self.shelf.look().await.map_or(0, |shelved| shelved.version);
        let session = self.new_session(seen, given.as_ref()).await?;
        *given = Some(session.access_token.clone());
        Ok(session)
    }
}
