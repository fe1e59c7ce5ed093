//! A session ends when the org says so; everybody who notices shares one new sign-in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use async_trait::async_trait;
use futures::future::join_all;
use salesbridge_salesforce::{
    ApiError, ApiUsage, BudgetSpent, CallBudget, CollectionRequest, CountingBudget, Disposition, Grant, SignInError,
    WriteOptions,
};
use serde_json::json;

use crate::org::{ManualClock, ScriptedOrg, TOKEN, answer, expired, fault, text};

const LIMITS: &str = "GET /services/data/v66.0/limits";

fn limits() -> crate::org::Answer {
    answer(
        200,
        &json!({ "DailyApiRequests": { "Max": 15000, "Remaining": 14998, "Some App": { "Max": 0, "Remaining": 0 } } }),
    )
}

#[tokio::test]
async fn r6_an_expired_session_is_renewed_once_and_the_call_replayed_once() {
    for refusal in [expired(), fault(401, "INVALID_AUTH_HEADER", "INVALID_JWT_FORMAT")] {
        let org = ScriptedOrg::start().await;
        org.on(LIMITS, [refusal, limits()]);
        let found = org.client().limits().await.expect("limits");
        assert_eq!(found.daily_api_requests().expect("a limit").remaining, 14998);
        let asked = org.asked();
        assert_eq!((org.tokens(), asked.len()), (2, 2));
        assert!(asked[1].header("authorization").ends_with("T0KEN-2"), "the replay carries the new token");
    }
}

#[tokio::test]
async fn a_session_refused_again_is_not_renewed_in_a_loop() {
    let org = ScriptedOrg::start().await;
    org.on(LIMITS, [expired()]);
    let error = org.client().limits().await.expect_err("refused twice");
    assert_eq!((error.disposition(), org.tokens(), org.asked().len()), (Disposition::HoldConnection, 2, 2));
}

