//! Answers to requests that may be sent twice.

use async_trait::async_trait;
use salesbridge_model::Timestamp;

use crate::StoreError;

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotentAnswer {
    /// Its HTTP status.
    pub status: u16,
    /// What kind of text its body is.
    pub content_type: Option<String>,
    /// Its body.
    pub body: Vec<u8>,
}

/// What is known of a request by its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotentRequest {
    /// SHA-256 of what was asked.
    pub request_hash: Vec<u8>,
    /// The answer; none while the first such request is still at work.
    pub answer: Option<IdempotentAnswer>,
}

/// Answers by who asked and the key they gave. Nobody else's key finds one.
#[async_trait]
pub trait IdempotencyRepository: Send {
    /// Begins a request whose key is new: `None`. Otherwise what is known of the key. A request that began before `abandoned_before` and has
    /// no answer was left by a process that is gone: it counts as new.
    async fn begin(
        &mut self,
        actor: &str,
        key: &str,
        request_hash: &[u8],
        at: Timestamp,
        abandoned_before: Timestamp,
    ) -> Result<Option<IdempotentRequest>, StoreError>;

    /// Stores the answer to a request that has begun; false when there is none without an answer.
    async fn finish(&mut self, actor: &str, key: &str, answer: &IdempotentAnswer) -> Result<bool, StoreError>;

    /// Forgets a request that has no answer, so that it may be sent again; false when there is none.
    async fn abandon(&mut self, actor: &str, key: &str) -> Result<bool, StoreError>;

    /// Removes at most `limit` that began before an instant; says how many.
    async fn prune(&mut self, begun_before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
