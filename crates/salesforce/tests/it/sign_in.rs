//! Signing in (R1 to R9, R22, R24).

use std::sync::Arc;

use salesbridge_model::Clock;
use salesbridge_salesforce::{Disposition, SignInError, SignsIn, WithClientCredentials};
use serde_json::{Value, json};

use crate::org::{
    ManualClock, ORG_ID, SECRET, ScriptedOrg, TOKEN, USER_ID, answer, endpoint, sign_in_at, text, token_answer,
};

async fn refusal(org: &ScriptedOrg) -> SignInError {
    org.sign_in().sign_in().await.expect_err("a refusal")
}

#[tokio::test]
async fn r1_r2_a_key_and_a_secret_are_enough_and_go_to_the_connections_own_host() {
    let (one, other) = (ScriptedOrg::start().await, ScriptedOrg::start().await);
    for org in [&one, &other] {
        let session = org.sign_in().sign_in().await.expect("a session");
        assert_eq!((session.org_id.as_str(), session.user_id.as_str()), (ORG_ID, USER_ID));
        let asked = org.all_asked();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].line, TOKEN);
        assert_eq!(asked[0].body, format!("grant_type=client_credentials&client_id=3MVG9.KEY&client_secret={SECRET}"));
    }
}

#[tokio::test]
async fn r6_a_token_that_looks_like_a_jwt_is_taken_as_it_is() {
    let org = ScriptedOrg::start().await;
    let mut body = token_answer(&org.base, 1);
    body["access_token"] = json!("eyJhbGciOiJub25lIn0.not-even-json.x");
    org.on(TOKEN, [answer(200, &body)]);
    let session = org.sign_in().sign_in().await.expect("a session");
    assert_eq!(session.access_token.expose(), "eyJhbGciOiJub25lIn0.not-even-json.x");
}

#[tokio::test]
async fn r24_members_in_any_order_extra_ones_and_numbers_are_accepted() {
    let org = ScriptedOrg::start().await;
    let Value::Object(members) = token_answer(&org.base, 1) else { panic!("an object") };
    let mut backwards: serde_json::Map<_, _> = members.into_iter().rev().collect();
    backwards.insert("id_token".to_owned(), json!("eyJ"));
    backwards.insert("token_format".to_owned(), json!({ "nested": [1, null] }));
    backwards.insert("issued_at".to_owned(), json!(1_763_780_400_123_u64));
    org.on(TOKEN, [answer(200, &Value::Object(backwards))]);
    org.sign_in().sign_in().await.expect("a session");
}

#[tokio::test]
async fn a_wrong_signature_is_refused_and_a_missing_one_is_not() {
    let org = ScriptedOrg::start().await;
    let mut body = token_answer(&org.base, 1);
    body["signature"] = json!("AAAA");
    org.on(TOKEN, [answer(200, &body)]);
    assert!(matches!(refusal(&org).await, SignInError::SignatureMismatch { .. }));
    body.as_object_mut().expect("an object").remove("signature");
    org.on(TOKEN, [answer(200, &body)]);
    org.sign_in().sign_in().await.expect("a session");
}

#[tokio::test]
async fn r22_an_answer_that_sends_us_elsewhere_is_refused() {
    let org = ScriptedOrg::start().await;
    for elsewhere in ["https://evil.example", "https://acme.my.salesforce.com", "http://10.0.0.1"] {
        let mut body = token_answer(&org.base, 1);
        body["instance_url"] = json!(elsewhere);
        org.on(TOKEN, [answer(200, &body)]);
        assert!(matches!(refusal(&org).await, SignInError::UntrustedInstance { .. }), "{elsewhere}");
    }
}