#[tokio::test]
async fn refusals_that_a_new_token_does_not_mend_start_no_sign_in() {
    let refusals = [
        fault(401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API"),
        fault(401, "INVALID_SESSION_ID", "Connected app is not attached to Agent"),
        fault(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE"),
    ];
    for refusal in refusals {
        let org = ScriptedOrg::start().await;
        org.on(LIMITS, [refusal]);
        let error = org.client().limits().await.expect_err("refused");
        assert_eq!((error.disposition(), org.tokens(), org.asked().len()), (Disposition::HoldConnection, 1, 1));
    }
}

#[tokio::test]
async fn twenty_callers_share_one_sign_in_and_then_one_renewal() {
    let org = ScriptedOrg::start().await;
    org.on(LIMITS, [limits()]);
    let client = org.client();
    let twenty = || join_all((0..20).map(|_| client.limits()));
    assert!(twenty().await.iter().all(Result::is_ok));
    assert_eq!(org.tokens(), 1);
    org.end_sessions();
    assert!(twenty().await.iter().all(Result::is_ok));
    assert_eq!(org.tokens(), 2);
}

#[tokio::test]
async fn twenty_callers_share_one_failed_sign_in() {
    let org = ScriptedOrg::start().await;
    org.on(
        TOKEN,
        [answer(400, &json!({ "error": "invalid_client_id", "error_description": "client identifier invalid" }))],
    );
    let client = org.client();
    for outcome in join_all((0..20).map(|_| client.limits())).await {
        assert!(matches!(outcome, Err(ApiError::SignIn(SignInError::InvalidClientId(_)))));
    }
    assert_eq!((org.tokens(), org.asked().len()), (1, 0));
    client.limits().await.expect_err("a later call asks again");
    assert_eq!(org.tokens(), 2);
}

#[tokio::test]
async fn calls_are_counted_and_the_orgs_own_count_is_kept() {
    let org = ScriptedOrg::start().await;
    let used = "api-usage=25/5000; per-app-api-usage=17/250(appName=sample-app)";
    org.on(LIMITS, [limits().header("sforce-limit-info", used)]);
    let budget = Arc::new(CountingBudget::with_ceiling(1));
    let client = org.client_with(budget.clone(), Arc::new(ManualClock::default()));
    client.limits().await.expect("limits");
    assert_eq!(budget.usage().expect("a count").allowed, 5000);
    let error = client.limits().await.expect_err("the budget is spent");
    assert_eq!((error.disposition(), org.asked().len(), budget.calls()), (Disposition::Defer, 1, 1));
}

#[tokio::test]
async fn the_orgs_clock_is_known_from_its_answers() {
    let org = ScriptedOrg::start().await;
    org.on(LIMITS, [limits().header("date", "Thu, 01 Jan 1970 00:01:30 GMT")]);
    let client = org.client();
    assert_eq!(client.org_time_offset(), None);
    client.limits().await.expect("limits");
    assert_eq!(client.org_time_offset(), Some(chrono::Duration::seconds(90)));
}

#[tokio::test]
async fn a_read_is_repeated_through_passing_troubles_only() {
    let org = ScriptedOrg::start().await;
    let concurrent =
        fault(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
    org.on(LIMITS, [text(503, "<html>"), concurrent, limits()]);
    org.client().limits().await.expect("limits");
    assert_eq!(org.asked().len(), 3);
    org.on(LIMITS, [fault(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")]);
    let error = org.client().limits().await.expect_err("a daily limit");
    assert_eq!((error.disposition(), org.asked().len()), (Disposition::Defer, 4));
}

/// Answered with the org's count, which is at its limit; the budget is told and asks the org again by one cheap call.
#[tokio::test]
async fn a_budget_that_wants_to_look_is_told_the_orgs_count_before_the_call() {
    let org = ScriptedOrg::start().await;
    let versions = "GET /services/data";
    org.on(versions, [answer(200, &json!([]))]);
    org.on(LIMITS, [limits().header("sforce-limit-info", "api-usage=25/5000")]);
    let budget = Arc::new(LooksOnce::default());
    let client = org.client_with(budget.clone(), Arc::new(ManualClock::default()));
    client.versions().await.expect("versions");
    let lines: Vec<String> = org.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!((lines, budget.told.load(SeqCst)), (vec![LIMITS.to_owned(), versions.to_owned()], 25));

    org.on(LIMITS, [fault(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")]);
    client.limits().await.expect_err("a daily limit");
    assert_eq!(budget.reached.load(SeqCst), 1);
}

#[tokio::test]
async fn too_many_calls_at_once_become_fewer_and_the_write_turned_away_is_repeated() {
    let org = ScriptedOrg::start().await;
    let create = "POST /services/data/v66.0/composite/sobjects";
    let concurrent =
        fault(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
    org.on(create, [concurrent, answer(200, &json!([{ "id": "00Q000000000001", "success": true, "errors": [] }]))]);
    let client = org.client();
    let before = client.concurrent_calls();
    let record = json!({ "LastName": "Miller" }).as_object().expect("fields").clone();
    let request = CollectionRequest::create("Lead", &[record], WriteOptions::default()).expect("a request");
    let rows = client.send_collection(&request).await.expect("sent").answer().await.expect("answers");
    assert!(rows[0].success, "nothing of the first was carried out");
    assert_eq!((client.concurrent_calls(), org.asked().len()), (before - 1, 2));
}

#[derive(Default)]
struct LooksOnce {
    told: AtomicU64,
    reached: AtomicU64,
}

#[async_trait]
impl CallBudget for LooksOnce {
    async fn before_call(&self) -> Result<Grant, BudgetSpent> {
        Ok(if self.told.load(SeqCst) == 0 { Grant::Look } else { Grant::Call })
    }

    fn after_call(&self, usage: Option<ApiUsage>) {
        if let Some(usage) = usage {
            self.told.store(usage.used, SeqCst);
        }
    }

    fn limit_reached(&self) -> Option<BudgetSpent> {
        self.reached.fetch_add(1, SeqCst);
        None
    }
}
