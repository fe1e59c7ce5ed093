//! The client credentials flow, tokens and identity.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use salesbridge_local_org::{OrgConfig, TokenFormat, normalized_id, start};
use serde_json::{Value, json};

use crate::support::{Answer, Caller, KEY, SECRET, answer, client, config, error};

/// `error: description` of the token endpoint's own error shape, which always comes with status 400.
fn refusal((status, body): Answer) -> String {
    assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    format!("{}: {}", body["error"].as_str().unwrap(), body["error_description"].as_str().unwrap())
}

/// R1, R4: a key and a secret are enough. Client credentials flow: the answer's keys; no refresh token and no lifetime.
#[tokio::test]
async fn a_token_answer_has_what_clients_read() {
    let caller = Caller::new().await;
    let (status, body) = caller.sign_in(&[]).await;
    assert_eq!(status, StatusCode::OK);
    let token = body["access_token"].as_str().unwrap();
    let (org_id, rest) = token.split_once('!').unwrap();
    assert_eq!((org_id.len(), rest.len()), (15, 96));
    assert_eq!(body["instance_url"], caller.org.url());
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["scope"], "api id");
    assert_eq!(body["issued_at"], "1795428000250");
    assert_eq!(body["token_format"], "opaque");
    assert!(body.get("refresh_token").is_none() && body.get("expires_in").is_none());
    let id = body["id"].as_str().unwrap().strip_prefix(&format!("{}/id/", caller.org.url())).unwrap();
    let (org, user) = id.split_once('/').unwrap();
    assert_eq!(org, normalized_id(org_id).unwrap());
    assert!(user.starts_with("005") && user.len() == 18);
}

/// Base64 of HMAC-SHA256 over `id` and `issued_at`, keyed with the consumer secret: django-salesforce verifies it.
#[tokio::test]
async fn the_signature_can_be_verified() {
    let caller = Caller::new().await;
    let (_, body) = caller.sign_in(&[]).await;
    let message = format!("{}{}", body["id"].as_str().unwrap(), body["issued_at"].as_str().unwrap());
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let signature = STANDARD.decode(body["signature"].as_str().unwrap()).unwrap();
    hmac::verify(&key, message.as_bytes(), &signature).unwrap();
}

