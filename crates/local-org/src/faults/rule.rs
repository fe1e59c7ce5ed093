//! What a fault rule says: the requests it applies to, when it strikes, and how often. Refuses to look at requests.

use serde::{Deserialize, Serialize};

use crate::faults::action::FaultAction;

/// One way to misbehave, and when.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultMatch {
    /// The HTTP method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A part of the path with its query string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_contains: Option<String>,
    /// The whole path without its query string; `*` stands for any characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// An object that the request names: in its path, its query, or in `type` and `object` of its body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The user who calls, by id or user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The app whose token is presented, or that asks for one, by consumer key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// A header that is there, as `Name`, or whose value contains something, as `Name: part`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// A part of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_contains: Option<String>,
    /// Matching requests to let through first.
    #[serde(skip_serializing_if = "is_zero")]
    pub skip: u64,
    /// Matching requests that are in reach after those; all when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Of those in reach only each so-manieth: 3 strikes the third, the sixth and so on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// Of those only this share, between 0 and 1, drawn with `seed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Chooses the draws of `probability` and of latencies: the same requests in the same order are struck the same way.
    #[serde(skip_serializing_if = "is_zero")]
    pub seed: u64,
    /// The rule ends this many milliseconds of the org's time after it was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub for_ms: Option<u64>,
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

/// A rule with the number of requests it has met.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActiveFault {
    /// Names the rule in this org; counts up.
    pub id: u64,
    /// The rule.
    #[serde(flatten)]
    pub rule: FaultRule,
    /// Matching requests so far, those let through included.
    pub matched: u64,
    /// Requests it has struck; for a rule about rows, the requests whose rows were in reach.
    pub struck: u64,
    /// Rows it has refused.
    pub rows_refused: u64,
}

impl FaultRule {
    /// What is wrong with the rule, in words that name the key.
    pub(crate) fn problem(&self) -> Option<String> {
        let matches = &self.matches;
        if matches.probability.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            return Some("match.probability is a number from 0 to 1".to_owned());
        }
        if matches.every == Some(0) {
            return Some("match.every counts from 1".to_owned());
        }
        self.action.problem()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
