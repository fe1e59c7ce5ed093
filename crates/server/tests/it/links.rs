//! One-time links: the first administrator, and passwords.

use reqwest::{Method, StatusCode};
use salesbridge_hub::Caller;
use serde_json::{Value, json};

use crate::network::{Answer, Network, PASSWORD};

async fn link(network: &Network) -> String {
    let made = network.stage.hub.invite_first_administrator(&Caller::system()).await.expect("it may");
    made.expect("a link").token.expose().clone()
}

async fn becomes(network: &Network, token: &str, name: &str) -> Answer {
    network.post("/first-administrator", json!({ "token": token, "name": name, "password": PASSWORD })).await
}

async fn is_needed(network: &Network) -> Value {
    network.send(network.request(Method::GET, "/api/v1/first-administrator")).await.body["needed"].clone()
}

#[tokio::test]
async fn the_first_administrators_link_works_once_and_while_there_is_none() {
    let network = Network::open().await;
    assert_eq!(is_needed(&network).await, true);
    let replaced = link(&network).await;
    let token = link(&network).await;
    for wrong in [replaced.as_str(), "", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let refused = becomes(&network, wrong, "mallory").await;
        assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "link_is_over"), "{wrong}: {refused:?}");
    }
    let short =
        network.post("/first-administrator", json!({ "token": token, "name": "ann", "password": "short" })).await;
    assert_eq!(&short.body["fields"][0]["field"], "password", "{short:?}");
    let made = becomes(&network, &token, "ann").await;
    assert_eq!((made.status, made.text("role")), (StatusCode::CREATED, "administrator".to_owned()), "{made:?}");
    assert_eq!(is_needed(&network).await, false);
    let again = becomes(&network, &token, "mallory").await;
    assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "administrator_exists"));
    assert!(network.stage.hub.invite_first_administrator(&Caller::system()).await.expect("it may").is_none());
    assert_eq!(network.is_in(&network.sign_in("ann").await).await, StatusCode::OK);
    assert_eq!(network.deeds("person.create").await[0]["actor_name"], "ann");
}

#[tokio::test]
async fn the_first_administrators_link_expires_after_a_quarter_of_an_hour() {
    let network = Network::open().await;
    let token = link(&network).await;
    network.later(15 * 60);
    assert_eq!(becomes(&network, &token, "ann").await.code(), "link_is_over");
    assert_eq!(is_needed(&network).await, true);
    let token = link(&network).await;
    network.later(15 * 60 - 1);
    assert_eq!(becomes(&network, &token, "ann").await.status, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_have_the_link_one_is_first() {
    let network = Network::open().await;
    let token = link(&network).await;
    let (one, other) = tokio::join!(becomes(&network, &token, "ann"), becomes(&network, &token, "bob"));
    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::CREATED, StatusCode::CONFLICT], "{one:?} {other:?}");
    let (_, people) = network.stage.gets("/people").await;
    assert_eq!(people["total"], 1);
}

#[tokio::test]
async fn a_link_for_a_password_works_once_within_a_day_and_ends_all_sessions() {
    let network = Network::with_people().await;
    let (ann, vic) = (network.sign_in("ann").await, network.sign_in("vic").await);
    let make = async || network.with_cookie(Method::POST, "/people/vic/password-link", &ann, None).await;
    let set = async |token: &str, password: &str| {
        network.post("/password", json!({ "token": token, "password": password })).await
    };
    let (replaced, made) = (make().await, make().await);
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    assert_eq!(made.text("path"), format!("/password#{}", made.text("token")), "no server sees what is behind `#`");
    assert_eq!(set(&replaced.text("token"), "eight new loose words").await.code(), "link_is_over");
    let token = made.text("token");
    let refused = becomes(&network, &token, "mallory").await;
    assert_eq!(refused.code(), "administrator_exists", "it is for nothing else");
    assert_eq!(set(&token, "vic").await.status, StatusCode::UNPROCESSABLE_ENTITY, "a bad password uses nothing up");
    assert_eq!(set(&token, "eight new loose words").await.status, StatusCode::NO_CONTENT);
    assert_eq!(network.is_in(&vic).await, StatusCode::UNAUTHORIZED);
    assert_eq!(network.tries("vic", "eight new loose words").await.status, StatusCode::OK);
    let again = set(&token, "nine other loose words").await;
    assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "link_is_over"));

    let expired = make().await.text("token");
    network.later(24 * 3600);
    assert_eq!(set(&expired, "nine other loose words").await.code(), "link_is_over");
    let ann = network.sign_in("ann").await;
    let of_disabled = network.with_cookie(Method::POST, "/people/vic/password-link", &ann, None).await.text("token");
    network.with_cookie(Method::POST, "/people/vic/disable", &ann, None).await;
    assert_eq!(set(&of_disabled, "nine other loose words").await.code(), "link_is_over");
    let told = network.deeds("person.password").await;
    assert_eq!((told.len(), &told[0]["actor_name"], &told[0]["after"]["by"]), (1, &json!("vic"), &json!("link")));
    assert!(!told[0].to_string().contains(&token));
}

/// Whoever failed too often is let in again by the link an administrator makes.
#[tokio::test]
async fn a_new_password_ends_the_pauses_of_whoever_forgot_the_old_one() {
    let network = Network::with_people().await;
    for _ in 0..5 {
        network.tries("vic", "a wrong password").await;
    }
    assert_eq!(network.tries("vic", PASSWORD).await.code(), "sign_in_paused");
    let made = network.stage.hub.make_password_link(&Caller::owner(), "vic").await.expect("a link");
    let body = json!({ "token": made.token.expose(), "password": "eight new loose words" });
    assert_eq!(network.post("/password", body).await.status, StatusCode::NO_CONTENT);
    assert_eq!(network.tries("vic", "eight new loose words").await.status, StatusCode::OK);
}

/// The pages that links open are for everybody, load nothing of anybody else's, and send nothing but by their own script.
#[tokio::test]
async fn the_pages_of_links_open_for_everybody_and_keep_to_themselves() {
    let network = Network::open().await;
    let get = async |path: &str| {
        let answer = network.request(Method::GET, path).send().await.expect("an answer");
        let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
        (answer.status(), policy, answer.text().await.expect("a page"))
    };
    for (path, to) in [("/first-administrator", "/api/v1/first-administrator"), ("/password", "/api/v1/password")] {
        let (status, policy, page) = get(path).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        for part in ["default-src 'none'", "script-src 'self'", "form-action 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(page.contains(&format!("data-to=\"{to}\"")) && page.contains("<button disabled>"), "{page}");
        assert!(page.contains("<form method=\"post\""), "a form without a script puts nothing into an address: {page}");
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        let script = page.split("<script src=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a script");
        let (status, _, script) = get(script).await;
        assert!(status == StatusCode::OK && script.contains("history.replaceState"), "{script}");
    }
}
