//! The demo, as a newcomer types it.

use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::harness::{Installation, PATIENCE, Process, SALESBRIDGE};

/// R52, R54: the first demo makes every Lead, the second on the same data makes and changes nothing.
#[test]
fn a_second_demo_on_the_same_data_finds_nothing_to_send() {
    let installation = Installation::without_key(&[]);
    let demo = || installation.json(&["demo", "--once", "--clients", "300"]);
    let first = demo();
    assert_eq!((&first["clients"], &first["leads_created"]), (&Value::from(300), &Value::from(300)), "{first}");
    assert_eq!((&first["leads_updated"], &first["refused"]), (&Value::from(0), &Value::from(0)), "{first}");
    assert_eq!(first["api_calls"], 2, "{first}");
    assert!(first["seconds"].as_f64().expect("seconds") > 0.0);
    let second = demo();
    let nothing = ["leads_created", "leads_updated", "refused", "api_calls"];
    assert!(nothing.iter().all(|key| second[key] == 0), "{second}");
    assert_eq!(second["clients"], 300);
}

#[test]
fn a_demo_stays_until_it_is_interrupted_and_answers_other_commands() {
    let installation = Installation::without_key(&[]);
    let mut command = installation.command(&["demo", "--clients", "20"]);
    let demo = Process::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
    let begun = Instant::now();
    let updated = || {
        let output = installation.run(&["sync", "runs", "demo-leads", "--json"]);
        let runs: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let updates =
            runs["items"].as_array().into_iter().flatten().filter_map(|run| run["counts"]["updated"].as_u64());
        updates.sum::<u64>()
    };
    while updated() < 3 {
        assert!(begun.elapsed() < PATIENCE, "three clients are to be edited");
    }
    assert_eq!(demo.interrupt(), Some(0));
}

/// Ctrl-C before the first sync is complete: what was made up for the demo is gone, and `--once` does not claim to be done.
#[test]
fn an_interrupted_demo_ends_cleanly_and_leaves_nothing_behind() {
    for (arguments, expected) in [(&["demo"][..], 0), (&["demo", "--once", "--json"], 1)] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(SALESBRIDGE);
        command
            .args(arguments)
            .args(["--clients", "100000"])
            .env_remove("SALESBRIDGE_DATA")
            .env("TMPDIR", folder.path());
        let demo = Process::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
        let begun = Instant::now();
        let made_up =
            || std::fs::read_dir(folder.path()).expect("the folder").flatten().next().map(|entry| entry.path());
        while !made_up().is_some_and(|data| data.join("salesbridge.sock").exists()) {
            assert!(begun.elapsed() < PATIENCE, "the demo serves no socket");
            std::thread::yield_now();
        }
        assert_eq!(demo.interrupt(), Some(expected), "{arguments:?}");
        assert_eq!(made_up(), None, "{arguments:?} left its folder");
    }
}

/// What a newcomer reads.
#[test]
fn a_demo_tells_its_story_in_words() {
    let installation = Installation::without_key(&[]);
    let output = installation.run(&["demo", "--once", "--clients", "30"]);
    assert_eq!(output.status.code(), Some(0));
    let (figures, story) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    let (figures, story) = (figures.expect("text"), story.expect("text"));
    assert!(figures.starts_with("30 Leads created, 0 updated, 0 refused, with 1 call in "), "{figures}");
    let story: Vec<&str> = story.lines().collect();
    assert!(story[0].starts_with("A local Salesforce org runs at http://127.0.0.1:"), "{story:?}");
    assert_eq!(
        story[1..],
        [
            "The made-up firm Northwind Brokers has 30 clients",
            "Connected; sending every client as a Lead of company \"Northwind Brokers\""
        ]
    );
}
