//! Refused permissions: written down too, but not so often that somebody could flood the log with them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;

use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

/// How often it is written down that the same caller was refused the same operation.
const EVERY: Duration = Duration::from_secs(60);
/// Callers and operations that are remembered at most.
const MOST: usize = 1000;

/// What was written down lately.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<HashMap<(String, String), Duration>>);

impl Refusals {
    fn is_news(&self, actor: &str, operation: &str, now: Duration) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (actor.to_owned(), operation.to_owned());
        if told.get(&key).is_some_and(|at| now.saturating_sub(*at) < EVERY) {
            return false;
        }
        told.retain(|_, at| now.saturating_sub(*at) < EVERY);
        if told.len() >= MOST {
            return false; // so many at once are one flood, whose beginning has been told
        }
        told.insert(key, now);
        true
    }
}

impl Hub {
    /// Writes down that a caller was refused an operation, such as `POST /api/v1/connections`, for want of a permission.
    pub async fn record_refusal(&self, caller: &Caller, operation: &str, reason: &str) -> Result<(), HubError> {
        if !self.refusals.is_news(&caller.actor().id, operation, self.clock.monotonic()) {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        let deed = Deed::new("access.refuse").to(operation, None).is(json!({ "reason": reason }));
        self.record(&mut *tx, caller, deed).await?;
        tx.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_refusal_is_news_once_a_minute() {
        let (refusals, at) = (Refusals::default(), Duration::from_secs);
        assert!(refusals.is_news("ann", "GET /x", at(0)) && !refusals.is_news("ann", "GET /x", at(59)));
        assert!(refusals.is_news("ann", "GET /y", at(59)) && refusals.is_news("bob", "GET /x", at(59)));
        assert!(refusals.is_news("ann", "GET /x", at(60)));
        let told = (0..2 * MOST).filter(|number| refusals.is_news("mallory", &number.to_string(), at(61))).count();
        assert!(told < MOST, "a flood is told in part: {told}");
    }
}
