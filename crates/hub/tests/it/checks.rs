//! The connection test against an org with one thing wrong: which check fails, what a person reads, and where it is mended.

use salesbridge_hub::connections::{ConnectionQuery, NewConnection, TestReport};
use salesbridge_hub::{Caller, Check, CheckState};
use salesbridge_local_org::{App, FaultAction, FaultError, FaultMatch, FaultRule, OrgConfig, Tls};
use salesbridge_model::PageRequest;

use crate::org::Org;
use crate::stage::{Stage, connection_to, with_secret};

const IN_ORDER: [&str; 14] = [
    "address",
    "tls",
    "app",
    "flow",
    "run_as",
    "sign_in",
    "ip",
    "api_access",
    "scopes",
    "org",
    "allowance",
    "objects",
    "fields",
    "refresh",
];

async fn stage() -> Stage {
    Stage::set(OrgConfig::default()).await
}

/// What a test before saving finds; every check is there, in order, and nothing is stored (R48).
async fn tested(stage: &Stage, new: &NewConnection) -> TestReport {
    let report = stage.hub.test_new_connection(&Caller::owner(), new).await.expect("a report");
    let names: Vec<&str> = report.checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(names, IN_ORDER);
    assert_eq!(
        stage
            .hub
            .connections(&Caller::owner(), &ConnectionQuery::default(), &PageRequest::default())
            .await
            .expect("connections")
            .total,
        0,
        "R48"
    );
    report
}

/// The one check that fails, which has a remedy; what comes after it says why it was not looked at.
async fn failed(stage: &Stage, new: &NewConnection) -> Check {
    let report = tested(stage, new).await;
    let mut failed = report.checks.iter().filter(|check| check.state == CheckState::Failed);
    let (first, others) = (failed.next().expect("a failed check").clone(), failed.count());
    assert!(!report.passed && others == 0, "{report:#?}");
    assert!(first.remedy.as_ref().is_some_and(|remedy| !remedy.is_empty()), "{first:?}");
    let skipped = report.checks.iter().filter(|check| check.state == CheckState::Skipped);
    assert!(skipped.clone().all(|check| !check.message.is_empty() && check.remedy.is_none()), "{report:#?}");
    first
}

/// The failed check with the app changed.
async fn with_app(change: impl FnOnce(&mut App)) -> Check {
    let stage = stage().await;
    let mut app = stage.org.app.clone();
    change(&mut app);
    stage.org.running.control().keep_app(app).await.expect("an app");
    failed(&stage, &connection_to(&stage.org, &stage.org.app)).await
}

/// The failed check while calls to these paths are answered with this error.
async fn with_fault(path_contains: &str, status: u16, code: &str, message: &str) -> Check {
    let stage = stage().await;
    let error = FaultError { status, code: code.to_owned(), message: message.to_owned() };
    stage.org.running.control().add_fault(FaultRule {
        matches: FaultMatch { path_contains: Some(path_contains.to_owned()), ..FaultMatch::default() },
        action: FaultAction { error: Some(error), ..FaultAction::default() },
        ..FaultRule::default()
    });
    failed(&stage, &connection_to(&stage.org, &stage.org.app)).await
}

fn is(check: &Check, name: &str, message: &str, setup: &str) {
    assert_eq!(check.name, name, "{check:?}");
    assert!(check.message.contains(message), "{check:?}");
    let page = check.setup_page.as_ref().map_or("", |page| page.path.as_str());
    assert_eq!(page, setup, "{check:?}");
}

const APPS: &str = "Setup > External Client App Manager";

#[tokio::test]
async fn r48_r86_a_connection_that_works_passes_before_and_after_it_is_saved() {
    let stage = stage().await;
    let new = connection_to(&stage.org, &stage.org.app);
    let report = tested(&stage, &new).await;
    assert!(report.passed && report.org.as_ref().is_some_and(|org| org.edition.is_some()), "{report:#?}");
    let skipped: Vec<_> = report.checks.iter().filter(|check| check.state == CheckState::Skipped).collect();
    assert!(skipped.len() == 1 && skipped[0].name == "tls", "a local org without TLS: {skipped:?}");
    stage.hub.create_connection(&Caller::owner(), new).await.expect("a connection");
    assert!(stage.hub.test_connection(&Caller::owner(), "acme").await.expect("a report").passed);
}

