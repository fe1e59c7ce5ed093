use salesbridge_egress::EgressError;

use super::Disposition::{Defer, HoldConnection, LookUpFirst, Refuse, RetryLater, RetryNow};
use super::*;
use crate::{ApiError, ApiFault, Flow, OauthFault, SignInError};

const KINDS: [MethodKind; 4] = [MethodKind::Get, MethodKind::Update, MethodKind::Upsert, MethodKind::Delete];

fn fault(code: &str, message: &str) -> ApiFault {
    ApiFault { code: code.into(), message: message.into(), fields: vec![] }
}

fn disposition(code: &str, message: &str) -> Disposition {
    fault(code, message).disposition()
}

#[test]
fn codes_with_two_causes_are_told_apart() {
    assert_eq!(disposition("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), Defer);
    let concurrent = "ConcurrentRequests (Concurrent API Requests) Limit exceeded.";
    assert_eq!(disposition("REQUEST_LIMIT_EXCEEDED", concurrent), RetryNow);
    for code in ["CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER", "NEVER_SEEN_BEFORE"] {
        let locked = fault(code, "T: execution of AfterInsert caused by: UNABLE_TO_LOCK_ROW, unable to obtain");
        assert_eq!((locked.disposition(), locked.is_contention()), (RetryLater, true), "{code}");
        let other = fault(code, "T: caused by: NullPointer");
        assert_eq!((other.disposition(), other.is_contention()), (Refuse, false), "{code}");
    }
    assert!(fault("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access").is_contention());
}

#[test]
fn each_group_of_codes_has_its_disposition_and_codes_never_seen_refuse_the_row() {
    let table = [
        ("UNABLE_TO_LOCK_ROW", RetryLater),
        ("SERVER_UNAVAILABLE", RetryNow),
        ("STORAGE_LIMIT_EXCEEDED", Defer),
        ("ENTITY_IS_LOCKED", Defer),
        ("REQUIRED_FIELD_MISSING", Refuse),
        ("NEVER_SEEN_BEFORE", Refuse),
    ];
    for (code, expected) in table {
        assert_eq!(disposition(code, ""), expected, "{code}");
    }
    assert_eq!(fault("API_DISABLED_FOR_ORG", "").entry().at(Stage::NotWritten), HoldConnection);
    assert_eq!(disposition("API_DISABLED_FOR_ORG", ""), Refuse, "of a single row");
}

#[test]
fn r8_a_missing_api_permission_is_named_with_its_setup_page() {
    for code in ["API_CURRENTLY_DISABLED", "API_DISABLED_FOR_ORG"] {
        let entry = fault(code, "").entry();
        assert_eq!(entry.at(Stage::Read), HoldConnection);
        assert!(entry.remedy.contains("API") && entry.remedy.contains("Setup"), "{}", entry.remedy);
    }
}

#[test]
fn the_codes_of_jobs_are_known_wherever_they_come() {
    let of_job = |code, message| fault(code, message).entry().disposition;
    assert_eq!(of_job("InvalidBatch", "Field name not found : Nothing"), Refuse);
    assert_eq!(of_job("ExceededQuota", "The daily quota of batches is used up"), Defer);
    assert_eq!(of_job("INVALIDJOBSTATE", "Aborting already Aborted Job not allowed"), RetryLater, "REST's spelling");
    assert_eq!(of_job("TooManyLockFailure", ""), RetryLater);
    assert_eq!(of_job("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), Defer);
    assert_eq!(of_job("NEVER_SEEN_BEFORE", ""), Refuse);
    let (ending, other) = (fault("ClientInputError", "LineEnding is invalid"), fault("ClientInputError", "x"));
    assert_ne!(ending.entry(), other.entry());
}

#[test]
fn every_line_can_be_found_and_is_a_sentence_for_people() {
    let mut seen = Vec::new();
    for entry in sections().into_iter().flat_map(|section| section.entries) {
        assert!(entry.remedy.ends_with('.') && entry.meaning.ends_with(['.', ')']), "{entry:?}");
        assert!(!seen.contains(&(entry.code, entry.says, entry.meaning)), "{entry:?} stands there twice");
        seen.push((entry.code, entry.says, entry.meaning));
    }
    for entry in codes::all().into_iter().filter(|entry| !entry.code.starts_with('(')) {
        assert_eq!(fault(entry.code, entry.says).entry(), entry, "an earlier line hides it");
    }
    for entry in bulk::TABLE {
        assert_eq!(fault(entry.code, entry.says).entry(), entry, "an earlier line hides it");
    }
}

#[test]
fn an_insert_that_may_have_happened_is_looked_up_whatever_the_error_and_a_row_never_holds_the_connection() {
    for entry in sections().into_iter().flat_map(|section| section.entries) {
        assert_eq!(entry.at(Stage::MayHaveHappened(MethodKind::Insert)), LookUpFirst, "{}", entry.code);
        assert!(KINDS.iter().all(|kind| entry.at(Stage::MayHaveHappened(*kind)) == RetryLater), "{}", entry.code);
        assert_ne!(entry.at(Stage::Row), HoldConnection, "{}", entry.code);
        assert_eq!(entry.at(Stage::Read), entry.disposition, "{}", entry.code);
        assert_eq!(entry.at(Stage::NotWritten), entry.disposition, "{}", entry.code);
    }
}

#[test]
fn the_client_repeats_by_itself_what_the_table_says_and_waits_as_long_as_it_was_asked_to() {
    let second = Some(Duration::from_secs(1));
    for entry in sections().into_iter().flat_map(|section| section.entries) {
        let repeats = entry.verdict(Stage::Read, second) == Verdict::Retry { after: second };
        assert_eq!(repeats, entry.disposition == RetryNow, "{}", entry.code);
        assert_eq!(entry.verdict(Stage::MayHaveHappened(MethodKind::Insert), second), Verdict::Final);
    }
}

#[test]
fn errors_with_a_type_have_a_line_of_the_page_each() {
    let sections = sections();
    let stands = |title: usize, entry: &Entry| sections[title].entries.contains(&entry);
    let host = || "h".to_owned();
    let network = [
        EgressError::NotPermitted { target: host(), reason: host() },
        EgressError::UnknownHost { host: host(), cause: std::io::Error::other("x") },
        EgressError::TlsFailed { host: host(), reason: host() },
        EgressError::TimedOutBeforeSend { host: host() },
        EgressError::TimedOutAfterSend { host: host() },
        EgressError::BodyTooLarge { host: host(), limit_bytes: 1 },
    ];
    assert!(network.iter().all(|error| stands(0, of_network(error))));
    let words = || OauthFault { error: "invalid_grant".to_owned(), description: String::new() };
    let sign_in = [
        SignInError::AppIsNew { fault: words(), until: salesbridge_model::Timestamp::UNIX_EPOCH },
        SignInError::InvalidClientId(words()),
        SignInError::InvalidClientSecret(words()),
        SignInError::FlowNotEnabled { flow: Flow::ClientCredentials, fault: words() },
        SignInError::FlowNotEnabled { flow: Flow::RefreshToken, fault: words() },
        SignInError::FlowNotEnabled { flow: Flow::JwtBearer, fault: words() },
        SignInError::FlowNotEnabled { flow: Flow::Device, fault: words() },
        SignInError::UserNotApproved(words()),
        SignInError::Denied(words()),
        SignInError::GrantEnded(words()),
        SignInError::GrantTooOld(words()),
        SignInError::ReplacementLost(words()),
        SignInError::CodeRefused(words()),
        SignInError::VerifierRefused(words()),
        SignInError::CallbackMismatch(words()),
        SignInError::AssertionRefused(words()),
        SignInError::NotSignedIn,
        SignInError::RenewedElsewhere,
        SignInError::NoSecret,
        SignInError::NoRunAsUser(words()),
        SignInError::IpRestricted(words()),
        SignInError::NoScopes(words()),
        SignInError::NotApproved(words()),
        SignInError::WrongDomain(words()),
        SignInError::InactiveUserOrOrg(words()),
        SignInError::RateLimited(words()),
        SignInError::Hiccup(words()),
        SignInError::Refused(words()),
        SignInError::Maintenance { host: host(), status: 503 },
        SignInError::Moved { host: host() },
        SignInError::SignatureMismatch { host: host() },
        SignInError::UntrustedInstance { host: host() },
        SignInError::UnreadableAnswer { host: host(), missing: "id" },
        SignInError::Unsendable,
    ];
    assert!(sign_in.iter().all(|error| stands(1, error.entry())));
    let calls = [
        ApiError::Unavailable { status: 503, retry_after: None },
        ApiError::Unavailable { status: 406, retry_after: None },
        ApiError::Unreadable { expected: "rows" },
        ApiError::TooManyRows { cap: 1 },
        ApiError::BadName { text: "a/b".to_owned() },
    ];
    assert!(calls.iter().all(|error| stands(2, error.entry())));
}

#[test]
fn a_status_without_explanation_is_repeated_where_salesforce_or_its_edge_is_busy() {
    for (status, expected) in [(408, RetryNow), (420, RetryNow), (429, RetryNow), (500, RetryNow), (503, RetryNow)] {
        assert_eq!(ApiError::Unavailable { status, retry_after: None }.disposition(), expected, "{status}");
    }
    for status in [302, 400, 404, 406] {
        assert_eq!(ApiError::Unavailable { status, retry_after: None }.disposition(), RetryLater, "{status}");
    }
    let explained = ApiError::Refused { status: 500, faults: vec![fault("APEX_ERROR", "")] };
    assert_eq!((explained.disposition(), explained.code().as_str()), (RetryNow, "APEX_ERROR"));
}
