//! How long nothing has moved on a call: a long upload is not silent, however long it takes.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, timeout_at};

/// Since when a call has been silent. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Silence {
    since: Arc<Mutex<Instant>>,
    longest: Duration,
}

impl Silence {
    /// A silence that begins now.
    pub(crate) fn begins(longest: Duration) -> Self {
        Self { since: Arc::new(Mutex::new(Instant::now())), longest }
    }

    /// Something moved: it begins anew.
    pub(crate) fn is_broken(&self) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// What `future` gives; `None` when the silence grows too long before.
    pub(crate) async fn breaks<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = std::pin::pin!(future);
        loop {
            if let Ok(done) = timeout_at(self.end(), &mut future).await {
                return Some(done);
            }
            if self.end() <= Instant::now() {
                return None;
            }
        }
    }

    fn end(&self) -> Instant {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) + self.longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_moves_may_take_longer_than_one_silence() {
        let silence = Silence::begins(Duration::from_secs(600));
        let long_ago = Instant::now() - Duration::from_secs(3600);
        *silence.since.lock().unwrap() = long_ago;
        let moving = async {
            silence.is_broken();
            tokio::task::yield_now().await;
        };
        assert_eq!(silence.breaks(moving).await, Some(()), "it moved when it was asked first");
        *silence.since.lock().unwrap() = long_ago;
        assert_eq!(silence.breaks(std::future::pending::<()>()).await, None);
        assert_eq!(silence.breaks(std::future::ready(1)).await, Some(1), "what is there is taken");
    }
}
