//! People and keys on the command line, and a whole story over the network: the first administrator, a session, a key, and a log that tells no secret.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Instant;

use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use serde_json::{Value, json};

use crate::harness::{Installation, PATIENCE, http_client};

const PASSWORD: &str = "seven loose words";

/// What a failed command tells.
fn error(installation: &Installation, arguments: &[&str]) -> Value {
    let output = installation.run(&[arguments, &["--json"]].concat());
    assert!(!output.status.success(), "{arguments:?}");
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    told["error"].clone()
}

#[test]
fn people_and_keys_are_made_shown_and_removed_on_the_command_line() {
    let installation = Installation::new(&[]);
    let file = format!("file:{}", installation.write("password", &format!("{PASSWORD}\n")).display());
    let ann = installation.json(&["user", "create", "ann", "--administrator", "--password", &file]);
    assert_eq!((&ann["role"], &ann["has_password"]), (&json!("administrator"), &json!(true)), "{ann}");
    let bob = installation.json(&["user", "create", "bob", "--role", "operator", "--full-name", "Bob Brown"]);
    let link = &bob["password_link"];
    assert!(link["token"].is_string() && link["link"].is_null(), "without a door there is no address: {bob}");
    let shown = installation.succeeds(&["user", "reset-password", "bob"]);
    assert_eq!(shown.trim().len(), 43, "the token alone is data: {shown}");

    let refused = installation.run(&["user", "create", "cem", "--password", "in plain sight!"]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("env:NAME") && !told.contains("sight"), "{told}");
    let listed = installation.succeeds(&["user", "list"]);
    assert!(
        listed.contains("Bob Brown") && listed.contains("has no password yet") && !listed.contains("cem"),
        "{listed}"
    );
    let edited = installation.json(&["user", "edit", "bob", "--role", "editor", "--reach", "granted"]);
    assert_eq!((&edited["role"], &edited["reach"]), (&json!("editor"), &json!("granted")));
    let granted = error(&installation, &["user", "grant", "bob", "nowhere", "--abilities", "see"]);
    assert_eq!(granted["code"], "not_found", "{granted}");
    assert!(!installation.json(&["user", "disable", "bob"])["disabled_at"].is_null());
    assert!(installation.succeeds(&["user", "show", "bob"]).contains("disabled"));
    assert!(installation.json(&["user", "enable", "bob"])["disabled_at"].is_null());
    assert_eq!(error(&installation, &["user", "delete", "ann"])["code"], "last_administrator");
    assert_eq!(
        error(&installation, &["user", "show", "Bob!"])["remedy"],
        "`salesbridge user list` shows what there is"
    );

    let key = installation.json(&["key", "create", "nightly", "--person", "bob", "--scope", "see,run", "--days", "7"]);
    let id = key["id"].as_str().expect("an id");
    assert!(key["key"].as_str().is_some_and(|key| key.starts_with("sbk_")), "{key}");
    let listed = installation.succeeds(&["key", "list", "--person", "bob"]);
    assert!(listed.contains("nightly") && listed.contains("see, run") && listed.contains("usable"), "{listed}");
    assert!(installation.succeeds(&["key", "revoke", id]).contains("revoked"));
    assert_eq!(installation.json(&["key", "show", id])["usable"], false);
    assert_eq!(installation.json(&["user", "sessions", "bob"])["total"], 0);
    assert_eq!(installation.json(&["user", "sessions", "bob", "--end-all"])["ended"], 0);
    installation.succeeds(&["user", "delete", "bob"]);
    assert_eq!(installation.json(&["key", "list"])["total"], 0);
    let log = installation.json(&["audit", "list", "--noun", "key"]);
    let actions: Vec<_> = log["items"].as_array().expect("entries").iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["key.revoke", "key.create"]);
}

/// Everything that lets somebody in is used while the log shows all that it can show, and none of it is in the log.
#[tokio::test]
async fn the_first_administrator_comes_in_by_a_link_and_the_log_tells_no_secret() {
    let installation = Installation::new(&[("SALESBRIDGE_SERVER_LISTEN", "127.0.0.1:0")]);
    let log = std::fs::File::create(installation.path("serve.log")).expect("a log");
    let mut command = installation.command(&["serve", "--log", "trace"]);
    let serving = crate::harness::Process::start(command.stdout(Stdio::null()).stderr(log));
    installation.wait_for_socket();
    let file = installation.data().join("first-administrator.txt");
    let begun = Instant::now();
    let link = loop {
        match std::fs::read_to_string(&file) {
            Ok(link) if link.ends_with('\n') => break link.trim().to_owned(),
            _ => assert!(begun.elapsed() < PATIENCE, "{}", installation.log()),
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    assert_eq!(std::fs::metadata(&file).expect("the file").permissions().mode() & 0o777, 0o600);
    let (page, token) = link.split_once('#').expect("the token is behind `#`");
    let base = page.strip_suffix("/first-administrator").expect("an address");
    assert!(installation.log().contains("first-administrator.txt"), "{}", installation.log());

    let http = http_client();
    let post = async |path: &str, body: &Value| {
        http.post(format!("{base}/api/v1{path}")).json(body).send().await.expect("an answer")
    };
    let first = json!({ "token": token, "name": "ann", "password": PASSWORD });
    assert_eq!(post("/first-administrator", &first).await.status(), 201);
    assert_eq!(post("/first-administrator", &first).await.status(), 409);
    let wrong = "a password that is wrong";
    assert_eq!(post("/session", &json!({ "name": "ann", "password": wrong })).await.status(), 401);
    let answer = post("/session", &json!({ "name": "ann", "password": PASSWORD })).await;
    let cookie = answer.headers()[SET_COOKIE].to_str().expect("text");
    let cookie = cookie.split(';').next().expect("a pair").to_owned();
    let made = http.post(format!("{base}/api/v1/keys")).header(COOKIE, &cookie).header(ORIGIN, base);
    let made = made.json(&json!({ "name": "x", "scopes": ["administer"] })).send().await.expect("an answer");
    let made: Value = made.json().await.expect("a key");
    let key = made["key"].as_str().expect("a key").to_owned();
    let asked = http.get(format!("{base}/api/v1/people")).bearer_auth(&key).send().await.expect("an answer");
    assert_eq!(asked.status(), 200);
    let sessions = installation.succeeds(&["user", "sessions", "ann"]);
    assert!(sessions.contains("127.0.0.1"), "{sessions}");
    let reset = installation.json(&["user", "reset-password", "ann"]);
    let reset = reset["token"].as_str().expect("a token").to_owned();
    assert_eq!(post("/password", &json!({ "token": reset, "password": "eight new loose words" })).await.status(), 204);
    assert_eq!(installation.json(&["user", "sessions", "ann"])["total"], 0);
    assert_eq!(serving.interrupt(), Some(0));

    let log = installation.log();
    assert!(
        log.contains("/api/v1/first-administrator") || log.contains("answered 201"),
        "the log shows requests: {log}"
    );
    let session = cookie.split_once('=').expect("a pair").1;
    let secret = &key[37..];
    for hidden in [token, PASSWORD, wrong, "eight new loose words", session, secret, &reset, "$argon2id"] {
        assert!(!log.contains(hidden), "the log holds {hidden}");
    }
    let serving = installation.serve(&[]);
    installation.wait_for_socket();
    assert!(!file.exists(), "there is an administrator, and no link any more");
    drop(serving);
}
