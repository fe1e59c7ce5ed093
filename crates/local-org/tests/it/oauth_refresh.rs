//! Refresh tokens: what they give, when they end, and what introspection and revocation make of them.

use chrono::TimeDelta;
use reqwest::StatusCode;
use salesbridge_local_org::{App, RefreshPolicy};
use serde_json::{Value, json};

use crate::oauth_code::{ask, code, exchange, refusal};
use crate::support::{Answer, Caller, KEY, SECRET, answer, error};

const OVER: &str = "invalid_grant: expired access/refresh token";

async fn granted(caller: &Caller) -> Value {
    let (status, body) = exchange(caller, &code(caller, &[]).await, &[]).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

fn text<'body>(body: &'body Value, key: &str) -> &'body str {
    body[key].as_str().unwrap_or_else(|| panic!("no {key} in {body}"))
}

async fn refreshed(caller: &Caller, token: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields =
        vec![("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", KEY), ("client_secret", SECRET)];
    fields.retain(|(name, _)| !more.iter().any(|(set, _)| set == name));
    fields.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    ask(caller, &fields).await
}

async fn opens_the_api(caller: &mut Caller, token: &str) -> bool {
    token.clone_into(&mut caller.token);
    caller.get("/limits").await.0 == StatusCode::OK
}

async fn introspected(caller: &Caller, token: &str) -> Answer {
    let url = format!("{}/services/oauth2/introspect", caller.org.url());
    let request = caller.client.post(url).basic_auth(KEY, Some(SECRET)).form(&[("token", token)]);
    answer(request.send().await.unwrap()).await
}

async fn revoke(caller: &Caller, token: &str) {
    let url = format!("{}/services/oauth2/revoke", caller.org.url());
    let revoked = caller.client.post(url).form(&[("token", token)]).send().await.unwrap();
    assert_eq!((revoked.status(), revoked.text().await.unwrap()), (StatusCode::OK, String::new()));
}

/// A refresh gives what the code gave but for another refresh token; the scope may shrink and not grow.
#[tokio::test]
async fn a_refresh_token_gives_access_again_and_again() {
    let mut caller = Caller::new().await;
    let first = granted(&caller).await;
    assert_eq!(text(&first, "scope"), "api id refresh_token");
    let refresh = text(&first, "refresh_token");
    caller.clock.advance(TimeDelta::hours(3));
    assert!(!opens_the_api(&mut caller, text(&first, "access_token")).await);
    for _ in 0..2 {
        let (status, next) = refreshed(&caller, refresh, &[]).await;
        assert_eq!(status, StatusCode::OK, "{next}");
        assert!(next.get("refresh_token").is_none());
        assert_eq!(next["id"], first["id"]);
        assert_ne!(next["issued_at"], first["issued_at"]);
        assert!(opens_the_api(&mut caller, text(&next, "access_token")).await);
    }
    assert_eq!(refreshed(&caller, refresh, &[("scope", "id")]).await.1["scope"], "id");
    let wider = refreshed(&caller, refresh, &[("scope", "api full")]).await;
    assert_eq!(refusal(wider), "invalid_scope: the requested scope is invalid, unknown, or malformed");
    assert_eq!(refusal(refreshed(&caller, "5Aep861nothing", &[]).await), OVER);
    let missing = refreshed(&caller, "", &[("refresh_token", "")]).await;
    assert_eq!(refusal(missing), "invalid_request: missing required refresh_token");
    let other = caller.org.control().keep_app(App::default()).await.unwrap();
    let as_other = [("client_id", other.consumer_key.as_str()), ("client_secret", other.consumer_secret.as_str())];
    assert_eq!(refusal(refreshed(&caller, refresh, &as_other).await), OVER);
    let no_secret = [("client_secret", "")];
    let refused = refreshed(&caller, refresh, &no_secret).await;
    assert_eq!(refusal(refused), "invalid_client: client secret required");
    caller.change_app(|app| app.secret_required_for_refresh = false).await;
    assert_eq!(refreshed(&caller, refresh, &no_secret).await.0, StatusCode::OK);
}

/// With rotation each answer brings the next token, and whoever uses an old one ends the grant for all.
#[tokio::test]
async fn a_rotated_token_is_good_once() {
    let mut caller = Caller::new().await;
    caller.change_app(|app| app.refresh_rotation = true).await;
    let first = granted(&caller).await;
    let (_, second) = refreshed(&caller, text(&first, "refresh_token"), &[]).await;
    let (_, third) = refreshed(&caller, text(&second, "refresh_token"), &[]).await;
    assert!(opens_the_api(&mut caller, text(&third, "access_token")).await);
    assert_ne!(second["refresh_token"], third["refresh_token"]);
    assert_eq!(refusal(refreshed(&caller, text(&second, "refresh_token"), &[]).await), OVER);
    assert_eq!(refusal(refreshed(&caller, text(&third, "refresh_token"), &[]).await), OVER);
    assert!(!opens_the_api(&mut caller, text(&third, "access_token")).await, "its access tokens end with the grant");
}

