//! Who may sign in: passwords and security tokens, locks, the rules of the org and of its apps.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use salesbridge_local_org::{AddressRange, OrgConfig, PermittedUsers};
use serde_json::{Value, json};

use crate::browser::PASSWORD;
use crate::oauth_code::{admin, ask, refusal};
use crate::support::{Answer, Caller, KEY, SECRET, answer, config};

const FAILED: &str = "invalid_grant: authentication failure";
const TOKEN: &str = "LOCALORGSECURITYTOKEN";

async fn with_password(caller: &Caller, password: &str) -> Answer {
    let username = admin(caller).await;
    let fields = [
        ("grant_type", "password"),
        ("client_id", KEY),
        ("client_secret", SECRET),
        ("username", username.as_str()),
        ("password", password),
    ];
    ask(caller, &fields).await
}

async fn change_user(caller: &Caller, change: Value) {
    let user = caller.org.control().users().await.unwrap().remove(0).id;
    let (status, body) = caller.patch(&format!("/local-org/users/{user}/sign-in"), change).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{body}");
}

async fn set_rules(caller: &Caller, rules: Value) {
    let set = caller.send(Method::PUT, "/local-org/sign-in-rules", Some(rules)).await;
    assert_eq!(set.status(), StatusCode::NO_CONTENT);
}

async fn allowing_passwords() -> Caller {
    let caller = Caller::new().await;
    caller.change_app(|app| app.username_password = true).await;
    caller
}

#[tokio::test]
async fn a_password_signs_in_where_org_and_app_allow_it() {
    let caller = Caller::new().await;
    assert_eq!(refusal(with_password(&caller, PASSWORD).await), "unsupported_grant_type: grant type not supported");
    caller.change_app(|app| app.username_password = true).await;
    let (status, body) = with_password(&caller, PASSWORD).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert!(body.get("refresh_token").is_none() && body["signature"].is_string());
    set_rules(&caller, json!({"username_password_flow": false})).await;
    assert_eq!(refusal(with_password(&caller, PASSWORD).await), FAILED);
}

/// The security token follows the password; from a trusted address it may be left out.
#[tokio::test]
async fn the_security_token_follows_the_password() {
    let caller = allowing_passwords().await;
    let both = format!("{PASSWORD}{TOKEN}");
    assert_eq!(with_password(&caller, &both).await.0, StatusCode::OK);
    set_rules(&caller, json!({"security_token_required": true})).await;
    assert_eq!(with_password(&caller, &both).await.0, StatusCode::OK);
    for wrong in [PASSWORD.to_owned(), format!("{PASSWORD}x"), format!("x{TOKEN}"), TOKEN.to_owned(), String::new()] {
        assert_eq!(refusal(with_password(&caller, &wrong).await), FAILED, "{wrong}");
    }
    change_user(&caller, json!({"password": "new", "security_token": "TOKEN2"})).await;
    assert_eq!(refusal(with_password(&caller, &both).await), FAILED);
    assert_eq!(with_password(&caller, "newTOKEN2").await.0, StatusCode::OK);
}

/// Ten wrong passwords in a row lock a user for a quarter of an hour.
#[tokio::test]
async fn mistakes_lock_a_user_for_a_while() {
    let caller = allowing_passwords().await;
    for _ in 0..9 {
        with_password(&caller, "wrong").await;
    }
    assert_eq!(with_password(&caller, PASSWORD).await.0, StatusCode::OK, "nine are forgotten");
    for _ in 0..10 {
        assert_eq!(refusal(with_password(&caller, "wrong").await), FAILED);
    }
    assert_eq!(refusal(with_password(&caller, PASSWORD).await), FAILED);
    caller.clock.advance(TimeDelta::minutes(15));
    assert_eq!(with_password(&caller, PASSWORD).await.0, StatusCode::OK);
    change_user(&caller, json!({"locked": true})).await;
    assert_eq!(refusal(with_password(&caller, PASSWORD).await), FAILED);
    change_user(&caller, json!({"locked": false})).await;
    assert_eq!(with_password(&caller, PASSWORD).await.0, StatusCode::OK);
}