#[tokio::test]
async fn r7_r9_a_refusal_names_its_cause_and_its_setup_page_and_is_not_repeated() {
    let table = [
        ("invalid_grant", "no client credentials user enabled", "Run As"),
        ("unsupported_grant_type", "grant type not supported", "Enable Client Credentials Flow"),
        ("invalid_grant", "ip restricted", "Network Access"),
        ("invalid_client", "invalid client credentials", "consumer secret"),
    ];
    for (error, description, page) in table {
        let org = ScriptedOrg::start().await;
        org.on(TOKEN, [answer(400, &json!({ "error": error, "error_description": description }))]);
        let refused = refusal(&org).await;
        let said = refused.fault().expect("Salesforce's words");
        assert_eq!((said.error.as_str(), said.description.as_str()), (error, description));
        assert!(refused.remedy().contains(page) && refused.remedy().contains("Setup"), "{}", refused.remedy());
        assert_eq!((refused.disposition(), org.tokens()), (Disposition::HoldConnection, 1));
    }
}

#[tokio::test]
async fn passing_troubles_are_retried_and_never_hold_the_connection() {
    let org = ScriptedOrg::start().await;
    let good = answer(200, &token_answer(&org.base, 1));
    let hiccup = answer(400, &json!({ "error": "unknown_error", "error_description": "retry your request" }));
    org.on(TOKEN, [hiccup, text(503, "<html>maintenance</html>"), good]);
    org.sign_in().sign_in().await.expect("a session");
    assert_eq!(org.tokens(), 3);

    for (status, body) in [(200, "<html>maintenance</html>"), (404, "<html>"), (503, ""), (500, "down")] {
        org.on(TOKEN, [text(status, body)]);
        let error = refusal(&org).await;
        assert!(matches!(error, SignInError::Maintenance { .. }), "{error:?}");
        assert_eq!(error.disposition(), Disposition::RetryNow);
    }
}

#[tokio::test]
async fn an_org_that_is_down_is_unreachable_and_nothing_was_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let error = sign_in_at(&base).sign_in().await.expect_err("nobody listens");
    assert!(matches!(&error, SignInError::Unreachable { .. }), "{error:?}");
    assert_eq!(error.disposition(), Disposition::RetryNow);
}

#[tokio::test]
async fn a_renamed_my_domain_is_named_as_such() {
    let org = ScriptedOrg::start().await;
    org.on(TOKEN, [text(302, "").header("location", "https://new.my.salesforce.com/services/oauth2/token")]);
    assert!(matches!(refusal(&org).await, SignInError::Moved { .. }));
}

/// R16: within ten minutes of an edit an unknown consumer key is one that is not known yet, with a remedy to read; afterwards, or once the app was
/// known, it is wrong.
#[tokio::test]
async fn r16_the_key_of_a_new_app_is_not_known_yet_for_ten_minutes() {
    let org = ScriptedOrg::start().await;
    let unknown =
        answer(400, &json!({ "error": "invalid_client_id", "error_description": "client identifier invalid" }));
    let good = answer(200, &token_answer(&org.base, 1));
    org.on(TOKEN, [unknown.clone()]);
    let clock = Arc::new(ManualClock::default());
    let new_app = || {
        let endpoint = endpoint(&org.base, "3MVG9.KEY", SECRET, clock.clone());
        WithClientCredentials::new(endpoint.of_an_app_edited_at(clock.now()))
    };
    let (sign_in, until) = (new_app(), clock.now() + chrono::Duration::seconds(600));
    clock.advance(chrono::Duration::seconds(599));
    let refused = sign_in.sign_in().await.expect_err("not known yet");
    assert!(matches!(refused, SignInError::AppIsNew { .. }), "{refused:?}");
    assert_eq!(refused.retry_until(), Some(until), "for a countdown");
    assert_eq!((refused.disposition(), refused.code().as_str()), (Disposition::RetryLater, "oauth.invalid_client_id"));
    assert!(refused.remedy().contains("ten minutes") && refused.to_string().contains("yet"), "{}", refused.remedy());

    clock.advance(chrono::Duration::seconds(1));
    let refused = sign_in.sign_in().await.expect_err("ten minutes are over");
    assert_eq!(refused.disposition(), Disposition::HoldConnection, "{refused:?}");

    let again = new_app();
    org.on(TOKEN, [good, unknown]);
    again.sign_in().await.expect("a session");
    let refused = again.sign_in().await.expect_err("the app was deleted");
    assert_eq!(refused.disposition(), Disposition::HoldConnection, "{refused:?}");
}
