//! How long a fault makes requests take: times drawn from a distribution. Refuses to wait.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest wait that a distribution may draw, in milliseconds: a tail is cut here, or one request would hang for days.
const LONGEST_MS: f64 = 600_000.0;

/// How long requests take, by a distribution. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Latency {
    /// Always the same.
    Fixed(f64),
    /// Anything between two times.
    Uniform {
        /// The shortest.
        from: f64,
        /// The longest.
        to: f64,
    },
    /// Around a mean; never below zero.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        deviation: f64,
    },
    /// Mostly short, sometimes very long.
    Exponential {
        /// The mean.
        mean: f64,
    },
    /// As measured: percentile to time, such as `{"50": 20, "95": 300, "100": 2000}`; straight lines between them.
    Percentiles(BTreeMap<String, f64>),
}

impl Latency {
    /// The time that belongs to two drawn numbers.
    pub(crate) fn time(&self, first: f64, second: f64) -> Duration {
        let milliseconds = match self {
            Self::Fixed(time) => *time,
            Self::Uniform { from, to } => from + (to - from) * first,
            Self::Normal { mean, deviation } => mean + deviation * standard_normal(first, second),
            Self::Exponential { mean } => -mean * (1.0 - first).ln(),
            Self::Percentiles(points) => between(&sorted(points), first * 100.0),
        };
        Duration::from_secs_f64(milliseconds.clamp(0.0, LONGEST_MS) / 1000.0)
    }

    /// What is wrong with it, in words.
    pub(crate) fn problem(&self) -> Option<String> {
        let good = |times: &[f64]| times.iter().all(|time| time.is_finite() && *time >= 0.0);
        match self {
            Self::Fixed(time) if good(&[*time]) => None,
            Self::Uniform { from, to } if good(&[*from, *to]) && from <= to => None,
            Self::Normal { mean, deviation } if good(&[*mean, *deviation]) => None,
            Self::Exponential { mean } if good(&[*mean]) => None,
            Self::Percentiles(points) => percentile_problem(points),
            Self::Uniform { .. } => {
                Some("uniform needs `from` and `to` in milliseconds, `from` not above `to`".to_owned())
            }
            _ => Some("times are milliseconds, not below zero".to_owned()),
        }
    }
}

fn percentile_problem(points: &BTreeMap<String, f64>) -> Option<String> {
    if points.is_empty() {
        return Some("percentiles need at least one point, such as {\"95\": 300}".to_owned());
    }
    points.iter().find_map(|(percentile, time)| match percentile.parse::<f64>() {
        Ok(number) if (0.0..=100.0).contains(&number) && time.is_finite() && *time >= 0.0 => None,
        Ok(number) if (0.0..=100.0).contains(&number) => Some("times are milliseconds, not below zero".to_owned()),
        _ => Some(format!("'{percentile}' is no percentile: numbers from 0 to 100 are")),
    })
}

/// Box-Muller.
fn standard_normal(first: f64, second: f64) -> f64 {
    (-2.0 * (1.0 - first).ln()).sqrt() * (std::f64::consts::TAU * second).cos()
}

fn sorted(points: &BTreeMap<String, f64>) -> Vec<(f64, f64)> {
    let mut sorted: Vec<(f64, f64)> =
        points.iter().filter_map(|(percentile, time)| Some((percentile.parse().ok()?, *time))).collect();
    sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
    sorted
}

fn between(points: &[(f64, f64)], at: f64) -> f64 {
    let mut below = (0.0, 0.0);
    for &point in points {
        if at <= point.0 {
            let width = point.0 - below.0;
            let share = if width > 0.0 { (at - below.0) / width } else { 1.0 };
            return below.1 + (point.1 - below.1) * share;
        }
        below = point;
    }
    below.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::draw;

    #[test]
    fn times_follow_their_distribution() {
        let percentiles = serde_json::json!({"percentiles": {"50": 100.0, "100": 1000.0}});
        let latencies = [
            (Latency::Fixed(20.0), 20.0),
            (Latency::Uniform { from: 10.0, to: 30.0 }, 20.0),
            (Latency::Normal { mean: 200.0, deviation: 10.0 }, 200.0),
            (Latency::Exponential { mean: 50.0 }, 50.0),
            (serde_json::from_value(percentiles).unwrap(), 300.0),
        ];
        for (latency, mean) in latencies {
            assert_eq!(latency.problem(), None);
            let times = (0..20_000).map(|count| latency.time(draw(1, count), draw(2, count)).as_secs_f64() * 1000.0);
            let measured = times.sum::<f64>() / 20_000.0;
            assert!((measured - mean).abs() < mean * 0.03, "{latency:?}: {measured}");
        }
    }

    #[test]
    fn nonsense_is_told() {
        assert!(Latency::Uniform { from: 3.0, to: 1.0 }.problem().unwrap().contains("`from`"));
        assert!(
            Latency::Fixed(-1.0).problem().is_some() && Latency::Exponential { mean: f64::NAN }.problem().is_some()
        );
        let odd: Latency = serde_json::from_value(serde_json::json!({"percentiles": {"most": 3.0}})).unwrap();
        assert_eq!(odd.problem().unwrap(), "'most' is no percentile: numbers from 0 to 100 are");
    }
}
