//! The JWT bearer flow, and apps that prove themselves by an assertion instead of a secret.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use reqwest::StatusCode;
use salesbridge_local_org::PermittedUsers;
use serde_json::{Value, json};

use crate::oauth_code::{admin, ask, code, exchange, refusal};
use crate::support::{Answer, Caller, KEY};

const BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const NOT_APPROVED: &str = "invalid_grant: user hasn't approved this consumer";

/// A key with its certificate, as an administrator would have uploaded it.
struct Signer {
    key: RsaKeyPair,
    certificate: String,
}

impl Signer {
    fn new() -> Self {
        let pair = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let certificate = CertificateParams::new(vec!["app.example".to_owned()]).unwrap().self_signed(&pair).unwrap();
        let key = RsaKeyPair::from_pkcs8(&pair.serialize_der()).unwrap();
        Self { key, certificate: certificate.pem() }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// An org whose default app has the certificate and is approved for administrators.
struct Stage {
    caller: Caller,
    signer: Signer,
    username: String,
}

impl Stage {
    async fn new() -> Self {
        let (caller, signer) = (Caller::new().await, Signer::new());
        let username = admin(&caller).await;
        let profile = caller.column("ProfileId", "SELECT ProfileId FROM User").await[0].as_str().unwrap().to_owned();
        let certificate = signer.certificate.clone();
        caller
            .change_app(|app| {
                app.certificate = Some(certificate);
                app.permitted_users = PermittedUsers::AdminApproved;
                app.approved_profiles = vec![profile];
            })
            .await;
        Self { caller, signer, username }
    }

    fn now(&self) -> i64 {
        salesbridge_local_org::Clock::now(&*self.caller.clock).timestamp()
    }

    fn claims(&self) -> Value {
        json!({"iss": KEY, "sub": self.username, "aud": "https://login.salesforce.com", "exp": self.now() + 120})
    }

    /// Claims with some replaced; null takes one away.
    fn claims_with(&self, changes: Value) -> Value {
        let mut claims = self.claims();
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        claims
    }

    async fn bearer(&self, claims: &Value) -> Answer {
        self.bearer_text(&self.signer.sign(&json!({"alg": "RS256"}), claims)).await
    }

    async fn bearer_text(&self, assertion: &str) -> Answer {
        ask(&self.caller, &[("grant_type", BEARER), ("assertion", assertion)]).await
    }
}

/// The short answer, and never a refresh token: jsforce fails on one.
#[tokio::test]
async fn who_holds_the_key_speaks_for_approved_users() {
    let mut stage = Stage::new().await;
    let (status, body) = stage.bearer(&stage.claims()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let mut keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["access_token", "id", "instance_url", "scope", "token_type"]);
    assert_eq!(body["scope"], "api id");
    stage.caller.token = body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(stage.caller.get("/limits").await.0, StatusCode::OK);
}

/// What real clients write: slashes, lists, own hosts; numbers, texts, milliseconds (`sf` adds 300 to its own).
#[tokio::test]
async fn the_forms_of_real_clients_are_accepted() {
    let stage = Stage::new().await;
    let (now, port) = (stage.now(), stage.caller.org.address().port());
    let url = stage.caller.org.url().to_owned();
    for changes in [
        json!({"aud": "https://test.salesforce.com/"}),
        json!({"aud": format!("{url}/")}),
        json!({"aud": url}),
        json!({"aud": format!("{url}/services/oauth2/token")}),
        json!({"aud": ["https://elsewhere.example", url]}),
        json!({"aud": format!("https://127.0.0.1:{port}")}),
        json!({"exp": (now + 100).to_string()}),
        json!({"exp": (now * 1_000) + 300}),
        json!({"exp": (now * 1_000) - 400}),
        json!({"exp": now + 180}),
        json!({"sub": null, "prn": stage.username.to_uppercase()}),
        json!({"jti": "once", "iat": now}),
    ] {
        let (status, body) = stage.bearer(&stage.claims_with(changes.clone())).await;
        assert_eq!(status, StatusCode::OK, "{changes}: {body}");
    }
}

/// simple-salesforce asks for three minutes and rounds to whole seconds, up as well as down.
#[tokio::test]
async fn three_minutes_may_be_rounded_up() {
    let stage = Stage::new().await;
    let now = stage.now();
    stage.caller.clock.advance(TimeDelta::milliseconds(500));
    let (status, body) = stage.bearer(&stage.claims_with(json!({"exp": now + 181}))).await;
    assert_eq!(status, StatusCode::OK, "{body}");
}

#[tokio::test]
async fn what_is_wrong_with_an_assertion_is_told() {
    let stage = Stage::new().await;
    let now = stage.now();
    for (changes, expected) in [
        (json!({"aud": "https://evil.example"}), "invalid_grant: audience is invalid"),
        (json!({"aud": "http://login.salesforce.com"}), "invalid_grant: audience is invalid"),
        (json!({"aud": null}), "invalid_grant: audience is invalid"),
        (json!({"exp": now}), "invalid_grant: assertion expired"),
        (json!({"exp": null}), "invalid_grant: assertion expired"),
        (json!({"exp": "soon"}), "invalid_grant: assertion expired"),
        (json!({"exp": (now - 181) * 1_000}), "invalid_grant: assertion expired"),
        (json!({"exp": now + 181}), "invalid_grant: expiration is too far in the future"),
        (json!({"exp": 1e300}), "invalid_grant: expiration is too far in the future"),
        (json!({"iss": "nobody"}), "invalid_client_id: client identifier invalid"),
        (json!({"sub": "nobody@example.com"}), NOT_APPROVED),
    ] {
        assert_eq!(refusal(stage.bearer(&stage.claims_with(changes.clone())).await), expected, "{changes}");
    }
    let invalid = "invalid_grant: invalid assertion";
    let signed = stage.signer.sign(&json!({"alg": "RS256"}), &stage.claims());
    let claims = URL_SAFE_NO_PAD.encode(stage.claims_with(json!({"sub": "other@example.com"})).to_string());
    let parts: Vec<&str> = signed.split('.').collect();
    for assertion in [
        Signer::new().sign(&json!({"alg": "RS256"}), &stage.claims()),
        stage.signer.sign(&json!({"alg": "none"}), &stage.claims()),
        stage.signer.sign(&json!({"alg": "HS256"}), &stage.claims()),
        format!("{}.{claims}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        "not.a.token".to_owned(),
        "nonsense".to_owned(),
    ] {
        assert_eq!(refusal(stage.bearer_text(&assertion).await), invalid, "{assertion}");
    }
    let missing = ask(&stage.caller, &[("grant_type", BEARER)]).await;
    assert_eq!(refusal(missing), "invalid_request: missing required assertion");
    let scoped = ask(&stage.caller, &[("grant_type", BEARER), ("assertion", &signed), ("scope", "api")]).await;
    assert_eq!(refusal(scoped), "invalid_request: scope parameter not supported");

    let once = stage.claims_with(json!({"jti": "id-1"}));
    assert_eq!(stage.bearer(&once).await.0, StatusCode::OK);
    assert_eq!(refusal(stage.bearer(&once).await), "invalid_grant: assertion has been used before");
}

/// Approval comes from an administrator or from the user; without it nobody is spoken for.
#[tokio::test]
async fn users_are_spoken_for_only_when_approved() {
    let stage = Stage::new().await;
    let caller = &stage.caller;
    caller.change_app(|app| app.approved_profiles.clear()).await;
    let not_admin_approved = "invalid_app_access: user is not admin approved to access this app";
    assert_eq!(refusal(stage.bearer(&stage.claims()).await), not_admin_approved);
    let user = caller.org.control().users().await.unwrap().remove(0).id;
    caller.change_app(|app| app.approved_permission_sets = vec!["0PS000000000001".to_owned()]).await;
    let path = format!("/local-org/users/{user}/sign-in");
    caller.patch(&path, json!({"permission_sets": ["0PS000000000001GAA"]})).await;
    assert_eq!(stage.bearer(&stage.claims()).await.0, StatusCode::OK);

    caller.change_app(|app| app.permitted_users = PermittedUsers::SelfAuthorize).await;
    assert_eq!(refusal(stage.bearer(&stage.claims()).await), NOT_APPROVED);
    let granted = exchange(caller, &code(caller, &[("scope", "id refresh_token")]).await, &[]).await.1;
    assert_eq!(stage.bearer(&stage.claims()).await.1["scope"], "id", "the scopes are those the user approved");
    let refresh = granted["refresh_token"].as_str().unwrap();
    let revoke = format!("{}/services/oauth2/revoke", caller.org.url());
    caller.client.post(revoke).form(&[("token", refresh)]).send().await.unwrap();
    assert_eq!(refusal(stage.bearer(&stage.claims()).await), NOT_APPROVED);
    caller.change_app(|app| app.jwt_bearer = false).await;
    assert_eq!(refusal(stage.bearer(&stage.claims()).await), "unsupported_grant_type: grant type not supported");
}

/// `client_assertion` in place of the secret; its subject is the app itself.
#[tokio::test]
async fn an_assertion_can_stand_for_the_secret() {
    let stage = Stage::new().await;
    let asked = async |changes: Value, kind: &str| {
        let claims = stage.claims_with(changes);
        let assertion = stage.signer.sign(&json!({"alg": "RS256"}), &claims);
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion", assertion.as_str()),
            ("client_assertion_type", kind),
        ];
        ask(&stage.caller, &fields).await
    };
    let token_url = format!("{}/services/oauth2/token", stage.caller.org.url());
    let own = json!({"sub": KEY, "aud": token_url});
    let (status, body) = asked(own.clone(), CLIENT_ASSERTION).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let wrong = "invalid_client: invalid client credentials";
    assert_eq!(refusal(asked(own, "banana").await), wrong);
    assert_eq!(refusal(asked(json!({}), CLIENT_ASSERTION).await), wrong, "it speaks for a user, not for the app");
    let late = stage.caller.clock.clone();
    late.advance(TimeDelta::minutes(-10));
    let early = json!({"sub": KEY, "exp": stage.now()});
    late.advance(TimeDelta::minutes(10));
    assert_eq!(refusal(asked(early, CLIENT_ASSERTION).await), wrong);
}

#[tokio::test]
async fn only_certificates_can_be_uploaded() {
    let caller = Caller::new().await;
    for text in ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let (status, body) = caller.post("/local-org/apps", json!({"certificate": text})).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{text}");
        assert!(body["error"].as_str().unwrap().contains("X.509"), "{body}");
    }
}
