//! Signing in and out, and what ends a session.

use reqwest::header::{COOKIE, SET_COOKIE, WWW_AUTHENTICATE};
use reqwest::{Method, StatusCode};
use salesbridge_model::Role;
use serde_json::json;

use crate::network::{Network, PASSWORD, words};

#[tokio::test]
async fn a_session_is_kept_in_a_cookie_that_no_page_reads_and_no_neighbour_plants() {
    let network = Network::with_people().await;
    let answer = network.tries("eve", PASSWORD).await;
    assert_eq!((answer.status, answer.text("name")), (StatusCode::OK, "eve".to_owned()), "{answer:?}");
    assert_eq!(answer.body["abilities"], json!(["see", "run", "edit"]));
    let header = answer.headers[SET_COOKIE].to_str().expect("text");
    let (pair, attributes) = header.split_once("; ").expect("attributes");
    assert_eq!(attributes, "Path=/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure");
    let token = pair.strip_prefix("__Host-salesbridge=").expect("the name");
    assert_eq!(token.len(), 43, "256 random bits");
    assert!(!answer.body.to_string().contains(token), "the token is in the cookie alone");
    assert_eq!(network.is_in(pair).await, StatusCode::OK);

    let plain = network.with_cookie(Method::GET, "/session", &format!("salesbridge={token}"), None).await;
    assert_eq!(plain.status, StatusCode::UNAUTHORIZED, "a cookie that anybody could have planted is not read");
    assert_eq!(plain.headers[WWW_AUTHENTICATE], "Bearer");

    let out = network.with_cookie(Method::DELETE, "/session", pair, None).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    let taken = out.headers[SET_COOKIE].to_str().expect("text");
    assert!(taken.starts_with("__Host-salesbridge=; Path=/; Max-Age=0"), "{taken}");
    let after = network.with_cookie(Method::GET, "/session", pair, None).await;
    assert_eq!((after.status, after.code()), (StatusCode::UNAUTHORIZED, "not_signed_in"));
    assert_eq!(after.text("detail"), "the session has ended");

    let without_tls = crate::network::Network::open_with(salesbridge_server::DoorWords {
        public_url: "http://bridge.example.com".to_owned(),
        ..words()
    });
    let without_tls = without_tls.await;
    without_tls.add("ann", Role::Administrator).await;
    let answer = without_tls.tries("ann", PASSWORD).await;
    let header = answer.headers[SET_COOKIE].to_str().expect("text");
    assert!(header.starts_with("salesbridge=") && !header.contains("Secure"), "{header}");
}

/// Session fixation: whatever a browser carried before, it has another session afterwards, and the one it carried is over.
#[tokio::test]
async fn a_sign_in_makes_a_token_nobody_had_and_ends_the_session_before_it() {
    let network = Network::with_people().await;
    let first = network.sign_in("vic").await;
    let planted = "__Host-salesbridge=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (carried, name) in [(planted.to_owned(), "vic"), (first.clone(), "ann")] {
        let request = network.request(Method::POST, "/api/v1/session").header(COOKIE, &carried);
        let request = request.header("sec-fetch-site", "same-origin");
        let answer = network.send(request.json(&json!({ "name": name, "password": PASSWORD }))).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_ne!(answer.cookie(), carried);
        assert_eq!(network.is_in(&carried).await, StatusCode::UNAUTHORIZED, "{carried}");
        assert_eq!(network.is_in(&answer.cookie()).await, StatusCode::OK);
    }
}

/// The same work is done, and the same is said, whether or not there is somebody of that name.
#[tokio::test]
async fn a_wrong_name_costs_and_tells_what_a_wrong_password_does() {
    let network = Network::with_people().await;
    let hub = &network.stage.hub;
    network.stage.hub.disable_person(&salesbridge_hub::Caller::owner(), "eve").await.expect("disabled");
    let mut told = Vec::new();
    for (name, password) in [
        ("vic", "not the password"),
        ("nobody", PASSWORD),
        ("eve", PASSWORD),
        ("Not A Name \u{0}", PASSWORD),
        ("ann", ""),
        ("ann", &"x".repeat(5000)),
    ] {
        let before = hub.passwords_checked();
        let mut answer = network.tries(name, password).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, "sign_in_refused"), "{answer:?}");
        assert_eq!(hub.passwords_checked(), before + 1, "{name}: a password was compared");
        assert!(answer.headers.get(SET_COOKIE).is_none());
        answer.body["request_id"].take();
        told.push(answer.body);
    }
    assert!(told.iter().all(|body| *body == told[0]), "{told:?}");
    let refused = network.deeds("session.refuse").await;
    let names: Vec<_> = refused.iter().rev().map(|entry| entry["target_name"].as_str()).collect();
    assert_eq!(names, [Some("vic"), None, Some("eve"), None, Some("ann"), Some("ann")], "unknown names are not kept");
    assert_eq!((&refused[0]["address"], &refused[0]["after"]["name_is_known"]), (&json!("127.0.0.1"), &json!(true)));
}