#[tokio::test]
async fn frozen_and_inactive_users_and_orgs_get_nothing() {
    let caller = allowing_passwords().await;
    assert_eq!(caller.get("/limits").await.0, StatusCode::OK);
    change_user(&caller, json!({"frozen": true})).await;
    assert_eq!(refusal(with_password(&caller, PASSWORD).await), "invalid_grant: user is frozen");
    assert_eq!(refusal(caller.sign_in(&[]).await), "invalid_grant: user is frozen");
    assert_eq!(caller.get("/limits").await.0, StatusCode::UNAUTHORIZED, "freezing ends sessions");
    change_user(&caller, json!({"frozen": false, "password_expired": true})).await;
    assert_eq!(refusal(with_password(&caller, PASSWORD).await), FAILED);
    change_user(&caller, json!({"password_expired": false})).await;
    set_rules(&caller, json!({"is_org_active": false})).await;
    assert_eq!(refusal(with_password(&caller, PASSWORD).await), "invalid_grant: org inactive");
    set_rules(&caller, json!({})).await;
    let user = caller.org.control().users().await.unwrap().remove(0).id;
    caller.org.control().set_active(&user, false).await.unwrap();
    assert_eq!(refusal(with_password(&caller, PASSWORD).await), "invalid_grant: inactive user");
}

