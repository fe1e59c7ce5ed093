//! API keys over the network.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::network::Network;

#[tokio::test]
async fn a_key_lets_in_who_holds_the_whole_of_it_until_it_ends() {
    let network = Network::with_people().await;
    let eve = network.sign_in("eve").await;
    let (id, key) = network.make_key(&eve, &["see", "edit"]).await;
    let status = async |key: &str| network.with_key(Method::GET, "/connections", key, None).await.status;
    assert!(key.starts_with("sbk_") && status(&key).await == StatusCode::OK, "{key}");
    let beginning = &key[..36];
    for wrong in [
        beginning.to_owned(),
        key[..key.len() - 1].to_owned(),
        format!("{beginning}_"),
        format!("{beginning}_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        format!("{key}A"),
        key.to_uppercase(),
        eve.trim_start_matches("__Host-salesbridge=").to_owned(),
        String::new(),
    ] {
        assert_eq!(status(&wrong).await, StatusCode::UNAUTHORIZED, "{wrong}");
    }
    let as_cookie = network.with_cookie(Method::GET, "/session", &format!("__Host-salesbridge={key}"), None).await;
    assert_eq!(as_cookie.status, StatusCode::UNAUTHORIZED, "a key is no session");

    let (_, listed) = network.stage.gets("/keys").await;
    assert!(!listed.to_string().contains(&key), "it is shown once: {listed}");
    assert_eq!(listed["items"][0]["prefix"], beginning, "{listed}");
    assert!(!listed["items"][0]["last_used_at"].is_null(), "its use is noted: {listed}");

    network.later(90 * 24 * 3600 + 1);
    assert_eq!(status(&key).await, StatusCode::UNAUTHORIZED, "it has expired");
    let eve = network.sign_in("eve").await;
    let (other, key) = network.make_key(&eve, &["see"]).await;
    assert_eq!(status(&key).await, StatusCode::OK);
    let revoked = network.with_cookie(Method::DELETE, &format!("/keys/{other}"), &eve, None).await;
    assert_eq!((revoked.status, revoked.body["usable"] == false), (StatusCode::OK, true), "{revoked:?}");
    assert_eq!(
        status(&key).await,
        StatusCode::UNAUTHORIZED,
        "it was revoked, and nobody believes it two seconds longer"
    );
    let vic = network.sign_in("vic").await;
    let hidden = network.with_cookie(Method::DELETE, &format!("/keys/{id}"), &vic, None).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND, "others' keys do not exist for vic");
}

#[tokio::test]
async fn a_key_may_what_both_its_scopes_and_its_person_may() {
    let network = Network::with_people().await;
    let (eve, vic) = (network.sign_in("eve").await, network.sign_in("vic").await);
    let (_, narrow) = network.make_key(&eve, &["see"]).await;
    let (_, wide) = network.make_key(&vic, &["see", "run", "edit", "raw", "administer"]).await;
    for (key, told) in
        [(&narrow, "Make an API key whose scopes hold this ability"), (&wide, "Ask an administrator for it")]
    {
        assert_eq!(network.with_key(Method::GET, "/connections", key, None).await.status, StatusCode::OK);
        let refused = network.with_key(Method::POST, "/clients/archive", key, Some(json!({ "keys": [] }))).await;
        assert_eq!((refused.status, refused.text("remedy")), (StatusCode::FORBIDDEN, told.to_owned()), "{refused:?}");
    }
    let me = network.with_key(Method::GET, "/session", &narrow, None).await;
    assert_eq!((me.text("name"), &me.body["abilities"]), ("eve/a program".to_owned(), &json!(["see"])), "{me:?}");
}

