//! What befalls one request, added up over the rules that strike it. Refuses to carry it out; the server does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::chance::draw;
use crate::faults::action::{FaultAction, FaultError, TokensEnded, Truncation};
use crate::faults::matching::Asked;
use crate::faults::rows::{ReachedRows, RowRule};
use crate::faults::rule::{FaultRule, FaultTime};

/// Sets the draws of a second number, and of latencies, apart from those of probability.
const SECOND_DRAW: u64 = 0x5EED_0002;
const LATENCY_DRAW: u64 = 0x5EED_0001;

/// All that befalls one request.
#[derive(Default)]
pub(crate) struct Strikes {
    pub(crate) before: Blow,
    pub(crate) after: Blow,
    pub(crate) end_tokens: Option<TokensEnded>,
    pub(crate) truncate: Option<Truncation>,
    pub(crate) slow_bytes_per_second: Option<u64>,
    pub(crate) date_skew_seconds: i64,
    rows: Vec<Arc<RowRule>>,
    in_flight: Vec<InFlight>,
}

/// What happens on one side of the org's work.
#[derive(Default)]
pub(crate) struct Blow {
    pub(crate) wait: Duration,
    pub(crate) outcome: Option<Outcome>,
}

/// What comes instead of the org's own answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Dropped,
    Maintenance(u16),
    Error(FaultError),
}

/// A request that counts as under way until this is dropped.
struct InFlight(Arc<AtomicU32>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Strikes {
    /// Adds what a due rule does; answers whether it does anything to this request.
    pub(super) fn add(&mut self, rule: &FaultRule, asked: &Asked<'_>, count: u64, rows: Option<&Arc<RowRule>>) -> bool {
        let action = &rule.action;
        let outcome = outcome(action, asked);
        self.rows.extend(rows.cloned());
        if action.exhaust.is_some() && outcome.is_none() && rows.is_none() {
            return false;
        }
        let blow = if rule.when == FaultTime::Before { &mut self.before } else { &mut self.after };
        blow.wait = blow.wait.saturating_add(wait(action, rule.matches.seed, count));
        blow.outcome = blow.outcome.take().or(outcome);
        self.end_tokens = self.end_tokens.or(action.end_tokens);
        self.truncate = self.truncate.or(action.truncate);
        self.slow_bytes_per_second = self.slow_bytes_per_second.or(action.slow_bytes_per_second);
        self.date_skew_seconds = self.date_skew_seconds.saturating_add(action.date_skew_seconds.unwrap_or_default());
        true
    }

    /// Adds what a rule does that came with the request itself.
    pub(crate) fn add_once(&mut self, rule: &FaultRule, asked: &Asked<'_>) {
        let rows = RowRule::of(rule).map(Arc::new);
        self.add(rule, asked, 1, rows.as_ref());
    }

    pub(super) fn holds(&mut self, in_flight: &Arc<AtomicU32>) {
        in_flight.fetch_add(1, Ordering::Relaxed);
        self.in_flight.push(InFlight(Arc::clone(in_flight)));
    }

    pub(crate) fn rows(&self) -> ReachedRows {
        ReachedRows::new(self.rows.clone())
    }
}

fn wait(action: &FaultAction, seed: u64, count: u64) -> Duration {
    let drawn = action
        .latency
        .as_ref()
        .map(|latency| latency.time(draw(seed ^ LATENCY_DRAW, count), draw(seed ^ SECOND_DRAW, count)));
    Duration::from_millis(action.delay_ms).saturating_add(drawn.unwrap_or_default())
}

fn outcome(action: &FaultAction, asked: &Asked<'_>) -> Option<Outcome> {
    if action.drop_connection {
        return Some(Outcome::Dropped);
    }
    if let Some(status) = action.maintenance {
        return Some(Outcome::Maintenance(status));
    }
    let error = action.error.clone();
    let error = error.or_else(|| action.throttle.as_ref().and_then(too_much));
    error.or_else(|| used_up(action.exhaust.as_deref()?, asked)).map(Outcome::Error)
}

fn too_much(throttle: &crate::faults::Throttle) -> Option<FaultError> {
    let mut error = FaultError::of_code("REQUEST_LIMIT_EXCEEDED")?;
    // The text of the concurrent variant is unconfirmed; that of the other one is not.
    "ConcurrentRequests (Concurrent API Requests) Limit exceeded.".clone_into(&mut error.message);
    throttle.error.clone().or(Some(error))
}

/// The refusal of a call that needs what is used up.
fn used_up(limit: &str, asked: &Asked<'_>) -> Option<FaultError> {
    let is_new_job = |kind: &str| asked.method == "POST" && asked.path.ends_with(kind);
    let code = match limit {
        "DailyApiRequests" if asked.path.starts_with("/services/data/v") => "REQUEST_LIMIT_EXCEEDED",
        "DailyBulkApiBatches" if is_new_job("/jobs/ingest") => "ExceededQuota",
        "DailyBulkV2QueryJobs" if is_new_job("/jobs/query") => "ExceededQuota",
        _ => return None,
    };
    FaultError::of_code(code)
}
