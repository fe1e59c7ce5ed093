//! Who asks: from what a request carries to the [`Caller`] on whose behalf it is.
//!
//! What was found is believed for two seconds, so that a busy program does not have the store asked for every request. Whatever changes what somebody may
//! do makes this process forget at once; another process on the same store follows within those two seconds.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use salesbridge_model::{Abilities, ApiKey, ApiKeyId, PersonSession, PersonSessionId, Secret, Timestamp};
use salesbridge_vault::{same_digest, token_digest};

use crate::access::{By, Came};
use crate::people::rights_of;
use crate::{Caller, Chain, Hub, HubError};

/// How long it is believed what was found.
const BELIEVED: Duration = Duration::from_secs(2);
/// Callers that are remembered at most.
const MOST: usize = 10_000;
/// A use is noted when the last one that was noted is so long ago.
const NOTED_EVERY: chrono::TimeDelta = chrono::TimeDelta::minutes(1);

/// What a request carries to say on whose behalf it is.
#[derive(Clone, Debug)]
pub enum Credential {
    /// Token of a session.
    Session(Secret<String>),
    /// An API key.
    Key(Secret<String>),
}

impl Credential {
    fn digest(&self) -> [u8; 32] {
        let (Self::Session(text) | Self::Key(text)) = self;
        let mut digest = token_digest(text);
        digest[0] ^= u8::from(matches!(self, Self::Key(_))); // a text that is sent as the other kind is nobody's
        digest
    }
}

/// Whom this process has let in lately.
#[derive(Default)]
pub(crate) struct Identities(Mutex<Believed>);

#[derive(Default)]
struct Believed {
    callers: HashMap<[u8; 32], (Caller, Duration)>,
    /// Grows whenever all is forgotten: what was read before that is not kept.
    generation: u64,
}

impl Identities {
    /// Forgets everybody: something about people, sessions or keys has changed.
    pub(crate) fn forget(&self) {
        let mut believed = self.lock();
        believed.callers.clear();
        believed.generation += 1;
    }

    fn find(&self, digest: &[u8; 32], now: Duration) -> Result<Caller, u64> {
        let believed = self.lock();
        let known = believed.callers.get(digest).filter(|(_, since)| now.saturating_sub(*since) < BELIEVED);
        known.map(|(caller, _)| caller.clone()).ok_or(believed.generation)
    }

    fn keep(&self, digest: [u8; 32], caller: &Caller, now: Duration, generation: u64) {
        let mut believed = self.lock();
        if believed.generation != generation {
            return;
        }
        if believed.callers.len() >= MOST {
            believed.callers.clear();
        }
        believed.callers.insert(digest, (caller.clone(), now));
    }

    fn lock(&self) -> MutexGuard<'_, Believed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    /// Whose request it is that carries this; nobody's when it is not known, has ended, or belongs to somebody who is disabled.
    pub async fn authenticate(&self, credential: &Credential) -> Result<Option<Caller>, HubError> {
        let (digest, now) = (credential.digest(), self.clock.monotonic());
        let generation = match self.identities.find(&digest, now) {
            Ok(caller) => return Ok(Some(caller)),
            Err(generation) => generation,
        };
        let found = match credential {
            Credential::Session(token) => self.by_session(token).await?,
            Credential::Key(key) => self.by_key(key).await?,
        };
        if let Some(caller) = &found {
            self.identities.keep(digest, caller, now, generation);
        }
        Ok(found)
    }

    /// The same caller with what they may do now; nobody when what let them in has ended meanwhile. For answers that go on for long.
    pub async fn renewed(&self, caller: &Caller) -> Result<Option<Caller>, HubError> {
        let renewed = match caller.came() {
            None => return Ok(Some(caller.clone())),
            Some(Came { by: By::Session(id), .. }) => {
                let found = self.store.read().await?.person_sessions().find(id).await?;
                match found {
                    Some(session) => self.of_session(session).await?,
                    None => None,
                }
            }
            Some(Came { by: By::Key(id), .. }) => {
                let found = self.store.read().await?.api_keys().find(id).await?;
                match found {
                    Some((key, _)) => self.of_key(key).await?,
                    None => None,
                }
            }
        };
        Ok(renewed.map(|renewed| renewed.from(caller.origin().clone())))
    }

