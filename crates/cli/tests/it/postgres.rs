//! Processes on one PostgreSQL, and the way there.

use salesbridge_testkit::PostgresDatabase;
use serde_json::Value;

use crate::harness::{Installation, Org, clients_csv, is_settled};

fn standard_error(installation: &Installation, arguments: &[&str]) -> String {
    let output = installation.run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).expect("text")
}

#[tokio::test]
async fn two_processes_share_what_one_was_told_and_make_each_lead_once() {
    let (org, database) = (Org::start(), PostgresDatabase::create().await);
    let address = database.address();
    let one = Installation::new(&[("DATABASE_URL", &address)]);
    let key = one.data().join("master.key");
    let key = key.to_str().expect("a path");
    let other =
        Installation::without_key(&[("SALESBRIDGE_DATABASE_URL", &address), ("SALESBRIDGE_MASTER_KEY_FILE", key)]);
    let file = one.write("clients.csv", &clients_csv(60, 0));
    one.succeeds(&["client", "import", file.to_str().expect("a path")]);
    assert_eq!(other.json(&["client", "list"])["total"], 60);
    assert!(!one.data().join("salesbridge.sqlite").exists(), "there is no second memory");

    let (first, second) = (one.serve(&[]), other.serve(&[]));
    one.connect(&org, None);
    let sync = other.wait_for("the first sync", is_settled);
    assert_eq!(sync["figures"]["links"], 60);
    let leads = org.leads().await;
    assert_eq!(leads.len(), 60);
    assert!(leads.values().all(|same| same.len() == 1), "each once");
    // The one that is left takes over.
    first.kill();
    other.succeeds(&["client", "edit", "C-00001", "--set", "last_name=Stone"]);
    other.succeeds(&["sync", "run", "acme-leads"]);
    assert!(org.leads().await.values().any(|same| same[0]["LastName"] == "Stone"));
    assert_eq!(second.interrupt(), Some(0));
}

#[tokio::test]
async fn everything_moves_to_postgresql_and_the_file_stays_as_it_was() {
    let (org, database) = (Org::start(), PostgresDatabase::create().await);
    let before = Installation::new(&[]);
    let file = before.write("clients.csv", &clients_csv(25, 0));
    before.succeeds(&["client", "import", file.to_str().expect("a path")]);
    before.connect(&org, None);
    before.succeeds(&["sync", "run", "acme-leads"]);
    let looks: [&[&str]; 4] = [
        &["client", "list"],
        &["connection", "show", "acme"],
        &["sync", "show", "acme-leads"],
        &["sync", "runs", "acme-leads"],
    ];
    let seen: Vec<Value> = looks.iter().map(|look| before.json(look)).collect();

    let address = before.write("address", &format!("{}\n", database.address()));
    let to = format!("file:{}", address.display());
    let told = before.json(&["migrate-store", "--to", &to]);
    assert_eq!(told["tables"]["clients"], 25, "{told}");
    assert_eq!(told["tables"]["links"], 25, "{told}");
    let again = standard_error(&before, &["migrate-store", "--to", &to]);
    assert!(again.contains("the target is not empty"), "{again}");
    for (look, seen) in looks.iter().zip(&seen) {
        assert_eq!(before.json(look), *seen, "{look:?} of the file");
    }

    before.write("data/salesbridge.toml", &format!("database_url_file = \"{}\"\n", address.display()));
    std::fs::remove_file(before.data().join("salesbridge.sqlite")).expect("the file was there");
    for (look, seen) in looks.iter().zip(&seen) {
        assert_eq!(before.json(look), *seen, "{look:?} of the database");
    }
    before.succeeds(&["client", "edit", "C-00001", "--set", "last_name=Stone"]);
    before.succeeds(&["sync", "run", "acme-leads"]);
    assert_eq!(org.leads().await.len(), 25, "what is linked stays linked");
}

#[test]
fn an_address_is_never_shown() {
    let address = "postgres://ann:hush-hush@127.0.0.1:1/hub";
    let installation = Installation::new(&[("DATABASE_URL", address)]);
    let told = standard_error(&installation, &["client", "list"]);
    assert!(told.contains("the PostgreSQL server at 127.0.0.1:1 cannot be reached"), "{told}");
    assert!(!told.contains("hush"), "{told}");
    let told = standard_error(&installation, &["migrate-store", "--to", address]);
    assert!(told.contains("--to file:PATH") && !told.contains("hush"), "{told}");
    let told = standard_error(&installation, &["migrate-store"]);
    assert!(told.contains("nothing to copy"), "{told}");

    let installation = Installation::new(&[]);
    installation.write("data/salesbridge.toml", "database_url = postgres://ann:hush-hush@localhost/hub\n");
    let told = standard_error(&installation, &["client", "list"]);
    assert!(told.contains("line 1") && !told.contains("hush"), "{told}");
}
