//! Answers to requests that may be sent twice.

use async_trait::async_trait;
use salesbridge_model::Timestamp;

use super::state::StoredAnswer;
use super::transaction::MemoryTransaction;
use crate::{IdempotencyRepository, IdempotentAnswer, IdempotentRequest, StoreError};

pub(super) struct MemoryIdempotency<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl IdempotencyRepository for MemoryIdempotency<'_> {
    async fn begin(
        &mut self,
        actor: &str,
        key: &str,
        request_hash: &[u8],
        at: Timestamp,
        abandoned_before: Timestamp,
    ) -> Result<Option<IdempotentRequest>, StoreError> {
        let state = self.0.changed("idempotent_answers.begin")?;
        let place = (actor.to_owned(), key.to_owned());
        if let Some(known) = state.answers.get(&place)
            && (known.request.answer.is_some() || known.created_at >= abandoned_before)
        {
            return Ok(Some(known.request.clone()));
        }
        let request = IdempotentRequest { request_hash: request_hash.to_vec(), answer: None };
        state.answers.insert(place, StoredAnswer { request, created_at: at });
        Ok(None)
    }

    async fn finish(&mut self, actor: &str, key: &str, answer: &IdempotentAnswer) -> Result<bool, StoreError> {
        let state = self.0.changed("idempotent_answers.finish")?;
        let stored = state.answers.edit(&(actor.to_owned(), key.to_owned()));
        match stored.filter(|stored| stored.request.answer.is_none()) {
            Some(stored) => stored.request.answer = Some(answer.clone()),
            None => return Ok(false),
        }
        Ok(true)
    }

    async fn abandon(&mut self, actor: &str, key: &str) -> Result<bool, StoreError> {
        let state = self.0.changed("idempotent_answers.abandon")?;
        let place = (actor.to_owned(), key.to_owned());
        let open = state.answers.get(&place).is_some_and(|stored| stored.request.answer.is_none());
        Ok(open && state.answers.remove(&place))
    }

    async fn prune(&mut self, begun_before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let state = self.0.changed("idempotent_answers.prune")?;
        let old = state.answers.entries().filter(|(_, stored)| stored.created_at < begun_before);
        let doomed: Vec<(String, String)> = old.take(limit as usize).map(|(place, _)| place.clone()).collect();
        Ok(state.answers.retain(|place, _| !doomed.contains(place)))
    }
}