/// 3,600 logins of a user in an hour, here fewer; the next hour begins anew.
#[tokio::test]
async fn a_user_who_logs_in_too_often_has_to_wait() {
    let caller = Caller::new().await;
    assert_eq!(caller.get("/local-org/sign-in-rules").await.1["logins_per_hour"], 3_600);
    set_rules(&caller, json!({"logins_per_hour": 3})).await;
    for _ in 0..2 {
        assert_eq!(caller.sign_in(&[]).await.0, StatusCode::OK);
    }
    assert_eq!(refusal(caller.sign_in(&[]).await), "rate_limit_exceeded: login rate exceeded");
    caller.clock.advance(TimeDelta::hours(1));
    assert_eq!(caller.sign_in(&[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn an_app_is_known_when_its_change_has_spread() {
    let caller = Caller::new().await;
    caller.change_app(|app| app.propagation_seconds = 300).await;
    let unknown = "invalid_client_id: client identifier invalid";
    assert_eq!(refusal(caller.sign_in(&[]).await), unknown);
    caller.clock.advance(TimeDelta::seconds(299));
    assert_eq!(refusal(caller.sign_in(&[]).await), unknown);
    caller.clock.advance(TimeDelta::seconds(1));
    assert_eq!(caller.sign_in(&[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_administrators_forbid_an_app_is_refused() {
    let caller = Caller::new().await;
    let range = |from: &str, to: &str| AddressRange { from: from.parse().unwrap(), to: to.parse().unwrap() };
    caller.change_app(|app| app.allowed_addresses = vec![range("10.0.0.0", "10.255.255.255")]).await;
    assert_eq!(refusal(caller.sign_in(&[]).await), "invalid_grant: ip restricted");
    caller.change_app(|app| app.allowed_addresses.push(range("127.0.0.0", "127.0.0.9"))).await;
    assert_eq!(caller.sign_in(&[]).await.0, StatusCode::OK);
    caller.change_app(|app| app.permitted_users = PermittedUsers::AdminApproved).await;
    let not_approved = "invalid_grant: user is not admin approved to access this app";
    assert_eq!(refusal(caller.sign_in(&[]).await), not_approved);
    caller.change_app(|app| (app.permitted_users, app.is_blocked) = (PermittedUsers::SelfAuthorize, true)).await;
    assert_eq!(refusal(caller.sign_in(&[]).await), "OAUTH_APP_BLOCKED: this app is blocked by admin");
    assert_eq!(caller.get("/limits").await.0, StatusCode::UNAUTHORIZED, "blocking ends sessions");
    caller.change_app(|app| (app.is_blocked, app.is_installed) = (false, false)).await;
    assert!(refusal(caller.sign_in(&[]).await).starts_with("OAUTH_APPROVAL_ERROR_GENERIC: "));
}

#[tokio::test]
async fn exchanges_of_other_kinds_are_refused() {
    let caller = Caller::new().await;
    for grant in [
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:hybrid-token-exchange",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "hybrid_refresh",
    ] {
        assert_eq!(
            refusal(caller.sign_in(&[("grant_type", grant)]).await),
            "unsupported_grant_type: grant type not supported"
        );
    }
}

/// The administrator's first password is the configuration's; one that was changed stays.
#[tokio::test]
async fn the_first_password_can_be_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let file = salesbridge_local_org::Data::File(folder.path().join("org.db"));
    let start = async |password: &str| {
        let (config, clock) = config();
        let config = OrgConfig { admin_password: password.to_owned(), data: file.clone(), ..config };
        let caller = Caller::with(config, clock).await;
        caller.change_app(|app| app.username_password = true).await;
        caller
    };
    let first = start("chosen").await;
    assert_eq!(with_password(&first, "chosen").await.0, StatusCode::OK);
    first.org.shutdown().await;
    let second = start("another").await;
    assert_eq!(with_password(&second, "chosen").await.0, StatusCode::OK);
    assert_eq!(refusal(with_password(&second, "another").await), FAILED);
}

/// The identity documents tell what the user's record says, and a login leaves its date there.
#[tokio::test]
async fn identity_follows_the_record() {
    let caller = Caller::new().await;
    let user = caller.org.control().users().await.unwrap().remove(0).id;
    let change =
        json!({"TimeZoneSidKey": "America/Los_Angeles", "LanguageLocaleKey": "de", "City": "Bonn", "MobilePhone": "1"});
    assert_eq!(caller.patch(&format!("/sobjects/User/{user}"), change).await.0, StatusCode::NO_CONTENT);
    let url = caller.sign_in(&[]).await.1["id"].as_str().unwrap().to_owned();
    let (_, identity) = caller.get(url.strip_prefix(caller.org.url()).unwrap()).await;
    assert_eq!((&identity["timezone"], &identity["utcOffset"]), (&json!("America/Los_Angeles"), &json!(-28_800_000)));
    assert_eq!(
        (&identity["addr_city"], &identity["mobile_phone"], &identity["language"]),
        (&json!("Bonn"), &json!("1"), &json!("de"))
    );
    let (_, info) = caller.get("/services/oauth2/userinfo").await;
    assert_eq!((&info["zoneinfo"], &info["address"]), (&identity["timezone"], &json!({"locality": "Bonn"})));
    caller.clock.advance(TimeDelta::minutes(1));
    caller.sign_in(&[]).await;
    assert_eq!(
        caller.column("LastLoginDate", "SELECT LastLoginDate FROM User").await,
        ["2026-11-23T10:01:00.000+0000"]
    );
}

/// OpenID Connect Discovery names the places, and the identity URL comes as XML and as a script too.
#[tokio::test]
async fn documents_tell_where_things_are() {
    let caller = Caller::new().await;
    let (_, found) = {
        let url = format!("{}/.well-known/openid-configuration", caller.org.url());
        answer(caller.client.get(url).send().await.unwrap()).await
    };
    assert_eq!(found["issuer"], caller.org.url());
    for place in ["authorization", "token", "revocation", "userinfo", "introspection"] {
        let url = found[format!("{place}_endpoint")].as_str().unwrap();
        assert_ne!(caller.client.get(url).send().await.unwrap().status(), StatusCode::NOT_FOUND, "{url}");
    }
    assert_eq!(caller.client.get(found["jwks_uri"].as_str().unwrap()).send().await.unwrap().status(), StatusCode::OK);
    let auth = format!("{}/.well-known/auth-configuration", caller.org.url());
    assert_eq!(answer(caller.client.get(auth).send().await.unwrap()).await.1["Url"], caller.org.url());

    let url = caller.sign_in(&[]).await.1["id"].as_str().unwrap().to_owned();
    let identity = async |query: &str| {
        let url = format!("{url}?oauth_token={}&{query}", caller.token);
        let response = caller.client.get(url).send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    };
    let (_, latest) = identity("version=latest").await;
    assert!(latest.contains("/services/data/v68.0/") && !latest.contains("{version}"));
    let (_, xml) = identity("format=xml").await;
    assert!(xml.starts_with("<?xml") && xml.contains("<username>admin.") && xml.contains("<urls><"), "{xml}");
    let (_, script) = identity("format=jsonp&callback=on_identity").await;
    assert!(script.starts_with("on_identity({") && script.ends_with("});"), "{script}");
    let other_org = url.replace("/id/00D", "/id/00DzzzzzzzzzzzzZZZ");
    let wrong = caller.client.get(other_org).bearer_auth(&caller.token).send().await.unwrap();
    assert_eq!((wrong.status(), wrong.text().await.unwrap().as_str()), (StatusCode::FORBIDDEN, "Wrong_Org"));
    let bad = caller.client.get(&url).bearer_auth("00D!nothing").send().await.unwrap();
    assert_eq!((bad.status(), bad.text().await.unwrap().as_str()), (StatusCode::FORBIDDEN, "Bad_OAuth_Token"));
}