#[tokio::test]
async fn r49_a_connection_is_made_without_a_test_and_even_if_it_would_fail() {
    let stage = stage().await;
    let wrong = NewConnection {
        company: None,
        ..with_secret(connection_to(&stage.org, &stage.org.app), "consumer_secret", "not the secret")
    };
    stage.hub.create_connection(&Caller::owner(), wrong).await.expect("a connection");
    let listed = stage
        .hub
        .connections(&Caller::owner(), &ConnectionQuery::default(), &PageRequest::default())
        .await
        .expect("a list");
    assert_eq!(listed.items.len(), 1);
    assert!(!stage.hub.test_connection(&Caller::owner(), "acme").await.expect("a report").passed);
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_fails_tls_and_not_the_address() {
    let (stage, other) = (stage().await, Org::start(OrgConfig { tls: Tls::InMemory, ..OrgConfig::default() }).await);
    let check = failed(&stage, &connection_to(&other, &other.app)).await;
    is(&check, "tls", "no secure connection", "");
    assert_eq!(check.code.as_deref(), Some("network.tls"));
}

#[tokio::test]
async fn an_unknown_key_fails_the_app_and_r16_says_until_when_it_is_tried_again() {
    let check = with_app(|app| app.propagation_seconds = 600).await;
    is(&check, "app", "does not know the consumer key yet", APPS);
    assert!(check.retry_until.is_some_and(|until| until > salesbridge_model::Timestamp::UNIX_EPOCH), "{check:?}");
    let blocked = with_app(|app| app.is_blocked = true).await;
    assert_eq!((blocked.name.as_str(), blocked.retry_until), ("app", None), "{blocked:?}");
}

#[tokio::test]
async fn r7_a_flow_that_is_off_and_a_missing_run_as_user_are_told_apart() {
    let flow = with_app(|app| app.client_credentials = false).await;
    is(&flow, "flow", "client credentials flow is not enabled", APPS);
    let run_as = with_app(|app| app.run_as = None).await;
    is(&run_as, "run_as", "no user to run as", APPS);
}

#[tokio::test]
async fn a_user_who_is_not_active_fails_run_as() {
    let stage = stage().await;
    let user = stage.org.app.run_as.clone().expect("a user");
    stage.org.running.control().set_active(&user, false).await.expect("a user");
    is(&failed(&stage, &connection_to(&stage.org, &stage.org.app)).await, "run_as", "inactive", "Setup > Users");
}

#[tokio::test]
async fn a_wrong_secret_fails_sign_in_and_proves_that_the_app_is_known() {
    let stage = stage().await;
    let new = with_secret(connection_to(&stage.org, &stage.org.app), "consumer_secret", "wrong");
    is(&failed(&stage, &new).await, "sign_in", "consumer secret", APPS);
    let checks = tested(&stage, &new).await.checks;
    assert_eq!(checks[2].state, CheckState::Passed, "app");
    assert!(checks[3].state == CheckState::Skipped && checks[3].message.contains("before `sign_in` is mended"));
    assert!(checks[7].message.contains("because `sign_in` failed"), "{:?}", checks[7]);
}

#[tokio::test]
async fn r9_a_network_address_that_is_refused_is_named() {
    is(&with_app(|app| app.ip_restricted = true).await, "ip", "our network address", "Setup > Network Access");
}

#[tokio::test]
async fn r8_r28_who_may_not_use_the_api_is_told_from_an_org_that_has_none() {
    let stage = stage().await;
    let user = stage.org.app.run_as.clone().expect("a user");
    stage.org.running.control().set_api_enabled(&user, false).await.expect("a user");
    let of_user = failed(&stage, &connection_to(&stage.org, &stage.org.app)).await;
    is(&of_user, "api_access", "API is disabled for this User", "Setup > Permission Sets");
    let of_org =
        with_fault("/query", 403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.").await;
    is(&of_org, "api_access", "not enabled for this Organization", "Setup > Company Information");
    assert!(of_org.remedy.expect("a remedy").contains("edition"), "R28");
}

#[tokio::test]
async fn scopes_without_api_are_named() {
    let without_api = with_app(|app| app.scopes = vec!["id".to_owned()]).await;
    is(&without_api, "scopes", "not valid for use with the REST API", APPS);
    is(&with_app(|app| app.scopes = Vec::new()).await, "scopes", "no scope", APPS);
}

#[tokio::test]
async fn a_version_that_is_retired_fails_the_org() {
    let retired = with_fault("/query", 410, "UNSUPPORTED_API_VERSION", "The version is no longer available").await;
    is(&retired, "org", "no longer available", "");
}

#[tokio::test]
async fn calls_that_are_used_up_fail_the_allowance() {
    let stage = stage().await;
    stage.org.running.control().set_daily_limit(0).await.expect("a limit");
    let check = failed(&stage, &connection_to(&stage.org, &stage.org.app)).await;
    is(&check, "allowance", "Limit exceeded", "Setup > Company Information");
}

#[tokio::test]
async fn an_object_that_cannot_be_seen_is_named() {
    let check = with_fault("/sobjects/Lead/describe", 404, "NOT_FOUND", "The requested resource does not exist").await;
    is(&check, "objects", "Lead", "Setup > Permission Sets");
}

#[tokio::test]
async fn a_mapped_field_that_is_missing_is_named() {
    let stage = stage().await;
    let mut new = connection_to(&stage.org, &stage.org.app);
    new.fields.insert("status".to_owned(), Some("Nothing__c".to_owned()));
    let check = failed(&stage, &new).await;
    is(&check, "fields", "Nothing__c", "Setup > Object Manager > Lead > Fields & Relationships");
}