#[tokio::test]
async fn a_refresh_token_ends_as_the_app_says() {
    let caller = Caller::new().await;
    let refresh = text(&granted(&caller).await, "refresh_token").to_owned();
    let policy = async |policy| caller.change_app(|app| app.refresh_policy = policy).await;

    policy(RefreshPolicy::UnusedForSeconds(3_600)).await;
    for _ in 0..2 {
        caller.clock.advance(TimeDelta::minutes(59));
        assert_eq!(refreshed(&caller, &refresh, &[]).await.0, StatusCode::OK);
    }
    caller.clock.advance(TimeDelta::minutes(60));
    assert_eq!(refusal(refreshed(&caller, &refresh, &[]).await), OVER);
    assert_eq!(introspected(&caller, &refresh).await.1, json!({"active": false}));
    policy(RefreshPolicy::AfterSeconds(4 * 3_600)).await;
    assert_eq!(refreshed(&caller, &refresh, &[]).await.0, StatusCode::OK);
    caller.clock.advance(TimeDelta::hours(2));
    assert_eq!(refusal(refreshed(&caller, &refresh, &[]).await), "invalid_grant: token validity expired");
    policy(RefreshPolicy::ExpireImmediately).await;
    assert_eq!(refusal(refreshed(&caller, &refresh, &[]).await), OVER);
    policy(RefreshPolicy::ValidUntilRevoked).await;
    assert_eq!(refreshed(&caller, &refresh, &[]).await.0, StatusCode::OK);
}

/// Five grants per user and app; the sixth silently revokes the oldest.
#[tokio::test]
async fn the_sixth_grant_pushes_the_oldest_out() {
    let mut caller = Caller::new().await;
    let mut grants = Vec::new();
    for _ in 0..6 {
        grants.push(granted(&caller).await);
    }
    assert_eq!(refusal(refreshed(&caller, text(&grants[0], "refresh_token"), &[]).await), OVER);
    assert!(!opens_the_api(&mut caller, text(&grants[0], "access_token")).await);
    for kept in &grants[1..] {
        assert_eq!(refreshed(&caller, text(kept, "refresh_token"), &[]).await.0, StatusCode::OK);
    }
}

/// Revoking an access token leaves the refresh token; revoking the refresh token takes everything along, the approval too.
#[tokio::test]
async fn revocation_reaches_as_far_as_the_token() {
    let mut caller = Caller::new().await;
    let first = granted(&caller).await;
    let refresh = text(&first, "refresh_token");
    assert!(opens_the_api(&mut caller, text(&first, "access_token")).await);
    revoke(&caller, text(&first, "access_token")).await;
    assert_eq!(error(caller.get("/limits").await), "401 INVALID_SESSION_ID Session expired or invalid");
    let (_, next) = refreshed(&caller, refresh, &[]).await;
    assert!(opens_the_api(&mut caller, text(&next, "access_token")).await);
    revoke(&caller, refresh).await;
    assert_eq!(error(caller.get("/limits").await), "401 INVALID_SESSION_ID Session expired or invalid");
    assert_eq!(refusal(refreshed(&caller, refresh, &[]).await), OVER);
    revoke(&caller, refresh).await;

    let again = granted(&caller).await;
    let query = crate::browser::form(&[("token", text(&again, "access_token")), ("callback", "app.done")]);
    let url = format!("{}/services/oauth2/revoke?{query}", caller.org.url());
    let script = caller.client.get(&url).send().await.unwrap();
    assert_eq!(script.headers()["content-type"], "application/javascript;charset=UTF-8");
    assert_eq!(script.text().await.unwrap(), "app.done({});");
    assert!(!opens_the_api(&mut caller, text(&again, "access_token")).await);
    let strange = caller.client.get(url.replace("app.done", "alert(1)//")).send().await.unwrap();
    assert_eq!(strange.text().await.unwrap(), "", "what is no name is not called");
    let bare = caller.client.get(format!("{}/services/oauth2/revoke", caller.org.url())).send().await.unwrap();
    assert_eq!(refusal(answer(bare).await), "invalid_request: must specify token");
}

