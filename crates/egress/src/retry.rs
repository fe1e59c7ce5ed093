//! Pay and wait: the budget that all retries of a client share, and the pauses between them.
//!
//! One failing service must not multiply our load on it: each retry costs a token, each success earns a part of one back.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use backon::BackoffBuilder;

use crate::Verdict;

/// How often and with which pauses a call is repeated.
#[derive(Clone, Copy, Debug)]
pub struct RetryTiming {
    /// First pause; each next one is twice as long, with jitter.
    pub first_pause: Duration,
    /// Longest pause.
    pub longest_pause: Duration,
    /// Repetitions after the first attempt.
    pub repetitions: usize,
}

impl Default for RetryTiming {
    /// Five repetitions from half a second up to a minute.
    fn default() -> Self {
        Self { first_pause: Duration::from_millis(500), longest_pause: Duration::from_secs(60), repetitions: 5 }
    }
}

/// A token bucket shared by everything that retries against one service.
#[derive(Debug)]
pub struct RetryBudget {
    level: Mutex<u32>,
    capacity: u32,
}

/// What one retry costs, in units of which a success earns one back: at most one call in eleven is a retry in the long run.
const COST_OF_RETRY: u32 = 10;

impl RetryBudget {
    /// A full bucket that pays for `retries` retries before any success.
    pub fn new(retries: u32) -> Self {
        let capacity = retries.saturating_mul(COST_OF_RETRY);
        Self { level: Mutex::new(capacity), capacity }
    }

    /// Takes the price of one retry; false when the bucket does not hold it.
    pub fn pay(&self) -> bool {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(rest) = level.checked_sub(COST_OF_RETRY) else { return false };
        *level = rest;
        true
    }

    /// A call succeeded.
    pub fn earn(&self) {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        *level = self.capacity.min(*level + 1);
    }
}

/// Timing and budget together. Clones share the budget.
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    timing: RetryTiming,
    budget: Arc<RetryBudget>,
}

impl Default for RetryPolicy {
    /// Usual pauses, and a budget of 100 retries.
    fn default() -> Self {
        Self::new(RetryTiming::default(), Arc::new(RetryBudget::new(100)))
    }
}

impl RetryPolicy {
    /// A policy from its parts.
    pub fn new(timing: RetryTiming, budget: Arc<RetryBudget>) -> Self {
        Self { timing, budget }
    }

    /// Calls `attempt` until it succeeds, `judge` says that repeating is of no use, the repetitions are used up or the budget is
    /// spent; then gives the last result. A wait longer than the longest pause is not waited here: the error goes to the caller.
    pub async fn run<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        judge: impl Fn(&E) -> Verdict,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, E> {
        let mut pauses = self.pauses();
        loop {
            let error = match attempt().await {
                Ok(value) => {
                    self.budget.earn();
                    return Ok(value);
                }
                Err(error) => error,
            };
            let Verdict::Retry { after } = judge(&error) else { return Err(error) };
            let Some(pause) = pauses.next() else { return Err(error) };
            let pause = pause.max(after.unwrap_or_default());
            if pause > self.timing.longest_pause || !self.budget.pay() {
                return Err(error);
            }
            tokio::time::sleep(pause).await;
        }
    }

    fn pauses(&self) -> impl Iterator<Item = Duration> {
        let RetryTiming { first_pause, longest_pause, repetitions } = self.timing;
        backon::ExponentialBuilder::default()
            .with_min_delay(first_pause)
            .with_max_delay(longest_pause)
            .with_max_times(repetitions)
            .with_jitter()
            .build()
            // Jitter may add up to one more pause of the same length.
            .map(move |pause| pause.min(longest_pause))
    }
}
