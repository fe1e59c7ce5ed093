//! Sign-ins to other systems that were begun.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, SignInAttemptId, SignInFailure, SignInState, Timestamp};

use super::transaction::MemoryTransaction;
use crate::{SignInAttemptRepository, StoreError, StoredSignIn};

pub(super) struct MemorySignIns<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl SignInAttemptRepository for MemorySignIns<'_> {
    async fn insert(&mut self, sign_in: &StoredSignIn) -> Result<(), StoreError> {
        const OPERATION: &str = "sign_ins.insert";
        let state = self.0.changed(OPERATION)?;
        if let Some(connection) = sign_in.attempt.connection_id {
            state.needs_connection(connection, OPERATION)?;
        }
        let is_same = |other: &StoredSignIn| {
            other.attempt.id == sign_in.attempt.id
                || (sign_in.state_hash.is_some() && other.state_hash == sign_in.state_hash)
        };
        if state.sign_ins.rows().any(is_same) {
            return Err(StoreError::Taken { what: "state of a sign-in" });
        }
        state.sign_ins.insert(sign_in.attempt.id, sign_in.clone());
        Ok(())
    }

    async fn find(&mut self, id: SignInAttemptId) -> Result<Option<StoredSignIn>, StoreError> {
        Ok(self.0.seen("sign_ins.find")?.sign_ins.get(&id).cloned())
    }

    async fn find_by_state(&mut self, state_hash: &[u8]) -> Result<Option<StoredSignIn>, StoreError> {
        let state = self.0.seen("sign_ins.find_by_state")?;
        Ok(state.sign_ins.rows().find(|sign_in| sign_in.state_hash.as_deref() == Some(state_hash)).cloned())
    }

    async fn newest_of(&mut self, connection: ConnectionId) -> Result<Option<StoredSignIn>, StoreError> {
        let state = self.0.seen("sign_ins.newest_of")?;
        let of_it = state.sign_ins.rows().filter(|sign_in| sign_in.attempt.connection_id == Some(connection));
        Ok(of_it.max_by_key(|sign_in| (sign_in.attempt.created_at, sign_in.attempt.id)).cloned())
    }

    async fn pending(&mut self, now: Timestamp) -> Result<Vec<StoredSignIn>, StoreError> {
        let state = self.0.seen("sign_ins.pending")?;
        Ok(state.sign_ins.rows().filter(|sign_in| is(SignInState::Pending, sign_in, now)).cloned().collect())
    }

    async fn taken(&mut self, now: Timestamp) -> Result<Vec<StoredSignIn>, StoreError> {
        let state = self.0.seen("sign_ins.taken")?;
        Ok(state.sign_ins.rows().filter(|sign_in| is(SignInState::Taken, sign_in, now)).cloned().collect())
    }

    async fn bind(
        &mut self,
        id: SignInAttemptId,
        expected: &[u8],
        browser_hash: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let state = self.0.changed("sign_ins.bind")?;
        let stored = state.sign_ins.edit(&id).filter(|sign_in| is(SignInState::Pending, sign_in, now));
        let bound = stored.filter(|sign_in| sign_in.browser_hash.as_deref() == Some(expected));
        let Some(sign_in) = bound else { return Ok(false) };
        sign_in.browser_hash = Some(browser_hash.to_vec());
        Ok(true)
    }

    async fn take(&mut self, id: SignInAttemptId, sealed: &[u8], now: Timestamp) -> Result<bool, StoreError> {
        let state = self.0.changed("sign_ins.take")?;
        let stored = state.sign_ins.edit(&id).filter(|sign_in| is(SignInState::Pending, sign_in, now));
        let Some(sign_in) = stored else { return Ok(false) };
        sign_in.attempt.state = SignInState::Taken;
        sign_in.sealed = sealed.to_vec();
        Ok(true)
    }

    async fn finish(
        &mut self,
        id: SignInAttemptId,
        state: SignInState,
        failure: Option<&SignInFailure>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let stored = self.0.changed("sign_ins.finish")?.sign_ins.edit(&id);
        let Some(sign_in) = stored.filter(|sign_in| sign_in.attempt.finished_at.is_none()) else { return Ok(false) };
        sign_in.attempt.state = state;
        sign_in.attempt.failure = failure.cloned();
        sign_in.attempt.finished_at = Some(at);
        sign_in.sealed.clear();
        Ok(true)
    }

    async fn data_keys(&mut self) -> Result<Vec<(SignInAttemptId, Vec<u8>)>, StoreError> {
        let state = self.0.seen("sign_ins.data_keys")?;
        Ok(state.sign_ins.entries().map(|(id, sign_in)| (*id, sign_in.wrapped.clone())).collect())
    }

    async fn save_data_key(&mut self, id: SignInAttemptId, wrapped: &[u8]) -> Result<bool, StoreError> {
        let state = self.0.changed("sign_ins.save_data_key")?;
        let Some(sign_in) = state.sign_ins.edit(&id) else { return Ok(false) };
        sign_in.wrapped = wrapped.to_vec();
        Ok(true)
    }

    async fn prune(&mut self, begun_before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let state = self.0.changed("sign_ins.prune")?;
        let old = state.sign_ins.rows().filter(|sign_in| sign_in.attempt.created_at < begun_before);
        let doomed: Vec<SignInAttemptId> = old.take(limit as usize).map(|sign_in| sign_in.attempt.id).collect();
        Ok(state.sign_ins.retain(|id, _| !doomed.contains(id)))
    }
}

fn is(state: SignInState, sign_in: &StoredSignIn, now: Timestamp) -> bool {
    sign_in.attempt.state == state && sign_in.attempt.expires_at > now
}
