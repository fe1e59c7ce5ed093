//! The web server flow: a person at a browser allows an app, and the app exchanges a code for tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use reqwest::StatusCode;
use salesbridge_local_org::{App, PermittedUsers};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::browser::{Browser, CALLBACK, PASSWORD, Shown};
use crate::support::{Answer, Caller, KEY, SECRET, answer};

const VERIFIER: &str = "a-verifier-with-the-least-length-of-43-signs";
const STATE: &str = r#"{"a":"b & c","d":"é=?"}"#;

pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER.as_bytes()))
}

/// `error: description` of the token endpoint, which always comes with status 400.
pub(crate) fn refusal((status, body): Answer) -> String {
    assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    format!("{}: {}", body["error"].as_str().unwrap(), body["error_description"].as_str().unwrap())
}

/// The name of the org's administrator.
pub(crate) async fn admin(caller: &Caller) -> String {
    caller.org.control().users().await.unwrap().remove(0).username
}

pub(crate) async fn ask(caller: &Caller, fields: &[(&str, &str)]) -> Answer {
    let url = format!("{}/services/oauth2/token", caller.org.url());
    answer(caller.client.post(url).form(fields).send().await.unwrap()).await
}

/// Goes through sign-in and consent; answers the code.
pub(crate) async fn code(caller: &Caller, more: &[(&str, &str)]) -> String {
    let mut browser = Browser::at(&caller.org);
    let mut parameters = vec![("response_type", "code"), ("client_id", KEY), ("redirect_uri", CALLBACK)];
    parameters.retain(|(name, _)| !more.iter().any(|(set, _)| set == name));
    parameters.extend(more);
    let page = browser.authorize(&parameters).await;
    let page = browser.sign_in(&page, &admin(caller).await, PASSWORD).await;
    let page = if matches!(page, Shown::Away(_)) { page } else { browser.allow(&page).await };
    page.parameter("code").unwrap_or_else(|| panic!("{page:?}"))
}

pub(crate) async fn exchange(caller: &Caller, code: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", KEY),
        ("client_secret", SECRET),
        ("redirect_uri", CALLBACK),
    ];
    fields.retain(|(name, _)| !more.iter().any(|(set, _)| set == name));
    fields.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    ask(caller, &fields).await
}

fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// The whole way, as `sf org login web` goes it: PKCE, a state of JSON text that comes back untouched, a code with signs
/// that a URL escapes, and a signed statement of who signed in.
#[tokio::test]
async fn a_person_allows_an_app_and_the_app_gets_tokens() {
    let mut caller = Caller::new().await;
    caller.change_app(|app| app.scopes.push("openid".to_owned())).await;
    let (mut browser, challenge) = (Browser::at(&caller.org), challenge());
    let parameters = [
        ("response_type", "code"),
        ("client_id", KEY),
        ("redirect_uri", CALLBACK),
        ("state", STATE),
        ("nonce", "n-1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("scope", "api refresh_token openid"),
        ("login_hint", "who@example.com"),
    ];
    let page = browser.authorize(&parameters).await;
    assert!(page.html().contains("value='who@example.com'") && page.html().contains("Local Org"), "{page:?}");
    let page = browser.sign_in(&page, &admin(&caller).await.to_uppercase(), PASSWORD).await;
    assert!(page.html().contains("Default App") && page.html().contains("Manage your data through the APIs"));
    let done = browser.allow(&page).await;
    assert_eq!(done.parameter("state").as_deref(), Some(STATE));
    let code = done.parameter("code").unwrap();
    assert!(code.starts_with("aPrx") && code.ends_with("=="), "{code}");

    let (status, body) = exchange(&caller, &code, &[("code_verifier", VERIFIER)]).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["scope"], "api refresh_token openid");
    let id = claims(&body["id_token"]);
    assert_eq!((&id["nonce"], &id["aud"], &id["sub"]), (&"n-1".into(), &KEY.into(), &body["id"]));
    let half = &Sha256::digest(body["access_token"].as_str().unwrap().as_bytes())[..16];
    assert_eq!(id["at_hash"], URL_SAFE_NO_PAD.encode(half));
    caller.token = body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(caller.get("/limits").await.0, StatusCode::OK);
    assert!(body["refresh_token"].as_str().unwrap().starts_with("5Aep861"));
    assert!(body["signature"].is_string() && body.get("expires_in").is_none());
}

