//! Pauses and the shared budget.

use std::{cell::Cell, sync::Arc, time::Duration};

use salesbridge_egress::{RetryBudget, RetryPolicy, RetryTiming, Verdict};

const QUICK: RetryTiming =
    RetryTiming { first_pause: Duration::from_micros(1), longest_pause: Duration::from_millis(1), repetitions: 3 };

async fn attempts_until_given_up(policy: &RetryPolicy, verdict: Verdict) -> u32 {
    let attempts = Cell::new(0);
    let failing = || async {
        attempts.set(attempts.get() + 1);
        Err::<(), _>(())
    };
    policy.run(|()| verdict, failing).await.expect_err("it always fails");
    attempts.get()
}

#[tokio::test]
async fn a_call_is_repeated_as_often_as_allowed_and_no_more() {
    let policy = RetryPolicy::new(QUICK, Arc::new(RetryBudget::new(100)));
    assert_eq!(attempts_until_given_up(&policy, Verdict::Retry { after: None }).await, 4);
    assert_eq!(attempts_until_given_up(&policy, Verdict::Final).await, 1);
}

#[tokio::test]
async fn the_budget_is_shared_and_successes_refill_it() {
    let policy = RetryPolicy::new(QUICK, Arc::new(RetryBudget::new(2)));
    assert_eq!(attempts_until_given_up(&policy, Verdict::Retry { after: None }).await, 3, "two retries were paid");
    assert_eq!(attempts_until_given_up(&policy.clone(), Verdict::Retry { after: None }).await, 1, "nothing is left");
    for _ in 0..10 {
        policy.run(|()| Verdict::Final, || async { Ok(()) }).await.expect("it always succeeds");
    }
    assert_eq!(attempts_until_given_up(&policy, Verdict::Retry { after: None }).await, 2, "one retry was earned");
}

#[tokio::test]
async fn a_long_wait_is_left_to_the_caller() {
    let policy = RetryPolicy::new(QUICK, Arc::new(RetryBudget::new(100)));
    let an_hour = Verdict::Retry { after: Some(Duration::from_secs(3600)) };
    assert_eq!(attempts_until_given_up(&policy, an_hour).await, 1);
}
