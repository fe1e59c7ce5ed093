//! People over the network: what they may do, what ends that, and that somebody who administers is always left.

use reqwest::{Method, StatusCode};
use salesbridge_hub::Caller;
use salesbridge_hub::people::PersonEdit;
use salesbridge_model::Role;
use serde_json::{Value, json};

use crate::network::{Network, PASSWORD};

fn connection(name: &str) -> Value {
    let settings = json!({ "domain_url": "http://127.0.0.1:1", "consumer_key": "KEY" });
    json!({ "name": name, "settings": settings, "secrets": { "consumer_secret": "SECRET" }, "enabled": false })
}

#[tokio::test]
async fn whoever_is_disabled_is_out_at_once() {
    let network = Network::with_people().await;
    let (ann, eve) = (network.sign_in("ann").await, network.sign_in("eve").await);
    let (_, key) = network.make_key(&eve, &["see"]).await;
    let with_key = async || network.with_key(Method::GET, "/connections", &key, None).await.status;
    assert_eq!((network.is_in(&eve).await, with_key().await), (StatusCode::OK, StatusCode::OK));
    let disabled = network.with_cookie(Method::POST, "/people/eve/disable", &ann, None).await;
    assert_eq!((disabled.status, disabled.body["disabled_at"].is_null()), (StatusCode::OK, false));
    assert_eq!((network.is_in(&eve).await, with_key().await), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    assert_eq!(network.tries("eve", PASSWORD).await.code(), "sign_in_refused");
    let enabled = network.with_cookie(Method::POST, "/people/eve/enable", &ann, None).await;
    assert_eq!(enabled.status, StatusCode::OK);
    assert_eq!(network.is_in(&eve).await, StatusCode::UNAUTHORIZED, "the session stays over");
    assert_eq!(with_key().await, StatusCode::OK, "the key works again");
    assert_eq!(network.with_cookie(Method::DELETE, "/people/eve", &ann, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(with_key().await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_role_and_a_grant_hold_from_the_next_request_on() {
    let network = Network::with_people().await;
    let (ann, vic) = (network.sign_in("ann").await, network.sign_in("vic").await);
    for name in ["acme", "other"] {
        let made = network.with_cookie(Method::POST, "/connections", &ann, Some(connection(name))).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    }
    let seen = async |name: &str| {
        let path = format!("/connections/{name}");
        let shown = network.with_cookie(Method::GET, &path, &vic, None).await.status;
        let edit = Some(json!({ "caption": "Edited" }));
        (shown, network.with_cookie(Method::PATCH, &path, &vic, edit).await.status)
    };
    assert_eq!(seen("acme").await, (StatusCode::OK, StatusCode::FORBIDDEN), "a viewer looks");
    let grant = async |name: &str, abilities: Value| {
        let body = Some(json!({ "abilities": abilities }));
        network.with_cookie(Method::PUT, &format!("/people/vic/grants/{name}"), &ann, body).await
    };
    let granted = grant("acme", json!(["edit"])).await;
    assert_eq!(granted.body["grants"], json!([{ "connection": "acme", "abilities": ["see", "edit"] }]), "{granted:?}");
    grant("other", json!([])).await;
    assert_eq!(seen("acme").await, (StatusCode::OK, StatusCode::OK));
    assert_eq!(seen("other").await, (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND), "an empty grant hides");
    let refused = grant("acme", json!(["administer"])).await;
    assert_eq!(
        (refused.status, &refused.body["fields"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("abilities"))
    );
    let reach = Some(json!({ "reach": "granted" }));
    network.with_cookie(Method::PATCH, "/people/vic", &ann, reach).await;
    network.with_cookie(Method::DELETE, "/people/vic/grants/acme", &ann, None).await;
    assert_eq!(seen("acme").await, (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND), "without a grant nothing is there");

    let limited = Some(json!({ "role": "administrator", "reach": "granted" }));
    let limited = network.with_cookie(Method::PATCH, "/people/vic", &ann, limited).await;
    assert_eq!(&limited.body["fields"][0]["field"], "reach", "an administrator cannot be kept out: {limited:?}");
    let raised =
        network.with_cookie(Method::PATCH, "/people/vic", &ann, Some(json!({ "role": "administrator" }))).await;
    assert_eq!((raised.status, &raised.body["reach"]), (StatusCode::OK, &json!("all")), "{raised:?}");
    assert_eq!(seen("other").await, (StatusCode::OK, StatusCode::OK), "an empty grant holds no administrator back");
}

#[tokio::test]
async fn everybody_may_change_their_own_name_and_no_more() {
    let network = Network::with_people().await;
    let vic = network.sign_in("vic").await;
    let edited = Some(json!({ "full_name": "Victor Hugo" }));
    let edited = network.with_cookie(Method::PATCH, "/session", &vic, edited).await;
    assert_eq!((edited.status, edited.text("full_name")), (StatusCode::OK, "Victor Hugo".to_owned()), "{edited:?}");
    for body in [json!({ "role": "administrator" }), json!({ "full_name": "V", "role": "administrator" })] {
        let refused = network.with_cookie(Method::PATCH, "/session", &vic, Some(body)).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{refused:?}");
    }
    let refused = network.with_cookie(Method::PATCH, "/people/vic", &vic, Some(json!({ "role": "editor" }))).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "forbidden"));
    let entry = &network.deeds("person.edit").await[0];
    assert_eq!((&entry["actor_name"], &entry["address"]), (&json!("vic"), &json!("127.0.0.1")));
    assert_eq!((&entry["before"]["full_name"], &entry["after"]["full_name"]), (&json!("vic"), &json!("Victor Hugo")));
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let network = Network::with_people().await;
    let ann = network.sign_in("ann").await;
    let demoted = json!({ "role": "editor" });
    for (method, path, body) in [
        (Method::PATCH, "/people/ann", Some(demoted)),
        (Method::POST, "/people/ann/disable", None),
        (Method::DELETE, "/people/ann", None),
    ] {
        let refused = network.with_cookie(method, path, &ann, body).await;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::CONFLICT, "last_administrator"),
            "{path}: {refused:?}"
        );
    }
    assert_eq!(network.is_in(&ann).await, StatusCode::OK);
    network.add("amy", Role::Administrator).await;
    let gone = network.with_cookie(Method::POST, "/people/ann/disable", &ann, None).await;
    assert_eq!(gone.status, StatusCode::OK, "another one is left");
}

/// Each of two demotes the other at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_administrators_cannot_remove_each_other() {
    let network = Network::open().await;
    for round in 0..5 {
        let (one, other) = (format!("one{round}"), format!("two{round}"));
        for name in [&one, &other] {
            network.add(name, Role::Administrator).await;
        }
        if round > 0 {
            let (_, people) = network.stage.gets("/people?q=e").await;
            let earlier = people["items"].as_array().expect("people").iter().find(|person| {
                person["role"] == "administrator" && person["name"] != one.as_str() && person["name"] != other.as_str()
            });
            if let Some(earlier) = earlier {
                let name = earlier["name"].as_str().expect("a name");
                network.stage.hub.delete_person(&Caller::owner(), name).await.expect("others are left");
            }
        }
        let demoted = || PersonEdit { role: Some(Role::Viewer), ..PersonEdit::default() };
        let (owner, hub) = (Caller::owner(), &network.stage.hub);
        let (first, second) =
            tokio::join!(hub.edit_person(&owner, &one, demoted()), hub.edit_person(&owner, &other, demoted()));
        assert!(
            first.is_ok() != second.is_ok() || !hub.needs_administrator().await.expect("known"),
            "{first:?} {second:?}"
        );
        assert!(!hub.needs_administrator().await.expect("known"));
    }
}

/// A refused permission is written down with who asked for what, and not over and over.
#[tokio::test]
async fn what_was_refused_is_written_down_once_a_minute() {
    let network = Network::with_people().await;
    let vic = network.sign_in("vic").await;
    let ask = async || network.with_cookie(Method::DELETE, "/people/ann", &vic, None).await.status;
    for _ in 0..3 {
        assert_eq!(ask().await, StatusCode::FORBIDDEN);
    }
    network.with_cookie(Method::GET, "/upkeep", &vic, None).await;
    let entries = network.deeds("access.refuse").await;
    let operations: Vec<_> = entries.iter().map(|entry| entry["target_id"].as_str().expect("an operation")).collect();
    assert_eq!(operations, ["GET /api/v1/upkeep", "DELETE /api/v1/people/{name}"]);
    let entry = &entries[1];
    assert_eq!((&entry["actor_name"], &entry["address"]), (&json!("vic"), &json!("127.0.0.1")));
    assert!(entry["request_id"].as_str().is_some_and(|id| id.starts_with("req_")), "{entry}");
    assert!(entry["after"]["reason"].as_str().is_some_and(|reason| reason.contains("`administer`")), "{entry}");
    network.later(60);
    ask().await;
    assert_eq!(network.deeds("access.refuse").await.len(), 3);
}
