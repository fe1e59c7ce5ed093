//! The org is a shared, limited place: every call is asked for before it is made and accounted for after.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_model::Timestamp;

/// Grants calls to one org. Implementations may share the count among processes.
#[async_trait]
pub trait CallBudget: Send + Sync {
    /// Asks for one call; refuses politely before the org has to.
    async fn before_call(&self) -> Result<Grant, BudgetSpent>;

    /// A call was answered; `usage` is what the org said about its own count, which includes everybody else's calls.
    fn after_call(&self, usage: Option<ApiUsage>);

    /// The org refused a call because its own count is at its limit; says when to go on, if the budget knows better than to ask.
    fn limit_reached(&self) -> Option<BudgetSpent>;
}

/// What may be done with the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// One call.
    Call,
    /// One cheap look at the org's count, which [`CallBudget::after_call`] is told; then ask again.
    Look,
}

/// No call is left in the budget.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BudgetSpent {
    /// The org's calls are used up, but for those that are kept for its other users.
    #[error(
        "{used} of the org's {allowed} API calls of the last 24 hours are used, and the last {kept} are kept for its other users; the org is asked again at {}",
        again.at.format("%H:%M UTC")
    )]
    Org {
        /// Calls used, by everybody.
        used: u64,
        /// Calls the org has.
        allowed: u64,
        /// How many of them we leave.
        kept: u64,
        /// When it goes on.
        again: Again,
    },
    /// The connection's own ceiling is reached.
    #[error("the connection has used its {allowed} API calls of today; it goes on at {}", again.at.format("%Y-%m-%d %H:%M UTC"))]
    Own {
        /// Calls it may make a day.
        allowed: u64,
        /// When it goes on.
        again: Again,
    },
}

/// When a budget is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again {
    /// The instant.
    pub at: Timestamp,
    /// How long it is until then.
    pub pause: Duration,
}

impl BudgetSpent {
    /// When it goes on.
    pub fn again(&self) -> Again {
        match self {
            Self::Org { again, .. } | Self::Own { again, .. } => *again,
        }
    }
}

/// What the org says about its daily calls, in the header `Sforce-Limit-Info`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiUsage {
    /// Calls of the last 24 hours, by everybody.
    pub used: u64,
    /// Calls the org has.
    pub allowed: u64,
    /// The same for our app, where the org limits apps.
    pub app: Option<AppUsage>,
}

/// An app's own share of an org's calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppUsage {
    /// Name of the app.
    pub name: String,
    /// Its calls of the last 24 hours.
    pub used: u64,
    /// Calls it has.
    pub allowed: u64,
}

impl ApiUsage {
    /// Reads `api-usage=25/5000; per-app-api-usage=17/250(appName=sample-app)`. A text of another form is `None`.
    pub fn parse(header: &str) -> Option<Self> {
        let mut overall = None;
        let mut app = None;
        for part in header.split(';') {
            match part.trim().split_once('=')? {
                ("api-usage", counts) => overall = Some(counts_in(counts)?),
                ("per-app-api-usage", rest) => app = app_usage_in(rest),
                _ => {}
            }
        }
        overall.map(|(used, allowed)| Self { used, allowed, app })
    }
}

fn app_usage_in(text: &str) -> Option<AppUsage> {
    let (counts, name) = text.split_once('(')?;
    let (used, allowed) = counts_in(counts)?;
    let name = name.strip_suffix(')')?.strip_prefix("appName=")?.to_owned();
    Some(AppUsage { name, used, allowed })
}

fn counts_in(text: &str) -> Option<(u64, u64)> {
    let (used, allowed) = text.split_once('/')?;
    Some((used.trim().parse().ok()?, allowed.trim().parse().ok()?))
}

/// Counts calls in memory, and refuses beyond a ceiling when it has one.
#[derive(Debug, Default)]
pub struct CountingBudget {
    calls: AtomicU64,
    ceiling: Option<u64>,
    usage: Mutex<Option<ApiUsage>>,
}

impl CountingBudget {
    /// A budget of at most `ceiling` calls.
    pub fn with_ceiling(ceiling: u64) -> Self {
        Self { ceiling: Some(ceiling), ..Self::default() }
    }

    /// Calls granted so far.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// What the org said last about its count.
    pub fn usage(&self) -> Option<ApiUsage> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl CallBudget for CountingBudget {
    async fn before_call(&self) -> Result<Grant, BudgetSpent> {
        let allowed = self.ceiling.unwrap_or(u64::MAX);
        let granted = |calls| (calls < allowed).then_some(calls + 1);
        match self.calls.fetch_update(Ordering::Relaxed, Ordering::Relaxed, granted) {
            Ok(_) => Ok(Grant::Call),
            Err(_) => Err(BudgetSpent::Own { allowed, again: Again { at: Timestamp::MAX_UTC, pause: Duration::MAX } }),
        }
    }

    fn after_call(&self, usage: Option<ApiUsage>) {
        if usage.is_some() {
            *self.usage.lock().unwrap_or_else(PoisonError::into_inner) = usage;
        }
    }

    fn limit_reached(&self) -> Option<BudgetSpent> {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_orgs_count_is_read_with_and_without_an_apps() {
        assert_eq!(ApiUsage::parse("api-usage=18/15000"), Some(ApiUsage { used: 18, allowed: 15000, app: None }));
        let app = Some(AppUsage { name: "sample-app".to_owned(), used: 17, allowed: 250 });
        let both = "api-usage=25/5000; per-app-api-usage=17/250(appName=sample-app)";
        assert_eq!(ApiUsage::parse(both), Some(ApiUsage { used: 25, allowed: 5000, app }));
        for text in ["", "api-usage", "api-usage=x/y", "api-usage=1"] {
            assert_eq!(ApiUsage::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_spent_budget_says_how_many_of_how_many_and_when_it_goes_on() {
        let again = Again { at: Timestamp::UNIX_EPOCH + Duration::from_secs(900), pause: Duration::from_secs(900) };
        let org = BudgetSpent::Org { used: 13_500, allowed: 15_000, kept: 1_500, again };
        assert_eq!(
            org.to_string(),
            "13500 of the org's 15000 API calls of the last 24 hours are used, and the last 1500 are kept for its other users; \
             the org is asked again at 00:15 UTC"
        );
        let own = BudgetSpent::Own { allowed: 1_000, again };
        assert_eq!(
            own.to_string(),
            "the connection has used its 1000 API calls of today; it goes on at 1970-01-01 00:15 UTC"
        );
    }

    #[tokio::test]
    async fn a_ceiling_is_held() {
        let budget = CountingBudget::with_ceiling(1);
        assert_eq!(budget.before_call().await, Ok(Grant::Call));
        assert!(matches!(budget.before_call().await, Err(BudgetSpent::Own { allowed: 1, .. })));
        assert_eq!(budget.calls(), 1);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(api-usage=)?\\PC*") {
            ApiUsage::parse(&text);
        }
    }
}
