//! The device flow: codes, waiting, and the page where a person allows a device.

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::Value;

use crate::browser::{Browser, PASSWORD};
use crate::oauth_code::{admin, ask, refusal};
use crate::support::{Answer, Caller, KEY};

const PENDING: &str = "authorization_pending: End-user authorization is pending";

async fn started(caller: &Caller) -> (String, String) {
    let (status, body) = ask(caller, &[("response_type", "device_code"), ("client_id", KEY)]).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["interval"], 5);
    assert_eq!(body["verification_uri"], format!("{}/setup/connect", caller.org.url()));
    let text = |key: &str| body[key].as_str().unwrap().to_owned();
    assert_eq!(text("user_code").len(), 8);
    (text("device_code"), text("user_code"))
}

async fn polled(caller: &Caller, code: &str) -> Answer {
    ask(caller, &[("grant_type", "device"), ("client_id", KEY), ("code", code)]).await
}

#[tokio::test]
async fn a_person_allows_a_device() {
    let mut caller = Caller::new().await;
    let (device_code, user_code) = started(&caller).await;
    assert_eq!(refusal(polled(&caller, &device_code).await), PENDING);
    caller.clock.advance(TimeDelta::seconds(2));
    assert_eq!(refusal(polled(&caller, &device_code).await), "slow_down: Polling too frequently");
    caller.clock.advance(TimeDelta::seconds(5));
    assert_eq!(refusal(polled(&caller, &device_code).await), PENDING);

    let mut browser = Browser::at(&caller.org);
    assert!(browser.open("/setup/connect").await.html().contains("name=user_code"));
    let wrong = browser.open("/setup/connect?user_code=%3Cb%3EAAAA").await;
    assert!(wrong.html().contains("No device waits for this code") && !wrong.html().contains("<b>"));
    let spaced = format!("{}-{}", &user_code[..4].to_lowercase(), &user_code[4..]);
    let page = browser.open(&format!("/setup/connect?user_code={spaced}")).await;
    let page = browser.sign_in(&page, &admin(&caller).await, PASSWORD).await;
    assert!(page.html().contains("Default App"), "{page:?}");
    let mut thief = Browser::at(&caller.org);
    thief.open("/setup/connect").await;
    assert!(thief.allow(&page).await.html().contains("was not shown to this browser"));
    let done = browser.allow(&page).await;
    assert!(done.html().contains("The device is connected"), "{done:?}");

    let (status, body) = polled(&caller, &device_code).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert!(body["refresh_token"].is_string());
    caller.token = body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(caller.get("/limits").await.0, StatusCode::OK);
    assert_eq!(refusal(polled(&caller, &device_code).await), "invalid_grant: invalid device code");
    let used = browser.open(&format!("/setup/connect?user_code={user_code}")).await;
    assert!(used.html().contains("No device waits for this code"));
}

#[tokio::test]
async fn a_device_is_denied_or_comes_too_late() {
    let caller = Caller::new().await;
    let (device_code, user_code) = started(&caller).await;
    let mut browser = Browser::at(&caller.org);
    let page = browser.open(&format!("/setup/connect?user_code={user_code}")).await;
    let page = browser.sign_in(&page, &admin(&caller).await, PASSWORD).await;
    let denied = browser.submit(&page, &[("decision", "deny")]).await;
    assert!(denied.html().contains("Access denied"));
    assert_eq!(refusal(polled(&caller, &device_code).await), "access_denied: end-user denied authorization");

    let (device_code, user_code) = started(&caller).await;
    caller.clock.advance(TimeDelta::minutes(10));
    assert_eq!(refusal(polled(&caller, &device_code).await), "invalid_grant: expired device code");
    let late = browser.open(&format!("/setup/connect?user_code={user_code}")).await;
    assert!(late.html().contains("No device waits for this code"));

    let (_, refused) = ask(&caller, &[("response_type", "device_code"), ("client_id", "nobody")]).await;
    assert_eq!(refused["error"], "invalid_client_id");
    caller.change_app(|app| app.device = false).await;
    let off = ask(&caller, &[("response_type", "device_code"), ("client_id", KEY)]).await;
    assert_eq!(refusal(off), "unsupported_grant_type: grant type not supported");
}

/// The policies of the app hold for devices too.
#[tokio::test]
async fn a_user_who_may_not_use_the_app_connects_no_device() {
    let caller = Caller::new().await;
    caller.change_app(|app| app.permitted_users = salesbridge_local_org::PermittedUsers::AdminApproved).await;
    let (device_code, user_code) = started(&caller).await;
    let mut browser = Browser::at(&caller.org);
    let page = browser.open(&format!("/setup/connect?user_code={user_code}")).await;
    let page = browser.sign_in(&page, &admin(&caller).await, PASSWORD).await;
    let refused = browser.allow(&page).await;
    assert!(refused.html().contains("user is not admin approved"), "{refused:?}");
    let (_, body): (_, Value) = polled(&caller, &device_code).await;
    assert_eq!(body["error"], "access_denied");
}
