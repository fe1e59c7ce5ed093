//! What people type and read: one owner of the data directory, bad input, screens.

use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;

use crate::harness::{Installation, Org, clients_csv, holds, is_settled};

/// Standard error of a command that must fail with this exit code; the folder's path is replaced.
fn fails(installation: &Installation, code: i32, arguments: &[&str]) -> String {
    let output = installation.run(arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    let text = String::from_utf8(output.stderr).expect("text");
    text.replace(installation.path("").to_str().expect("a path"), "/FOLDER/").trim_end().to_owned()
}

#[test]
fn without_a_master_key_serve_says_how_to_make_one() {
    let installation = Installation::without_key(&[]);
    assert_snapshot!(fails(&installation, 1, &["serve"]));
}

#[test]
fn a_master_key_that_others_may_read_is_refused() {
    let installation = Installation::new(&[]);
    let key = installation.data().join("master.key");
    assert_eq!(std::fs::metadata(&key).expect("the key").permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("chmod");
    assert_snapshot!(fails(&installation, 1, &["serve"]));
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).expect("chmod");
    assert_snapshot!(fails(&installation, 1, &["vault", "init"]));
}

/// Another key opens nothing, and says which one would: `serve` warns, the connection is held, nothing is lost when the right key is back.
#[tokio::test]
async fn a_wrong_master_key_is_named_and_loses_nothing() {
    let (org, installation) = (Org::start(), Installation::new(&[]));
    let file = installation.write("clients.csv", &clients_csv(3, 0));
    installation.succeeds(&["client", "import", file.to_str().expect("a path")]);
    installation.connect(&org, None);
    let key = installation.data().join("master.key");
    let right = std::fs::read(&key).expect("the key");
    let right_id = installation.json(&["vault", "status"])["newest"].as_str().expect("an id").to_owned();
    std::fs::remove_file(&key).expect("the key is there");
    installation.succeeds(&["vault", "init"]);

    assert_snapshot!(fails(&installation, 1, &["connection", "test", "acme"]).replace(&right_id, "RIGHT-KEY"));
    let serving = installation.serve(&[]);
    installation.wait_for("the connection to be held", |sync| sync["sending"] == false);
    let held = installation.json(&["connection", "show", "acme"])["held"]["reason"].to_string();
    assert!(held.contains(&right_id), "{held}");
    assert_eq!(serving.interrupt(), Some(0));
    let log = std::fs::read_to_string(installation.path("serve.log")).expect("the log");
    let warning = "warning: nothing is sent through the connection acme: the master key ";
    assert!(log.contains(&format!("{warning}{right_id}")), "{log}");
    assert_eq!(org.leads().await.len(), 0);

    std::fs::write(&key, right).expect("the key");
    installation.succeeds(&["connection", "test", "acme"]);
    installation.succeeds(&["sync", "run", "acme-leads"]);
    assert_eq!(org.leads().await.len(), 3);
}

#[test]
fn a_second_owner_is_told_who_the_first_is_and_commands_go_through_its_socket() {
    let installation = Installation::new(&[]);
    let serving = installation.serve(&[]);
    let process = serving.id().to_string();
    let begun = std::time::Instant::now();
    while !installation.data().join("salesbridge.sock").exists() {
        assert!(begun.elapsed() < crate::harness::PATIENCE, "serve makes no socket");
        std::thread::yield_now();
    }
    let told = fails(&installation, 1, &["serve"]).replace(&process, "PROCESS");
    assert_snapshot!(told);
    let socket = installation.data().join("salesbridge.sock");
    assert_eq!(std::fs::metadata(socket).expect("the socket").permissions().mode() & 0o777, 0o600);
    assert_eq!(installation.json(&["client", "list"])["total"], 0);
    assert_eq!(serving.interrupt(), Some(0), "Ctrl-C is no failure");
    assert_eq!(installation.json(&["client", "list"])["total"], 0, "without an owner the command works by itself");
}

#[test]
fn two_commands_at_once_both_succeed() {
    let installation = Installation::new(&[]);
    let file = installation.write("clients.csv", &clients_csv(2000, 0));
    let import = ["client", "import", file.to_str().expect("a path")];
    let first = installation.command(&import).stdout(std::process::Stdio::null()).spawn().expect("it starts");
    installation.succeeds(&["client", "list"]);
    let mut first = first;
    assert!(first.wait().expect("it ends").success());
    assert_eq!(installation.json(&["client", "list"])["total"], 2000);
}

/// R37: a malformed address, an unknown domain, a wrong secret: each its own message.
#[tokio::test]
async fn bad_connections_say_what_is_wrong_and_what_mends_it() {
    let installation = Installation::new(&[]);
    let org = Org::start();
    let secret = installation.write("secret", "wrong");
    let create = |name: &'static str, url: &str| {
        let secret = secret.to_str().expect("a path").to_owned();
        let arguments = ["connection", "create", name, "--domain-url", url, "--consumer-key", &org.consumer_key];
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        [arguments, vec!["--consumer-secret-file".to_owned(), secret]].concat()
    };
    let run = |arguments: &[String], code: i32| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        fails(&installation, code, &arguments)
    };
    assert_snapshot!(run(&create("acme", "http://acme.my.salesforce.com"), 1));
    assert_snapshot!(run(&create("acme", "acme"), 1));
    assert_snapshot!(run(&create("acme", "https://login.salesforce.com"), 1));
    assert_snapshot!(run(&create("acme", "https://example.com"), 1));
    assert_snapshot!(run(&create("Acme", &org.url), 1));

    run(&create("unknown", "https://no-such-domain-of-ours.my.salesforce.com"), 0);
    let output = installation.run(&["connection", "test", "unknown"]);
    assert_eq!(output.status.code(), Some(1));
    let screen = String::from_utf8(output.stdout).expect("text");
    assert!(screen.starts_with("FAILED   address"), "{screen}");
    assert!(screen.contains("no-such-domain-of-ours.my.salesforce.com"), "{screen}");

    run(&create("acme", &org.url), 0);
    let output = installation.run(&["connection", "test", "acme"]);
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(String::from_utf8(output.stdout).expect("text"));
    assert_snapshot!(run(&create("acme", &org.url), 1));
}

