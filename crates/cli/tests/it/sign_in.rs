//! Signing in at a browser for a connection, from the command to the page that says it is done, through a `serve` with a door on the network.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, StatusCode, redirect};
use salesbridge_testkit::Browser;
use serde_json::Value;

use crate::harness::{Installation, Org, Process, free_port};

const PASSWORD: &str = "local-org-password";

/// A browser's half at our own pages: keeps nothing, follows nothing.
#[expect(clippy::disallowed_methods, reason = "a browser is a client of its own")]
fn plain_client() -> Client {
    salesbridge_egress::install_crypto_provider();
    Client::builder().redirect(redirect::Policy::none()).no_proxy().build().expect("a client")
}

/// R11, R15, R50: one link leads through it; nothing that would let anybody else finish it is in the log.
#[tokio::test(flavor = "multi_thread")]
async fn r11_r15_a_person_follows_one_link_and_the_connection_is_signed_in() {
    let org = Org::start();
    let (port, door) = {
        let port = free_port();
        (port, format!("http://localhost:{port}"))
    };
    org.change_app(&serde_json::json!({
        "callback_url": format!("{door}/oauth/callback"), "scopes": ["api", "refresh_token", "web"],
        "pkce_required": true, "secret_required": true, "secret_required_for_refresh": true,
    }))
    .await;
    let installation = Installation::new(&[("SALESBRIDGE_SERVER_LISTEN", &format!("127.0.0.1:{port}"))]);
    let serving = installation.serve(&[("SALESBRIDGE_LOG", "debug")]);
    installation.wait_for_socket();
    let secret = installation.write("secret", &org.consumer_secret);
    let secret = format!("consumer_secret=file:{}", secret.display());
    let create = ["connection", "create", "acme", "--method", "authorization_code", "--domain-url", &org.url];
    installation.succeeds(&[&create[..], &["--consumer-key", &org.consumer_key, "--secret", &secret]].concat());

    let mut signing_in = Process::start(
        installation.command(&["connection", "sign-in", "acme"]).stdout(Stdio::piped()).stderr(Stdio::null()),
    );
    let mut lines = BufReader::new(signing_in.output()).lines();
    let link = lines.next().expect("a line").expect("text").trim().to_owned();
    assert!(link.starts_with(&format!("{door}/oauth/start/")), "{link}");

    let client = plain_client();
    let opened = client.get(&link).send().await.expect("an answer");
    assert_eq!(opened.status(), StatusCode::SEE_OTHER);
    let cookie = opened.headers()[SET_COOKIE].to_str().expect("text").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    let cookie = cookie.split(';').next().expect("a pair").to_owned();
    let authorize = opened.headers()[LOCATION].to_str().expect("text").parse().expect("an address");
    let callback = Browser::at(&org.url).consent(&authorize, &org.username, PASSWORD).await;
    assert!(callback.as_str().starts_with(&format!("{door}/oauth/callback?")), "{callback}");

    let again = client.get(&link).send().await.expect("an answer");
    assert_eq!(again.status(), StatusCode::CONFLICT);
    assert!(again.text().await.expect("a page").contains("This link has been used"));
    let foreign = client.get(callback.clone()).send().await.expect("an answer");
    assert_eq!(foreign.status(), StatusCode::CONFLICT);
    assert!(foreign.text().await.expect("a page").contains("was begun in another browser"));

    let ours = client.get(callback.clone()).header(COOKIE, &cookie).send().await.expect("an answer");
    assert_eq!(ours.status(), StatusCode::OK);
    assert!(ours.headers()[SET_COOKIE].to_str().expect("text").contains("Max-Age=0"));
    assert_eq!(ours.headers()["referrer-policy"], "no-referrer");
    let page = ours.text().await.expect("a page");
    assert!(page.contains("Signed in") && page.contains("acme is signed in to"), "{page}");
    let replayed = client.get(callback.clone()).header(COOKIE, &cookie).send().await.expect("an answer");
    assert_eq!(replayed.status(), StatusCode::CONFLICT);

    assert_eq!(signing_in.wait().code(), Some(0));
    let shown = installation.json(&["connection", "show", "acme"]);
    assert_eq!((&shown["held"], shown["org"]["user_id"].is_string()), (&Value::Null, true), "{shown}");
    installation.succeeds(&["connection", "test", "acme"]);
    serving.interrupt();

    let value = |name: &str| callback.query_pairs().find(|(key, _)| key == name).expect(name).1.into_owned();
    let cookie_value = cookie.split_once('=').expect("a pair").1.to_owned();
    let ticket = link.rsplit('/').next().expect("a ticket").to_owned();
    let log = installation.log();
    assert!(log.contains("/oauth/callback"), "{log}");
    for secret in [value("state"), value("code"), cookie_value, ticket, org.consumer_secret.clone()] {
        assert!(!log.contains(&secret), "the log holds a secret: {log}");
    }
}

