//! The org told to misbehave: rules that match a request and break it before or after the org has done its work.
//! Refuses to know what the request means.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One way to misbehave, and when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// The requests it applies to; every request without it.
    #[serde(rename = "match", default)]
    pub matches: FaultMatch,
    /// Before or after the org has done what was asked.
    #[serde(default)]
    pub when: FaultTime,
    /// What happens then.
    pub action: FaultAction,
}

/// The requests a rule applies to. What is not named matches anything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultMatch {
    /// The HTTP method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A part of the path with its query string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_contains: Option<String>,
    /// Matching requests to let through first.
    pub skip: u64,
    /// Matching requests to break after those; all when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
}

/// When a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultTime {
    /// The org does nothing of what was asked.
    #[default]
    Before,
    /// The org has done it all; only the answer is lost or replaced.
    After,
}

/// What a fault does. The parts combine: a delay comes first, a dropped connection wins over an error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultAction {
    /// Answer with this error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<FaultError>,
    /// Close the connection without an answer.
    pub drop_connection: bool,
    /// Wait first, in milliseconds.
    pub delay_ms: u64,
}

/// An error answer, in the shape of the API that was called: REST, or `error` and `error_description` of OAuth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultError {
    /// The HTTP status.
    pub status: u16,
    /// The `errorCode` or `error`.
    pub code: String,
    /// The `message` or `error_description`.
    pub message: String,
}

/// A rule with the number of requests it has met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActiveFault {
    /// Names the rule in this org; counts up.
    pub id: u64,
    /// The rule.
    #[serde(flatten)]
    pub rule: FaultRule,
    /// Matching requests so far, those let through included.
    pub matched: u64,
}

/// All rules of an org.
#[derive(Default)]
pub(crate) struct Faults {
    rules: Mutex<Rules>,
}

#[derive(Default)]
struct Rules {
    last_id: u64,
    active: Vec<ActiveFault>,
}

impl Faults {
    pub(crate) fn add(&self, rule: FaultRule) -> u64 {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.last_id += 1;
        let id = rules.last_id;
        rules.active.push(ActiveFault { id, rule, matched: 0 });
        id
    }

    pub(crate) fn list(&self) -> Vec<ActiveFault> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).active.clone()
    }

    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let before = rules.active.len();
        rules.active.retain(|fault| fault.id != id);
        rules.active.len() < before
    }

    pub(crate) fn clear(&self) {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).active.clear();
    }

    /// The fault of this request. Each matching rule counts it; the first one that strikes is taken.
    pub(crate) fn strike(&self, method: &str, target: &str) -> Option<(FaultTime, FaultAction)> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let mut struck = None;
        for fault in rules.active.iter_mut().filter(|fault| fault.rule.matches.fits(method, target)) {
            fault.matched += 1;
            if struck.is_none() && fault.rule.matches.is_due(fault.matched) {
                struck = Some((fault.rule.when, fault.rule.action.clone()));
            }
        }
        struck
    }
}

impl FaultAction {
    pub(crate) fn delay(&self) -> Option<Duration> {
        (self.delay_ms > 0).then(|| Duration::from_millis(self.delay_ms))
    }
}

impl FaultMatch {
    fn fits(&self, method: &str, target: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path_contains.as_deref().is_none_or(|part| target.contains(part))
    }

    fn is_due(&self, matched: u64) -> bool {
        matched > self.skip && self.times.is_none_or(|times| matched <= self.skip.saturating_add(times))
    }
}