    async fn by_session(&self, token: &Secret<String>) -> Result<Option<Caller>, HubError> {
        let found = self.store.read().await?.person_sessions().find_by_token(&token_digest(token)).await?;
        let Some(session) = found else { return Ok(None) };
        let (id, seen) = (session.id, session.last_seen_at);
        let caller = self.of_session(session).await?;
        if caller.is_some() && self.is_to_be_noted(Some(seen)) {
            self.told_if_not_noted(self.note_session(id).await);
        }
        Ok(caller)
    }

    async fn of_session(&self, session: PersonSession) -> Result<Option<Caller>, HubError> {
        if self.end_of_session(&session) <= self.clock.now() {
            return Ok(None);
        }
        let mut tx = self.store.read().await?;
        let found = rights_of(&mut *tx, session.person_id, Abilities::all()).await?;
        Ok(found.map(|(person, rights)| Caller::signed_in(&person, session.id, rights)))
    }

    async fn by_key(&self, text: &Secret<String>) -> Result<Option<Caller>, HubError> {
        let Some((id, secret)) = crate::api_keys::taken_apart(text) else { return Ok(None) };
        let found = self.store.read().await?.api_keys().find(id).await?;
        let Some((key, _)) = found.filter(|(_, hash)| same_digest(hash, &token_digest(&secret))) else {
            return Ok(None);
        };
        let used = key.last_used_at;
        let caller = self.of_key(key).await?;
        if caller.is_some() && self.is_to_be_noted(used) {
            self.told_if_not_noted(self.note_key(id).await);
        }
        Ok(caller)
    }

    async fn of_key(&self, key: ApiKey) -> Result<Option<Caller>, HubError> {
        let over = key.revoked_at.is_some() || key.expires_at.is_some_and(|end| end <= self.clock.now());
        if over {
            return Ok(None);
        }
        let mut tx = self.store.read().await?;
        let found = rights_of(&mut *tx, key.person_id, key.scopes.clone()).await?;
        Ok(found.map(|(person, rights)| Caller::with_key(&person, &key, rights)))
    }

    fn is_to_be_noted(&self, last: Option<Timestamp>) -> bool {
        last.is_none_or(|last| (self.clock.now() - last).abs() >= NOTED_EVERY)
    }

    async fn note_session(&self, id: PersonSessionId) -> Result<(), HubError> {
        let mut tx = self.store.write().await?;
        tx.person_sessions().touch(id, self.clock.now()).await?;
        Ok(tx.commit().await?)
    }

    async fn note_key(&self, id: ApiKeyId) -> Result<(), HubError> {
        let mut tx = self.store.write().await?;
        tx.api_keys().touch(id, self.clock.now()).await?;
        Ok(tx.commit().await?)
    }

    /// Nobody is kept out because a use could not be noted.
    fn told_if_not_noted(&self, noted: Result<(), HubError>) {
        if let Err(error) = noted {
            tracing::debug!(error = %Chain(&error), "it could not be noted that a session or key was used");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A change that comes between reading and keeping is not overwritten by what was read before it.
    #[test]
    fn what_was_read_before_a_change_is_not_kept() {
        let (identities, digest, caller) = (Identities::default(), [7; 32], Caller::owner());
        let seen = identities.find(&digest, Duration::ZERO).expect_err("nobody yet");
        identities.forget();
        identities.keep(digest, &caller, Duration::ZERO, seen);
        let seen = identities.find(&digest, Duration::ZERO).expect_err("it was not kept");
        identities.keep(digest, &caller, Duration::ZERO, seen);
        assert!(identities.find(&digest, Duration::from_millis(1999)).is_ok());
        assert!(identities.find(&digest, BELIEVED).is_err(), "it is read again");
    }
}