#[test]
fn a_broken_row_of_a_file_is_described_and_the_others_are_imported() {
    let installation = Installation::new(&[]);
    let text = "key,email,last_name\nC-1,ann@example.com,Miller\nC-2,ann@,Brown\nC-3\nC-4,,Stone\nC-4,,Stones\n";
    let file = installation.write("clients.csv", text);
    let output = installation.run(&["client", "import", file.to_str().expect("a path")]);
    assert_eq!(output.status.code(), Some(3));
    assert_snapshot!(String::from_utf8(output.stdout).expect("text"));
    assert_snapshot!(String::from_utf8(output.stderr).expect("text"));
    assert_eq!(installation.json(&["client", "list"])["total"], 2);

    let file = installation.write("unknown.csv", "key,shoe size\nC-9,44\n");
    assert_snapshot!(fails(&installation, 1, &["client", "import", file.to_str().expect("a path")]));
    assert_snapshot!(fails(&installation, 1, &["client", "import", "/no/such/file.csv"]));
    assert_eq!(installation.json(&["client", "list"])["total"], 2);
}

#[test]
fn wrong_words_and_settings_are_told_apart_from_failures() {
    let installation = Installation::new(&[]);
    assert_eq!(installation.run(&["sync", "explode"]).status.code(), Some(2));
    assert_snapshot!(fails(&installation, 1, &["client", "show", "C-1"]));
    assert_snapshot!(fails(&installation, 1, &["client", "edit", "C-1", "--create", "--set", "shoe=44"]));
    let bad = Installation::without_key(&[("SALESBRIDGE_SYNC_BATCH_ROWS", "many")]);
    assert_snapshot!(fails(&bad, 1, &["vault", "init"]));
    let bad = Installation::without_key(&[("SALESBRIDGE_SYNC_BATCH_ROWS", "201")]);
    assert_snapshot!(fails(&bad, 1, &["vault", "init"]));
    let bad = Installation::without_key(&[("SALESBRIDGE_LOG", "a=b=c")]);
    assert_snapshot!(fails(&bad, 1, &["vault", "init"]));
    assert!(!bad.data().exists(), "nothing is made under settings that cannot be used");
    let bad = Installation::new(&[("SALESBRIDGE_CRASH_AT", "after-lunch:1")]);
    assert_snapshot!(fails(&bad, 1, &["serve"]));
    let bad = Installation::without_key(&[("SALESBRIDGE_MASTER_KEY", "not-a-key-at-all")]);
    let told = fails(&bad, 1, &["serve"]);
    assert!(
        told.starts_with("error: SALESBRIDGE_MASTER_KEY cannot be used: ") && !told.contains("not-a-key"),
        "{told}"
    );
    std::fs::write(installation.data().join("salesbridge.toml"), "[sync]\nbatch_rowz = 5\n").expect("a file");
    assert_snapshot!(fails(&installation, 1, &["client", "list"]));
}

