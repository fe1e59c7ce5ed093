//! Requests that may be sent twice: whoever gives a request a key of their own gets the answer that was given, however often the request arrives.
//!
//! A key belongs to who gave it and to what was asked with it: nobody gets an answer of somebody else's, and no answer to another question.

use salesbridge_store::{IdempotentAnswer, StoreError};

use crate::{Actor, ActorKind, Caller, Hub, HubError};

/// Hours that an answer is kept.
pub const ANSWERS_KEPT_HOURS: i64 = 24;
/// After so many minutes without an answer, the process that was at work has ended before it.
const ABANDONED_AFTER_MINUTES: i64 = 5;

/// What is to be done with a request that has a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It is new: carry it out, then give [`Hub::keep_answer`] its answer, or [`Hub::forget_request`] when nothing was done.
    First,
    /// It was carried out: this is the answer.
    Answered(IdempotentAnswer),
    /// The first of its kind is still at work.
    UnderWay,
    /// The key was given to something else that was asked.
    OfAnother,
}

impl Hub {
    /// Begins a request with a key. `asked` is the SHA-256 of all that was asked. Whoever may not do it is told so when it is carried out.
    pub async fn begin_request(&self, caller: &Caller, key: &str, asked: &[u8]) -> Result<Repeat, HubError> {
        let now = self.clock.now();
        let abandoned_before = now - chrono::Duration::minutes(ABANDONED_AFTER_MINUTES);
        let mut tx = self.store.write().await?;
        let known = tx.idempotent_answers().begin(&owner_of_keys(caller), key, asked, now, abandoned_before).await?;
        tx.commit().await?;
        Ok(match known {
            None => Repeat::First,
            Some(known) if known.request_hash != asked => Repeat::OfAnother,
            Some(known) => known.answer.map_or(Repeat::UnderWay, Repeat::Answered),
        })
    }

    /// Keeps the answer to a request that was begun.
    pub async fn keep_answer(&self, caller: &Caller, key: &str, answer: &IdempotentAnswer) -> Result<(), HubError> {
        let mut tx = self.store.write().await?;
        tx.idempotent_answers().finish(&owner_of_keys(caller), key, answer).await?;
        Ok(tx.commit().await?)
    }

    /// Forgets a request that was begun and did nothing: it may be sent again.
    pub async fn forget_request(&self, caller: &Caller, key: &str) -> Result<(), HubError> {
        let mut tx = self.store.write().await?;
        tx.idempotent_answers().abandon(&owner_of_keys(caller), key).await?;
        Ok(tx.commit().await?)
    }

    /// Removes answers that are too old; says how many.
    pub(crate) async fn forget_answers(&self, limit: u32) -> Result<u64, StoreError> {
        let begun_before = self.clock.now() - chrono::Duration::hours(ANSWERS_KEPT_HOURS);
        let mut tx = self.store.write().await?;
        let removed = tx.idempotent_answers().prune(begun_before, limit).await?;
        tx.commit().await?;
        Ok(removed)
    }
}

/// Whose key it is. Each API key has its own, whosever it is.
fn owner_of_keys(caller: &Caller) -> String {
    let Actor { kind, id, .. } = caller.actor();
    let kind = match kind {
        ActorKind::Owner => "owner",
        ActorKind::Person => "person",
        ActorKind::Key => "key",
        ActorKind::System => "system",
    };
    format!("{kind}:{id}")
}