/// simple-salesforce sends key and secret by HTTP Basic.
#[tokio::test]
async fn http_basic_is_accepted() {
    let caller = Caller::new().await;
    let url = format!("{}/services/oauth2/token", caller.org.url());
    let request = caller.client.post(url).basic_auth(KEY, Some(SECRET)).form(&[("grant_type", "client_credentials")]);
    assert_eq!(answer(request.send().await.unwrap()).await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_in_salesforces_words() {
    let caller = Caller::new().await;
    for (fields, expected) in [
        (("grant_type", ""), "invalid_request: must specify grant_type"),
        (("grant_type", "carrier_pigeon"), "unsupported_grant_type: grant type not supported"),
        (("client_id", "3MVG9other"), "invalid_client_id: client identifier invalid"),
        (("client_secret", "wrong"), "invalid_client: invalid client credentials"),
        (("client_secret", ""), "invalid_client: client secret required"),
        (("scope", "api wave_api"), "invalid_scope: the requested scope is invalid, unknown, or malformed"),
    ] {
        assert_eq!(refusal(caller.sign_in(&[fields]).await), expected);
    }
}

/// R7, R9.
#[tokio::test]
async fn what_is_wrong_with_an_app_is_told_in_salesforces_words() {
    let caller = Caller::new().await;
    caller.change_app(|app| app.ip_restricted = true).await;
    assert_eq!(refusal(caller.sign_in(&[]).await), "invalid_grant: ip restricted");
    caller.change_app(|app| (app.ip_restricted, app.run_as) = (false, None)).await;
    assert_eq!(refusal(caller.sign_in(&[]).await), "invalid_grant: no client credentials user enabled");
    caller.change_app(|app| app.scopes.clear()).await;
    assert_eq!(refusal(caller.sign_in(&[]).await), "invalid_grant: no valid scopes defined");
    caller.change_app(|app| app.client_credentials = false).await;
    assert_eq!(refusal(caller.sign_in(&[]).await), "unsupported_grant_type: grant type not supported");
}

#[tokio::test]
async fn an_inactive_run_as_user_gets_no_token() {
    let caller = Caller::new().await;
    let user = caller.org.control().users().await.unwrap().remove(0);
    caller.org.control().set_active(&user.id, false).await.unwrap();
    assert_eq!(refusal(caller.sign_in(&[]).await), "invalid_grant: inactive user");
}

/// Client credentials exist on My Domain hosts only.
#[tokio::test]
async fn a_login_host_refuses_client_credentials() {
    let (config, clock) = config();
    let config = OrgConfig { login_hosts: vec!["localhost".to_owned()], ..config };
    let caller = Caller::with(config, clock).await;
    let url = format!("http://localhost:{}/services/oauth2/token", caller.org.address().port());
    let form = [("grant_type", "client_credentials"), ("client_id", KEY), ("client_secret", SECRET)];
    let refused = answer(client().post(url).form(&form).send().await.unwrap()).await;
    assert_eq!(refusal(refused), "invalid_grant: request not supported on this domain");
}

/// R22: the API is where `instance_url` says, which need not be the sign-in host.
#[tokio::test]
async fn the_instance_can_be_another_listener_or_another_url() {
    let (config, clock) = config();
    let second = OrgConfig { instance_listen: Some("127.0.0.1:0".parse().unwrap()), ..config.clone() };
    let caller = Caller::with(second, clock).await;
    assert_ne!(caller.org.instance_url(), caller.org.url());
    assert_eq!(caller.sign_in(&[]).await.1["instance_url"], caller.org.instance_url());
    let limits = format!("{}/services/data/v66.0/limits", caller.org.instance_url());
    let answered = caller.client.get(limits).bearer_auth(&caller.token).send().await.unwrap();
    assert_eq!(answered.status(), StatusCode::OK);

    let named = OrgConfig { instance_url: Some("https://acme.my.example".to_owned()), ..config };
    let org = start(named).await.unwrap();
    assert_eq!(org.instance_url(), "https://acme.my.example");
    org.shutdown().await;
}

/// Use in the second half of the lifetime extends a session; idleness ends it with 401 INVALID_SESSION_ID.
#[tokio::test]
async fn an_opaque_token_lives_as_long_as_it_is_used() {
    let caller = Caller::new().await;
    for _ in 0..3 {
        caller.clock.advance(TimeDelta::minutes(100));
        assert_eq!(caller.get("/limits").await.0, StatusCode::OK);
    }
    caller.clock.advance(TimeDelta::minutes(121));
    assert_eq!(error(caller.get("/limits").await), "401 INVALID_SESSION_ID Session expired or invalid");
}

/// R6: expired JWT access tokens are refused with INVALID_AUTH_HEADER, not INVALID_SESSION_ID, and use does not extend them.
#[tokio::test]
async fn a_jwt_token_is_signed_and_ends_on_time() {
    let mut caller = Caller::new().await;
    caller.change_app(|app| (app.token_format, app.token_lifetime_seconds) = (TokenFormat::Jwt, 1_800)).await;
    let (_, body) = caller.sign_in(&[]).await;
    assert_eq!(body["token_format"], "jwt");
    caller.token = body["access_token"].as_str().unwrap().to_owned();
    let parts: Vec<&str> = caller.token.split('.').collect();
    let decoded = |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
    let (header, claims) = (decoded(parts[0]), decoded(parts[1]));
    assert_eq!(
        (&header["alg"], &header["tty"], &header["ver"]),
        (&json!("RS256"), &json!("sfdc-core-token"), &json!("1.0"))
    );
    assert!(header["kid"].as_str().unwrap().starts_with("CORE_ATJWT.00D"));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 1_800);
    assert_eq!(
        (&claims["iss"], &claims["scp"], &claims["mty"]),
        (&json!(caller.org.url()), &json!("api id"), &json!("oauth"))
    );
    assert!(claims["sub"].as_str().unwrap().starts_with("uid:005"));
    let keys = answer(caller.send(Method::GET, "/id/keys", None).await).await.1;
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(keys["keys"][0][name].as_str().unwrap()).unwrap();
    let key = aws_lc_rs::rsa::PublicKeyComponents { n: bytes("n"), e: bytes("e") };
    let signed = format!("{}.{}", parts[0], parts[1]);
    let signature = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    let algorithm = &aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
    key.verify(algorithm, signed.as_bytes(), &signature).unwrap();

    caller.clock.advance(TimeDelta::minutes(29));
    assert_eq!(caller.get("/limits").await.0, StatusCode::OK);
    caller.clock.advance(TimeDelta::minutes(1));
    assert_eq!(error(caller.get("/limits").await), "401 INVALID_AUTH_HEADER INVALID_JWT_FORMAT");
}

#[tokio::test]
async fn a_missing_or_unknown_token_is_refused() {
    let mut caller = Caller::new().await;
    let bare = caller.client.get(format!("{}/services/data/v66.0/limits", caller.org.url()));
    assert_eq!(error(answer(bare.send().await.unwrap()).await), "401 INVALID_AUTH_HEADER INVALID_HEADER_TYPE");
    caller.token = "00D000000000000!nonsense".to_owned();
    assert_eq!(error(caller.get("/limits").await), "401 INVALID_SESSION_ID Session expired or invalid");
}

#[tokio::test]
async fn a_revoked_token_is_refused() {
    let caller = Caller::new().await;
    let url = format!("{}/services/oauth2/revoke", caller.org.url());
    let revoked = caller.client.post(url).form(&[("token", &caller.token)]).send().await.unwrap();
    assert_eq!((revoked.status(), revoked.text().await.unwrap()), (StatusCode::OK, String::new()));
    assert_eq!(error(caller.get("/limits").await), "401 INVALID_SESSION_ID Session expired or invalid");
}

#[tokio::test]
async fn a_token_without_the_api_scope_does_not_open_the_api() {
    let mut caller = Caller::new().await;
    let (_, body) = caller.sign_in(&[("scope", "id")]).await;
    caller.token = body["access_token"].as_str().unwrap().to_owned();
    let text = "401 INVALID_SESSION_ID This session is not valid for use with the REST API";
    assert_eq!(error(caller.get("/limits").await), text);
}

/// R8.
#[tokio::test]
async fn a_user_without_api_is_refused() {
    let caller = Caller::new().await;
    let user = caller.org.control().users().await.unwrap().remove(0);
    caller.org.control().set_api_enabled(&user.id, false).await.unwrap();
    assert_eq!(error(caller.get("/limits").await), "403 API_CURRENTLY_DISABLED API is disabled for this User");
}

/// The identity URL refuses in plain text with status 403, unlike every other endpoint.
#[tokio::test]
async fn identity_and_user_info_tell_who_the_token_stands_for() {
    let caller = Caller::new().await;
    let url = caller.sign_in(&[]).await.1["id"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(caller.org.url()).unwrap();
    let (status, identity) = caller.get(path).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(identity["id"], url);
    let rest = identity["urls"]["rest"].as_str().unwrap();
    assert!(rest.ends_with("/services/data/v{version}/"), "{rest}");
    let (_, info) = caller.get("/services/oauth2/userinfo").await;
    assert_eq!((&info["user_id"], &info["preferred_username"]), (&identity["user_id"], &identity["username"]));
    let bare = answer(caller.client.get(&url).send().await.unwrap()).await;
    assert_eq!(bare, (StatusCode::FORBIDDEN, json!("Missing_OAuth_Token")));
}