#[tokio::test]
async fn wrong_passwords_make_pauses_that_hold_back_whoever_guesses_and_nobody_else() {
    let network = Network::with_people().await;
    let (guesser, home) = ("203.0.113.7", "198.51.100.1");
    for _ in 0..5 {
        assert_eq!(network.tries_from(guesser, "vic", "a wrong password").await.code(), "sign_in_refused");
    }
    let before = network.stage.hub.passwords_checked();
    let paused = network.tries_from(guesser, "vic", PASSWORD).await;
    assert_eq!((paused.status, paused.code()), (StatusCode::TOO_MANY_REQUESTS, "sign_in_paused"), "{paused:?}");
    assert_eq!(paused.headers["retry-after"], "1");
    assert_eq!(network.stage.hub.passwords_checked(), before, "the right password is not tried either");
    assert_eq!(network.tries_from(home, "vic", PASSWORD).await.status, StatusCode::OK, "vic at home is not held back");
    assert_eq!(network.tries_from(guesser, "eve", PASSWORD).await.status, StatusCode::OK, "nor is eve");

    network.later(2);
    assert_eq!(network.tries_from(guesser, "vic", "a wrong password").await.code(), "sign_in_refused");
    let longer = network.tries_from(guesser, "vic", PASSWORD).await;
    assert_eq!(longer.headers["retry-after"], "2", "each failure doubles the pause");
    for _ in 0..20 {
        network.later(1000);
        assert_eq!(network.tries_from(guesser, "vic", "a wrong password").await.code(), "sign_in_refused");
    }
    let longest = network.tries_from(guesser, "vic", PASSWORD).await;
    assert_eq!(longest.headers["retry-after"], "900", "a pause has an end");
    network.later(901);
    assert_eq!(
        network.tries_from(guesser, "vic", PASSWORD).await.status,
        StatusCode::OK,
        "the right one is tried again"
    );
    assert_eq!(network.tries_from(guesser, "vic", "a wrong password").await.code(), "sign_in_refused");
    let paused = network.deeds("session.refuse").await;
    assert_eq!(paused[1]["after"]["paused_for_seconds"], json!(900), "{:?}", paused[1]);
}

/// Many addresses together make a pause of the name, but not where its person is signed in; and one address is held back whatever names it tries.
#[tokio::test]
async fn a_stranger_with_many_addresses_keeps_nobody_out_who_is_signed_in() {
    let network = Network::with_people().await;
    let home = "198.51.100.1";
    assert_eq!(network.tries_from(home, "vic", PASSWORD).await.status, StatusCode::OK);
    for number in 0..20 {
        let answer = network.tries_from(&format!("203.0.113.{number}"), "vic", "a wrong password").await;
        assert_eq!(answer.code(), "sign_in_refused", "{number}");
    }
    assert_eq!(network.tries_from("203.0.113.99", "vic", PASSWORD).await.code(), "sign_in_paused");
    assert_eq!(network.tries_from(home, "vic", PASSWORD).await.status, StatusCode::OK);

    for number in 0..20 {
        let answer = network.tries_from("192.0.2.1", &format!("name{number}"), PASSWORD).await;
        assert_eq!(answer.code(), "sign_in_refused", "{number}");
    }
    assert_eq!(network.tries_from("192.0.2.1", "eve", PASSWORD).await.code(), "sign_in_paused");
    assert_eq!(network.tries_from("192.0.2.2", "eve", PASSWORD).await.status, StatusCode::OK);
}

