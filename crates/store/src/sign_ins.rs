//! Sign-ins to other systems that somebody has begun.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, SignInAttempt, SignInAttemptId, SignInFailure, SignInState, Timestamp};

use crate::StoreError;

/// A sign-in that was begun, with what finishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSignIn {
    /// What people may know of it.
    pub attempt: SignInAttempt,
    /// SHA-256 of the `state` that the answer brings; none where no answer is brought.
    pub state_hash: Option<Vec<u8>>,
    /// SHA-256 of the cookie that binds the answer to the browser that asked for it.
    pub browser_hash: Option<Vec<u8>>,
    /// A data key of its own, wrapped by the master key.
    pub wrapped: Vec<u8>,
    /// What finishes it, sealed.
    pub sealed: Vec<u8>,
}

/// Sign-ins that were begun. Removing a connection removes those for it.
#[async_trait]
pub trait SignInAttemptRepository: Send {
    /// Adds one. A state that another has is [`StoreError::Taken`].
    async fn insert(&mut self, sign_in: &StoredSignIn) -> Result<(), StoreError>;

    /// The one with this id.
    async fn find(&mut self, id: SignInAttemptId) -> Result<Option<StoredSignIn>, StoreError>;

    /// The one with this state, whatever has become of it.
    async fn find_by_state(&mut self, state_hash: &[u8]) -> Result<Option<StoredSignIn>, StoreError>;

    /// The one that was begun last for a connection.
    async fn newest_of(&mut self, connection: ConnectionId) -> Result<Option<StoredSignIn>, StoreError>;

    /// Those that are pending and have not expired at `now`, oldest first.
    async fn pending(&mut self, now: Timestamp) -> Result<Vec<StoredSignIn>, StoreError>;

    /// Those whose answer has come, and that have neither ended nor expired at `now`, oldest first: to be finished, if a process died over them.
    async fn taken(&mut self, now: Timestamp) -> Result<Vec<StoredSignIn>, StoreError>;

    /// Binds one that is pending and has not expired at `now` to a browser, in place of `expected`, a one-time link; false when it is not bound to that.
    async fn bind(
        &mut self,
        id: SignInAttemptId,
        expected: &[u8],
        browser_hash: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Takes one that is pending and has not expired at `now`, so that nobody else does, and stores what finishes it now that its answer has come; false
    /// when that is not so.
    async fn take(&mut self, id: SignInAttemptId, sealed: &[u8], now: Timestamp) -> Result<bool, StoreError>;

    /// Ends one that is pending or taken, and forgets what would have finished it: `sealed` becomes empty. False when it has ended already.
    async fn finish(
        &mut self,
        id: SignInAttemptId,
        state: SignInState,
        failure: Option<&SignInFailure>,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Every wrapped data key, for rotation of the master key.
    async fn data_keys(&mut self) -> Result<Vec<(SignInAttemptId, Vec<u8>)>, StoreError>;

    /// Stores a wrapped data key in place of the earlier one; false when there is no such attempt.
    async fn save_data_key(&mut self, id: SignInAttemptId, wrapped: &[u8]) -> Result<bool, StoreError>;

    /// Removes at most `limit` that were begun before an instant; says how many.
    async fn prune(&mut self, begun_before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
