//! Queries of other people's databases: what comes out as it is, and what they cannot be made to do.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use salesbridge_connectors::sql::{SqlError, SqlRow, SqlRows, postgres, sqlite};
use salesbridge_model::Secret;
use salesbridge_testkit::{PostgresDatabase, TempFolder};

const LIMIT: Duration = Duration::from_secs(20);

async fn all(mut rows: SqlRows) -> Result<Vec<SqlRow>, SqlError> {
    let mut read = Vec::new();
    while let Some(batch) = rows.next().await {
        read.extend(batch?);
    }
    Ok(read)
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// A file with a table of two people; its folder goes with the first value.
fn file() -> (TempFolder, PathBuf) {
    let folder = TempFolder::new();
    let file = folder.join("people.sqlite");
    let people = Connection::open(&file).expect("a file");
    people
        .execute_batch(
            "CREATE TABLE people (id INTEGER, name TEXT, level REAL, picture BLOB);
             INSERT INTO people VALUES (1, 'Zoë  O''Brien ' || char(10), 1.5, NULL), (2, '', NULL, x'00');",
        )
        .expect("two people");
    (folder, file)
}

#[tokio::test]
async fn sqlite_values_come_as_they_are() {
    let (_folder, file) = file();
    let rows = sqlite::read(&file, "SELECT id AS key, name, level FROM people ORDER BY id").await.expect("rows");
    assert_eq!(rows.columns(), ["key", "name", "level"]);
    let expected = [vec![text("1"), text("Zoë  O'Brien \n"), text("1.5")], vec![text("2"), text(""), None]];
    assert_eq!(all(rows).await.expect("both"), expected);
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2600) SELECT i FROM n";
    assert_eq!(all(sqlite::read(&file, many).await.expect("rows")).await.expect("all").len(), 2_600);
    let blob = all(sqlite::read(&file, "SELECT picture FROM people WHERE id = 2").await.expect("rows")).await;
    let told = blob.expect_err("no text").to_string();
    assert!(told.starts_with("row 1, column picture: the value is a BLOB"), "{told}");
}

#[tokio::test]
async fn a_statement_on_sqlite_can_do_nothing_but_read() {
    let (folder, file) = file();
    let before = std::fs::read(&file).expect("the file");
    let other = folder.join("other.sqlite");
    for statement in [
        "DELETE FROM people",
        "DELETE FROM people RETURNING id",
        "INSERT INTO people VALUES (3, 'x', 0, NULL) RETURNING id",
        &format!("ATTACH DATABASE '{}' AS other", other.display()),
        "PRAGMA writable_schema = ON",
        "SELECT * FROM pragma_database_list",
        "SELECT load_extension('x')",
        "VACUUM INTO 'copy.sqlite'",
        "CREATE TEMP TABLE t (x)",
        "SELECT id FROM people; DELETE FROM people",
        "SELECT nothing FROM people",
        "",
    ] {
        let refused = match sqlite::read(&file, statement).await {
            Ok(rows) => all(rows).await.err(),
            Err(error) => Some(error),
        };
        assert!(refused.is_some(), "{statement}");
    }
    assert_eq!(std::fs::read(&file).expect("the file"), before);
    assert!(!other.exists());
    let missing = sqlite::read(Path::new("/nowhere/at/all.sqlite"), "SELECT 1").await.err().expect("no file");
    assert!(matches!(missing, SqlError::Open { .. }), "{missing}");
}

/// Nobody listens there: the error says so, and not where or with which password.
#[tokio::test]
async fn an_address_of_postgresql_is_never_told() {
    for url in ["postgres://reader:hunter2@127.0.0.1:1/people", "postgres://reader:hunter2@[::1:bad/people"] {
        let refused = postgres::read(&Secret::new(url.to_owned()), "SELECT 1", LIMIT).await.err().expect("refused");
        let told = format!("{refused} {refused:?}");
        assert!(!told.contains("hunter2") && !told.contains("127.0.0.1"), "{told}");
    }
}

/// Where clouds tell their machines secrets there is no database: nobody is dialled there, by no way of writing the address.
#[tokio::test]
async fn postgresql_is_not_looked_for_where_metadata_services_live() {
    for host in ["169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "0.0.0.0"] {
        let url = Secret::new(format!("postgres://reader@{host}:5432/people"));
        let refused = postgres::read(&url, "SELECT 1", LIMIT).await.err().expect("refused");
        assert!(refused.to_string().contains("may not be called"), "{host}: {refused}");
    }
}

#[tokio::test]
async fn postgresql_gives_texts_and_can_do_nothing_but_read() {
    let database = PostgresDatabase::create().await;
    let url = Secret::new(database.address());
    let read = async |statement: &str| match postgres::read(&url, statement, LIMIT).await {
        Ok(rows) => {
            let columns = rows.columns().to_vec();
            all(rows).await.map(|rows| (columns, rows))
        }
        Err(error) => Err(error),
    };
    let values = "SELECT 7 AS key, 'Zoë  O''Brien ' AS last_name, true AS confirmed, date '2026-01-31' AS day,
         timestamptz '2026-01-31 10:30:00.5+01' AS at, 1.50::numeric AS level, NULL::text AS nothing;";
    let (columns, rows) = read(values).await.expect("a row");
    assert_eq!(columns, ["key", "last_name", "confirmed", "day", "at", "level", "nothing"]);
    let texts = ["7", "Zoë  O'Brien ", "true", "2026-01-31", "2026-01-31 09:30:00.5+00", "1.50"];
    assert_eq!(rows, [texts.into_iter().map(text).chain([None]).collect::<SqlRow>()]);
    assert_eq!(read("SELECT * FROM generate_series(1, 1300)").await.expect("rows").1.len(), 1_300);
    for statement in [
        "CREATE TABLE should_not_be (x int)",
        "SELECT 1; COMMIT; CREATE TABLE should_not_be (x int)",
        "COMMIT",
        "WITH made AS (INSERT INTO nowhere VALUES (1) RETURNING 1) SELECT * FROM made",
        "SELECT nothing",
        "SELECT '\\x00'::bytea AS picture",
    ] {
        let refused = read(statement).await;
        assert!(refused.is_err(), "{statement}: {refused:?}");
    }
    // PostgreSQL refuses this in a transaction that only reads from its version 16 on; before, it is undone with the transaction.
    drop(read("SELECT lo_create(0)").await);
    let made = "SELECT (SELECT count(*) FROM pg_largeobject_metadata) + (SELECT count(*) FROM pg_tables WHERE schemaname = 'public') AS made";
    assert_eq!(read(made).await.expect("a count").1, [[text("0")]]);
    let slow = postgres::read(&url, "SELECT pg_sleep(5)", Duration::from_millis(200)).await.expect("a cursor");
    let ended = all(slow).await.expect_err("the time limit");
    assert!(ended.to_string().contains("statement timeout"), "{ended}");
}
