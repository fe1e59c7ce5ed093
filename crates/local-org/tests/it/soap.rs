//! SOAP as old clients sign in with it: the envelopes of jsforce and simple-salesforce, and what they look for in answers.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::browser::PASSWORD;
use crate::oauth_code::admin;
use crate::support::Caller;

const PARTNER: &str = "urn:partner.soap.sforce.com";

/// jsforce's form.
fn login(username: &str, password: &str) -> String {
    format!(
        "<se:Envelope xmlns:se=\"http://schemas.xmlsoap.org/soap/envelope/\"><se:Header/><se:Body><login \
         xmlns=\"{PARTNER}\"><username>{username}</username><password>{password}</password></login></se:Body></se:Envelope>"
    )
}

/// simple-salesforce's form, with the org it wants.
fn login_to(org_id: &str, username: &str, password: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\" ?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:urn=\"{PARTNER}\"><soapenv:Header>\
         <urn:CallOptions><urn:client>RestForce</urn:client><urn:defaultNamespace>sf</urn:defaultNamespace></urn:CallOptions>\
         <urn:LoginScopeHeader><urn:organizationId>{org_id}</urn:organizationId></urn:LoginScopeHeader></soapenv:Header>\
         <soapenv:Body><urn:login><urn:username>{username}</urn:username><urn:password>{password}</urn:password></urn:login>\
         </soapenv:Body></soapenv:Envelope>"
    )
}

fn with_session(session: &str, call: &str) -> String {
    format!(
        "<se:Envelope xmlns:se=\"http://schemas.xmlsoap.org/soap/envelope/\"><se:Header><SessionHeader xmlns=\"{PARTNER}\">\
         <sessionId>{session}</sessionId></SessionHeader></se:Header><se:Body><{call} xmlns=\"{PARTNER}\"/></se:Body>\
         </se:Envelope>"
    )
}

async fn sent(caller: &Caller, path: &str, body: String) -> (StatusCode, String) {
    let request = caller.client.post(format!("{}/services/Soap/{path}", caller.org.url())).header("SOAPAction", "\"\"");
    let response = request.header("Content-Type", "text/xml").body(body).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/xml;charset=UTF-8");
    (response.status(), response.text().await.unwrap())
}

/// The text of the first element with this name, found as clients find it.
fn inside(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {xml}"));
    rest.split_once(&format!("</{name}>")).unwrap().0.to_owned()
}

/// `faultcode|sf:exceptionCode|sf:exceptionMessage`.
fn fault((status, xml): (StatusCode, String)) -> String {
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{xml}");
    let (code, text) = (inside(&xml, "sf:exceptionCode"), inside(&xml, "sf:exceptionMessage"));
    assert_eq!(inside(&xml, "faultstring"), format!("{code}: {text}"));
    assert_eq!(inside(&xml, "faultcode"), format!("sf:{code}"));
    code
}

