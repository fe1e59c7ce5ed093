//! The demo, as a newcomer types it.

use std::process::Stdio;

use serde_json::Value;

use crate::harness::{Installation, Process};

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
    let begun = std::time::Instant::now();
    let updated = || {
        let output = installation.run(&["sync", "runs", "demo-leads", "--json"]);
        let runs: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let updates =
            runs["items"].as_array().into_iter().flatten().filter_map(|run| run["counts"]["updated"].as_u64());
        updates.sum::<u64>()
    };
    while updated() < 3 {
        assert!(begun.elapsed() < crate::harness::PATIENCE, "three clients are to be edited");
    }
    assert_eq!(demo.interrupt(), Some(0));
}
