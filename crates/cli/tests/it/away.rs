//! A database that goes away under a serving hub and comes back, and one that another program keeps locked: people are told what it is, nothing is
//! lost, nothing is doubled, and work goes on by itself.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use salesbridge_testkit::{PostgresDatabase, PostgresServer};
use serde_json::{Value, json};

use crate::harness::{Installation, Org, PATIENCE, clients_csv, is_settled, last_name};

const CLIENTS: usize = 600;
/// How long the database stays away: long enough for many looks at it.
const ABSENCE: Duration = Duration::from_secs(5);

/// PostgreSQL is stopped in the middle of a first sync and started again.
async fn a_restart_is_survived(stop: fn(&mut PostgresServer), with_external_id: bool) {
    let (org, mut server) = (Org::start(), PostgresServer::start().await);
    let database = PostgresDatabase::create_on(server.address()).await;
    let installation = Installation::new(&[
        ("DATABASE_URL", &database.address()),
        ("SALESBRIDGE_SYNC_IN_FLIGHT_LOCAL_MILLISECONDS", "100"),
        ("SALESBRIDGE_SYNC_LEASE_SECONDS", "1"),
        ("SALESBRIDGE_SYNC_BULK_FROM_ROWS", "0"),
        ("SALESBRIDGE_SYNC_BATCH_ROWS", "20"),
    ]);
    let field = if with_external_id { Some(org.make_external_id_field().await) } else { None };
    import(&installation, CLIENTS);
    // Each write takes its time, so that the database goes away while one is under way.
    org.add_fault(&json!({ "match": { "path_contains": "/composite/sobjects" }, "action": { "delay_ms": 100 } })).await;
    let mut serving = installation.serve(&[]);
    installation.wait_for_socket();
    installation.connect(&org, field);
    wait_for_leads(&org, 100).await;

    stop(&mut server);
    let (log_before, begun) = (installation.log().lines().count(), Instant::now());
    while begun.elapsed() < ABSENCE {
        is_told(&installation, &["client", "list", "--json"], "database_away");
        is_told(&installation, &["client", "edit", "C-00001", "--set", "last_name=Stone", "--json"], "database_away");
        assert!(status_line(&installation).starts_with("HTTP/1.1 503"), "{}", status_line(&installation));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(!serving.ends_within(Duration::from_millis(10)), "the process lives: {}", installation.log());
    let log = installation.log();
    let told: Vec<&str> = log.lines().skip(log_before).filter(|line| is_trouble(line)).collect();
    assert!(told.len() <= 4, "a storm of {} lines: {told:#?}", told.len());
    assert_eq!(log.matches("the database does not answer. Start the database").count(), 1, "{log}");
    assert!(org.leads().await.len() < CLIENTS, "the database was away in the middle of the work");

    server.go_on().await;
    let sync = installation.wait_for("all Leads", |sync| is_settled(sync) && sync["figures"]["links"] == CLIENTS);
    is_complete(&installation, &org, &sync).await;
    assert_eq!(installation.log().matches("the database can be used again").count(), 1, "{}", installation.log());
    installation.succeeds(&["client", "edit", "C-00001", "--set", "last_name=Stone"]);
    installation.succeeds(&["sync", "run", "acme-leads"]);
    assert_eq!(org.leads().await["c1@example.com"][0]["LastName"], "Stone");
    assert_eq!(serving.interrupt(), Some(0));
}

#[tokio::test]
async fn f19_postgresql_stopped_fast_under_a_serving_hub() {
    a_restart_is_survived(PostgresServer::stop, false).await;
}

#[tokio::test]
async fn f19_postgresql_stopped_at_once_under_a_serving_hub() {
    a_restart_is_survived(PostgresServer::stop_at_once, true).await;
}

#[tokio::test]
async fn serve_without_its_database_says_so_and_ends() {
    let mut server = PostgresServer::start().await;
    let database = PostgresDatabase::create_on(server.address()).await;
    let installation = Installation::new(&[("DATABASE_URL", &database.address())]);
    import(&installation, 3);
    server.stop();
    let output = installation.run(&["serve"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for expected in ["the database does not answer", "cannot be reached", "hint: Start the database"] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    is_told(&installation, &["client", "list", "--json"], "database_away");

    server.go_on().await;
    let serving = installation.serve(&[]);
    installation.wait_for_socket();
    assert_eq!(installation.json(&["client", "list"])["total"], 3);
    assert_eq!(serving.interrupt(), Some(0));
}

/// Another program begins a write transaction in the middle of a sync and keeps it.
#[tokio::test]
async fn f19_a_locked_file_under_a_serving_hub() {
    // What a look at the connection found would wait to be stored before the commands do, ten seconds more.
    let settings = [("SALESBRIDGE_SYNC_BATCH_ROWS", "20"), ("SALESBRIDGE_HEALTH_EVERY_MINUTES", "0")];
    let (org, installation) = (Org::start(), Installation::new(&settings));
    import(&installation, CLIENTS);
    org.add_fault(&json!({ "match": { "path_contains": "/composite/sobjects" }, "action": { "delay_ms": 100 } })).await;
    let mut serving = installation.serve(&[]);
    installation.wait_for_socket();
    installation.connect(&org, None);
    wait_for_leads(&org, 100).await;

    let other = lock(&installation);
    assert_eq!(installation.json(&["client", "list"])["total"], CLIENTS, "what only reads is not kept waiting");
    is_told(&installation, &["client", "edit", "C-00001", "--set", "last_name=Stone", "--json"], "locked");
    is_told(&installation, &["client", "import", &csv(&installation, CLIENTS + 1), "--json"], "locked");
    assert!(!serving.ends_within(Duration::from_millis(10)), "the process lives: {}", installation.log());
    assert!(org.leads().await.len() < CLIENTS, "the file was locked in the middle of the work");
    assert_eq!(installation.json(&["client", "list"])["total"], CLIENTS, "an import that was refused left nothing");

    drop(other);
    let sync = installation.wait_for("all Leads", |sync| is_settled(sync) && sync["figures"]["links"] == CLIENTS);
    is_complete(&installation, &org, &sync).await;
    let log = installation.log();
    assert_eq!(log.matches("another program keeps the database locked. End the other program").count(), 1, "{log}");
    assert_eq!(log.matches("the database can be used again").count(), 1, "{log}");
    assert_eq!(serving.interrupt(), Some(0));
}

#[test]
fn commands_and_serve_tell_of_a_locked_file() {
    let installation = Installation::new(&[]);
    import(&installation, 3);
    let other = lock(&installation);
    is_told(&installation, &["client", "edit", "C-00001", "--set", "last_name=Stone", "--json"], "locked");
    let output = installation.run(&["serve"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains("another program keeps the database locked") && told.contains("hint: End the other"),
        "{told}"
    );
    drop(other);
    installation.succeeds(&["client", "edit", "C-00001", "--set", "last_name=Stone"]);
}

/// A connection of another program, in a write transaction until it is dropped.
fn lock(installation: &Installation) -> rusqlite::Connection {
    let other = rusqlite::Connection::open(installation.data().join("salesbridge.sqlite")).expect("the file opens");
    other.busy_timeout(PATIENCE).expect("a time limit");
    other.execute_batch("BEGIN IMMEDIATE").expect("the file is not locked for long");
    other
}

fn csv(installation: &Installation, count: usize) -> String {
    installation.write("clients.csv", &clients_csv(count, 0)).to_str().expect("a path").to_owned()
}

fn import(installation: &Installation, count: usize) {
    installation.succeeds(&["client", "import", &csv(installation, count)]);
}

/// The command fails with this code, and says what happened and what to do.
fn is_told(installation: &Installation, arguments: &[&str], code: &str) {
    let begun = Instant::now();
    let output = installation.run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let error = &told["error"];
    assert_eq!(error["code"], code, "{arguments:?}: {told}\n{}", installation.log());
    let (happened, remedy) = match code {
        "locked" => ("another program keeps the database locked", "End the other program"),
        _ => ("the database does not answer", "Start the database"),
    };
    assert!(error["detail"].as_str().is_some_and(|detail| detail.contains(happened)), "{told}");
    assert!(error["remedy"].as_str().is_some_and(|text| text.contains(remedy)), "{told}");
    assert!(begun.elapsed() < Duration::from_secs(25), "told only after {:?}", begun.elapsed());
}

/// How a serving hub begins its answer to a request for the clients.
fn status_line(installation: &Installation) -> String {
    let mut stream = UnixStream::connect(installation.data().join("salesbridge.sock")).expect("it listens");
    let request = "GET /api/v1/clients HTTP/1.1\r\nhost: salesbridge\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer.lines().next().unwrap_or_default().to_owned()
}

fn is_trouble(line: &str) -> bool {
    line.contains("WARN") || line.contains("ERROR")
}

async fn wait_for_leads(org: &Org, count: usize) {
    let begun = Instant::now();
    while org.leads().await.len() < count {
        assert!(begun.elapsed() < PATIENCE, "no {count} Leads");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Each client has one Lead with its name, nothing waits, and the runs' counts add up to the Leads made.
async fn is_complete(installation: &Installation, org: &Org, sync: &Value) {
    let none_wait = json!({ "due": 0, "deferred": 0, "refused": 0, "uncertain": 0 });
    assert_eq!(sync["figures"]["due"], none_wait, "{sync}");
    let leads = org.leads().await;
    assert_eq!(leads.len(), CLIENTS);
    for number in 0..CLIENTS {
        let mine = leads.get(&format!("c{number}@example.com")).map_or(&[][..], Vec::as_slice);
        assert_eq!(mine.len(), 1, "client {number} has one Lead: {mine:?}");
        assert_eq!(mine[0]["LastName"], last_name(number, 0).as_str());
    }
    let runs = installation.json(&["sync", "runs", "acme-leads", "--limit", "200"]);
    let counted = |what: &str| -> u64 {
        let runs = runs["items"].as_array().expect("runs").iter();
        runs.map(|run| run["counts"][what].as_u64().expect("a count")).sum()
    };
    assert_eq!((counted("created"), counted("refused")), (CLIENTS as u64, 0), "{runs}");
}