async fn change_user(caller: &Caller, change: serde_json::Value) {
    let user = caller.org.control().users().await.unwrap().remove(0).id;
    let path = format!("/local-org/users/{user}/sign-in");
    assert_eq!(caller.patch(&path, change).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_login_gives_a_session_for_every_api() {
    let mut caller = Caller::new().await;
    let username = admin(&caller).await;
    let (status, xml) = sent(&caller, "u/60.0", login(&username, PASSWORD)).await;
    assert_eq!(status, StatusCode::OK, "{xml}");
    let session = inside(&xml, "sessionId");
    let org_id = session.split_once('!').unwrap().0.to_owned();
    assert_eq!(inside(&xml, "serverUrl"), format!("{}/services/Soap/u/60.0/{org_id}", caller.org.instance_url()));
    assert_eq!(
        inside(&xml, "metadataServerUrl"),
        format!("{}/services/Soap/m/60.0/{org_id}", caller.org.instance_url())
    );
    assert_eq!((inside(&xml, "userName"), inside(&xml, "organizationName")), (username, "Local Org".to_owned()));
    assert!(xml.contains("<userDefaultCurrencyIsoCode xsi:nil=\"true\"/>"));
    assert!(inside(&xml, "userId").starts_with("005"));
    assert_eq!((inside(&xml, "sandbox").as_str(), inside(&xml, "passwordExpired").as_str()), ("false", "false"));
    caller.token.clone_from(&session);
    assert_eq!(caller.get("/limits").await.0, StatusCode::OK);
    let by_header = caller.client.get(format!("{}/services/data/v60.0/limits", caller.org.url()));
    assert_eq!(by_header.header("X-SFDC-Session", &session).send().await.unwrap().status(), StatusCode::OK);

    let (_, info) = sent(&caller, "u/60.0", with_session(&session, "getUserInfo")).await;
    assert_eq!(inside(&info, "userEmail"), "admin@local-org.example");
    let (_, time) = sent(&caller, "u/60.0", with_session(&session, "getServerTimestamp")).await;
    assert_eq!(inside(&time, "timestamp"), "2026-11-23T10:00:00.250Z");
    let (status, _) = sent(&caller, &format!("u/60.0/{org_id}"), with_session(&session, "logout")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(caller.get("/limits").await.0, StatusCode::UNAUTHORIZED);
    for call in ["logout", "getUserInfo", "getServerTimestamp"] {
        assert_eq!(fault(sent(&caller, "u/60.0", with_session(&session, call)).await), "INVALID_SESSION_ID");
    }
    let seen = serde_json::to_string(&caller.org.control().requests()).unwrap();
    assert!(!seen.contains(PASSWORD) && !seen.contains(&session), "secrets are masked");
}

#[tokio::test]
async fn both_dialects_and_scoped_logins_work() {
    let caller = Caller::new().await;
    let username = admin(&caller).await;
    let org_id = caller.token.split_once('!').unwrap().0.to_owned();
    let (status, xml) = sent(&caller, "u/59.0", login_to(&org_id, &username, PASSWORD)).await;
    assert_eq!(status, StatusCode::OK, "{xml}");
    let enterprise = login(&username, PASSWORD).replace("urn:partner", "urn:enterprise");
    let (status, xml) = sent(&caller, "c/31.0", enterprise.clone()).await;
    assert_eq!(status, StatusCode::OK, "{xml}");
    assert!(xml.contains("xmlns=\"urn:enterprise.soap.sforce.com\"") && inside(&xml, "serverUrl").contains("/c/31.0/"));
    assert_eq!(fault(sent(&caller, "u/59.0", login_to("00D000000000000", &username, PASSWORD)).await), "INVALID_LOGIN");
    let (status, xml) = sent(&caller, "u/59.0", enterprise).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(inside(&xml, "faultstring").starts_with("No operation available for request {urn:enterprise"), "{xml}");
}

#[tokio::test]
async fn refused_logins_say_why() {
    let caller = Caller::new().await;
    let username = admin(&caller).await;
    let tried = async |password: &str| fault(sent(&caller, "u/60.0", login(&username, password)).await);
    assert_eq!(tried("wrong").await, "INVALID_LOGIN");
    assert_eq!(fault(sent(&caller, "u/60.0", login("nobody", PASSWORD)).await), "INVALID_LOGIN");
    let rules = async |rules| {
        let set = caller.send(Method::PUT, "/local-org/sign-in-rules", Some(rules)).await;
        assert_eq!(set.status(), StatusCode::NO_CONTENT);
    };
    rules(json!({"security_token_required": true})).await;
    assert_eq!(tried(PASSWORD).await, "LOGIN_MUST_USE_SECURITY_TOKEN");
    let (status, _) = sent(&caller, "u/60.0", login(&username, &format!("{PASSWORD}LOCALORGSECURITYTOKEN"))).await;
    assert_eq!(status, StatusCode::OK);
    rules(json!({"is_org_active": false})).await;
    assert_eq!(tried(PASSWORD).await, "ORG_LOCKED");
    rules(json!({"logins_per_hour": 1})).await;
    assert_eq!(tried(PASSWORD).await, "LOGIN_RATE_EXCEEDED");
    rules(json!({})).await;
    change_user(&caller, json!({"locked": true})).await;
    assert_eq!(tried(PASSWORD).await, "PASSWORD_LOCKOUT");
    change_user(&caller, json!({"locked": false, "password_expired": true})).await;
    assert_eq!(tried(PASSWORD).await, "INVALID_OPERATION_WITH_EXPIRED_PASSWORD");
    change_user(&caller, json!({"password_expired": false, "frozen": true})).await;
    assert_eq!(tried(PASSWORD).await, "INVALID_LOGIN");
    change_user(&caller, json!({"frozen": false, "password": "a<b&c"})).await;
    let (status, _) = sent(&caller, "u/60.0", login(&username, "a&lt;b&amp;c")).await;
    assert_eq!(status, StatusCode::OK, "what XML escapes is unescaped");
    let user = caller.org.control().users().await.unwrap().remove(0).id;
    caller.org.control().set_api_enabled(&user, false).await.unwrap();
    assert_eq!(tried("a&lt;b&amp;c").await, "API_CURRENTLY_DISABLED");
}

/// `login` ends with v64.0; below v31.0 nothing is served.
#[tokio::test]
async fn versions_without_a_login_say_so() {
    let caller = Caller::new().await;
    let username = admin(&caller).await;
    for version in ["64.0", "31.0"] {
        assert_eq!(sent(&caller, &format!("u/{version}"), login(&username, PASSWORD)).await.0, StatusCode::OK);
    }
    for version in ["65.0", "68.0", "69.0", "30.0", "60", "sixty", "-1.0"] {
        let refused = fault(sent(&caller, &format!("u/{version}"), login(&username, PASSWORD)).await);
        assert_eq!(refused, "UNSUPPORTED_API_VERSION", "{version}");
    }
    let session = caller.token.clone();
    assert_eq!(sent(&caller, "u/68.0", with_session(&session, "getUserInfo")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_call_answers_a_fault() {
    let caller = Caller::new().await;
    let unknown = with_session(&caller.token, "query");
    let bodies = [
        (unknown, "No operation available for request {urn:partner.soap.sforce.com}query"),
        (String::new(), "the message ends before its call"),
        ("<a>".to_owned(), "the message is not a SOAP envelope"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".to_owned(), "document types are not allowed"),
    ];
    for (body, expected) in bodies {
        let (status, xml) = sent(&caller, "u/60.0", body).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(
            (inside(&xml, "faultcode").as_str(), inside(&xml, "faultstring").as_str()),
            ("soapenv:Client", expected)
        );
    }
}