/// R16: an app that Salesforce does not know yet is tested again until it does; without a wait the test says until when that may take.
#[tokio::test(flavor = "multi_thread")]
async fn r16_a_test_waits_for_a_new_app() {
    let (org, installation) = (Org::start(), Installation::new(&[]));
    org.change_app(&serde_json::json!({ "propagation_seconds": 600 })).await;
    installation.connect_as("acme", &org);
    let refused = installation.run(&["connection", "test", "acme"]);
    let told = format!("{}{}", String::from_utf8_lossy(&refused.stdout), String::from_utf8_lossy(&refused.stderr));
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert!(told.contains("tried again by itself until") && told.contains("test acme --wait"), "{told}");
    let mut waiting = Process::start(
        installation.command(&["connection", "test", "acme", "--wait"]).stdout(Stdio::null()).stderr(Stdio::null()),
    );
    assert!(!waiting.ends_within(std::time::Duration::from_secs(2)), "it waits");
    org.change_app(&serde_json::json!({ "propagation_seconds": 0 })).await;
    assert_eq!(waiting.wait().code(), Some(0));
}

/// Nobody's browser has to reach us: what it shows is pasted; without a terminal in two commands.
#[tokio::test(flavor = "multi_thread")]
async fn r26_a_code_is_pasted_in_two_commands() {
    let org = Org::start();
    org.change_app(&serde_json::json!({
        "callback_url": format!("{}/services/oauth2/success", org.url), "scopes": ["api", "refresh_token", "web"],
        "pkce_required": true, "secret_required": true, "secret_required_for_refresh": true,
    }))
    .await;
    let installation = Installation::new(&[]);
    let secret = installation.write("secret", &org.consumer_secret);
    let secret = format!("consumer_secret=file:{}", secret.display());
    let create = ["connection", "create", "acme", "--method", "authorization_code", "--domain-url", &org.url];
    installation.succeeds(&[&create[..], &["--consumer-key", &org.consumer_key, "--secret", &secret]].concat());
    let begun = installation.json(&["connection", "sign-in", "acme", "--paste"]);
    let link = begun["link"].as_str().expect("a link").parse().expect("an address");
    let shown = Browser::at(&org.url).consent(&link, &org.username, PASSWORD).await;
    let answer = installation.write("answer", shown.as_str());
    let answer = format!("file:{}", answer.display());
    let ended = installation.json(&["connection", "sign-in", "acme", "--answer", &answer]);
    assert_eq!(ended["state"], "done", "{ended}");

    let plain = installation.run(&["connection", "sign-in", "acme", "--answer", "aPrxSecret=="]);
    let told = String::from_utf8_lossy(&plain.stderr).into_owned();
    assert!(!plain.status.success() && told.contains("env:NAME, file:PATH"), "{told}");
    assert!(!told.contains("aPrxSecret"), "what was given may be the secret: {told}");
}
