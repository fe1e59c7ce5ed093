//! Filling the directory: from JSON Lines, from a query, and as a dry run.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::{Installation, Org, is_settled};

/// 59 customers from twenty countries, in a public sample database; wherever a folder above this crate has it.
fn chinook() -> Option<PathBuf> {
    if let Some(file) = std::env::var_os("SALESBRIDGE_CHINOOK") {
        return Some(PathBuf::from(file));
    }
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    above.map(|folder| folder.join("shared/data/chinook.sqlite")).find(|file| file.is_file())
}

const CUSTOMERS: &str = "SELECT 'C-' || CustomerId AS key, FirstName AS first_name, LastName AS last_name, Company AS company_names, \
    Address AS address_residential_street, City AS address_residential_city, State AS address_residential_state, \
    PostalCode AS address_residential_postal_code, Country AS country, Phone AS phone_1_number, Email AS email FROM Customer";

/// Every customer of a real-looking shop becomes a Lead, names, streets and cities byte for byte.
#[tokio::test]
async fn the_customers_of_chinook_arrive_with_every_accent() {
    let Some(file) = chinook() else {
        println!("SKIPPED: no folder above has shared/data/chinook.sqlite, and SALESBRIDGE_CHINOOK names none");
        return;
    };
    let expected = customers(&file);
    assert_eq!(expected.len(), 59);
    let (org, installation) = (Org::start(), Installation::new(&[]));
    let from = format!("sqlite:{}", file.display());
    let import = ["client", "import", "--from", &from, "--sql", CUSTOMERS];
    let dry = installation.json(&[&import[..], &["--dry-run"]].concat());
    assert_eq!((&dry["created"], installation.json(&["client", "list"])["total"].clone()), (&json!(59), json!(0)));
    let report = installation.json(&import);
    assert_eq!((&report["created"], &report["refused"]), (&json!(59), &json!(0)), "{report}");
    let again = installation.json(&[&import[..], &["--dry-run"]].concat());
    assert_eq!((&again["unchanged"], &again["updated"]), (&json!(59), &json!(0)), "nothing differs the second time");

    installation.connect(&org, None);
    let serving = installation.serve(&[]);
    installation.wait_for("the first sync", is_settled);
    let leads = org.all_leads("FirstName,LastName,Street,City,State,PostalCode,Country,Phone,Email").await;
    let mut arrived: Vec<Vec<Option<String>>> = leads.iter().map(columns).collect();
    arrived.sort();
    assert_eq!(arrived, expected);
    assert_eq!(serving.interrupt(), Some(0));
}

const FIELDS: [&str; 9] =
    ["FirstName", "LastName", "Street", "City", "State", "PostalCode", "Country", "Phone", "Email"];

fn columns(lead: &Value) -> Vec<Option<String>> {
    FIELDS.map(|field| lead[field].as_str().map(str::to_owned)).to_vec()
}

/// The same, as the file has it, read by another way than the product's.
fn customers(file: &Path) -> Vec<Vec<Option<String>>> {
    let shop = rusqlite::Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a file");
    let sql = "SELECT FirstName, LastName, Address, City, State, PostalCode, Country, Phone, Email FROM Customer";
    let mut statement = shop.prepare(sql).expect("a statement");
    // Salesforce trims blanks around a text, and Edinburgh has one.
    let text = |text: Option<String>| text.map(|text| text.trim().to_owned());
    let row = |row: &rusqlite::Row<'_>| (0..9).map(|at| row.get(at).map(text)).collect();
    let mut rows: Vec<Vec<Option<String>>> =
        statement.query_map([], row).expect("rows").map(|row| row.expect("texts")).collect();
    rows.sort();
    rows
}

