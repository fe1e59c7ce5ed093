//! What leaves an installation for the eyes of others holds no secret and no client's data.

use std::path::Path;
use std::process::Command;

use crate::harness::{Installation, Org, is_settled};

/// Marks in everything about the clients.
const MARK: &str = "Zzyzxname";

/// R50: bundle, log and metrics hold no secret and nothing of a client; no answer of the API holds a secret.
#[tokio::test]
async fn r50_bundles_logs_metrics_and_answers_hold_no_secret_and_no_client() {
    let org = Org::start();
    let settings = [("SALESBRIDGE_LOG", "info,salesbridge=trace"), ("SALESBRIDGE_LOG_FOLDER", "logs")];
    let installation = Installation::new(&settings);
    let clients = format!(
        "key,first_name,last_name,email\n{MARK}-1,{MARK},{MARK}son,{MARK}@example.com\n{MARK}-2,{MARK},{MARK}{},{MARK}2@example.com\n",
        "x".repeat(200)
    );
    let file = installation.write("clients.csv", &clients);
    installation.succeeds(&["client", "import", file.to_str().expect("a path")]);
    installation.connect(&org, None);
    let serving = installation.serve(&[]);
    let sync = installation.wait_for("the first sync", is_settled);
    let run = sync["figures"]["last_run"]["id"].as_str().expect("a run");
    let metrics = installation.succeeds(&["metrics"]);
    for told in [
        "salesbridge_rows_total",
        "salesbridge_calls_total",
        "salesbridge_due_rows",
        "salesbridge_run_seconds",
        "salesbridge_oldest_due_row_seconds",
        "salesbridge_unsettled_writes",
        "salesbridge_connections_held",
        "salesbridge_build_info",
        "salesbridge_process_start_time_seconds",
    ] {
        assert!(metrics.contains(told), "{told} is missing:\n{metrics}");
    }
    let trace = installation.json(&["sync", "runs", "--trace", run]);
    assert!(trace.as_array().is_some_and(|batches| !batches.is_empty()), "{trace}");

    let bundle = installation.path("bundle.tar.gz");
    let doctor = installation.json(&["doctor", "--bundle", bundle.to_str().expect("a path")]);
    let findings = doctor["findings"].as_array().expect("findings");
    assert!(findings.iter().all(|finding| finding["state"] != "failed"), "{doctor}");
    let unpacked = installation.path("unpacked");
    std::fs::create_dir(&unpacked).expect("a folder");
    let tar = Command::new("tar").arg("-xzf").arg(&bundle).arg("-C").arg(&unpacked).status().expect("tar runs");
    assert!(tar.success());
    for part in ["doctor.json", "settings.json", "report.json", "salesbridge.log"] {
        assert!(unpacked.join(part).exists(), "{part} is not in the bundle");
    }

    let key = std::fs::read_to_string(installation.data().join("master.key")).expect("the key");
    let secrets = [org.consumer_secret.as_str(), key.trim()];
    let answers = [
        &["connection", "show", "acme"][..],
        &["connection", "list"],
        &["connection", "test", "acme"],
        &["sync", "list"],
        &["sync", "show", "acme-leads"],
        &["sync", "runs"],
        &["sync", "records", run],
        &["sync", "preview", "acme-leads"],
        &["client", "list"],
        &["vault", "status"],
        &["doctor"],
    ];
    let answers: Vec<String> = answers.iter().map(|words| installation.json(words).to_string()).collect();
    assert_eq!(serving.interrupt(), Some(0));
    for secret in secrets {
        assert!(!metrics.contains(secret) && !answers.iter().any(|answer| answer.contains(secret)));
    }
    assert!(!metrics.contains(MARK));
    let mut folders = vec![unpacked, installation.data().join("logs")];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            looked_at += 1;
            let path = entry.expect("an entry").path();
            assert_clean(&path, &secrets);
        }
    }
    assert_clean(&installation.path("serve.log"), &secrets);
    assert!(looked_at >= 5, "the bundle and the log files are there");
}

fn assert_clean(path: &Path, secrets: &[&str]) {
    let text = String::from_utf8_lossy(&std::fs::read(path).expect("a file")).into_owned();
    for secret in secrets.iter().chain([&MARK]) {
        let line = text.lines().find(|line| line.contains(secret)).map(|line| line.replace(secret, "(here)"));
        assert_eq!(line, None, "{} holds what it must not", path.display());
    }
}

/// Doctor names what is wrong, and says so by its exit code.
#[test]
fn doctor_tells_what_has_failed() {
    let installation = Installation::new(&[]);
    installation.json(&["doctor"]);
    std::fs::remove_file(installation.data().join("master.key")).expect("the key");
    let output = installation.run(&["doctor", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let failed: Vec<_> =
        told["findings"].as_array().expect("findings").iter().filter(|found| found["state"] == "failed").collect();
    assert!(failed.iter().any(|found| found["about"] == "master key" && found["remedy"] != ""), "{told}");
    let origins = told["settings"].as_array().expect("settings");
    assert!(
        origins.iter().any(|setting| setting["key"] == "sync.batch_rows" && setting["origin"] == "default"),
        "{told}"
    );
}
