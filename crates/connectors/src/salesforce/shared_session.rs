//! Keeps the session where other processes find it, so that one sign-in serves them all, and has one process sign in at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_model::Secret;
use salesbridge_salesforce::{NotKept, Origin, Session, SignInError, SignsIn};
use tokio::sync::Mutex;
use tokio_util::task::TaskTracker;

/// How long a process that signs in keeps others waiting after it has said last that it is at it: as long as they wait for one that died.
const TURN: Duration = Duration::from_secs(20);
/// How often it says so.
const SAID_EVERY: Duration = Duration::from_secs(5);
/// Between two looks at what another process is doing.
const LOOK: Duration = Duration::from_millis(50);
/// How long others are waited for. Whoever died is no longer at it by then.
const LONGEST_WAIT: Duration = Duration::from_secs(180);

/// Where a connection's session lies between processes. Whoever implements it seals what it is given.
///
/// It may fail, and says so in the log alone: a shelf that cannot be reached is empty, and takes nothing. Then each process signs in for itself.
#[async_trait]
pub trait SessionShelf: Send + Sync {
    /// What lies there.
    async fn look(&self) -> Option<ShelvedSession>;

    /// Puts a session there, in place of the version that was seen; 0 stands for none. False when another version lies there by now.
    async fn put(&self, seen: i64, session: &Secret<Vec<u8>>) -> bool;

    /// Lets this turn alone get the session after the version that was seen, for so long at most; whose turn it is already may go on for so long. False while
    /// it is another's, or when another version lies there by now.
    async fn begin(&self, seen: i64, turn: u64, at_most: Duration) -> bool;

    /// Lets others try, where this turn got no session.
    async fn give_up(&self, turn: u64);

    /// Where sign-ins run: one that has begun comes to its end, even when nobody waits for it any more.
    fn tasks(&self) -> &TaskTracker;
}

/// A session on the shelf.
#[derive(Clone, Debug)]
pub struct ShelvedSession {
    /// Grows with each session.
    pub version: i64,
    /// [`Session::to_bytes`].
    pub bytes: Secret<Vec<u8>>,
}

/// Gets a session from the shelf when another process has put a new one there, else signs in and puts it there. One process signs in at a time; the others
/// wait for what it gets.
pub(super) struct SharedSignIn<S> {
    common: Arc<Common<S>>,
    /// Token of the session that was given last. Who asks for another has been refused with it.
    given: Mutex<Option<Secret<String>>>,
}

struct Common<S> {
    signs_in: S,
    origin: Origin,
    shelf: Arc<dyn SessionShelf>,
    turns: AtomicU64,
}

impl<S: SignsIn + 'static> SharedSignIn<S> {
    pub(super) fn new(signs_in: S, origin: Origin, shelf: Arc<dyn SessionShelf>) -> Self {
        Self {
            common: Arc::new(Common { signs_in, origin, shelf, turns: AtomicU64::default() }),
            given: Mutex::default(),
        }
    }

    /// A session after the version that was seen: what another process gets meanwhile, or one of our own.
    async fn new_session(&self, mut seen: i64, refused: Option<&Secret<String>>) -> Result<Session, SignInError> {
        let began = tokio::time::Instant::now();
        loop {
            if let Some(ours) = self.our_turn(seen, refused).await {
                return ours;
            }
            if began.elapsed() > LONGEST_WAIT {
                return Err(SignInError::RenewedElsewhere);
            }
            tokio::time::sleep(LOOK).await;
            let shelved = self.common.shelf.look().await;
            let version = shelved.as_ref().map_or(0, |shelved| shelved.version);
            if version != seen {
                seen = version;
                if let Some(session) = self.common.usable(shelved.as_ref(), refused) {
                    return Ok(session);
                }
            }
        }
    }

    /// Signs in, if no other process is at it. That comes to its end although whoever waits for it may go away: an answer that nobody stores would be lost.
    async fn our_turn(&self, seen: i64, refused: Option<&Secret<String>>) -> Option<Result<Session, SignInError>> {
        let (common, refused) = (self.common.clone(), refused.cloned());
        let turn = async move {
            let turn = common.turns.fetch_add(1, Ordering::Relaxed);
            if !common.shelf.begin(seen, turn, TURN).await {
                return None;
            }
            let session = common.sign_in_while_told(seen, turn, refused.as_ref()).await;
            if session.is_err() {
                common.shelf.give_up(turn).await;
            }
            Some(session)
        };
        let ended = self.common.shelf.tasks().spawn(turn).await;
        ended.unwrap_or_else(|cause| Some(Err(SignInError::TokenNotKept(Arc::new(NotKept(Box::new(cause)))))))
    }
}

impl<S: SignsIn> Common<S> {
    /// Signs in, and says meanwhile that it is at it.
    async fn sign_in_while_told(
        &self,
        seen: i64,
        turn: u64,
        refused: Option<&Secret<String>>,
    ) -> Result<Session, SignInError> {
        let mut signing_in = std::pin::pin!(self.sign_in(seen, turn, refused));
        loop {
            tokio::select! {
                biased;
                session = &mut signing_in => return session,
                () = tokio::time::sleep(SAID_EVERY) => {}
            }
            // Beside the sign-in, which may wait for the same store.
            tokio::select! {
                biased;
                session = &mut signing_in => return session,
                _ = self.shelf.begin(seen, turn, TURN) => {}
            }
        }
    }

    /// Signs in and puts the session on the shelf, in place of the version that was seen.
    async fn sign_in(&self, seen: i64, turn: u64, refused: Option<&Secret<String>>) -> Result<Session, SignInError> {
        let ours = self.signs_in.sign_in_anew().await?;
        if self.shelf.put(seen, &ours.to_bytes(&self.origin)).await {
            return Ok(ours);
        }
        // It lies there already, beside the refresh token it came with, or another process was faster and all use its session. Ours is as good if that one
        // cannot be read.
        self.shelf.give_up(turn).await;
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
impl<S: SignsIn + 'static> SignsIn for SharedSignIn<S> {
    async fn sign_in(&self) -> Result<Session, SignInError> {
        let mut given = self.given.lock().await;
        let shelved = self.common.shelf.look().await;
        let session = match self.common.usable(shelved.as_ref(), given.as_ref()) {
            Some(session) => session,
            None => self.new_session(shelved.map_or(0, |shelved| shelved.version), given.as_ref()).await?,
        };
        *given = Some(session.access_token.clone());
        Ok(session)
    }

    async fn sign_in_anew(&self) -> Result<Session, SignInError> {
        let mut given = self.given.lock().await;
        let seen = self.common.shelf.look().await.map_or(0, |shelved| shelved.version);
        let session = self.new_session(seen, given.as_ref()).await?;
        *given = Some(session.access_token.clone());
        Ok(session)
    }
}
