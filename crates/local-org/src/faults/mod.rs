//! The org told to misbehave: rules that match a request and break it before or after the org has done its work, or refuse
//! rows inside it. Refuses to know what the request means.
//!
//! [`rule`] and [`action`] are what is written down, [`matching`] looks at requests, [`latency`] draws times, [`codes`]
//! knows what Salesforce answers, [`mod@file`] and [`header`] read rules, [`strikes`] says what befalls one request, [`rows`]
//! refuses rows, [`carried_out`] does it all, [`broken_body`] sends bodies badly.

mod action;
mod broken_body;
mod carried_out;
mod codes;
mod file;
mod header;
mod latency;
mod matching;
mod rows;
mod rule;
mod strikes;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::chance;
use crate::config::OrgConfig;

pub use action::{FaultAction, FaultError, JobFault, RowFault, RowWrite, Throttle, TokensEnded, Truncation};
pub use file::FaultFileError;
pub use latency::Latency;
pub use rule::{ActiveFault, FaultMatch, FaultRule, FaultTime};

pub(crate) use carried_out::{answered, date};
pub(crate) use codes::KNOWN;
pub(crate) use file::read_rule;
pub(crate) use header::{FAULT_HEADER, in_header};
pub(crate) use matching::{Asked, CallerNames};
pub(crate) use rows::{ReachedRows, RowAsked};
pub(crate) use strikes::{Outcome, Strikes};

use rows::RowRule;

/// All rules of an org.
#[derive(Default)]
pub(crate) struct Faults {
    rules: Mutex<Rules>,
    /// Whether there is any rule: what every request asks, without the lock.
    is_any: AtomicBool,
}

#[derive(Default)]
struct Rules {
    last_id: u64,
    active: Vec<Kept>,
}

/// A rule with all that is remembered for it.
struct Kept {
    shown: ActiveFault,
    added: DateTime<Utc>,
    /// When requests came that its throttle let through, in milliseconds; those of the last second.
    let_through: VecDeque<i64>,
    in_flight: Arc<AtomicU32>,
    rows: Option<Arc<RowRule>>,
}

impl Faults {
    /// Those that an org has from the start.
    pub(crate) fn of(config: &OrgConfig, now: DateTime<Utc>) -> Result<Self, FaultFileError> {
        let faults = Self::default();
        faults.set_up(config, now)?;
        Ok(faults)
    }

    /// Only those that the configuration names; all others go, and all counts begin anew.
    pub(crate) fn set_up(&self, config: &OrgConfig, now: DateTime<Utc>) -> Result<(), FaultFileError> {
        let from_file = config.faults_file.as_deref().map(file::read_file).transpose()?.unwrap_or_default();
        self.clear();
        for rule in config.faults.iter().cloned().chain(from_file) {
            self.add(rule, now);
        }
        Ok(())
    }

    pub(crate) fn add(&self, rule: FaultRule, now: DateTime<Utc>) -> u64 {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.last_id += 1;
        let id = rules.last_id;
        rules.active.push(Kept::new(id, rule, now));
        self.is_any.store(true, Ordering::Relaxed);
        id
    }

    pub(crate) fn list(&self) -> Vec<ActiveFault> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).active.iter().map(Kept::show).collect()
    }

    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let before = rules.active.len();
        rules.active.retain(|fault| fault.shown.id != id);
        self.is_any.store(!rules.active.is_empty(), Ordering::Relaxed);
        rules.active.len() < before
    }

    pub(crate) fn clear(&self) {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).active.clear();
        self.is_any.store(false, Ordering::Relaxed);
    }

    pub(crate) fn is_any(&self) -> bool {
        self.is_any.load(Ordering::Relaxed)
    }

    /// Whether a rule asks who calls, which costs a look at the session.
    pub(crate) fn needs_caller(&self) -> bool {
        let rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.active.iter().any(|fault| fault.shown.rule.matches.needs_caller())
    }

    /// What befalls this request. Each matching rule counts it; all that are due strike, the first one's answer is taken.
    pub(crate) fn strike(&self, asked: &Asked<'_>, now: DateTime<Utc>) -> Strikes {
        let mut strikes = Strikes::default();
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let reaching = |fault: &&mut Kept| fault.is_in_force(now) && fault.shown.rule.action.job.is_none();
        for fault in rules.active.iter_mut().filter(reaching) {
            if fault.shown.rule.matches.fits(asked) {
                fault.meet(asked, now, &mut strikes);
            }
        }
        strikes
    }

    /// The rules about rows that reach the request at hand or, without one, work such as a bulk job's.
    pub(crate) fn reached_rows(&self, now: DateTime<Utc>) -> ReachedRows {
        if let Some(reached) = ReachedRows::of_this_request() {
            return reached;
        }
        if !self.is_any() {
            return ReachedRows::default();
        }
        let rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let reaching =
            rules.active.iter().filter(|fault| fault.is_in_force(now) && !fault.shown.rule.matches.needs_request());
        ReachedRows::new(reaching.filter_map(|fault| fault.rows.clone()).collect())
    }

    /// How a job that is worked on now ends before its end, if it does. Each rule about jobs counts it; the first that is due says so.
    pub(crate) fn end_of_job(&self, now: DateTime<Utc>) -> Option<JobFault> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let mut ends = None;
        for fault in rules.active.iter_mut().filter(|fault| fault.is_in_force(now)) {
            let Some(end) = fault.shown.rule.action.job.clone() else { continue };
            fault.shown.matched += 1;
            if fault.shown.rule.matches.is_due(fault.shown.matched) && ends.is_none() {
                fault.shown.struck += 1;
                ends = Some(end);
            }
        }
        ends
    }

    /// The limits that are used up.
    pub(crate) fn exhausted(&self, now: DateTime<Utc>) -> Vec<String> {
        let rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let in_force = rules.active.iter().filter(|fault| fault.is_in_force(now));
        in_force.filter_map(|fault| fault.shown.rule.action.exhaust.clone()).collect()
    }
}