/// Once allowed, the same scopes are not asked for again; `prompt` and `immediate` change that.
#[tokio::test]
async fn what_was_allowed_is_remembered_and_prompts_are_followed() {
    let caller = Caller::new().await;
    let admin = admin(&caller).await;
    let mut browser = Browser::at(&caller.org);
    let base = [("response_type", "code"), ("client_id", KEY), ("redirect_uri", CALLBACK), ("state", "s")];
    let with = |more: (&'static str, &'static str)| base.iter().copied().chain([more]).collect::<Vec<_>>();
    for (silent, expected) in [
        (("prompt", "none"), "login_required: user has to log in"),
        (("immediate", "true"), "immediate_unsuccessful: approval needed"),
    ] {
        let left = browser.authorize(&with(silent)).await;
        assert_eq!((left.refusal().as_str(), left.parameter("state").as_deref()), (expected, Some("s")));
    }
    let page = browser.authorize(&with(("scope", "api"))).await;
    let page = browser.sign_in(&page, &admin, PASSWORD).await;
    let left = browser.authorize(&with(("prompt", "none"))).await;
    assert_eq!(left.refusal(), "consent_required: user has to approve the app");
    assert!(browser.allow(&page).await.parameter("code").is_some());

    assert!(browser.authorize(&with(("scope", "api"))).await.parameter("code").is_some());
    let page = browser.authorize(&with(("scope", "api id"))).await;
    assert!(page.html().contains("value=allow"), "more than was allowed is asked for");
    assert!(browser.allow(&page).await.parameter("code").is_some());
    let silent = [&base[..], &[("scope", "id"), ("prompt", "none")]].concat();
    assert!(browser.authorize(&silent).await.parameter("code").is_some());
    let again = [&base[..], &[("scope", "api"), ("prompt", "consent")]].concat();
    assert!(browser.authorize(&again).await.html().contains("value=allow"));
    let login = [&base[..], &[("scope", "api"), ("prompt", "login")]].concat();
    let page = browser.authorize(&login).await;
    assert!(browser.sign_in(&page, &admin, PASSWORD).await.parameter("code").is_some(), "signing in again is enough");
}

#[tokio::test]
async fn denial_is_told_to_the_app() {
    let caller = Caller::new().await;
    let mut browser = Browser::at(&caller.org);
    let parameters = [("response_type", "code"), ("client_id", KEY), ("redirect_uri", CALLBACK), ("state", "s 1")];
    let page = browser.authorize(&parameters).await;
    let page = browser.sign_in(&page, &admin(&caller).await, PASSWORD).await;
    let left = browser.submit(&page, &[("decision", "deny")]).await;
    assert_eq!(left.refusal(), "access_denied: end-user denied authorization");
    let Shown::Away(url) = &left else { panic!("{left:?}") };
    assert!(url.as_str().contains("error_description=end-user+denied+authorization"), "{url}");
    assert_eq!(left.parameter("state").as_deref(), Some("s 1"));
}