/// RFC 7662 with Salesforce's words; aio-sf needs `exp` in seconds.
#[tokio::test]
async fn introspection_tells_an_app_about_its_own_tokens() {
    let caller = Caller::new().await;
    let grant = granted(&caller).await;
    let username = crate::oauth_code::admin(&caller).await;
    let (status, access) = introspected(&caller, text(&grant, "access_token")).await;
    assert_eq!(status, StatusCode::OK);
    let (iat, exp) = (access["iat"].as_i64().unwrap(), access["exp"].as_i64().unwrap());
    assert_eq!((exp - iat, access["nbf"].as_i64()), (7_200, Some(iat)));
    assert_eq!(
        access,
        json!({"active": true, "scope": "api id refresh_token", "client_id": KEY, "username": username,
               "sub": grant["id"], "token_type": "access_token", "exp": exp, "iat": iat, "nbf": iat})
    );
    let (_, refresh) = introspected(&caller, text(&grant, "refresh_token")).await;
    assert_eq!((&refresh["active"], &refresh["token_type"]), (&json!(true), &json!("refresh_token")));
    assert_eq!(introspected(&caller, "nothing").await, (StatusCode::OK, json!({"active": false})));

    let other = caller.org.control().keep_app(App::default()).await.unwrap();
    let url = format!("{}/services/oauth2/introspect", caller.org.url());
    let token = text(&grant, "access_token").to_owned();
    let as_other = async |secret: &str| {
        let form = [("token", token.as_str()), ("client_id", other.consumer_key.as_str()), ("client_secret", secret)];
        answer(caller.client.post(&url).form(&form).send().await.unwrap()).await
    };
    assert_eq!(as_other(&other.consumer_secret).await.1, json!({"active": false}));
    let all = App { introspect_all_tokens: true, ..other.clone() };
    caller.org.control().keep_app(all).await.unwrap();
    assert_eq!(as_other(&other.consumer_secret).await.1["active"], true);
    let (status, refused) = as_other("wrong").await;
    assert_eq!((status, &refused["error"]), (StatusCode::UNAUTHORIZED, &json!("invalid_client")));

    caller.clock.advance(TimeDelta::minutes(90));
    introspected(&caller, &token).await;
    caller.clock.advance(TimeDelta::minutes(31));
    assert_eq!(introspected(&caller, &token).await.1, json!({"active": false}), "looking does not extend");
}

/// `format` and `Accept` choose between three forms, for refusals too.
#[tokio::test]
async fn answers_come_in_three_formats() {
    let caller = Caller::new().await;
    let url = format!("{}/services/oauth2/token", caller.org.url());
    let fields = [("grant_type", "client_credentials"), ("client_id", KEY), ("client_secret", SECRET)];
    let asked = async |accept: &str, format: &str| {
        let form: Vec<_> = fields.iter().copied().chain([("format", format)]).collect();
        let response = caller.client.post(&url).header("accept", accept).form(&form).send().await.unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        (kind, response.text().await.unwrap())
    };
    for (accept, format) in [("*/*", "xml"), ("application/xml", ""), ("text/plain, text/xml;q=0.5", "")] {
        let (kind, body) = asked(accept, format).await;
        assert_eq!(kind, "application/xml;charset=UTF-8");
        assert!(body.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?><OAuth>"), "{body}");
        assert!(body.contains("<token_type>Bearer</token_type>") && body.ends_with("</OAuth>"), "{body}");
    }
    for (accept, format) in [("*/*", "urlencoded"), ("application/x-www-form-urlencoded", "")] {
        let (kind, body) = asked(accept, format).await;
        assert_eq!(kind, "application/x-www-form-urlencoded;charset=UTF-8");
        assert!(body.contains("token_type=Bearer") && body.contains("instance_url=http%3A%2F%2F127.0.0.1"), "{body}");
    }
    for (accept, format) in
        [("*/*", ""), ("application/xml", "json"), ("text/html", "banana"), ("application/json, text/xml", "")]
    {
        assert_eq!(asked(accept, format).await.0, "application/json;charset=UTF-8");
    }
    let refused = caller.client.post(&url).form(&[("format", "xml")]).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert!(refused.text().await.unwrap().contains("<error>invalid_request</error>"));
    assert_eq!(
        refusal(answer(caller.client.get(&url).send().await.unwrap()).await),
        "invalid_request: must use HTTP POST"
    );
    let in_query = crate::browser::form(&fields);
    assert_eq!(caller.client.post(format!("{url}?{in_query}")).send().await.unwrap().status(), StatusCode::OK);
}