/// However many come at once, no more are tried than one after the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_at_the_same_time_are_counted_one_by_one() {
    let network = Network::with_people().await;
    let attempts = (0..20).map(|_| network.tries("vic", "a wrong password"));
    let answers = futures::future::join_all(attempts).await;
    let tried = answers.iter().filter(|answer| answer.code() == "sign_in_refused").count();
    assert_eq!(tried, 5, "{:?}", answers.iter().map(|answer| answer.code().to_owned()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_after_a_week_in_any_case() {
    let network = Network::with_people().await;
    let cookie = network.sign_in("vic").await;
    for _ in 0..20 {
        network.later(7 * 3600);
        assert_eq!(network.is_in(&cookie).await, StatusCode::OK, "it is used every seven hours");
    }
    let idle = network.sign_in("vic").await;
    network.later(8 * 3600 + 1);
    assert_eq!(network.is_in(&idle).await, StatusCode::UNAUTHORIZED);
    let busy = network.sign_in("eve").await;
    for _ in 0..24 {
        network.later(7 * 3600);
        network.is_in(&busy).await;
    }
    assert_eq!(network.is_in(&busy).await, StatusCode::UNAUTHORIZED, "a week is over");
    let tidied = network.stage.hub.tidy(&Default::default()).await.expect("tidied");
    assert!(tidied.sign_ins > 0, "what has ended is removed: {tidied:?}");
}

#[tokio::test]
async fn a_session_is_ended_from_elsewhere_and_by_a_new_password() {
    let network = Network::with_people().await;
    let (here, there, lost) =
        (network.sign_in("vic").await, network.sign_in("vic").await, network.sign_in("vic").await);
    let listed = network.with_cookie(Method::GET, "/sessions", &here, None).await;
    let sessions = listed.body["items"].as_array().expect("sessions").clone();
    assert_eq!(sessions.iter().map(|session| session["current"] == true).collect::<Vec<_>>(), [false, false, true]);
    let newest = sessions[0]["id"].as_str().expect("an id");

    let stranger = network.sign_in("eve").await;
    let refused = network.with_cookie(Method::DELETE, &format!("/sessions/{newest}"), &stranger, None).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "others' sessions do not exist for eve: {refused:?}");
    let refused = network.with_cookie(Method::GET, "/sessions?person=vic", &stranger, None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    let ended = network.with_cookie(Method::DELETE, &format!("/sessions/{newest}"), &here, None).await;
    assert_eq!((ended.status, network.is_in(&lost).await), (StatusCode::NO_CONTENT, StatusCode::UNAUTHORIZED));

    let change = |current: &str, new: &str| Some(json!({ "current": current, "new": new }));
    let wrong = change("not the password", "eight new loose words");
    let wrong = network.with_cookie(Method::PUT, "/session/password", &here, wrong).await;
    assert_eq!(
        (wrong.status, &wrong.body["fields"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("current"))
    );
    let short = network.with_cookie(Method::PUT, "/session/password", &here, change(PASSWORD, "short")).await;
    assert_eq!(&short.body["fields"][0]["field"], &json!("new"), "{short:?}");
    let changed = change(PASSWORD, "eight new loose words");
    let changed = network.with_cookie(Method::PUT, "/session/password", &here, changed).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT, "{changed:?}");
    assert_eq!((network.is_in(&here).await, network.is_in(&there).await), (StatusCode::OK, StatusCode::UNAUTHORIZED));
    assert_eq!(network.tries("vic", PASSWORD).await.code(), "sign_in_refused");
    assert_eq!(network.tries("vic", "eight new loose words").await.status, StatusCode::OK);

    let others = network.with_cookie(Method::DELETE, "/sessions", &here, None).await;
    assert_eq!((others.status, &others.body["ended"]), (StatusCode::OK, &json!(1)));
    assert_eq!(network.is_in(&here).await, StatusCode::OK);
}

/// A stolen session does not serve to guess the password.
#[tokio::test]
async fn guesses_at_ones_own_password_are_paused_too() {
    let network = Network::with_people().await;
    let cookie = network.sign_in("vic").await;
    let guess = || Some(json!({ "current": "a guess at it", "new": "eight new loose words" }));
    for _ in 0..5 {
        let answer = network.with_cookie(Method::PUT, "/session/password", &cookie, guess()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{answer:?}");
    }
    let answer = network.with_cookie(Method::PUT, "/session/password", &cookie, guess()).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::TOO_MANY_REQUESTS, "sign_in_paused"));
}