/// A wrong app or callback is shown to the person: nobody may be sent to an address that was not registered.
#[tokio::test]
async fn a_wrong_app_or_callback_is_shown_and_never_followed() {
    let caller = Caller::new().await;
    let mut browser = Browser::at(&caller.org);
    for (client, callback, expected) in [
        ("nobody", CALLBACK, "error=invalid_client_id"),
        (KEY, "http://localhost:1717/OauthRedirect/", "error=redirect_uri_mismatch"),
        (KEY, "HTTP://localhost:1717/OauthRedirect", "error=redirect_uri_mismatch"),
        (KEY, "https://evil.example/<script>", "error=redirect_uri_mismatch"),
        (KEY, "", "error=redirect_uri_missing"),
    ] {
        let parameters = [("response_type", "code"), ("client_id", client), ("redirect_uri", callback)];
        let shown = browser.authorize(&parameters).await;
        let Shown::Page { status, html, .. } = &shown else { panic!("{shown:?}") };
        assert_eq!(*status, StatusCode::BAD_REQUEST);
        assert!(html.contains(expected) && !html.contains("<script>"), "{html}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_at_the_callback() {
    let caller = Caller::new().await;
    let mut browser = Browser::at(&caller.org);
    let mut refused = async |more: &[(&str, &str)]| {
        let mut parameters = vec![("client_id", KEY), ("redirect_uri", CALLBACK), ("state", "kept")];
        parameters.extend(more);
        let left = browser.authorize(&parameters).await;
        assert_eq!(left.parameter("state").as_deref(), Some("kept"));
        left.refusal()
    };
    let other = "unsupported_response_type: response type must be code or token";
    assert_eq!(refused(&[]).await, other);
    assert_eq!(refused(&[("response_type", "banana")]).await, other);
    assert_eq!(refused(&[("response_type", "token")]).await, other, "the app has the user-agent flow off");
    let code = ("response_type", "code");
    let scope = "invalid_scope: the requested scope is invalid, unknown, or malformed";
    assert_eq!(refused(&[code, ("scope", "api wave_api")]).await, scope);
    let challenge = challenge();
    let plain = [code, ("code_challenge", challenge.as_str()), ("code_challenge_method", "plain")];
    assert_eq!(refused(&plain).await, "invalid_request: code challenge method must be S256");
    assert_eq!(refused(&[code, ("code_challenge", "short")]).await, "invalid_request: invalid code challenge");

    caller.change_app(|app| app.pkce_required = true).await;
    assert_eq!(refused(&[code]).await, "invalid_request: missing required code challenge");
    caller.change_app(|app| app.is_blocked = true).await;
    assert_eq!(refused(&[code]).await, "OAUTH_APP_BLOCKED: this app is blocked by admin");
    caller.change_app(|app| (app.is_blocked, app.is_installed) = (false, false)).await;
    assert!(refused(&[code]).await.starts_with("OAUTH_APPROVAL_ERROR_GENERIC: "));
    caller.change_app(|app| (app.is_installed, app.scopes) = (true, Vec::new())).await;
    assert_eq!(refused(&[code]).await, "invalid_grant: no valid scopes defined");
}

/// With pre-authorization by an administrator nobody is asked, and others are turned away.
#[tokio::test]
async fn only_approved_users_may_use_a_pre_authorized_app() {
    let caller = Caller::new().await;
    caller.change_app(|app| app.permitted_users = PermittedUsers::AdminApproved).await;
    let mut browser = Browser::at(&caller.org);
    let parameters = [("response_type", "code"), ("client_id", KEY), ("redirect_uri", CALLBACK)];
    let page = browser.authorize(&parameters).await;
    let left = browser.sign_in(&page, &admin(&caller).await, PASSWORD).await;
    assert_eq!(left.refusal(), "OAUTH_APP_ACCESS_DENIED: user is not admin approved to access this app");
    let profile = caller.column("ProfileId", "SELECT ProfileId FROM User").await[0].as_str().unwrap().to_owned();
    caller.change_app(|app| app.approved_profiles = vec![profile[..15].to_owned()]).await;
    let left = browser.authorize(&parameters).await;
    assert_eq!(exchange(&caller, &left.parameter("code").unwrap(), &[]).await.0, StatusCode::OK);
    caller.change_app(|app| app.approved_profiles.clear()).await;
    let left = browser.authorize(&parameters).await;
    assert!(left.refusal().starts_with("OAUTH_APP_ACCESS_DENIED"));
}

#[tokio::test]
async fn a_code_is_good_once_for_a_while_and_for_its_own_app() {
    let caller = Caller::new().await;
    let challenge = challenge();
    let with_challenge = [("code_challenge", challenge.as_str())];
    let fresh = async || code(&caller, &with_challenge).await;
    let verified = ("code_verifier", VERIFIER);
    let wrong = "another-verifier-with-the-least-length-of-43";

    let first = fresh().await;
    for (more, expected) in [
        (vec![("code_verifier", wrong)], "invalid_grant: invalid code verifier"),
        (vec![], "invalid_grant: invalid code verifier"),
        (
            vec![verified, ("redirect_uri", "http://localhost:1717/")],
            "redirect_uri_mismatch: redirect_uri must match configuration",
        ),
        (vec![verified, ("redirect_uri", "")], "redirect_uri_missing: must provide redirect_uri"),
        (vec![verified, ("client_secret", "wrong")], "invalid_client: invalid client credentials"),
        (vec![verified, ("client_secret", "")], "invalid_client: client secret required"),
        (vec![verified, ("code", "aPrxNothing")], "invalid_grant: invalid authorization code"),
        (vec![verified, ("code", "")], "invalid_request: missing required code"),
    ] {
        assert_eq!(refusal(exchange(&caller, &first, &more).await), expected);
    }
    assert_eq!(exchange(&caller, &first, &[verified]).await.0, StatusCode::OK);
    assert_eq!(refusal(exchange(&caller, &first, &[verified]).await), "invalid_grant: expired authorization code");

    let second = fresh().await;
    caller.clock.advance(TimeDelta::minutes(15));
    assert_eq!(refusal(exchange(&caller, &second, &[verified]).await), "invalid_grant: expired authorization code");

    let other = caller.org.control().keep_app(App::default()).await.unwrap();
    let third = fresh().await;
    let as_other =
        [verified, ("client_id", other.consumer_key.as_str()), ("client_secret", other.consumer_secret.as_str())];
    assert_eq!(refusal(exchange(&caller, &third, &as_other).await), "invalid_grant: invalid authorization code");
    let unchallenged = code(&caller, &[]).await;
    assert_eq!(refusal(exchange(&caller, &unchallenged, &[verified]).await), "invalid_grant: invalid code verifier");
}

/// jsforce makes its verifier of 128 random bytes in base64, which is longer than RFC 7636 allows.
#[tokio::test]
async fn a_verifier_has_up_to_128_bytes_in_base64() {
    let caller = Caller::new().await;
    for (length, expected) in [(42, StatusCode::BAD_REQUEST), (171, StatusCode::OK), (172, StatusCode::BAD_REQUEST)] {
        let verifier = "v".repeat(length);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let code = code(&caller, &[("code_challenge", &challenge)]).await;
        assert_eq!(exchange(&caller, &code, &[("code_verifier", &verifier)]).await.0, expected, "{length}");
    }
}

/// `PlatformCLI`, the app of Salesforce's own command line, is in every org and has no secret.
#[tokio::test]
async fn an_app_may_do_without_a_secret() {
    let caller = Caller::new().await;
    let code = code(&caller, &[("client_id", "PlatformCLI"), ("code_challenge", &challenge())]).await;
    let public = [("client_id", "PlatformCLI"), ("client_secret", ""), ("code_verifier", VERIFIER)];
    let (status, body) = exchange(&caller, &code, &public).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["scope"], "refresh_token api web id");
    assert!(body["signature"].is_string());
    caller.change_app(|app| app.secret_required = false).await;
    let own = self::code(&caller, &[]).await;
    assert_eq!(exchange(&caller, &own, &[("client_secret", "")]).await.0, StatusCode::OK);
    let own = self::code(&caller, &[]).await;
    let wrong = exchange(&caller, &own, &[("client_secret", "wrong")]).await;
    assert_eq!(refusal(wrong), "invalid_client: invalid client credentials", "a secret that is given must be right");
}

/// The user-agent flow: tokens in the fragment, which browsers send nowhere.
#[tokio::test]
async fn a_token_can_come_in_the_fragment() {
    let mut caller = Caller::new().await;
    caller.change_app(|app| (app.user_agent, app.scopes) = (true, vec!["api".to_owned(), "openid".to_owned()])).await;
    let mut browser = Browser::at(&caller.org);
    let parameters =
        [("response_type", "token id_token"), ("client_id", KEY), ("redirect_uri", CALLBACK), ("state", "s&t")];
    let left = browser.authorize(&parameters).await;
    assert!(left.refusal().starts_with("invalid_request"), "no nonce");
    let page = browser.authorize(&[&parameters[..], &[("nonce", "n")]].concat()).await;
    let page = browser.sign_in(&page, &admin(&caller).await, PASSWORD).await;
    let left = browser.allow(&page).await;
    let Shown::Away(url) = &left else { panic!("{left:?}") };
    assert_eq!(url.query(), None);
    assert_eq!(left.parameter("state").as_deref(), Some("s&t"));
    assert_eq!(claims(&left.parameter("id_token").unwrap().into())["nonce"], "n");
    caller.token = left.parameter("access_token").unwrap();
    assert_eq!(caller.get("/limits").await.0, StatusCode::OK);
}

/// Forms count only from the browser they were shown to, and nothing that an app sends becomes markup.
#[tokio::test]
async fn forms_are_guarded_and_text_stays_text() {
    let caller = Caller::new().await;
    let admin = admin(&caller).await;
    let parameters = [
        ("response_type", "code"),
        ("client_id", KEY),
        ("redirect_uri", CALLBACK),
        ("state", "'><script>alert(1)</script>"),
        ("login_hint", "\"'><b>x"),
    ];
    let (mut browser, mut thief) = (Browser::at(&caller.org), Browser::at(&caller.org));
    let page = browser.authorize(&parameters).await;
    assert!(!page.html().contains("<script") && !page.html().contains("<b>"), "{page:?}");
    let filled = [("username", admin.as_str()), ("password", PASSWORD)];
    let refused = thief.submit(&page, &filled).await;
    assert!(matches!(refused, Shown::Page { status: StatusCode::FORBIDDEN, .. }), "{refused:?}");
    let without = [&filled[..], &[("token", "")]].concat();
    assert!(matches!(browser.submit(&page, &without).await, Shown::Page { status: StatusCode::FORBIDDEN, .. }));

    let wrong = browser.sign_in(&page, &admin, "wrong").await;
    assert!(wrong.html().contains("role=alert") && wrong.html().contains("Check the username"), "{wrong:?}");
    let consent = browser.sign_in(&wrong, &admin, PASSWORD).await;
    thief.authorize(&parameters).await;
    assert!(matches!(thief.allow(&consent).await, Shown::Page { status: StatusCode::FORBIDDEN, .. }));
    let done = browser.allow(&consent).await;
    assert_eq!(done.parameter("state").as_deref(), Some("'><script>alert(1)</script>"));

    // A form from this browser, with another place to go on: only the org's own two places exist.
    let page = browser.authorize(&[&parameters[..], &[("prompt", "login")]].concat()).await;
    let onward = [&filled[..], &[("onward", "https://evil.example"), ("query", "")]].concat();
    let shown = browser.submit(&page, &onward).await;
    assert!(shown.html().contains("invalid_client_id"), "{shown:?}");
    let requests = serde_json::to_string(&caller.org.control().requests()).unwrap();
    assert!(!requests.contains(PASSWORD) && !requests.contains(SECRET));
}

/// `sf org open`: an access token with scope `web` gives an address that signs a browser in once.
#[tokio::test]
async fn an_access_token_opens_the_front_door_once() {
    let caller = Caller::new().await;
    let url = format!("{}/services/oauth2/singleaccess", caller.org.url());
    let door = async |token: &str, start: &str| {
        let request = caller.client.get(&url).query(&[("redirect_uri", start)]).bearer_auth(token);
        answer(request.send().await.unwrap()).await
    };
    assert_eq!(refusal(door(&caller.token, "/").await), "invalid_scope: the access token needs the scope web");
    assert_eq!(door("00D!nothing", "/").await.0, StatusCode::UNAUTHORIZED);
    caller.change_app(|app| app.scopes.push("web".to_owned())).await;
    let token = caller.sign_in(&[]).await.1["access_token"].as_str().unwrap().to_owned();
    let address = async |start: &str| {
        let (_, body) = door(&token, start).await;
        body["frontdoor_uri"].as_str().unwrap().strip_prefix(caller.org.url()).unwrap().to_owned()
    };

    let mut browser = Browser::at(&caller.org);
    let parameters = [("response_type", "code"), ("client_id", KEY), ("redirect_uri", CALLBACK)];
    let asked = format!("/services/oauth2/authorize?{}", crate::browser::form(&parameters));
    let once = address(&asked).await;
    assert!(browser.open(&once).await.html().contains("value=allow"), "signed in and sent on");
    let mut other = Browser::at(&caller.org);
    assert!(matches!(other.open(&once).await, Shown::Page { status: StatusCode::FORBIDDEN, .. }));
    let late = address("/").await;
    caller.clock.advance(TimeDelta::seconds(60));
    assert!(matches!(other.open(&late).await, Shown::Page { status: StatusCode::FORBIDDEN, .. }));
    for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example"] {
        let shown = other.open(&address(elsewhere).await).await;
        assert!(matches!(&shown, Shown::Page { path, .. } if path == "/"), "{elsewhere}: {shown:?}");
    }
    let by_session = format!("/secur/frontdoor.jsp?sid={token}&retURL=//evil.example");
    let mut third = Browser::at(&caller.org);
    assert!(matches!(third.open(&by_session).await, Shown::Page { status: StatusCode::OK, .. }));
    assert!(third.open(&asked).await.html().contains("value=allow"));
}

/// Signing out ends what the browser was signed in to.
#[tokio::test]
async fn a_browser_signs_out() {
    let caller = Caller::new().await;
    let mut browser = Browser::at(&caller.org);
    let parameters = [("response_type", "code"), ("client_id", KEY), ("redirect_uri", CALLBACK)];
    let page = browser.authorize(&parameters).await;
    browser.sign_in(&page, &admin(&caller).await, PASSWORD).await;
    assert!(browser.authorize(&parameters).await.html().contains("value=allow"));
    browser.open("/services/auth/idp/oidc/logout").await;
    assert!(browser.authorize(&parameters).await.html().contains("type=password"));
}