/// Whoever got hold of a key shall not make themselves another way in.
#[tokio::test]
async fn a_key_makes_no_keys_no_people_and_no_passwords() {
    let network = Network::with_people().await;
    let ann = network.sign_in("ann").await;
    let (id, key) = network.make_key(&ann, &["see", "run", "edit", "raw", "administer"]).await;
    let listed = network.with_key(Method::GET, "/people", &key, None).await;
    assert_eq!(listed.status, StatusCode::OK, "it may look: {listed:?}");
    let session = network.with_cookie(Method::GET, "/session", &ann, None).await.text("session");
    for (method, path, body) in [
        (Method::POST, "/people", json!({ "name": "mallory", "role": "administrator" })),
        (Method::PATCH, "/people/vic", json!({ "role": "administrator" })),
        (Method::POST, "/people/vic/password-link", json!({})),
        (Method::POST, "/people/vic/disable", json!({})),
        (Method::DELETE, "/people/vic", json!({})),
        (Method::POST, "/keys", json!({ "name": "another", "scopes": ["see"] })),
        (Method::POST, "/keys", json!({ "name": "another", "scopes": ["see"], "person": "vic" })),
        (Method::DELETE, &format!("/keys/{id}"), json!({})),
        (Method::DELETE, "/sessions", json!({})),
        (Method::DELETE, &format!("/sessions/{session}"), json!({})),
        (Method::PUT, "/session/password", json!({ "current": "x", "new": "eight new loose words" })),
        (Method::PATCH, "/session", json!({ "full_name": "Mallory" })),
    ] {
        let refused = network.with_key(method.clone(), path, &key, Some(body)).await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::FORBIDDEN, "session_needed"),
            "{method} {path}: {refused:?}"
        );
    }
    assert_eq!(network.is_in(&ann).await, StatusCode::OK);
}

#[tokio::test]
async fn a_key_that_makes_no_sense_is_not_made() {
    let network = Network::with_people().await;
    let (ann, vic) = (network.sign_in("ann").await, network.sign_in("vic").await);
    for (body, field) in [
        (json!({ "name": " ", "scopes": ["see"] }), "name"),
        (json!({ "name": "x".repeat(101), "scopes": ["see"] }), "name"),
        (json!({ "name": "a\nb", "scopes": ["see"] }), "name"),
        (json!({ "name": "x", "scopes": [] }), "scopes"),
        (json!({ "name": "x", "scopes": ["see"], "days": 0 }), "days"),
        (json!({ "name": "x", "scopes": ["see"], "days": 366 }), "days"),
        (json!({ "name": "x", "scopes": ["see"], "days": 1, "never_expires": true }), "days"),
    ] {
        let refused = network.with_cookie(Method::POST, "/keys", &vic, Some(body.clone())).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {refused:?}");
        assert_eq!(refused.body["fields"][0]["field"], field, "{body}: {refused:?}");
    }
    let of_ann = Some(json!({ "name": "x", "scopes": ["see"], "person": "ann" }));
    assert_eq!(network.with_cookie(Method::POST, "/keys", &vic, of_ann).await.status, StatusCode::FORBIDDEN);
    let of_vic = Some(json!({ "name": "x", "scopes": ["see"], "person": "vic", "never_expires": true }));
    let made = network.with_cookie(Method::POST, "/keys", &ann, of_vic).await;
    assert_eq!(
        (made.status, made.text("person"), made.body["expires_at"].is_null()),
        (StatusCode::CREATED, "vic".to_owned(), true)
    );
    let entry = &network.deeds("key.create").await[0];
    assert_eq!((&entry["actor_name"], &entry["target_name"]), (&json!("ann"), &json!("vic/x")), "{entry}");
    assert!(!entry.to_string().contains(&made.text("key")));
}

/// A request that is sent again, because its answer was lost, makes no second key, and shows nobody the first one again.
#[tokio::test]
async fn a_key_that_was_made_is_shown_once_however_often_it_is_asked_for() {
    let network = Network::with_people().await;
    let vic = network.sign_in("vic").await;
    let ask = async || {
        let request = network.request(Method::POST, "/api/v1/keys").header("cookie", &vic);
        let request = request.header("origin", crate::network::ORIGIN_OF_OURS).header("idempotency-key", "k1");
        network.send(request.json(&json!({ "name": "x", "scopes": ["see"] }))).await
    };
    let made = ask().await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let again = ask().await;
    assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "shown_once"), "{again:?}");
    assert_eq!(network.stage.gets("/keys").await.1["total"], 1);
}