/// R38, R52: starting to send wants a yes; enabled without a company, nothing is sent.
#[tokio::test]
async fn what_starts_sending_says_how_many_records_it_makes() {
    let installation = Installation::new(&[]);
    let org = Org::start();
    let file = installation.write("clients.csv", &clients_csv(3, 0));
    installation.succeeds(&["client", "import", file.to_str().expect("a path")]);
    let secret = installation.write("secret", &org.consumer_secret);
    let create = ["connection", "create", "acme", "--domain-url", &org.url, "--consumer-key", &org.consumer_key];
    installation.succeeds(&[&create[..], &["--consumer-secret-file", secret.to_str().expect("a path")]].concat());
    let told = fails(&installation, 1, &["connection", "edit", "acme", "--company", "Acme Brokers"]);
    let org_id = told.split_once("Local Org (").map(|(_, rest)| rest[..18].to_owned()).expect("the org's id");
    assert_snapshot!(told.replace(&org_id, "ORG"));
    assert_eq!(org.leads().await.len(), 0);

    installation.succeeds(&["connection", "edit", "acme", "--company", "Acme Brokers", "--yes"]);
    let run = installation.succeeds(&["sync", "run", "acme-leads"]);
    assert!(run.contains("3 read, 3 created"), "{run}");
    assert_eq!(org.leads().await.len(), 3);
}

/// R50: the secret is in no file of the data directory, no log and no process's arguments.
#[tokio::test]
async fn the_secret_is_nowhere_to_be_read() {
    let installation = Installation::new(&[("SALESBRIDGE_LOG", "trace")]);
    let org = Org::start();
    let file = installation.write("clients.csv", &clients_csv(10, 0));
    installation.succeeds(&["client", "import", file.to_str().expect("a path")]);
    installation.connect(&org, None);
    let serving = installation.serve(&[]);
    installation.wait_for("everything to be sent", is_settled);
    let arguments = std::fs::read(format!("/proc/{}/cmdline", serving.id())).expect("its arguments");
    assert!(!String::from_utf8_lossy(&arguments).contains(&org.consumer_secret));
    let shown = installation.succeeds(&["connection", "show", "acme", "--json"]);
    assert!(!shown.contains(&org.consumer_secret), "{shown}");
    assert_eq!(serving.interrupt(), Some(0));
    let mut looked_at = 0;
    for entry in std::fs::read_dir(installation.data()).expect("the data directory") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            looked_at += 1;
            assert!(!holds(&path, &org.consumer_secret), "the secret is in {}", path.display());
        }
    }
    assert!(looked_at >= 2, "the database and the key are there");
    let log = installation.path("serve.log");
    assert!(std::fs::metadata(&log).expect("the log").len() > 1000, "the log says something");
    assert!(!holds(&log, &org.consumer_secret), "the secret is in the log");
}