/// Errors name row and key, NULL takes a value away, columns that mean nothing end it before the first row, and nothing of ours can be read.
#[test]
fn a_query_is_matched_as_a_file_is() {
    let installation = Installation::new(&[]);
    let file = installation.path("crm.sqlite");
    let crm = rusqlite::Connection::open(&file).expect("a file");
    crm.execute_batch(
        "CREATE TABLE people (id INTEGER, name TEXT, mail TEXT, level TEXT);
         INSERT INTO people VALUES (1, 'Miller', 'ann@example.com', '2'), (2, 'Brown', 'nowhere', 'high'), (3, NULL, NULL, NULL);",
    )
    .expect("people");
    let from = format!("sqlite:{}", file.display());
    let sql = "SELECT id AS key, name AS last_name, mail AS email, level AS verification_level FROM people";
    let import = ["client", "import", "--from", &from, "--sql", sql];
    let output = installation.run(&import);
    let (told, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(told.starts_with("3 rows read: 2 created, 0 updated, 0 unchanged, 1 refused"), "{told}");
    assert!(said.contains("row 2 (key 2): verification_level: `high` is not a whole number"), "{said}");
    assert_eq!(installation.json(&["client", "show", "1"])["verification_level"], 2);

    let null = "SELECT 1 AS key, NULL AS email";
    installation.succeeds(&["client", "import", "--from", &from, "--sql", null]);
    let one = installation.json(&["client", "show", "1"]);
    assert_eq!((&one["email"], &one["last_name"]), (&Value::Null, &json!("Miller")), "what is not asked for stays");

    let refused = |from: &str, sql: &str| {
        let output = installation.run(&["client", "import", "--from", from, "--sql", sql]);
        assert_eq!(output.status.code(), Some(1), "{sql}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let unknown = refused(&from, "SELECT id AS key, name AS surname, level AS depth FROM people");
    assert!(unknown.contains("unknown headings: surname, depth"), "{unknown}");
    assert!(refused(&from, "SELECT name AS last_name FROM people").contains("`key` is missing"));
    assert!(refused(&from, "DELETE FROM people").contains("the statement"));
    let own = format!("sqlite:{}", installation.data().join("salesbridge.sqlite").display());
    let told = refused(&own, "SELECT 1 AS key");
    assert!(told.contains("data directory") || told.contains("cannot be read"), "{told}");
    let secret = refused("postgres://reader:hunter2@127.0.0.1/crm", "SELECT 1 AS key");
    assert!(secret.contains("password") && !secret.contains("hunter2"), "{secret}");
}

/// JSON Lines by the file's ending or by `--format`; a dry run stores nothing.
#[test]
fn json_lines_are_imported() {
    let installation = Installation::new(&[]);
    let text = "{\"key\":\"C-1\",\"last_name\":\"Miller\",\"phones\":[{\"number\":\"+1 212 555 0100\",\"confirmed\":true}]}\n\
        {\"key\":\"C-2\",\"nickname\":\"Bob\"}\n";
    let (ending, other) = (installation.write("clients.jsonl", text), installation.write("clients.txt", text));
    let file = ending.to_str().expect("a path");
    let dry = installation.run(&["client", "import", file, "--dry-run"]);
    let told = String::from_utf8_lossy(&dry.stdout).into_owned();
    assert!(told.contains("1 created") && told.contains("nothing was stored"), "{told}");
    assert_eq!(installation.json(&["client", "list"])["total"], 0);

    let output = installation.run(&["client", "import", other.to_str().expect("a path"), "--format", "jsonl"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("line 2 (key C-2): nickname: is not known"), "{said}");
    assert_eq!(installation.json(&["client", "show", "C-1"])["phones"][0]["confirmed"], true);

    // Only what a line tells about changes.
    let later = installation.write("later.jsonl", "{\"key\":\"C-1\",\"status\":\"Active\"}\n");
    installation.succeeds(&["client", "import", later.to_str().expect("a path")]);
    let one = installation.json(&["client", "show", "C-1"]);
    assert_eq!((&one["last_name"], &one["status"]), (&json!("Miller"), &json!("Active")));
    assert_eq!(one["phones"].as_array().map(Vec::len), Some(1));
}
