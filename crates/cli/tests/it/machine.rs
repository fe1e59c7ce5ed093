//! Faults of the machine: no room, no right to write, damage, a clock that jumps. Each has a message of its own, and nothing is lost.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Installation, Org, Process, SALESBRIDGE, clients_csv, is_settled};

/// F19: the disk is full in the middle of the work; when there is room again, the hub goes on by itself.
#[tokio::test]
async fn f19_a_full_disk_is_told_and_work_goes_on_when_there_is_room() {
    let (installation, org) = (Installation::new(&[]), Org::start());
    import(&installation, 20);
    installation.connect(&org, None);
    let serving = installation.serve(&[]);
    installation.wait_for("the first Leads", |sync| is_settled(sync) && sync["figures"]["links"] == 20);
    assert_eq!(serving.interrupt(), Some(0));

    // A limit on the size of files stands for a full disk: it needs no rights, and can be lifted from outside.
    let size_of = |name: &str| std::fs::metadata(installation.data().join(name)).map_or(0, |file| file.len());
    let size = size_of("salesbridge.sqlite") + size_of("salesbridge.sqlite-wal");
    let limited = format!("trap '' XFSZ; ulimit -S -f {}; exec \"$0\" serve", size / 1024 + 128);
    let log = std::fs::File::create(installation.path("serve.log")).expect("a log");
    let mut command = Command::new("bash");
    command.args(["-c", &limited, SALESBRIDGE]).env("SALESBRIDGE_DATA", installation.data()).stderr(log);
    let serving = Process::start(&mut command);
    installation.wait_for_socket();
    let refused = error(&installation, &["client", "import", &csv(&installation, 4_000), "--json"]);
    assert_eq!(refused["code"], "no_room", "{refused}");
    assert!(refused["remedy"].as_str().is_some_and(|remedy| remedy.contains("room")), "{refused}");

    let lifted = Command::new("prlimit").args(["--fsize=unlimited", "--pid", &serving.id().to_string()]).status();
    assert!(lifted.expect("prlimit runs").success());
    import(&installation, 4_000);
    installation.wait_for("all Leads", |sync| is_settled(sync) && sync["figures"]["links"] == 4_000);
    let leads = org.leads().await;
    assert_eq!(leads.len(), 4_000);
    assert!(leads.values().all(|of_client| of_client.len() == 1), "no client has two Leads");
}

#[test]
fn a_data_directory_that_cannot_be_written_is_told() {
    let installation = Installation::new(&[]);
    import(&installation, 3);
    let database = installation.data().join("salesbridge.sqlite");
    let told = |installation: &Installation| {
        let output = powerless(installation, &["client", "list", "--json"]).output().expect("the binary runs");
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        told["error"].clone()
    };
    set_mode(&database, 0o400);
    assert_eq!(told(&installation)["code"], "read_only");
    set_mode(&database, 0o600);
    set_mode(&installation.data().join("lock"), 0o400);
    set_mode(&installation.data(), 0o500);
    let refused = told(&installation);
    assert_eq!(refused["code"], "data_directory_read_only", "{refused}");
    assert!(refused["remedy"].as_str().is_some_and(|remedy| remedy.contains("writable")), "{refused}");
    set_mode(&installation.data(), 0o700);
    set_mode(&installation.data().join("lock"), 0o600);
    let output = powerless(&installation, &["client", "list"]).output().expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_damaged_database_is_told_with_the_way_back() {
    let installation = Installation::new(&[]);
    import(&installation, 2_000);
    let backup = installation.path("backup.tar.gz");
    let backup = backup.to_str().expect("a path");
    installation.succeeds(&["backup", backup]);
    // What was restored is one file, with nothing in a write-ahead log beside it.
    installation.succeeds(&["restore", backup, "--replace"]);
    let database = installation.data().join("salesbridge.sqlite");
    let mut bytes = std::fs::read(&database).expect("the database");
    // All but the first pages, which hold the schema.
    let (from, to) = (bytes.len() / 10, bytes.len());
    bytes[from..to].fill(0x55);
    std::fs::write(&database, bytes).expect("the database");

    let refused = error(&installation, &["client", "list", "--limit", "500", "--json"]);
    assert_eq!(refused["code"], "damaged", "{refused}");
    let refused =
        error(&installation, &["backup", installation.path("bad.tar.gz").to_str().expect("a path"), "--json"]);
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("damaged") || detail.contains("copied")));
    installation.succeeds(&["restore", backup, "--replace"]);
    assert_eq!(installation.json(&["client", "list"])["total"], 2_000);
}

/// F19: rows that were put off do not wait for a clock that was set back.
#[tokio::test]
async fn f19_a_clock_that_jumps_an_hour_both_ways_delays_nothing() {
    let (installation, org) = (Installation::new(&[]), Org::start());
    let ahead = installation.write("clock", "0");
    let serving = installation.serve(&[("SALESBRIDGE_CLOCK_AHEAD_FILE", ahead.to_str().expect("a path"))]);
    import(&installation, 10);
    installation.connect(&org, None);
    installation.wait_for("the first Leads", |sync| is_settled(sync) && sync["figures"]["links"] == 10);

    installation.write("clock", "3600");
    import(&installation, 20);
    installation.wait_for("Leads an hour later", |sync| is_settled(sync) && sync["figures"]["links"] == 20);

    org.add_fault(&json!({ "action": { "rows": { "error": "UNABLE_TO_LOCK_ROW" } } })).await;
    import(&installation, 30);
    installation.wait_for("rows to be put off", |sync| sync["figures"]["due"]["deferred"].as_u64() > Some(0));
    installation.write("clock", "0");
    org.clear_faults().await;
    installation.wait_for("Leads an hour before", |sync| is_settled(sync) && sync["figures"]["links"] == 30);
    let leads = org.leads().await;
    assert_eq!(leads.len(), 30);
    assert!(leads.values().all(|of_client| of_client.len() == 1), "no client has two Leads");
    assert_eq!(serving.interrupt(), Some(0));
}

fn csv(installation: &Installation, count: usize) -> String {
    installation.write("clients.csv", &clients_csv(count, 0)).to_str().expect("a path").to_owned()
}

fn import(installation: &Installation, count: usize) {
    installation.succeeds(&["client", "import", &csv(installation, count)]);
}

fn error(installation: &Installation, arguments: &[&str]) -> Value {
    let output = installation.run(arguments);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    told["error"].clone()
}

fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode can be set");
}

/// A command of a user for whom modes count: for root they do not.
fn powerless(installation: &Installation, arguments: &[&str]) -> Command {
    let folder = installation.path("");
    let owner = Command::new("id").arg("-u").output().expect("id runs");
    if owner.stdout.trim_ascii() != b"0" {
        return installation.command(arguments);
    }
    // Where the binary was built may be closed to others.
    let binary = folder.join("salesbridge");
    if !binary.exists() {
        std::fs::copy(SALESBRIDGE, &binary).expect("a copy of the binary");
    }
    let owned = Command::new("chown").args(["-R", "65534:65534"]).arg(&folder).status().expect("chown runs");
    assert!(owned.success());
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&binary).args(arguments);
    command.env("SALESBRIDGE_DATA", installation.data());
    command
}
