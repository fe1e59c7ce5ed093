//! Commands about clients that leave, and about records that were there before them.

use serde_json::{Value, json};

use crate::harness::{Installation, Org, is_settled};

fn with_clients() -> Installation {
    let installation = Installation::new(&[]);
    let file =
        installation.write("clients.csv", "key,last_name,email\nC-1,Miller,c1@example.com\nC-2,Brown,c2@example.com\n");
    installation.succeeds(&["client", "import", file.to_str().expect("a path")]);
    installation
}

/// Archived ones are listed apart; erasing asks, and where nobody can answer it does nothing without `--yes`.
#[tokio::test]
async fn clients_are_archived_taken_back_and_erased() {
    let (org, installation) = (Org::start(), with_clients());
    installation.connect(&org, None);
    installation.succeeds(&["sync", "run", "acme-leads"]);
    assert_eq!(installation.succeeds(&["client", "archive", "C-1"]), "1 client archived\n");
    assert_eq!(installation.json(&["client", "list"])["total"], 1);
    assert_eq!(installation.json(&["client", "list", "--archived"])["items"][0]["key"], "C-1");
    assert_eq!(installation.run(&["client", "archive", "C-1", "C-9"]).status.code(), Some(1), "there is no C-9");
    assert_eq!(installation.succeeds(&["client", "unarchive", "C-1"]), "1 client taken back\n");

    let asked = installation.run(&["client", "erase", "C-1"]);
    let told = String::from_utf8_lossy(&asked.stderr).into_owned();
    assert_eq!(asked.status.code(), Some(1));
    assert!(told.contains("--yes erases without asking") && told.contains("is not deleted by this"), "{told}");
    assert_eq!(installation.json(&["client", "list"])["total"], 2, "nothing was done");
    let erased = installation.json(&["client", "erase", "C-1", "--yes"]);
    let lead = org.leads().await["c1@example.com"][0]["Id"].clone();
    assert_eq!((&erased["erased"], &erased["records"][0]["record_id"]), (&json!(true), &lead));
    let again = installation.run(&["client", "edit", "C-1", "--create", "--set", "last_name=Miller"]);
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(told.contains("C-1 was erased") && told.contains("--readmit"), "{told}");
    installation.succeeds(&["client", "edit", "C-1", "--create", "--readmit", "--set", "last_name=New"]);
    assert_eq!(installation.json(&["client", "show", "C-1"])["last_name"], "New");
}

/// A dry run, links, a file of what was not linked, and a first run that makes only what is missing.
#[tokio::test]
async fn records_are_adopted_before_the_first_run() {
    let (org, installation) = (Org::start(), with_clients());
    let id = org.make_lead(&json!({ "LastName": "Miller", "Company": "Theirs", "Email": "c1@example.com" })).await;
    installation.connect_disabled(&org);
    let planned = installation.run(&["sync", "adopt", "acme-leads", "--match", "Email"]);
    let told = String::from_utf8_lossy(&planned.stdout).into_owned();
    assert!(
        told.contains("1 row linked") && told.contains("1 without a match") && told.contains("a dry run"),
        "{told}"
    );
    let rest = installation.path("rest.csv");
    let adopt = ["sync", "adopt", "acme-leads", "--match", "Email", "--apply", "--output"];
    installation.succeeds(&[&adopt[..], &[rest.to_str().expect("a path")]].concat());
    let rest = std::fs::read_to_string(rest).expect("the file");
    assert_eq!(rest, "line,key,result,record_ids,message\n,C-2,missing,,no Lead has the same\n");
    let pairs = installation.write("pairs.csv", &format!("key,record_id\nC-2,{id}\n"));
    let refused =
        installation.run(&["sync", "adopt", "acme-leads", "--pairs", pairs.to_str().expect("a path"), "--json"]);
    let refused_rows: Value = serde_json::from_slice(&refused.stdout).expect("JSON");
    assert_eq!(refused.status.code(), Some(3));
    assert_eq!(refused_rows["rows"][0]["message"], "another row has this record already");

    installation.succeeds(&["connection", "enable", "acme", "--yes"]);
    let serving = installation.serve(&[]);
    installation.wait_for("the first sync", is_settled);
    let leads = org.leads().await;
    assert_eq!((leads.len(), &leads["c1@example.com"][0]["Id"]), (2, &json!(id)));
    assert_eq!((leads["c1@example.com"].len(), &leads["c1@example.com"][0]["Company"]), (1, &json!("Theirs")));
    assert_eq!(serving.interrupt(), Some(0));
}
