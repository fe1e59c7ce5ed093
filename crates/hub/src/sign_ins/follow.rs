//! Finishing in the background what nobody waits for: codes of devices, answers of apps that are not known everywhere yet, and what a process died over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use salesbridge_model::{SignInAttemptId, SignInFailure, SignInKind};
use salesbridge_store::StoredSignIn;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::unfinished::Step;
use crate::{Chain, Hub, HubError};

/// Longest time between two looks for sign-ins that another process began.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Between two attempts to finish what time alone mends.
pub(super) const TRY_AGAIN_AFTER: Duration = Duration::from_secs(15);

/// What this process knows of sign-ins beside what is stored.
#[derive(Default)]
pub(crate) struct Following {
    wake: Notify,
    /// Where browsers reach this process.
    door: OnceLock<String>,
    /// When each is tried next, on monotonic time, and why it is tried again.
    next: Mutex<HashMap<SignInAttemptId, Next>>,
}

#[derive(Clone, Debug)]
struct Next {
    at: Duration,
    pause: Duration,
    why: Option<SignInFailure>,
}

impl Following {
    /// Something was begun or taken.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Where browsers reach this process, without a slash at its end.
    pub(super) fn door(&self) -> Option<&str> {
        self.door.get().map(String::as_str)
    }

    /// Why one is tried again.
    pub(super) fn why_again(&self, id: SignInAttemptId) -> Option<SignInFailure> {
        self.lock().get(&id).and_then(|next| next.why.clone())
    }

    /// Tries one again after a pause.
    pub(super) fn again(&self, id: SignInAttemptId, now: Duration, pause: Duration, why: Option<SignInFailure>) {
        self.lock().insert(id, Next { at: now + pause, pause, why });
    }

    /// How long the pause before the last attempt was.
    pub(super) fn pause(&self, id: SignInAttemptId) -> Option<Duration> {
        self.lock().get(&id).map(|next| next.pause)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SignInAttemptId, Next>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    /// A door on the network is open: browsers reach this process there. The first address counts.
    pub fn opened_at(&self, address: &str) {
        let _first_counts = self.sign_ins.door.set(address.trim_end_matches('/').to_owned());
    }

    /// Finishes sign-ins in the background until `stop` is set; one that was begun to be finished is.
    pub(crate) async fn follow_sign_ins(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let pause = match self.follow_once().await {
                Ok(pause) => pause,
                Err(error) => {
                    if !self.outage.met(&error, self.clock.monotonic()) {
                        tracing::warn!(error = %Chain(&error), "sign-ins could not be looked at; it is tried again");
                    }
                    LOOK_EVERY
                }
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = self.sign_ins.wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Goes on with every sign-in whose time has come; says after which pause the next one's has.
    async fn follow_once(&self) -> Result<Duration, HubError> {
        let mut tx = self.store.read().await?;
        let now = self.clock.now();
        let mut waiting = tx.sign_ins().taken(now).await?;
        waiting
            .extend(tx.sign_ins().pending(now).await?.into_iter().filter(|it| it.attempt.kind == SignInKind::Device));
        drop(tx);
        self.sign_ins.lock().retain(|id, _| waiting.iter().any(|stored| stored.attempt.id == *id));
        let mut pause = LOOK_EVERY;
        for stored in waiting {
            let id = stored.attempt.id;
            let now = self.clock.monotonic();
            if self.due_at(&stored, now)? <= now {
                self.finish_sign_in(id).await?;
            }
            if let Some(next) = self.sign_ins.lock().get(&id) {
                pause = pause.min(next.at.saturating_sub(self.clock.monotonic()));
            }
        }
        Ok(pause.max(Duration::from_millis(20)))
    }

    /// When one is to be tried: a device after its first interval, an answer that came at once.
    fn due_at(&self, stored: &StoredSignIn, now: Duration) -> Result<Duration, HubError> {
        if let Some(next) = self.sign_ins.lock().get(&stored.attempt.id) {
            return Ok(next.at);
        }
        let step = self.open_sign_in(stored)?.map(|unfinished| unfinished.step);
        let Some(Step::Device { interval, .. }) = step else { return Ok(now) };
        let interval = Duration::from_secs(interval);
        self.sign_ins.again(stored.attempt.id, now, interval, None);
        Ok(now + interval)
    }
}