impl Kept {
    fn new(id: u64, rule: FaultRule, added: DateTime<Utc>) -> Self {
        let rows = RowRule::of(&rule).map(Arc::new);
        let shown = ActiveFault { id, rule, matched: 0, struck: 0, rows_refused: 0 };
        Self { shown, added, let_through: VecDeque::new(), in_flight: Arc::default(), rows }
    }

    fn show(&self) -> ActiveFault {
        let rows_refused = self.rows.as_ref().map_or(0, |rows| rows.refused());
        ActiveFault { rows_refused, ..self.shown.clone() }
    }

    fn is_in_force(&self, now: DateTime<Utc>) -> bool {
        let age = (now - self.added).num_milliseconds();
        self.shown.rule.matches.for_ms.is_none_or(|lasting| i128::from(age) < i128::from(lasting))
    }

    /// Counts the request and, when it is due, adds what the rule does to it.
    fn meet(&mut self, asked: &Asked<'_>, now: DateTime<Utc>, strikes: &mut Strikes) {
        self.shown.matched += 1;
        if !self.shown.rule.matches.is_due(self.shown.matched) {
            return;
        }
        let is_too_much = self.throttles(now, strikes);
        if self.shown.rule.action.throttle.is_some() && !is_too_much {
            return;
        }
        if strikes.add(&self.shown.rule, asked, self.shown.matched, self.rows.as_ref()) {
            self.shown.struck += 1;
        }
    }

    /// Whether the request is one too many for the rule's throttle; if not, it is under way from now on.
    fn throttles(&mut self, now: DateTime<Utc>, strikes: &mut Strikes) -> bool {
        let Some(throttle) = &self.shown.rule.action.throttle else { return false };
        let second_ago = now.timestamp_millis() - 1000;
        self.let_through.retain(|&at| at > second_ago);
        let in_second = u32::try_from(self.let_through.len()).unwrap_or(u32::MAX);
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        if throttle.requests_per_second.is_some_and(|most| in_second >= most)
            || throttle.concurrent.is_some_and(|most| in_flight >= most)
        {
            return true;
        }
        self.let_through.push_back(now.timestamp_millis());
        strikes.holds(&self.in_flight);
        false
    }
}

impl FaultMatch {
    /// Whether the rule strikes the request that is the so-manieth it matches.
    fn is_due(&self, matched: u64) -> bool {
        let Some(reached) = matched.checked_sub(self.skip).filter(|&reached| reached > 0) else { return false };
        self.times.is_none_or(|times| reached <= times)
            && self.every.is_none_or(|every| reached.is_multiple_of(every.max(1)))
            && self.probability.is_none_or(|share| chance::draw(self.seed, matched) < share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_due_as_its_counts_say() {
        let due = |rule: &FaultMatch| (1..=10).filter(|&matched| rule.is_due(matched)).collect::<Vec<u64>>();
        assert_eq!(due(&FaultMatch { skip: 2, times: Some(3), ..FaultMatch::default() }), [3, 4, 5]);
        assert_eq!(due(&FaultMatch { skip: 1, every: Some(3), ..FaultMatch::default() }), [4, 7, 10]);
        assert_eq!(due(&FaultMatch { every: Some(2), times: Some(5), ..FaultMatch::default() }), [2, 4]);
        let half = |seed| FaultMatch { probability: Some(0.5), seed, ..FaultMatch::default() };
        assert_eq!(due(&half(1)), due(&half(1)));
        assert_ne!(due(&half(1)), due(&half(2)));
        assert_eq!(due(&FaultMatch { probability: Some(0.0), ..FaultMatch::default() }), [0_u64; 0]);
        assert_eq!(due(&FaultMatch { probability: Some(1.0), ..FaultMatch::default() }).len(), 10);
    }
}
