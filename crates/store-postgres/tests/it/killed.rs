//! A killed process loses nothing that was committed, and nothing half done is found.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use salesbridge_model::Secret;
use salesbridge_store::Store;
use salesbridge_store_postgres::PostgresStore;
use salesbridge_testkit::{PostgresDatabase, client, moment};

use crate::open;

const ADDRESS: &str = "SALESBRIDGE_TEST_ADDRESS";

/// Clients per transaction of the writer.
const BATCH: u64 = 3;

#[tokio::test]
async fn what_a_killed_process_committed_is_there_f19() {
    let database = PostgresDatabase::create().await;
    let mut writer = start_writer(&database.address());
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let mut committed = 0;
    while committed < 20 {
        let line = lines.next().expect("the writer goes on until it is killed").unwrap();
        committed = line.parse().unwrap_or(committed);
    }
    // SIGKILL on Unix: the writer is wherever it happens to be, most likely in a later transaction.
    writer.kill().unwrap();
    writer.wait().unwrap();
    let committed = lines.map_while(Result::ok).filter_map(|line| line.parse::<u64>().ok()).last().unwrap_or(committed);

    let store = open(&database).await;
    let mut tx = store.read().await.unwrap();
    let found = tx.clients().count().await.unwrap();
    assert_eq!(found % BATCH, 0, "a transaction is there as a whole or not at all");
    assert!(found / BATCH >= committed, "{committed} transactions were committed, {} are there", found / BATCH);
    assert_eq!(tx.outbox().newest().await.unwrap().unsigned_abs(), found);
}

#[tokio::test]
#[ignore = "the process that `what_a_killed_process_committed_is_there_f19` starts and kills"]
async fn writer() {
    let Ok(address) = std::env::var(ADDRESS) else { return };
    let store = PostgresStore::open(&Secret::new(address)).await.unwrap();
    let mut out = std::io::stdout().lock();
    // The bound ends a writer whose killer has gone; the pipe breaks before that.
    for transaction in 1..=100_000 {
        let clients: Vec<_> = (0..BATCH).map(|number| client(&format!("C-{transaction}-{number}"))).collect();
        let mut tx = store.write().await.unwrap();
        tx.clients().save(&clients, moment(0)).await.unwrap();
        tx.commit().await.unwrap();
        writeln!(out, "{transaction}").unwrap();
        out.flush().unwrap();
    }
}

#[expect(clippy::unwrap_used, reason = "a test without its writer cannot go on")]
fn start_writer(address: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["killed::writer", "--exact", "--ignored", "--nocapture"])
        .env(ADDRESS, address)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
